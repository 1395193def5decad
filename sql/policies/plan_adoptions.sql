alter table bihuan.plan_adoptions enable row level security;

drop policy if exists officer_sees_adoption on bihuan.plan_adoptions;
create policy officer_sees_adoption on bihuan.plan_adoptions for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_adoption on bihuan.plan_adoptions;
create policy worker_sees_adoption on bihuan.plan_adoptions for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.plan_adoptions to bihuan_server, bihuan_worker;
