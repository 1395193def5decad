alter table bihuan.transitions enable row level security;

-- The order of states is no secret and belongs to no city.
drop policy if exists anyone_sees_transition on bihuan.transitions;
create policy anyone_sees_transition on bihuan.transitions for select to bihuan_server, bihuan_worker
  using (true);

grant select on bihuan.transitions to bihuan_server, bihuan_worker;
