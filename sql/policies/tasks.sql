alter table bihuan.tasks enable row level security;

-- A task is seen with its assignment, and by the unit that is to do it, unless it is sealed from it.
drop policy if exists officer_sees_task on bihuan.tasks;
create policy officer_sees_task on bihuan.tasks for select to bihuan_server
  using (
    (city_id, owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (not is_sealed or not bihuan.is_hidden(case_id))
    or exists (
      select from bihuan.assignment_visibility v
       where v.city_id = tasks.city_id and v.assignment_id = tasks.assignment_id
      offset 0
    )
  );

-- By the unit that was assigned, in the own name.
drop policy if exists assignee_adds_task on bihuan.tasks;
create policy assignee_adds_task on bihuan.tasks for insert to bihuan_server
  with check (
    (city_id, unit_id, added_by) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.assignments a
       where a.city_id = tasks.city_id and a.assignment_id = tasks.assignment_id and a.to_unit = tasks.unit_id
    )
  );

-- Who may end it is the Desk's to decide; but nobody does in another's name.
drop policy if exists officer_ends_task on bihuan.tasks;
create policy officer_ends_task on bihuan.tasks for update to bihuan_server
  using (
    (city_id, owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (not is_sealed or not bihuan.is_hidden(case_id))
    or exists (
      select from bihuan.assignment_visibility v
       where v.city_id = tasks.city_id and v.assignment_id = tasks.assignment_id
      offset 0
    )
  )
  with check (
    (city_id, ended_by) = (select s.city_id, s.officer_id from bihuan.sessions s)
    and (
      (city_id, owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
      and (not is_sealed or not bihuan.is_hidden(case_id))
      or exists (
        select from bihuan.assignment_visibility v
         where v.city_id = tasks.city_id and v.assignment_id = tasks.assignment_id
        offset 0
      )
    )
  );

grant select, insert, update (state, ended_at, ended_by, evidence, drop_reason) on bihuan.tasks to bihuan_server;
