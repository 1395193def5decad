-- Leads, of all cities, of which it is not computed yet what they are like: those of an import, those that were changed at
-- their source, and those from before there was a likeness. For the server's housekeeping.
create or replace function bihuan.unread_leads(p_limit integer)
returns table (city_id integer, lead_id uuid, title text, content text, link text, place text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select l.city_id, l.lead_id, l.title, l.content, l.link, l.place
    from bihuan.leads l
   where l.grams is null
   order by l.city_id, l.lead_id
   limit p_limit
$$;

revoke all on function bihuan.unread_leads(integer) from public;
grant execute on function bihuan.unread_leads(integer) to bihuan_worker;
