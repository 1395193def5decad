-- assignment_visibility as it ought to be, walked up from each assignment's own units. It shares nothing with the
-- triggers that keep the table. For tests and `bihuan doctor`.
create or replace function bihuan.assignment_visibility_from_scratch(p_city integer)
returns table (unit_id integer, assignment_id uuid, case_id uuid)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive standing as (
    select a.* from bihuan.assignments a
     where a.city_id = p_city and a.state <> 'recalled' and a.state <> 'returned'
  ),
  sees (unit_id, assignment_id, case_id) as (
    (
      select a.from_unit, a.assignment_id, a.case_id from bihuan.assignments a where a.city_id = p_city
      union
      select a.to_unit, a.assignment_id, a.case_id from standing a
      union
      select a.reviewer_unit, a.assignment_id, a.case_id from standing a
      union
      select l.to_unit, a.assignment_id, a.case_id
        from standing l
        join standing a on a.case_id = l.case_id and a.from_unit = l.from_unit
       where l.role = 'lead' and a.role = 'assist'
      union
      select g.to_unit, a.assignment_id, a.case_id
        from standing g
        join standing a on a.case_id = g.case_id and a.from_unit = g.from_unit
       where g.role = 'guide' and a.role in ('lead', 'assist')
    )
    union
    select u.parent_id, s.assignment_id, s.case_id
      from sees s
      join bihuan.units u on u.city_id = p_city and u.unit_id = s.unit_id
     where u.parent_id is not null
  )
  select s.unit_id, s.assignment_id, s.case_id
    from sees s
   where (s.unit_id, s.case_id) not in (select r.unit_id, r.case_id from bihuan.recused_from_scratch(p_city) r)
$$;

revoke all on function bihuan.assignment_visibility_from_scratch(integer) from public;
