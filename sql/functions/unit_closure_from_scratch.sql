-- unit_closure as it ought to be, from parents alone. For tests and `bihuan doctor`.
create or replace function bihuan.unit_closure_from_scratch(p_city integer)
returns table (ancestor_id integer, descendant_id integer, depth smallint)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive down as (
    select u.unit_id as top, u.unit_id as unit, 0 as depth
      from bihuan.units u
     where u.city_id = p_city
    union all
    select d.top, u.unit_id, d.depth + 1
      from down d
      join bihuan.units u on u.city_id = p_city and u.parent_id = d.unit
  )
  select d.top, d.unit, d.depth::smallint from down d
$$;

revoke all on function bihuan.unit_closure_from_scratch(integer) from public;
