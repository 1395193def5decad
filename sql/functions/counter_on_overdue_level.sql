-- An overdue row whose case changes its level, or counts from now on or no longer, counts under the new one or not.
create or replace function bihuan.counter_on_overdue_level()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select d.city_id, d.unit_id, 'overdue', d.level, sum(d.n)
    from (
      select b.city_id, b.unit_id, coalesce(b.level, '') as level, -1 as n from before_change b
       where b.is_counted
      union all
      select a.city_id, a.unit_id, coalesce(a.level, ''), 1 from after_change a
       where a.is_counted
    ) d
   group by d.city_id, d.unit_id, d.level
  having sum(d.n) <> 0;
  return null;
end
$$;

revoke all on function bihuan.counter_on_overdue_level() from public;

create or replace trigger counter_on_overdue_level
  after update on bihuan.overdue
  referencing old table as before_change new table as after_change
  for each statement execute function bihuan.counter_on_overdue_level();
