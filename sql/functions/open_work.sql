-- The cases in which something stands with a unit: it owns them, it has an open assignment, gave or
-- reviews one, a clock of it runs, an order, a dispute, a referral or a task is open from or to it, or a warning that it has not
-- answered. p_is_closing: also the cases it owns that are over, since they may be opened again. p_cases: only among these; null:
-- all.
create or replace function bihuan.open_work(
  p_city integer, p_unit integer, p_is_closing boolean, p_cases uuid[] default null)
returns setof uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select c.case_id from bihuan.cases c
   where c.city_id = p_city and c.owner_unit = p_unit and (c.is_open or p_is_closing and c.state <> 'archived')
     and (p_cases is null or c.case_id = any (p_cases))
  union
  -- Each by an index of its own.
  select a.case_id from bihuan.assignments a
   where a.city_id = p_city and a.to_unit = p_unit and a.closed_at is null
     and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
     and (p_cases is null or a.case_id = any (p_cases))
  union
  select a.case_id from bihuan.assignments a
   where a.city_id = p_city and a.from_unit = p_unit and a.closed_at is null
     and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
     and (p_cases is null or a.case_id = any (p_cases))
  union
  select a.case_id from bihuan.assignments a
   where a.city_id = p_city and a.reviewer_unit = p_unit and a.closed_at is null
     and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
     and (p_cases is null or a.case_id = any (p_cases))
  union
  select k.case_id from bihuan.clocks k
   where k.city_id = p_city and k.unit_id = p_unit and k.stopped_at is null
     and (p_cases is null or k.case_id = any (p_cases))
  union
  select s.case_id from bihuan.supervisions s
   where s.city_id = p_city and s.to_unit = p_unit and s.state in ('issued', 'replied')
     and (p_cases is null or s.case_id = any (p_cases))
  union
  select s.case_id from bihuan.supervisions s
   where s.city_id = p_city and s.from_unit = p_unit and s.state in ('issued', 'replied')
     and (p_cases is null or s.case_id = any (p_cases))
  union
  select r.case_id
    from bihuan.warning_receipts r
    join bihuan.warnings w on w.city_id = r.city_id and w.warning_id = r.warning_id
   where r.city_id = p_city and r.unit_id = p_unit and r.received_at is null and w.state = 'issued'
     and (p_cases is null or r.case_id = any (p_cases))
  union
  select x.case_id from bihuan.disputes x
   where x.city_id = p_city and x.state = 'open' and p_unit in (x.raised_by, x.assigner_unit, x.arbiter_unit)
     and (p_cases is null or x.case_id = any (p_cases))
  union
  select f.case_id from bihuan.referrals f
   where f.city_id = p_city and f.unit_id = p_unit and f.state = 'open'
     and (p_cases is null or f.case_id = any (p_cases))
  union
  select t.case_id from bihuan.tasks t
   where t.city_id = p_city and t.state = 'open' and p_unit in (t.unit_id, t.owner_unit)
     and (p_cases is null or t.case_id = any (p_cases))
$$;

revoke all on function bihuan.open_work(integer, integer, boolean, uuid[]) from public;
