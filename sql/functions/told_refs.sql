-- What an administrator is told of cases that stand in the way: the refs of those that the session sees, 20 at most, and of
-- the others how many they are, as `+3`. p_top: the administrator's unit; null: the local operator, who sees all.
-- p_is_recusal: that there is a recusal is told to those alone who stand over the owner of the case.
create or replace function bihuan.told_refs(p_city integer, p_top integer, p_cases uuid[], p_is_recusal boolean)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with seen as (
    select c.ref, row_number() over (order by c.ref) as number
      from bihuan.cases c
     where c.city_id = p_city and c.case_id = any (p_cases)
       and bihuan.is_told(p_city, p_top, c.case_id)
       and (p_top is null or not p_is_recusal or exists (
         select from bihuan.unit_closure u
          where u.city_id = p_city and u.ancestor_id = p_top and u.descendant_id = c.owner_unit))
  ),
  named as (select count(*) as n, string_agg(s.ref, ', ' order by s.ref) as refs from seen s where s.number <= 20)
  select nullif(concat_ws(', ', n.refs, case when cardinality(p_cases) > n.n then '+' || (cardinality(p_cases) - n.n) end), '')
    from named n
$$;

revoke all on function bihuan.told_refs(integer, integer, uuid[], boolean) from public;
