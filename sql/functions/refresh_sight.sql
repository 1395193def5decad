-- Makes what some units of a city see of some cases what the rule says (views/case_parties.sql, views/assignment_parties.sql,
-- views/recused.sql): case_visibility and assignment_visibility of these units and cases alone, and their counts of open and
-- concluded cases. For a tree that changed, where few units see otherwise and all of them many cases; refresh_visibility is the
-- same for few cases and all units. The caller holds the tables against writers, so no case is locked; and because they all
-- wait for it, case by case by the index (`offset 0`): the rest of the city is not read.
create or replace function bihuan.refresh_sight(p_city integer, p_units integer[], p_cases uuid[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with chosen as materialized (select unnest(p_cases) as case_id),
  below as materialized (
    select u.ancestor_id, u.descendant_id
      from bihuan.unit_closure u
     where u.city_id = p_city and u.ancestor_id = any (p_units)
  ),
  target as materialized (
    select b.ancestor_id as unit_id, p.case_id
      from chosen k
     cross join lateral (
       select p.unit_id, p.case_id from bihuan.case_parties p where p.city_id = p_city and p.case_id = k.case_id
       offset 0
     ) p
      join below b on b.descendant_id = p.unit_id
    except
    select r.unit_id, r.case_id from bihuan.recused r where r.city_id = p_city
  ),
  now as materialized (
    select o.unit_id, o.case_id
      from chosen k
      join bihuan.case_visibility o on o.city_id = p_city and o.case_id = k.case_id
     where o.unit_id = any (p_units)
  ),
  gone as (
    delete from bihuan.case_visibility v
     using (select o.unit_id, o.case_id from now o except select t.unit_id, t.case_id from target t) x
     where v.city_id = p_city and v.unit_id = x.unit_id and v.case_id = x.case_id
    returning v.unit_id, v.case_id
  ),
  fresh as materialized (
    select t.unit_id, t.case_id from target t except select o.unit_id, o.case_id from now o
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
    join bihuan.cases c on c.city_id = p_city and c.case_id = d.case_id and c.is_counted
   cross join lateral (
     select 'open' as measure where c.is_open
     union all
     select 'concluded' where c.state = 'concluded'
   ) m
   group by d.unit_id, m.measure, c.level
  having sum(d.n) <> 0;

  with chosen as materialized (select unnest(p_cases) as case_id),
  below as materialized (
    select u.ancestor_id, u.descendant_id
      from bihuan.unit_closure u
     where u.city_id = p_city and u.ancestor_id = any (p_units)
  ),
  target as materialized (
    select distinct b.ancestor_id as unit_id, p.assignment_id, p.case_id, p.is_sealed
      from chosen k
     cross join lateral (
       select p.unit_id, p.assignment_id, p.case_id, p.is_sealed
         from bihuan.assignment_parties p
        where p.city_id = p_city and p.case_id = k.case_id
       offset 0
     ) p
      join below b on b.descendant_id = p.unit_id
     where not (p.is_sealed and exists (
         select from bihuan.recused r
          where r.city_id = p_city and r.case_id = p.case_id and r.unit_id = b.ancestor_id))
  ),
  now as materialized (
    select o.unit_id, o.assignment_id
      from chosen k
      join bihuan.assignment_visibility o on o.city_id = p_city and o.case_id = k.case_id
     where o.unit_id = any (p_units)
  ),
  gone as (
    delete from bihuan.assignment_visibility v
     using (select o.unit_id, o.assignment_id from now o except select t.unit_id, t.assignment_id from target t) x
     where v.city_id = p_city and v.unit_id = x.unit_id and v.assignment_id = x.assignment_id
  )
  insert into bihuan.assignment_visibility (city_id, unit_id, assignment_id, case_id, is_sealed)
  select p_city, t.unit_id, t.assignment_id, t.case_id, t.is_sealed
    from target t
      on conflict (city_id, unit_id, assignment_id) do nothing;
end
$$;

revoke all on function bihuan.refresh_sight(integer, integer[], uuid[]) from public;
