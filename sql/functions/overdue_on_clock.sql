-- Overdue rows exist exactly while a clock is breached and still runs, unless it is a drill's.
create or replace function bihuan.overdue_on_clock()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and old.breached_at is not null and old.stopped_at is null then
    delete from bihuan.overdue o
     where o.city_id = old.city_id and o.case_id = old.case_id and o.clock_id = old.clock_id;
  end if;
  if new.breached_at is not null and new.stopped_at is null then
    perform bihuan.write_overdue(new);
  end if;
  return null;
end
$$;

revoke all on function bihuan.overdue_on_clock() from public;

create or replace trigger overdue_on_clock_insert
  after insert on bihuan.clocks
  for each row when (new.breached_at is not null and new.stopped_at is null)
  execute function bihuan.overdue_on_clock();

create or replace trigger overdue_on_clock_update
  after update on bihuan.clocks
  for each row when (
    (old.breached_at is not null and old.stopped_at is null, old.unit_id, old.kind, old.due_at, old.escalated_at)
    is distinct from
    (new.breached_at is not null and new.stopped_at is null, new.unit_id, new.kind, new.due_at, new.escalated_at)
    and (old.breached_at is not null and old.stopped_at is null
      or new.breached_at is not null and new.stopped_at is null)
  ) execute function bihuan.overdue_on_clock();
