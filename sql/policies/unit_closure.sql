alter table bihuan.unit_closure enable row level security;

-- Read by other policies too, so it may not itself depend on any but sessions.
drop policy if exists officer_sees_closure on bihuan.unit_closure;
create policy officer_sees_closure on bihuan.unit_closure for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_closure on bihuan.unit_closure;
create policy worker_sees_closure on bihuan.unit_closure for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.unit_closure to bihuan_server, bihuan_worker;
