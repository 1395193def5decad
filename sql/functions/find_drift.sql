-- The first of the tables kept by triggers that differs from what the facts say from scratch, in a city; null when none
-- does. For tests and `bihuan doctor`; it reads the whole city.
create or replace function bihuan.find_drift(p_city integer)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    (select c.ancestor_id, c.descendant_id, c.depth from bihuan.unit_closure c where c.city_id = p_city
     except all select * from bihuan.unit_closure_from_scratch(p_city))
    union all
    (select * from bihuan.unit_closure_from_scratch(p_city)
     except all select c.ancestor_id, c.descendant_id, c.depth from bihuan.unit_closure c where c.city_id = p_city)
  ) then
    return 'unit_closure';
  elsif exists (
    (select v.unit_id, v.case_id, v.opened_at, v.is_open, v.is_drill from bihuan.case_visibility v where v.city_id = p_city
     except all select * from bihuan.case_visibility_from_scratch(p_city))
    union all
    (select * from bihuan.case_visibility_from_scratch(p_city)
     except all
     select v.unit_id, v.case_id, v.opened_at, v.is_open, v.is_drill from bihuan.case_visibility v where v.city_id = p_city)
  ) then
    return 'case_visibility';
  elsif exists (
    (select v.unit_id, v.assignment_id, v.case_id from bihuan.assignment_visibility v where v.city_id = p_city
     except all select * from bihuan.assignment_visibility_from_scratch(p_city))
    union all
    (select * from bihuan.assignment_visibility_from_scratch(p_city)
     except all
     select v.unit_id, v.assignment_id, v.case_id from bihuan.assignment_visibility v where v.city_id = p_city)
  ) then
    return 'assignment_visibility';
  elsif exists (
    (select o.unit_id, o.clock_id, o.case_id, o.late_unit, o.kind, o.level, o.level_rank, o.due_at, o.escalated_at
       from bihuan.overdue o where o.city_id = p_city
     except all select * from bihuan.overdue_from_scratch(p_city))
    union all
    (select * from bihuan.overdue_from_scratch(p_city)
     except all
     select o.unit_id, o.clock_id, o.case_id, o.late_unit, o.kind, o.level, o.level_rank, o.due_at, o.escalated_at
       from bihuan.overdue o where o.city_id = p_city)
  ) then
    return 'overdue';
  elsif exists (
    (select c.unit_id, c.measure, c.level, c.n from bihuan.counters c where c.city_id = p_city
     except all select * from bihuan.counters_from_scratch(p_city))
    union all
    (select * from bihuan.counters_from_scratch(p_city)
     except all select c.unit_id, c.measure, c.level, c.n from bihuan.counters c where c.city_id = p_city)
  ) then
    return 'counters';
  elsif exists (
    select from bihuan.overdue o
      join bihuan.cases c on c.city_id = o.city_id and c.case_id = o.case_id
     where o.city_id = p_city and o.is_counted <> c.is_counted
  ) then
    return 'overdue.is_counted';
  elsif exists (
    select from bihuan.clocks k
     where k.city_id = p_city and k.stopped_at is null
       -- Asked of those only that can be wrong: the function costs.
       and (k.kind in ('feedback', 'interim') or k.is_waiting)
       and k.is_waiting <> bihuan.clock_waits(k)
  ) then
    return 'clocks.is_waiting';
  elsif exists (
    (select s.case_id, s.secrecy, s.is_recused from bihuan.seals s where s.city_id = p_city
     except all select * from bihuan.seals_from_scratch(p_city))
    union all
    (select * from bihuan.seals_from_scratch(p_city)
     except all select s.case_id, s.secrecy, s.is_recused from bihuan.seals s where s.city_id = p_city)
  ) then
    return 'seals';
  elsif exists (
    select from (
      select c.case_id, c.is_sealed from bihuan.cases c where c.city_id = p_city
      union all
      select v.case_id, v.is_sealed from bihuan.case_visibility v where v.city_id = p_city
      union all
      select v.case_id, v.is_sealed from bihuan.assignment_visibility v where v.city_id = p_city
      union all
      select a.case_id, a.is_sealed from bihuan.assignments a where a.city_id = p_city
      union all
      select k.case_id, k.is_sealed from bihuan.clocks k where k.city_id = p_city
      union all
      select l.case_id, l.is_sealed from bihuan.leads l where l.city_id = p_city
      union all
      select w.case_id, w.is_sealed from bihuan.warnings w where w.city_id = p_city
      union all
      select r.case_id, r.is_sealed from bihuan.warning_receipts r where r.city_id = p_city
      union all
      select o.case_id, o.is_sealed from bihuan.overdue o where o.city_id = p_city
      union all
      select t.case_id, t.is_sealed from bihuan.tasks t where t.city_id = p_city
    ) x
      left join bihuan.seals_from_scratch(p_city) s on s.case_id = x.case_id
     where x.is_sealed <> (s.case_id is not null)
  ) then
    return 'is_sealed';
  end if;
  return null;
end
$$;

revoke all on function bihuan.find_drift(integer) from public;
