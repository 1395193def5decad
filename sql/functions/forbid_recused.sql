-- Refuses that work of some units comes to a unit, or below one, that is recused from the case: nobody there would see it any
-- more. p_cases: only these; null: all. The cases are named where the administrator's unit, p_top, stands over their owner or
-- there is none, since others need not know of a recusal. p_field: of the request, what is refused.
create or replace function bihuan.forbid_recused(
  p_city integer, p_from integer[], p_to integer, p_is_closing boolean, p_cases uuid[], p_top integer, p_field text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_recused uuid[];
  v_count bigint;
  v_told text;
begin
  -- Few, most often none: no work is looked for beyond them.
  select array_agg(distinct r.case_id) into v_recused
    from bihuan.recused r
   where r.city_id = p_city and r.unit_id = p_to and (p_cases is null or r.case_id = any (p_cases));
  if v_recused is null then return; end if;
  select count(*), string_agg(c.ref, ', ' order by c.ref) filter (
           where p_top is null or exists (
             select from bihuan.unit_closure u
              where u.city_id = p_city and u.ancestor_id = p_top and u.descendant_id = c.owner_unit))
    into v_count, v_told
    from bihuan.cases c
   where c.city_id = p_city
     and c.case_id in (
       select w from unnest(p_from) f (unit_id) cross join lateral bihuan.open_work(p_city, f.unit_id, p_is_closing, v_recused) w);
  if v_count > 0 then
    raise exception 'unit.recused' using errcode = 'LP010', column = p_field, detail = coalesce(v_told, '');
  end if;
end
$$;

revoke all on function bihuan.forbid_recused(integer, integer[], integer, boolean, uuid[], integer, text) from public;
