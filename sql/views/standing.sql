-- What stands with a unit besides cases and what is overdue: open orders, and circulars, for ever. Both count for the unit
-- and for those above it, if their case counts.
create or replace view bihuan.standing
with (security_invoker = true)
as
  select s.city_id, s.case_id, c.level, s.to_unit as unit_id, 'supervision' as measure, true as is_open, c.is_counted
    from bihuan.supervisions s
    join bihuan.cases c on c.city_id = s.city_id and c.case_id = s.case_id
   where s.state in ('issued', 'replied')
  union all
  select f.city_id, f.case_id, c.level, k.unit_id, 'circular', k.stopped_at is null, c.is_counted
    from bihuan.clock_firings f
    join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
    join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
   where f.rung = 'circular';

revoke all on bihuan.standing from public;
