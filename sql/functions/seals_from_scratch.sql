-- The sealed cases of a city, from their secrecy and recusals alone. For tests and `bihuan doctor`.
create or replace function bihuan.seals_from_scratch(p_city integer)
returns table (case_id uuid, secrecy smallint, is_recused boolean)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select c.case_id, c.secrecy, c.case_id in (
           select r.case_id from bihuan.recusals r where r.city_id = p_city and r.lifted_at is null)
    from bihuan.cases c
   where c.city_id = p_city
     and (c.secrecy > 0 or c.case_id in (
           select r.case_id from bihuan.recusals r where r.city_id = p_city and r.lifted_at is null))
$$;

revoke all on function bihuan.seals_from_scratch(integer) from public;
