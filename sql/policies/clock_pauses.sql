alter table bihuan.clock_pauses enable row level security;

-- Whoever sees the clock sees why it stood still or was given more time.
drop policy if exists officer_sees_pause on bihuan.clock_pauses;
create policy officer_sees_pause on bihuan.clock_pauses for select to bihuan_server
  using (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_pauses.city_id and k.clock_id = clock_pauses.clock_id
    )
  );

drop policy if exists officer_writes_pause on bihuan.clock_pauses;
create policy officer_writes_pause on bihuan.clock_pauses for insert to bihuan_server
  with check (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_pauses.city_id and k.clock_id = clock_pauses.clock_id
    )
  );

-- Ends it, or decides on it.
drop policy if exists officer_settles_pause on bihuan.clock_pauses;
create policy officer_settles_pause on bihuan.clock_pauses for update to bihuan_server
  using (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_pauses.city_id and k.clock_id = clock_pauses.clock_id
    )
  )
  with check (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_pauses.city_id and k.clock_id = clock_pauses.clock_id
    )
  );

drop policy if exists worker_sees_pause on bihuan.clock_pauses;
create policy worker_sees_pause on bihuan.clock_pauses for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (resumed_at, resume_reason) on bihuan.clock_pauses to bihuan_server;
grant select on bihuan.clock_pauses to bihuan_worker;
