alter table bihuan.duty_tests enable row level security;

-- Seen by the unit that makes it and those above, and by whoever sees one of its calls; of a case, where that is seen too.
drop policy if exists officer_sees_test on bihuan.duty_tests;
create policy officer_sees_test on bihuan.duty_tests for select to bihuan_server
  using (
    (
      exists (
        select from bihuan.unit_closure u
         where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
           and u.city_id = duty_tests.city_id
           and u.descendant_id = duty_tests.unit_id
      )
      or exists (
        select from bihuan.duty_calls c where c.city_id = duty_tests.city_id and c.test_id = duty_tests.test_id
      )
    )
    and (
      case_id is null
      or exists (
        select from bihuan.case_visibility v
         where v.city_id = duty_tests.city_id and v.case_id = duty_tests.case_id
        offset 0
      )
    )
  );

-- In the own unit's and the own name; of a case only where it is seen.
drop policy if exists tester_tests on bihuan.duty_tests;
create policy tester_tests on bihuan.duty_tests for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (
      select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s
       where s.role in ('dispatcher', 'duty', 'leader')
    )
    and (
      case_id is null
      or exists (
        select from bihuan.case_visibility v
         where v.city_id = duty_tests.city_id and v.case_id = duty_tests.case_id
        offset 0
      )
    )
  );

grant select, insert on bihuan.duty_tests to bihuan_server;
