alter table bihuan.supervisions enable row level security;

drop policy if exists officer_sees_order on bihuan.supervisions;
create policy officer_sees_order on bihuan.supervisions for select to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = supervisions.city_id and v.assignment_id = supervisions.assignment_id
      offset 0
    )
  );

-- In the name of the own unit; an order that is raised is issued anew in the name of a unit above.
drop policy if exists officer_supervises on bihuan.supervisions;
create policy officer_supervises on bihuan.supervisions for insert to bihuan_server
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.descendant_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = supervisions.city_id
         and u.ancestor_id = supervisions.from_unit
    )
    and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = supervisions.city_id and v.assignment_id = supervisions.assignment_id
      offset 0
    )
  );

drop policy if exists officer_moves_order on bihuan.supervisions;
create policy officer_moves_order on bihuan.supervisions for update to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = supervisions.city_id and v.assignment_id = supervisions.assignment_id
      offset 0
    )
  )
  with check (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = supervisions.city_id and v.assignment_id = supervisions.assignment_id
      offset 0
    )
  );

drop policy if exists worker_sees_order on bihuan.supervisions;
create policy worker_sees_order on bihuan.supervisions for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_supervises on bihuan.supervisions;
create policy worker_supervises on bihuan.supervisions for insert to bihuan_worker
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_moves_order on bihuan.supervisions;
create policy worker_moves_order on bihuan.supervisions for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (state, reply, replied_at, closed_at, version)
  on bihuan.supervisions to bihuan_server, bihuan_worker;
