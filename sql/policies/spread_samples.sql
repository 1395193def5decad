alter table bihuan.spread_samples enable row level security;

-- Whoever sees the case sees how it spread.
drop policy if exists officer_sees_sample on bihuan.spread_samples;
create policy officer_sees_sample on bihuan.spread_samples for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = spread_samples.city_id and v.case_id = spread_samples.case_id
      offset 0
    )
  );

-- In the own unit's and the own name, on a case of the own unit.
drop policy if exists owner_counts on bihuan.spread_samples;
create policy owner_counts on bihuan.spread_samples for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.cases c
       where c.city_id = spread_samples.city_id and c.case_id = spread_samples.case_id and c.owner_unit = spread_samples.unit_id
    )
  );

drop policy if exists worker_sees_sample on bihuan.spread_samples;
create policy worker_sees_sample on bihuan.spread_samples for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.spread_samples to bihuan_server;
grant select on bihuan.spread_samples to bihuan_worker;
