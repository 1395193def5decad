alter table bihuan.webhook_secrets enable row level security;

-- The courier signs with them, a city at a time. Nobody else reads them.
drop policy if exists worker_sees_secret on bihuan.webhook_secrets;
create policy worker_sees_secret on bihuan.webhook_secrets for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.webhook_secrets to bihuan_worker;
