alter table bihuan.assignment_visibility enable row level security;

-- What the own unit sees inside the cases it sees. The policies of assignments and of all that hangs on them look here.
-- Those look-ups end in "offset 0", or the planner would sometimes read all that the unit sees into a hash first.
-- Of what is sealed, whoever may see that; see functions/is_hidden.sql. Written by definer triggers only.
drop policy if exists officer_sees_own_unit on bihuan.assignment_visibility;
create policy officer_sees_own_unit on bihuan.assignment_visibility for select to bihuan_server
  using (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (not is_sealed or not bihuan.is_hidden(case_id))
  );

drop policy if exists worker_sees_visibility on bihuan.assignment_visibility;
create policy worker_sees_visibility on bihuan.assignment_visibility for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.assignment_visibility to bihuan_server, bihuan_worker;
