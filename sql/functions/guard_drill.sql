-- What was registered as a drill stays one, and what came in earnest never becomes one; for the owner too.
create or replace function bihuan.guard_drill()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a row of % never becomes a drill, nor ceases to be one', tg_table_name using errcode = 'LP003';
end
$$;

revoke all on function bihuan.guard_drill() from public;

create or replace trigger guard_drill
  before update of is_drill on bihuan.cases
  for each row when (old.is_drill <> new.is_drill) execute function bihuan.guard_drill();

create or replace trigger guard_drill
  before update of is_drill on bihuan.leads
  for each row when (old.is_drill <> new.is_drill) execute function bihuan.guard_drill();
