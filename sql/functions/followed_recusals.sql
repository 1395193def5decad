-- The recusals by which a unit would still be kept out of cases if it, or what is in it now, went on as p_to: those in force of
-- p_above (itself, and the units that stood above it), one for each case that p_to is not kept out of anyway.
create or replace function bihuan.followed_recusals(p_city integer, p_above integer[], p_to integer)
returns setof bihuan.recusals
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select distinct on (r.case_id) r.*
    from bihuan.recusals r
   where r.city_id = p_city and r.unit_id = any (p_above) and r.lifted_at is null
     and not exists (
       select from bihuan.recused k where k.city_id = p_city and k.case_id = r.case_id and k.unit_id = p_to)
   order by r.case_id, r.recused_at, r.unit_id
$$;

revoke all on function bihuan.followed_recusals(integer, integer[], integer) from public;
