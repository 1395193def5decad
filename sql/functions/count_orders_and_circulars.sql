-- Adds (p_sign 1) or takes away (-1) what open supervision orders and all circulars of the given units count for the
-- units themselves and their ancestors.
create or replace function bihuan.count_orders_and_circulars(p_city integer, p_units integer[], p_sign integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, u.ancestor_id, x.measure, coalesce(x.level, ''), p_sign * count(*)
    from bihuan.standing x
    join bihuan.unit_closure u on u.city_id = p_city and u.descendant_id = x.unit_id
   where x.city_id = p_city and x.unit_id = any (p_units) and x.is_counted
   group by u.ancestor_id, x.measure, x.level;
end
$$;

revoke all on function bihuan.count_orders_and_circulars(integer, integer[], integer) from public;
