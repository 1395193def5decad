-- What is added to a case carries the case's seal, whatever its writer says.
create or replace function bihuan.seal_on_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.is_sealed := coalesce(
    (select c.is_sealed from bihuan.cases c where c.city_id = new.city_id and c.case_id = new.case_id), false);
  return new;
end
$$;

revoke all on function bihuan.seal_on_insert() from public;

create or replace trigger seal_on_insert
  before insert on bihuan.assignments
  for each row execute function bihuan.seal_on_insert();

create or replace trigger seal_on_insert
  before insert on bihuan.clocks
  for each row execute function bihuan.seal_on_insert();

create or replace trigger seal_on_insert
  before insert on bihuan.warnings
  for each row execute function bihuan.seal_on_insert();

create or replace trigger seal_on_insert
  before insert on bihuan.warning_receipts
  for each row execute function bihuan.seal_on_insert();

create or replace trigger seal_on_insert
  before insert on bihuan.tasks
  for each row execute function bihuan.seal_on_insert();

create or replace trigger seal_on_insert
  before insert on bihuan.leads
  for each row when (new.case_id is not null) execute function bihuan.seal_on_insert();

create or replace trigger seal_on_attach
  before update of case_id on bihuan.leads
  for each row execute function bihuan.seal_on_insert();
