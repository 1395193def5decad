alter table bihuan.counter_totals enable row level security;

-- Of the own unit and all below.
drop policy if exists officer_sees_counts on bihuan.counter_totals;
create policy officer_sees_counts on bihuan.counter_totals for select to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = counter_totals.city_id
         and u.descendant_id = counter_totals.unit_id
    )
  );

drop policy if exists worker_sees_counts on bihuan.counter_totals;
create policy worker_sees_counts on bihuan.counter_totals for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.counter_totals to bihuan_server, bihuan_worker;
