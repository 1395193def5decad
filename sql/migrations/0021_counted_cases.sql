-- Counts are read by all of a unit, so they do not tell of what is restricted.

alter table bihuan.cases
  -- What summaries count: no drill, not what is merged into another case, nothing restricted.
  add column is_counted boolean not null
    generated always as (not is_drill and state <> 'merged' and secrecy = 0) stored;

alter table bihuan.overdue
  -- As the case's.
  add column is_counted boolean not null default true;

-- What was counted of restricted cases until now is taken back. The triggers that count are still those of before and do not
-- know the column, so setting it moves no count.
insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
select x.city_id, x.unit_id, x.measure, coalesce(c.level, ''), -count(*)
  from (
    select v.city_id, v.unit_id, v.case_id, case when v.is_open then 'open' else 'concluded' end as measure
      from bihuan.case_visibility v
      join bihuan.cases c on c.city_id = v.city_id and c.case_id = v.case_id and c.secrecy > 0
     where v.is_open or c.state = 'concluded'
    union all
    select o.city_id, o.unit_id, o.case_id, 'overdue' from bihuan.overdue o
    union all
    select s.city_id, u.ancestor_id, s.case_id, 'supervision'
      from bihuan.supervisions s
      join bihuan.unit_closure u on u.city_id = s.city_id and u.descendant_id = s.to_unit
     where s.state in ('issued', 'replied')
    union all
    select f.city_id, u.ancestor_id, f.case_id, 'circular'
      from bihuan.clock_firings f
      join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
      join bihuan.unit_closure u on u.city_id = k.city_id and u.descendant_id = k.unit_id
     where f.rung = 'circular'
  ) x
  join bihuan.cases c on c.city_id = x.city_id and c.case_id = x.case_id
   and c.secrecy > 0 and not c.is_drill and c.state <> 'merged'
 group by x.city_id, x.unit_id, x.measure, c.level;

update bihuan.overdue o
   set is_counted = false
  from bihuan.cases c
 where c.city_id = o.city_id and c.case_id = o.case_id and not c.is_counted;
