alter table bihuan.idempotency_keys enable row level security;

drop policy if exists officer_sees_own_key on bihuan.idempotency_keys;
create policy officer_sees_own_key on bihuan.idempotency_keys for select to bihuan_server
  using ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s));

drop policy if exists officer_takes_key on bihuan.idempotency_keys;
create policy officer_takes_key on bihuan.idempotency_keys for insert to bihuan_server
  with check ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s));

drop policy if exists officer_settles_key on bihuan.idempotency_keys;
create policy officer_settles_key on bihuan.idempotency_keys for update to bihuan_server
  using ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s))
  with check ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s));

-- Keys are kept 7 days, then swept in all cities.
drop policy if exists worker_sees_old_key on bihuan.idempotency_keys;
create policy worker_sees_old_key on bihuan.idempotency_keys for select to bihuan_worker
  using (created_at < statement_timestamp() - interval '7 days');

drop policy if exists worker_sweeps_old_key on bihuan.idempotency_keys;
create policy worker_sweeps_old_key on bihuan.idempotency_keys for delete to bihuan_worker
  using (created_at < statement_timestamp() - interval '7 days');

grant select, insert, update (outcome, target_id, target_ref, replayed_at) on bihuan.idempotency_keys to bihuan_server;
grant select, delete on bihuan.idempotency_keys to bihuan_worker;
