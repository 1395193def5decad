alter table bihuan.events enable row level security;

-- What befell the case is seen with the case, what befell an assignment with the assignment.
drop policy if exists officer_sees_event on bihuan.events;
create policy officer_sees_event on bihuan.events for select to bihuan_server
  using (
    assignment_id is null and exists (
      select from bihuan.case_visibility v
       where v.city_id = events.city_id and v.case_id = events.case_id
      offset 0
    )
    or assignment_id is not null and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = events.city_id and v.assignment_id = events.assignment_id
      offset 0
    )
  );

-- In the own name and no other.
drop policy if exists officer_records_event on bihuan.events;
create policy officer_records_event on bihuan.events for insert to bihuan_server
  with check (
    (city_id, officer_id, unit_id) = (select s.city_id, s.officer_id, s.unit_id from bihuan.sessions s)
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = events.city_id and v.case_id = events.case_id
      offset 0
    )
  );

drop policy if exists worker_sees_event on bihuan.events;
create policy worker_sees_event on bihuan.events for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

-- The system is no officer.
drop policy if exists worker_records_event on bihuan.events;
create policy worker_records_event on bihuan.events for insert to bihuan_worker
  with check (
    city_id = (select nullif(current_setting('bihuan.city', true), '')::integer)
    and officer_id is null
    and unit_id is null
  );

grant select on bihuan.events to bihuan_server, bihuan_worker;
-- Not the hashes and not recorded_at: chain_event writes them.
grant insert (city_id, case_id, seq, at, kind, assignment_id, actor, officer_id, unit_id, via, reason, detail)
  on bihuan.events to bihuan_server, bihuan_worker;
