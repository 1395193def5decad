-- Makes case_visibility and assignment_visibility of some cases of one city what owners and assignments say
-- (views/case_parties.sql, views/assignment_parties.sql, views/recused.sql), and moves the counts of open and concluded cases
-- along. Set-based; under the lock of the cases. `except` and `on conflict` rather than anti-joins: the
-- planner cannot know how many cases come, and would loop over the pairs.
create or replace function bihuan.refresh_visibility(p_city integer, p_cases uuid[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
-- Planning these statements anew costs several times what they do.
set plan_cache_mode = force_generic_plan
as $$
begin
  perform from bihuan.cases c
    where c.city_id = p_city and c.case_id = any (p_cases)
    order by c.case_id
    for no key update;

  with target as materialized (
    select distinct u.ancestor_id as unit_id, c.case_id, c.opened_at, c.is_open, c.is_drill, c.is_sealed
      from bihuan.case_parties p
      join bihuan.cases c on c.city_id = p.city_id and c.case_id = p.case_id
      join bihuan.unit_closure u on u.city_id = p.city_id and u.descendant_id = p.unit_id
     -- any (p_cases) twice, or a generic plan reads all cases.
     where p.city_id = p_city and p.case_id = any (p_cases) and c.city_id = p_city and c.case_id = any (p_cases)
       and not (c.is_sealed and exists (
         select from bihuan.recused r
          where r.city_id = p_city and r.case_id = c.case_id and r.unit_id = u.ancestor_id))
  ),
  gone as (
    delete from bihuan.case_visibility v
     using (
       select o.unit_id, o.case_id
         from bihuan.case_visibility o
        where o.city_id = p_city and o.case_id = any (p_cases)
       except
       select t.unit_id, t.case_id from target t
     ) x
     where v.city_id = p_city and v.unit_id = x.unit_id and v.case_id = x.case_id
    returning v.unit_id, v.case_id
  ),
  come as (
    insert into bihuan.case_visibility (city_id, unit_id, case_id, opened_at, is_open, is_drill, is_sealed)
    select p_city, t.unit_id, t.case_id, t.opened_at, t.is_open, t.is_drill, t.is_sealed
      from target t
        on conflict (city_id, unit_id, case_id) do nothing
    returning unit_id, case_id
  )
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, d.unit_id, m.measure, coalesce(c.level, ''), sum(d.n)
    from (
      select g.unit_id, g.case_id, -1 as n from gone g
      union all
      select k.unit_id, k.case_id, 1 from come k
    ) d
    -- any (p_cases) once more, or a generic plan reads all cases.
    join bihuan.cases c on c.city_id = p_city and c.case_id = d.case_id and c.case_id = any (p_cases) and c.is_counted
   cross join lateral (
     select 'open' as measure where c.is_open
     union all
     select 'concluded' where c.state = 'concluded'
   ) m
   group by d.unit_id, m.measure, c.level
  having sum(d.n) <> 0;

  with target as materialized (
    select distinct u.ancestor_id as unit_id, p.assignment_id, p.case_id, p.is_sealed
      from bihuan.assignment_parties p
      join bihuan.unit_closure u on u.city_id = p.city_id and u.descendant_id = p.unit_id
     where p.city_id = p_city and p.case_id = any (p_cases)
       and not (p.is_sealed and exists (
         select from bihuan.recused r
          where r.city_id = p_city and r.case_id = p.case_id and r.unit_id = u.ancestor_id))
  ),
  gone as (
    delete from bihuan.assignment_visibility v
     using (
       select o.unit_id, o.assignment_id
         from bihuan.assignment_visibility o
        where o.city_id = p_city and o.case_id = any (p_cases)
       except
       select t.unit_id, t.assignment_id from target t
     ) x
     where v.city_id = p_city and v.unit_id = x.unit_id and v.assignment_id = x.assignment_id
  )
  insert into bihuan.assignment_visibility (city_id, unit_id, assignment_id, case_id, is_sealed)
  select p_city, t.unit_id, t.assignment_id, t.case_id, t.is_sealed
    from target t
      on conflict (city_id, unit_id, assignment_id) do nothing;
end
$$;

revoke all on function bihuan.refresh_visibility(integer, uuid[]) from public;
