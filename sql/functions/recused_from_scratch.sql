-- Which unit is kept out of which case: those recused and all below them, walked down the parents. For tests and
-- `bihuan doctor`.
create or replace function bihuan.recused_from_scratch(p_city integer)
returns table (unit_id integer, case_id uuid)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive out_of (unit_id, case_id) as (
    select r.unit_id, r.case_id from bihuan.recusals r where r.city_id = p_city and r.lifted_at is null
    union
    select u.unit_id, o.case_id
      from out_of o
      join bihuan.units u on u.city_id = p_city and u.parent_id = o.unit_id
  )
  select o.unit_id, o.case_id from out_of o
$$;

revoke all on function bihuan.recused_from_scratch(integer) from public;
