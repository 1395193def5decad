-- case_visibility as it ought to be, walked up from each case's own units. It shares nothing with the triggers that
-- keep the table, so that comparing the two means something. For tests and `bihuan doctor`.
create or replace function bihuan.case_visibility_from_scratch(p_city integer)
returns table (unit_id integer, case_id uuid, opened_at timestamptz, is_open boolean, is_drill boolean)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive sees (unit_id, case_id) as (
    (
      select c.owner_unit, c.case_id from bihuan.cases c where c.city_id = p_city
      union
      select a.from_unit, a.case_id from bihuan.assignments a
       where a.city_id = p_city and a.state <> 'recalled' and a.state <> 'returned'
      union
      select a.to_unit, a.case_id from bihuan.assignments a
       where a.city_id = p_city and a.state <> 'recalled' and a.state <> 'returned'
      union
      select a.reviewer_unit, a.case_id from bihuan.assignments a
       where a.city_id = p_city and a.state <> 'recalled' and a.state <> 'returned'
      union
      select r.unit_id, r.case_id from bihuan.warning_receipts r where r.city_id = p_city
    )
    union
    select u.parent_id, s.case_id
      from sees s
      join bihuan.units u on u.city_id = p_city and u.unit_id = s.unit_id
     where u.parent_id is not null
  )
  select s.unit_id, s.case_id, c.opened_at, c.state in ('registered', 'graded', 'assigned', 'accepted'), c.is_drill
    from sees s
    join bihuan.cases c on c.city_id = p_city and c.case_id = s.case_id
   where (s.unit_id, s.case_id) not in (select r.unit_id, r.case_id from bihuan.recused_from_scratch(p_city) r)
$$;

revoke all on function bihuan.case_visibility_from_scratch(integer) from public;
