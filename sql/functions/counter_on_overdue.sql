-- Every overdue row of a case that counts counts one for its unit.
create or replace function bihuan.counter_on_overdue()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select c.city_id, c.unit_id, 'overdue', coalesce(c.level, ''), case tg_op when 'INSERT' then 1 else -1 end * count(*)
    from changed c
   where c.is_counted
   group by c.city_id, c.unit_id, c.level;
  return null;
end
$$;

revoke all on function bihuan.counter_on_overdue() from public;

create or replace trigger counter_on_overdue_insert
  after insert on bihuan.overdue
  referencing new table as changed
  for each statement execute function bihuan.counter_on_overdue();

create or replace trigger counter_on_overdue_delete
  after delete on bihuan.overdue
  referencing old table as changed
  for each statement execute function bihuan.counter_on_overdue();
