-- New assignments let their units in at once.
create or replace function bihuan.visibility_on_assignment_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_visibility(f.city_id, array_agg(distinct f.case_id)) from fresh f group by f.city_id;
  return null;
end
$$;

revoke all on function bihuan.visibility_on_assignment_insert() from public;

create or replace trigger visibility_on_assignment_insert
  after insert on bihuan.assignments
  referencing new table as fresh
  for each statement execute function bihuan.visibility_on_assignment_insert();
