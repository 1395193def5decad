-- Keeps unit_closure. Once per statement, so that parents and children may come in any order within it.
create or replace function bihuan.closure_on_unit_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_closure(f.city_id, array_agg(f.unit_id)) from fresh f group by f.city_id;
  return null;
end
$$;

revoke all on function bihuan.closure_on_unit_insert() from public;

create or replace trigger closure_on_unit_insert
  after insert on bihuan.units
  referencing new table as fresh
  for each statement execute function bihuan.closure_on_unit_insert();
