-- What totals and deltas together ought to come to, from the facts alone, of the cases that count. For tests and
-- `bihuan doctor`.
create or replace function bihuan.counters_from_scratch(p_city integer)
returns table (unit_id integer, measure text, level text, n bigint)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive above (unit_id, thing, case_id, measure) as (
    (
      select s.to_unit, s.supervision_id, s.case_id, 'supervision'
        from bihuan.supervisions s
       where s.city_id = p_city and s.state in ('issued', 'replied')
      union all
      select k.unit_id, k.clock_id, k.case_id, 'circular'
        from bihuan.clock_firings f
        join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
       where f.city_id = p_city and f.rung = 'circular'
    )
    union all
    select u.parent_id, a.thing, a.case_id, a.measure
      from above a
      join bihuan.units u on u.city_id = p_city and u.unit_id = a.unit_id
     where u.parent_id is not null
  )
  select x.unit_id, x.measure, coalesce(c.level, ''), count(*)
    from (
      select a.unit_id, a.case_id, a.measure from above a
      union all
      select o.unit_id, o.case_id, 'overdue' from bihuan.overdue_from_scratch(p_city) o
      union all
      select v.unit_id, v.case_id, case when v.is_open then 'open' else 'concluded' end
        from bihuan.case_visibility_from_scratch(p_city) v
    ) x
    join bihuan.cases c on c.city_id = p_city and c.case_id = x.case_id and c.is_counted
   where x.measure <> 'concluded' or c.state = 'concluded'
   group by x.unit_id, x.measure, c.level
$$;

revoke all on function bihuan.counters_from_scratch(integer) from public;
