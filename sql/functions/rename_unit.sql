-- Gives a unit of the administrator's subtree another name; its label stays, so nothing that names it breaks.
create or replace function bihuan.rename_unit(p_label text, p_name text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_label, 'unit');
  if v_unit.name = p_name then
    raise exception 'unit.same_name' using errcode = 'LP010', column = 'name', detail = p_name;
  end if;
  perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  update bihuan.units u set name = p_name where u.city_id = v_unit.city_id and u.unit_id = v_unit.unit_id;
  perform bihuan.announce_change(null, null, null, null, null);
end
$$;

revoke all on function bihuan.rename_unit(text, text, text) from public;
grant execute on function bihuan.rename_unit(text, text, text) to bihuan_server;
