alter table bihuan.clock_firings enable row level security;

-- Whoever sees the clock sees what it fired.
drop policy if exists officer_sees_firing on bihuan.clock_firings;
create policy officer_sees_firing on bihuan.clock_firings for select to bihuan_server
  using (
    exists (
      select from bihuan.clocks k
       where k.city_id = clock_firings.city_id and k.clock_id = clock_firings.clock_id
    )
  );

drop policy if exists officer_fires on bihuan.clock_firings;
create policy officer_fires on bihuan.clock_firings for insert to bihuan_server
  with check (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = clock_firings.city_id and v.case_id = clock_firings.case_id
      offset 0
    )
  );

drop policy if exists worker_sees_firing on bihuan.clock_firings;
create policy worker_sees_firing on bihuan.clock_firings for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_fires on bihuan.clock_firings;
create policy worker_fires on bihuan.clock_firings for insert to bihuan_worker
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.clock_firings to bihuan_server, bihuan_worker;
