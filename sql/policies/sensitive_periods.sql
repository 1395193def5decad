alter table bihuan.sensitive_periods enable row level security;

drop policy if exists officer_sees_sensitive_period on bihuan.sensitive_periods;
create policy officer_sees_sensitive_period on bihuan.sensitive_periods for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_sensitive_period on bihuan.sensitive_periods;
create policy worker_sees_sensitive_period on bihuan.sensitive_periods for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.sensitive_periods to bihuan_server, bihuan_worker;
