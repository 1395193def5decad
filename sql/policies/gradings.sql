alter table bihuan.gradings enable row level security;

-- Whoever sees the case sees how it was graded.
drop policy if exists officer_sees_grading on bihuan.gradings;
create policy officer_sees_grading on bihuan.gradings for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = gradings.city_id and v.case_id = gradings.case_id
      offset 0
    )
  );

-- In the own unit's and the own name, on a case of the own unit.
drop policy if exists owner_grades on bihuan.gradings;
create policy owner_grades on bihuan.gradings for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.cases c
       where c.city_id = gradings.city_id and c.case_id = gradings.case_id and c.owner_unit = gradings.unit_id
    )
  );

drop policy if exists worker_sees_grading on bihuan.gradings;
create policy worker_sees_grading on bihuan.gradings for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.gradings to bihuan_server;
grant select on bihuan.gradings to bihuan_worker;
