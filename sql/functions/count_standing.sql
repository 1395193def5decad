-- Adds (p_sign 1) or takes away (-1) what open orders, and circulars of running clocks, of some cases count for the units
-- they stand with and those above. What is over stays with whoever had it.
create or replace function bihuan.count_standing(p_city integer, p_cases uuid[], p_sign integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, u.ancestor_id, x.measure, coalesce(x.level, ''), p_sign * count(*)
    from bihuan.standing x
    join bihuan.unit_closure u on u.city_id = p_city and u.descendant_id = x.unit_id
   where x.city_id = p_city and x.case_id = any (p_cases) and x.is_open and x.is_counted
   group by u.ancestor_id, x.measure, x.level;
end
$$;

revoke all on function bihuan.count_standing(integer, uuid[], integer) from public;
