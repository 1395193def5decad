alter table bihuan.officers enable row level security;

drop policy if exists officer_sees_officer on bihuan.officers;
create policy officer_sees_officer on bihuan.officers for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_officer on bihuan.officers;
create policy worker_sees_officer on bihuan.officers for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

-- Whether somebody is locked is the owner's business.
grant select (city_id, officer_id, login, name) on bihuan.officers to bihuan_server, bihuan_worker;
