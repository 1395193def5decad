-- Makes case_visibility and assignment_visibility of some cases of one city what owners and assignments say, and
-- moves the counts of open and concluded cases along, but for drills. Set-based; under the lock of the cases. `except` and
-- `on conflict` rather than anti-joins: the planner cannot know how many cases come, and would loop over the pairs.
--
-- A case is seen by its owner, by assigner, assignee and reviewer of each standing assignment, by the units it was
-- warned of, and by all their ancestors. An assignment is seen by the same three while it stands and by its assigner for ever; besides, by the
-- lead where it is an assist, and by the guide where it is a lead or an assist, of the same assigner in the same case.
-- A unit that is recused from the case, and those below it, see neither.
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
    select distinct u.ancestor_id as unit_id, p.case_id, p.opened_at, p.is_open, p.is_drill, p.is_sealed
      from (
        select c.case_id, c.opened_at, c.is_open, c.is_drill, c.is_sealed, c.owner_unit as unit_id
          from bihuan.cases c
         where c.city_id = p_city and c.case_id = any (p_cases)
        union all
        select c.case_id, c.opened_at, c.is_open, c.is_drill, c.is_sealed, part.unit_id
          from bihuan.cases c
          join bihuan.assignments a on a.city_id = c.city_id and a.case_id = c.case_id
         cross join lateral (values (a.from_unit), (a.to_unit), (a.reviewer_unit)) part (unit_id)
         where c.city_id = p_city and c.case_id = any (p_cases) and a.state not in ('recalled', 'returned')
        union all
        select c.case_id, c.opened_at, c.is_open, c.is_drill, c.is_sealed, r.unit_id
          from bihuan.cases c
          join bihuan.warning_receipts r on r.city_id = c.city_id and r.case_id = c.case_id
         where c.city_id = p_city and c.case_id = any (p_cases)
      ) p
      join bihuan.unit_closure u on u.city_id = p_city and u.descendant_id = p.unit_id
     where not (p.is_sealed and exists (
       select from bihuan.recusals r
         join bihuan.unit_closure x on x.city_id = r.city_id and x.ancestor_id = r.unit_id
        where r.city_id = p_city and r.case_id = p.case_id and r.lifted_at is null and x.descendant_id = u.ancestor_id))
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
    join bihuan.cases c on c.city_id = p_city and c.case_id = d.case_id and c.case_id = any (p_cases) and not c.is_drill
   cross join lateral (
     select 'open' as measure where c.is_open
     union all
     select 'concluded' where c.state = 'concluded'
   ) m
   group by d.unit_id, m.measure, c.level
  having sum(d.n) <> 0;

  with target as materialized (
    select u.ancestor_id as unit_id, p.assignment_id, p.case_id, p.is_sealed
      from (
        select a.assignment_id, a.case_id, a.is_sealed, a.from_unit as unit_id
          from bihuan.assignments a
         where a.city_id = p_city and a.case_id = any (p_cases)
        union
        select a.assignment_id, a.case_id, a.is_sealed, part.unit_id
          from bihuan.assignments a
         cross join lateral (values (a.to_unit), (a.reviewer_unit)) part (unit_id)
         where a.city_id = p_city and a.case_id = any (p_cases) and a.state not in ('recalled', 'returned')
        union
        select a.assignment_id, a.case_id, a.is_sealed, over.to_unit
          from bihuan.assignments a
          join bihuan.assignments over
            on over.city_id = a.city_id and over.case_id = a.case_id and over.from_unit = a.from_unit
           and (a.role = 'assist' and over.role in ('lead', 'guide') or a.role = 'lead' and over.role = 'guide')
         where a.city_id = p_city and a.case_id = any (p_cases)
           and a.state not in ('recalled', 'returned') and over.state not in ('recalled', 'returned')
      ) p
      join bihuan.unit_closure u on u.city_id = p_city and u.descendant_id = p.unit_id
     where not (p.is_sealed and exists (
       select from bihuan.recusals r
         join bihuan.unit_closure x on x.city_id = r.city_id and x.ancestor_id = r.unit_id
        where r.city_id = p_city and r.case_id = p.case_id and r.lifted_at is null and x.descendant_id = u.ancestor_id))
     group by u.ancestor_id, p.assignment_id, p.case_id, p.is_sealed
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
