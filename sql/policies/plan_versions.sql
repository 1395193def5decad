alter table bihuan.plan_versions enable row level security;

drop policy if exists officer_sees_plan on bihuan.plan_versions;
create policy officer_sees_plan on bihuan.plan_versions for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_plan on bihuan.plan_versions;
create policy worker_sees_plan on bihuan.plan_versions for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.plan_versions to bihuan_server, bihuan_worker;
