-- Opens a unit in the administrator's subtree. Refusals: LP010 with the rule as message, the field as column.
create or replace function bihuan.open_unit(
  p_label text, p_parent text, p_tier text, p_name text, p_line text, p_division text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_parent bihuan.units;
begin
  select * into v_who from bihuan.administrator();
  v_parent := bihuan.administered_unit(v_who.city_id, v_who.top, p_parent, 'parent');
  if exists (select from bihuan.units u where u.city_id = v_who.city_id and u.label = p_label) then
    raise exception 'unit.label_taken' using errcode = 'LP010', column = 'label', detail = p_label;
  end if;
  perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  insert into bihuan.units (city_id, label, parent_id, tier, name, line, division_code)
  values (v_who.city_id, p_label, v_parent.unit_id, p_tier, p_name, p_line, p_division);
  perform bihuan.announce_change(null, null, null, null, null);
end
$$;

revoke all on function bihuan.open_unit(text, text, text, text, text, text, text) from public;
grant execute on function bihuan.open_unit(text, text, text, text, text, text, text) to bihuan_server;
