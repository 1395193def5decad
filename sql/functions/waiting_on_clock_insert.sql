-- A clock starts out waiting or not, whatever its writer says.
create or replace function bihuan.waiting_on_clock_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.is_waiting := bihuan.clock_waits(new);
  return new;
end
$$;

revoke all on function bihuan.waiting_on_clock_insert() from public;

create or replace trigger waiting_on_clock_insert
  before insert on bihuan.clocks
  for each row when (new.kind in ('feedback', 'interim') or new.is_waiting)
  execute function bihuan.waiting_on_clock_insert();
