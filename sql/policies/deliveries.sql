alter table bihuan.deliveries enable row level security;

-- Operators see what became of the messages of their unit and those below, and put back what was put aside: with the webhook.
drop policy if exists operator_sees_delivery on bihuan.deliveries;
create policy operator_sees_delivery on bihuan.deliveries for select to bihuan_server
  using (
    city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
    and exists (
      select from bihuan.webhooks w where w.city_id = deliveries.city_id and w.webhook_id = deliveries.webhook_id
    )
  );

drop policy if exists operator_retries_delivery on bihuan.deliveries;
create policy operator_retries_delivery on bihuan.deliveries for update to bihuan_server
  using (
    city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
    and exists (
      select from bihuan.webhooks w where w.city_id = deliveries.city_id and w.webhook_id = deliveries.webhook_id
    )
  )
  with check (
    city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
    and exists (
      select from bihuan.webhooks w where w.city_id = deliveries.city_id and w.webhook_id = deliveries.webhook_id
    )
  );

-- The courier looks in all cities for what is due; what it then does, it does city by city. What a drill would have told,
-- and what is about a restricted case, is handed on to nobody: the system of a unit has no clearance.
drop policy if exists worker_sees_delivery on bihuan.deliveries;
create policy worker_sees_delivery on bihuan.deliveries for select to bihuan_worker
  using (true);

drop policy if exists worker_hands_on on bihuan.deliveries;
create policy worker_hands_on on bihuan.deliveries for insert to bihuan_worker
  with check (
    city_id = (select nullif(current_setting('bihuan.city', true), '')::integer)
    and not exists (
      select from bihuan.outbox o
        join bihuan.cases c on c.city_id = o.city_id and c.case_id = o.case_id
       where o.city_id = deliveries.city_id and o.outbox_id = deliveries.outbox_id and (c.is_drill or c.secrecy > 0)
      offset 0
    )
  );

drop policy if exists worker_delivers on bihuan.deliveries;
create policy worker_delivers on bihuan.deliveries for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.deliveries to bihuan_server, bihuan_worker;
grant update (attempts, next_at, aside_at) on bihuan.deliveries to bihuan_server;
grant insert (city_id, outbox_id, webhook_id) on bihuan.deliveries to bihuan_worker;
grant update (attempts, next_at, delivered_at, aside_at, last_status, last_error)
  on bihuan.deliveries to bihuan_worker;
