-- Writes the ancestors of units anew from units.parent_id, and refuses a circle.
create or replace function bihuan.refresh_closure(p_city integer, p_units integer[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_circle boolean;
begin
  delete from bihuan.unit_closure c where c.city_id = p_city and c.descendant_id = any (p_units);

  with recursive up (ancestor_id, descendant_id, depth) as (
    select u.unit_id, u.unit_id, 0
      from bihuan.units u
     where u.city_id = p_city and u.unit_id = any (p_units)
    union all
    select u.parent_id, up.descendant_id, up.depth + 1
      from up
      join bihuan.units u on u.city_id = p_city and u.unit_id = up.ancestor_id
     where u.parent_id is not null
  ) cycle ancestor_id set is_circle using path,
  written as (
    insert into bihuan.unit_closure (city_id, ancestor_id, descendant_id, depth)
    select p_city, up.ancestor_id, up.descendant_id, up.depth
      from up
     where not up.is_circle
  )
  select bool_or(up.is_circle) into v_circle from up;

  if v_circle then
    raise exception 'a unit cannot lie below itself'
      using errcode = 'check_violation', schema = 'bihuan', table = 'units', constraint = 'unit_tree_has_no_circle';
  end if;
end
$$;

revoke all on function bihuan.refresh_closure(integer, integer[]) from public;
