-- The units a case is seen by for their own sake: its owner, assigner, assignee and reviewer of each standing assignment, and
-- whom a warning of it told. Those above them see it as well, those recused from it do not.
create or replace view bihuan.case_parties
with (security_invoker = true)
as
  select c.city_id, c.case_id, c.owner_unit as unit_id from bihuan.cases c
  union all
  select a.city_id, a.case_id, part.unit_id
    from bihuan.assignments a
   cross join lateral (values (a.from_unit), (a.to_unit), (a.reviewer_unit)) part (unit_id)
   where a.state not in ('recalled', 'returned')
  union all
  select r.city_id, r.case_id, r.unit_id from bihuan.warning_receipts r;

revoke all on bihuan.case_parties from public;
