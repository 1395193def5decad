alter table bihuan.clock_extensions enable row level security;

-- Whoever sees the clock sees why it stood still or was given more time.
drop policy if exists officer_sees_extension on bihuan.clock_extensions;
create policy officer_sees_extension on bihuan.clock_extensions for select to bihuan_server
  using (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_extensions.city_id and k.clock_id = clock_extensions.clock_id
    )
  );

drop policy if exists officer_writes_extension on bihuan.clock_extensions;
create policy officer_writes_extension on bihuan.clock_extensions for insert to bihuan_server
  with check (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_extensions.city_id and k.clock_id = clock_extensions.clock_id
    )
  );

-- Ends it, or decides on it.
drop policy if exists officer_settles_extension on bihuan.clock_extensions;
create policy officer_settles_extension on bihuan.clock_extensions for update to bihuan_server
  using (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_extensions.city_id and k.clock_id = clock_extensions.clock_id
    )
  )
  with check (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_extensions.city_id and k.clock_id = clock_extensions.clock_id
    )
  );

drop policy if exists worker_sees_extension on bihuan.clock_extensions;
create policy worker_sees_extension on bihuan.clock_extensions for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (is_granted, decided_at, decision_reason) on bihuan.clock_extensions to bihuan_server;
grant select on bihuan.clock_extensions to bihuan_worker;
