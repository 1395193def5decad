alter table bihuan.counter_deltas enable row level security;

-- Of the own unit and all below.
drop policy if exists officer_sees_counts on bihuan.counter_deltas;
create policy officer_sees_counts on bihuan.counter_deltas for select to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = counter_deltas.city_id
         and u.descendant_id = counter_deltas.unit_id
    )
  );

drop policy if exists worker_sees_counts on bihuan.counter_deltas;
create policy worker_sees_counts on bihuan.counter_deltas for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.counter_deltas to bihuan_server, bihuan_worker;
