alter table bihuan.webhooks enable row level security;

-- Operators see where the messages of their unit and those below go; only the local operator, over the owner's connection, says
-- where.
drop policy if exists operator_sees_webhook on bihuan.webhooks;
create policy operator_sees_webhook on bihuan.webhooks for select to bihuan_server
  using (
    city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
    and unit_id in (
      select u.descendant_id from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

-- The courier looks in all cities for what is due; what it then does, it does city by city.
drop policy if exists worker_sees_webhook on bihuan.webhooks;
create policy worker_sees_webhook on bihuan.webhooks for select to bihuan_worker
  using (true);

-- A receiver that answers 410 wants no more.
drop policy if exists worker_disables_webhook on bihuan.webhooks;
create policy worker_disables_webhook on bihuan.webhooks for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.webhooks to bihuan_server, bihuan_worker;
grant update (disabled_at, disabled_by) on bihuan.webhooks to bihuan_worker;
