-- What counts for the unit it stands with, and for those above it, besides cases and what is overdue: open orders, and
-- circulars, which count for ever. Drills do not count, nor does what is merged.
create or replace view bihuan.standing
with (security_invoker = true)
as
  select s.city_id, s.case_id, c.level, s.to_unit as unit_id, 'supervision' as measure, true as is_open
    from bihuan.supervisions s
    join bihuan.cases c on c.city_id = s.city_id and c.case_id = s.case_id and not c.is_drill and c.state <> 'merged'
   where s.state in ('issued', 'replied')
  union all
  select f.city_id, f.case_id, c.level, k.unit_id, 'circular', k.stopped_at is null
    from bihuan.clock_firings f
    join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
    join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id and not c.is_drill and c.state <> 'merged'
   where f.rung = 'circular';

revoke all on bihuan.standing from public;
