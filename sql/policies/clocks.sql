alter table bihuan.clocks enable row level security;

-- What a unit has to do now it sees. Otherwise a clock is seen with its assignment; one of the case as a whole by the unit
-- that must act and those above it; of what is sealed, by whoever may see that.
drop policy if exists officer_sees_clock on bihuan.clocks;
create policy officer_sees_clock on bihuan.clocks for select to bihuan_server
  using (
    stopped_at is null and (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
      and (not is_sealed or not bihuan.is_hidden(case_id))
    or assignment_id is not null and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = clocks.city_id and v.assignment_id = clocks.assignment_id
      offset 0
    )
    or assignment_id is null and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = clocks.city_id
         and u.descendant_id = clocks.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id))
  );

drop policy if exists officer_starts_clock on bihuan.clocks;
create policy officer_starts_clock on bihuan.clocks for insert to bihuan_server
  with check (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = clocks.city_id and v.case_id = clocks.case_id
      offset 0
    )
  );

drop policy if exists officer_moves_clock on bihuan.clocks;
create policy officer_moves_clock on bihuan.clocks for update to bihuan_server
  using (
    assignment_id is not null and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = clocks.city_id and v.assignment_id = clocks.assignment_id
      offset 0
    )
    or assignment_id is null and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = clocks.city_id
         and u.descendant_id = clocks.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id))
  )
  with check (
    assignment_id is not null and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = clocks.city_id and v.assignment_id = clocks.assignment_id
      offset 0
    )
    or assignment_id is null and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = clocks.city_id
         and u.descendant_id = clocks.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id))
  );

-- The sweeper claims what is due in all cities; what it then does, it does city by city.
drop policy if exists worker_sees_clock on bihuan.clocks;
create policy worker_sees_clock on bihuan.clocks for select to bihuan_worker
  using (true);

drop policy if exists worker_starts_clock on bihuan.clocks;
create policy worker_starts_clock on bihuan.clocks for insert to bihuan_worker
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_moves_clock on bihuan.clocks;
create policy worker_moves_clock on bihuan.clocks for update to bihuan_worker
  using (true)
  with check (true);

grant select, insert on bihuan.clocks to bihuan_server, bihuan_worker;
grant update (rule, level, "limit", due_at, breached_at, stopped_at, outcome, next_rung, next_at, claimed_until, attempts,
              retry_at, aside_at, paused_at, asked, is_adjusted, escalated_at)
  on bihuan.clocks to bihuan_server, bihuan_worker;
grant update (last_error) on bihuan.clocks to bihuan_worker;
