-- Adds (p_sign 1) or takes away (-1) what open orders, and circulars of running clocks, of some cases count for the units
-- they stand with and those above.
create or replace function bihuan.count_standing(p_city integer, p_cases uuid[], p_sign integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, u.ancestor_id, x.measure, coalesce(c.level, ''), p_sign * count(*)
    from (
      select s.case_id, s.to_unit as unit_id, 'supervision' as measure
        from bihuan.supervisions s
       where s.city_id = p_city and s.case_id = any (p_cases) and s.state in ('issued', 'replied')
      union all
      select f.case_id, k.unit_id, 'circular'
        from bihuan.clock_firings f
        join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id and k.stopped_at is null
       where f.city_id = p_city and f.case_id = any (p_cases) and f.rung = 'circular'
    ) x
    join bihuan.cases c on c.city_id = p_city and c.case_id = x.case_id and not c.is_drill
    join bihuan.unit_closure u on u.city_id = p_city and u.descendant_id = x.unit_id
   group by u.ancestor_id, x.measure, c.level;
end
$$;

revoke all on function bihuan.count_standing(integer, uuid[], integer) from public;
