-- Whether an administrator may hear of a case by its ref: p_top, the own unit, sees it, and it is not hidden from the session.
-- The local operator, without a unit of his own, sees all.
create or replace function bihuan.is_told(p_city integer, p_top integer, p_case uuid)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select p_top is null or (
    exists (
      select from bihuan.case_visibility v where v.city_id = p_city and v.unit_id = p_top and v.case_id = p_case)
    and not bihuan.is_hidden(p_case))
$$;

revoke all on function bihuan.is_told(integer, integer, uuid) from public;
