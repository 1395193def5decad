alter table bihuan.outbox enable row level security;

-- Officers cause messages and do not read them.
drop policy if exists officer_causes_message on bihuan.outbox;
create policy officer_causes_message on bihuan.outbox for insert to bihuan_server
  with check (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = outbox.city_id and v.case_id = outbox.case_id
      offset 0
    )
    -- Of no case is the call of those on duty, in the own unit and below.
    or case_id is null and topic = 'duty.test' and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'duty', 'leader')
             )
         and u.city_id = outbox.city_id and u.descendant_id = outbox.unit_id
    )
  );

-- But operators look after what is sent to their unit and those below, unless it is about a case that is sealed from them.
drop policy if exists operator_sees_message on bihuan.outbox;
create policy operator_sees_message on bihuan.outbox for select to bihuan_server
  using (
    city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
    and unit_id in (
      select u.descendant_id from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
    and (case_id is null or not bihuan.is_hidden(case_id))
  );

-- The courier looks in all cities for what waits; what it then does, it does city by city.
drop policy if exists worker_sees_message on bihuan.outbox;
create policy worker_sees_message on bihuan.outbox for select to bihuan_worker
  using (true);

drop policy if exists worker_causes_message on bihuan.outbox;
create policy worker_causes_message on bihuan.outbox for insert to bihuan_worker
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_sends_message on bihuan.outbox;
create policy worker_sends_message on bihuan.outbox for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant insert (city_id, outbox_id, case_id, seq, unit_id, topic, payload, created_at)
  on bihuan.outbox to bihuan_server, bihuan_worker;
grant select on bihuan.outbox to bihuan_server, bihuan_worker;
grant update (fanned_at) on bihuan.outbox to bihuan_worker;
