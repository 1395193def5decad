-- Refuses that work of some units comes to a unit, or below one, that is recused from the case: nobody there would see it any
-- more. p_cases: only these; null: all. p_top: the administrator's unit; null: the local operator. p_field: of the request, what
-- is refused.
create or replace function bihuan.forbid_recused(
  p_city integer, p_from integer[], p_to integer, p_is_closing boolean, p_cases uuid[], p_top integer, p_field text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Few, most often none: no work is looked for beyond them.
  v_recused uuid[] := array(
    select distinct r.case_id
      from bihuan.recused r
     where r.city_id = p_city and r.unit_id = p_to and (p_cases is null or r.case_id = any (p_cases)));
  v_cases uuid[];
begin
  if cardinality(v_recused) = 0 then return; end if;
  v_cases := array(
    select distinct w
      from unnest(p_from) f (unit_id) cross join lateral bihuan.open_work(p_city, f.unit_id, p_is_closing, v_recused) w);
  if cardinality(v_cases) > 0 then
    raise exception 'unit.recused'
      using errcode = 'LP010', column = p_field, detail = bihuan.told_refs(p_city, p_top, v_cases, true);
  end if;
end
$$;

revoke all on function bihuan.forbid_recused(integer, integer[], integer, boolean, uuid[], integer, text) from public;
