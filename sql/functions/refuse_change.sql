-- What was published, happened or fired stays as it is, for the owner too.
create or replace function bihuan.refuse_change()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'LP003';
end
$$;

revoke all on function bihuan.refuse_change() from public;

create or replace trigger never_changed
  before update or delete or truncate on bihuan.plan_versions
  for each statement execute function bihuan.refuse_change();

create or replace trigger never_changed
  before update or delete or truncate on bihuan.events
  for each statement execute function bihuan.refuse_change();

create or replace trigger never_changed
  before update or delete or truncate on bihuan.clock_firings
  for each statement execute function bihuan.refuse_change();

create or replace trigger never_changed
  before update or delete or truncate on bihuan.unit_changes
  for each statement execute function bihuan.refuse_change();

create or replace trigger never_changed
  before update or delete or truncate on bihuan.officer_changes
  for each statement execute function bihuan.refuse_change();
