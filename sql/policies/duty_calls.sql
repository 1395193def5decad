alter table bihuan.duty_calls enable row level security;

-- Seen by the unit that makes the test, by the unit that is called and by those above either; and by whoever is called.
drop policy if exists officer_sees_call on bihuan.duty_calls;
create policy officer_sees_call on bihuan.duty_calls for select to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = duty_calls.city_id
         and u.descendant_id in (duty_calls.unit_id, duty_calls.from_unit)
    )
    or (city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
  );

-- From the own unit to itself and what is below it.
drop policy if exists tester_calls on bihuan.duty_calls;
create policy tester_calls on bihuan.duty_calls for insert to bihuan_server
  with check (
    answered_at is null
    and (city_id, from_unit) = (
      select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'duty', 'leader')
    )
    and exists (
      select from bihuan.unit_closure u
       where u.city_id = duty_calls.city_id and u.ancestor_id = duty_calls.from_unit
         and u.descendant_id = duty_calls.unit_id
    )
  );

-- Nobody answers for another.
drop policy if exists officer_answers on bihuan.duty_calls;
create policy officer_answers on bihuan.duty_calls for update to bihuan_server
  using ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s))
  with check ((city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s));

grant select, insert, update (answered_at, note) on bihuan.duty_calls to bihuan_server;
