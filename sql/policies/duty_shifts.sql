alter table bihuan.duty_shifts enable row level security;

-- Everybody may know who is on duty in the own city.
drop policy if exists officer_sees_shift on bihuan.duty_shifts;
create policy officer_sees_shift on bihuan.duty_shifts for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- A unit sets its own roster, and those above it; in the own name.
drop policy if exists keeper_adds_shift on bihuan.duty_shifts;
create policy keeper_adds_shift on bihuan.duty_shifts for insert to bihuan_server
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator', 'leader', 'duty')
             )
         and u.city_id = duty_shifts.city_id and u.descendant_id = duty_shifts.unit_id
    )
    and set_by = (select s.officer_id from bihuan.sessions s)
  );

drop policy if exists keeper_changes_shift on bihuan.duty_shifts;
create policy keeper_changes_shift on bihuan.duty_shifts for update to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator', 'leader', 'duty')
             )
         and u.city_id = duty_shifts.city_id and u.descendant_id = duty_shifts.unit_id
    )
  )
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator', 'leader', 'duty')
             )
         and u.city_id = duty_shifts.city_id and u.descendant_id = duty_shifts.unit_id
    )
  );

-- Whoever is on duty is told at night by the sweeper as well.
drop policy if exists worker_sees_shift on bihuan.duty_shifts;
create policy worker_sees_shift on bihuan.duty_shifts for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (cancelled_at) on bihuan.duty_shifts to bihuan_server;
grant select on bihuan.duty_shifts to bihuan_worker;
