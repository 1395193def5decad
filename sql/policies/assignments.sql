alter table bihuan.assignments enable row level security;

-- The visibility table says who sees it; see functions/refresh_visibility.sql. The table always says so of the assigner,
-- and of assignee and reviewer while it stands, who need not be looked up
-- unless the case is sealed.
drop policy if exists officer_sees_assignment on bihuan.assignments;
create policy officer_sees_assignment on bihuan.assignments for select to bihuan_server
  using (
    not is_sealed and city_id = (select s.city_id from bihuan.sessions s)
      and (select s.unit_id from bihuan.sessions s) = any (
        case when state in ('recalled', 'returned') then array[from_unit]
             else array[from_unit, to_unit, reviewer_unit] end)
    or exists (
      select from bihuan.assignment_visibility v
       where v.city_id = assignments.city_id and v.assignment_id = assignments.assignment_id
      offset 0
    )
  );

-- In the name of the own unit, in a case one sees.
drop policy if exists officer_assigns on bihuan.assignments;
create policy officer_assigns on bihuan.assignments for insert to bihuan_server
  with check (
    (city_id, from_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = assignments.city_id and v.case_id = assignments.case_id
      offset 0
    )
  );

-- An arbiter assigns in the name of the unit whose assignment is in dispute, by its decision.
drop policy if exists arbiter_assigns on bihuan.assignments;
create policy arbiter_assigns on bihuan.assignments for insert to bihuan_server
  with check (
    exists (
      select from bihuan.disputes d
       where d.city_id = assignments.city_id and d.dispute_id = assignments.bound_by
         and d.case_id = assignments.case_id and d.assigner_unit = assignments.from_unit and d.state = 'open'
         and (d.city_id, d.arbiter_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

drop policy if exists officer_moves_assignment on bihuan.assignments;
create policy officer_moves_assignment on bihuan.assignments for update to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = assignments.city_id and v.assignment_id = assignments.assignment_id
      offset 0
    )
  )
  with check (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = assignments.city_id and v.assignment_id = assignments.assignment_id
      offset 0
    )
  );

drop policy if exists worker_sees_assignment on bihuan.assignments;
create policy worker_sees_assignment on bihuan.assignments for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_moves_assignment on bihuan.assignments;
create policy worker_moves_assignment on bihuan.assignments for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.assignments to bihuan_server;
grant select on bihuan.assignments to bihuan_worker;
grant update (state, reviewer_unit, received_at, closed_at, version, return_reason, proposed_unit, bound_by) on bihuan.assignments to bihuan_server, bihuan_worker;
