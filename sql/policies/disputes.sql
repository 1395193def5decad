alter table bihuan.disputes enable row level security;

-- With its assignment: the unit that disputes it, the assigner, and those above, the arbiter among them.
drop policy if exists officer_sees_dispute on bihuan.disputes;
create policy officer_sees_dispute on bihuan.disputes for select to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = disputes.city_id and v.assignment_id = disputes.assignment_id
      offset 0
    )
  );

-- In the own unit's and the own name, and not decided yet.
drop policy if exists officer_raises_dispute on bihuan.disputes;
create policy officer_raises_dispute on bihuan.disputes for insert to bihuan_server
  with check (
    (city_id, raised_by, raised_officer) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and state = 'open'
    and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = disputes.city_id and v.assignment_id = disputes.assignment_id
      offset 0
    )
  );

-- Nobody decides but the arbiter.
drop policy if exists officer_closes_dispute on bihuan.disputes;
create policy officer_closes_dispute on bihuan.disputes for update to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = disputes.city_id and v.assignment_id = disputes.assignment_id
      offset 0
    )
  )
  with check (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = disputes.city_id and v.assignment_id = disputes.assignment_id
      offset 0
    )
    and (
      state <> 'decided'
      or (city_id, arbiter_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

drop policy if exists worker_sees_dispute on bihuan.disputes;
create policy worker_sees_dispute on bihuan.disputes for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (state, decision, decided_unit, closed_at, version) on bihuan.disputes to bihuan_server;
grant select on bihuan.disputes to bihuan_worker;
