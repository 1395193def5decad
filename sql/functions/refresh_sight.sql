-- Makes what some units of a city see what the rule says: case_visibility and assignment_visibility of these units alone, and
-- their counts of open and concluded cases. For a tree that changed, where few units see otherwise and all of them many
-- cases; refresh_visibility is the same for few cases and all units. The caller holds the tables against writers, so no case
-- is locked. A unit that is recused from a case, and those below it, do not see it.
create or replace function bihuan.refresh_sight(p_city integer, p_units integer[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with below as materialized (
    select u.ancestor_id, u.descendant_id
      from bihuan.unit_closure u
     where u.city_id = p_city and u.ancestor_id = any (p_units)
  ),
  hidden as materialized (
    select x.descendant_id as unit_id, r.case_id
      from bihuan.recusals r
      join bihuan.unit_closure x on x.city_id = r.city_id and x.ancestor_id = r.unit_id
     where r.city_id = p_city and r.lifted_at is null
  ),
  target as materialized (
    select b.ancestor_id as unit_id, p.case_id
      from (
        select c.case_id, c.owner_unit as unit_id from bihuan.cases c where c.city_id = p_city
        union all
        select a.case_id, part.unit_id
          from bihuan.assignments a
         cross join lateral (values (a.from_unit), (a.to_unit), (a.reviewer_unit)) part (unit_id)
         where a.city_id = p_city and a.state not in ('recalled', 'returned')
        union all
        select r.case_id, r.unit_id from bihuan.warning_receipts r where r.city_id = p_city
      ) p
      join below b on b.descendant_id = p.unit_id
    except
    select h.unit_id, h.case_id from hidden h
  ),
  gone as (
    delete from bihuan.case_visibility v
     using (
       select o.unit_id, o.case_id
         from bihuan.case_visibility o
        where o.city_id = p_city and o.unit_id = any (p_units)
       except
       select t.unit_id, t.case_id from target t
     ) x
     where v.city_id = p_city and v.unit_id = x.unit_id and v.case_id = x.case_id
    returning v.unit_id, v.case_id
  ),
  fresh as materialized (
    select t.unit_id, t.case_id from target t
    except
    select o.unit_id, o.case_id
      from bihuan.case_visibility o
     where o.city_id = p_city and o.unit_id = any (p_units)
  ),
  come as (
    insert into bihuan.case_visibility (city_id, unit_id, case_id, opened_at, is_open, is_drill, is_sealed)
    select p_city, f.unit_id, f.case_id, c.opened_at, c.is_open, c.is_drill, c.is_sealed
      from fresh f
      join bihuan.cases c on c.city_id = p_city and c.case_id = f.case_id
    returning unit_id, case_id
  )
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, d.unit_id, m.measure, coalesce(c.level, ''), sum(d.n)
    from (
      select g.unit_id, g.case_id, -1 as n from gone g
      union all
      select k.unit_id, k.case_id, 1 from come k
    ) d
    join bihuan.cases c on c.city_id = p_city and c.case_id = d.case_id and not c.is_drill
   cross join lateral (
     select 'open' as measure where c.is_open
     union all
     select 'concluded' where c.state = 'concluded'
   ) m
   group by d.unit_id, m.measure, c.level
  having sum(d.n) <> 0;

  with below as materialized (
    select u.ancestor_id, u.descendant_id
      from bihuan.unit_closure u
     where u.city_id = p_city and u.ancestor_id = any (p_units)
  ),
  hidden as materialized (
    select x.descendant_id as unit_id, r.case_id
      from bihuan.recusals r
      join bihuan.unit_closure x on x.city_id = r.city_id and x.ancestor_id = r.unit_id
     where r.city_id = p_city and r.lifted_at is null
  ),
  target as materialized (
    select b.ancestor_id as unit_id, p.assignment_id, p.case_id, p.is_sealed
      from (
        select a.assignment_id, a.case_id, a.is_sealed, a.from_unit as unit_id
          from bihuan.assignments a
         where a.city_id = p_city
        union all
        select a.assignment_id, a.case_id, a.is_sealed, part.unit_id
          from bihuan.assignments a
         cross join lateral (values (a.to_unit), (a.reviewer_unit)) part (unit_id)
         where a.city_id = p_city and a.state not in ('recalled', 'returned')
        union all
        select a.assignment_id, a.case_id, a.is_sealed, over.to_unit
          from bihuan.assignments a
          join bihuan.assignments over
            on over.city_id = a.city_id and over.case_id = a.case_id and over.from_unit = a.from_unit
           and (a.role = 'assist' and over.role in ('lead', 'guide') or a.role = 'lead' and over.role = 'guide')
         where a.city_id = p_city and a.role in ('assist', 'lead') and over.role in ('lead', 'guide')
           and a.state not in ('recalled', 'returned') and over.state not in ('recalled', 'returned')
      ) p
      join below b on b.descendant_id = p.unit_id
     where not (p.is_sealed and exists (
       select from hidden h where h.unit_id = b.ancestor_id and h.case_id = p.case_id))
     group by b.ancestor_id, p.assignment_id, p.case_id, p.is_sealed
  ),
  gone as (
    delete from bihuan.assignment_visibility v
     using (
       select o.unit_id, o.assignment_id
         from bihuan.assignment_visibility o
        where o.city_id = p_city and o.unit_id = any (p_units)
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

revoke all on function bihuan.refresh_sight(integer, integer[]) from public;
