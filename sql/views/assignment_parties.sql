-- The units an assignment is seen by for their own sake: its assigner for ever; assignee and reviewer while it stands; besides,
-- the lead where it is an assist, and the guide where it is a lead or an assist, of the same assigner in the same case. Those
-- above them see it as well, those recused from the case do not.
create or replace view bihuan.assignment_parties
with (security_invoker = true)
as
  select a.city_id, a.case_id, a.assignment_id, a.is_sealed, a.from_unit as unit_id from bihuan.assignments a
  union all
  select a.city_id, a.case_id, a.assignment_id, a.is_sealed, part.unit_id
    from bihuan.assignments a
   cross join lateral (values (a.to_unit), (a.reviewer_unit)) part (unit_id)
   where a.state not in ('recalled', 'returned')
  union all
  select a.city_id, a.case_id, a.assignment_id, a.is_sealed, over.to_unit
    from bihuan.assignments a
    join bihuan.assignments over
      on over.city_id = a.city_id and over.case_id = a.case_id and over.from_unit = a.from_unit
     and (a.role = 'assist' and over.role in ('lead', 'guide') or a.role = 'lead' and over.role = 'guide')
   where a.role in ('assist', 'lead') and over.role in ('lead', 'guide')
     and a.state not in ('recalled', 'returned') and over.state not in ('recalled', 'returned');

revoke all on bihuan.assignment_parties from public;
