-- Keeps what was computed of one lead, unless somebody was faster.
create or replace function bihuan.note_likeness(p_city integer, p_lead uuid, p_grams integer[], p_link text, p_place text)
returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  update bihuan.leads l
     set grams = p_grams, link_key = p_link, place_key = p_place
   where l.city_id = p_city and l.lead_id = p_lead and l.grams is null
$$;

revoke all on function bihuan.note_likeness(integer, uuid, integer[], text, text) from public;
grant execute on function bihuan.note_likeness(integer, uuid, integer[], text, text) to bihuan_worker;
