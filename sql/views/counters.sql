-- The counts as they stand: rolled-up totals and what was appended since.
create or replace view bihuan.counters
with (security_invoker = true)
as
  select c.city_id, c.unit_id, c.measure, c.level, sum(c.n)::bigint as n
    from (
      select t.city_id, t.unit_id, t.measure, t.level, t.n from bihuan.counter_totals t
      union all
      select d.city_id, d.unit_id, d.measure, d.level, d.n from bihuan.counter_deltas d
    ) c
   group by c.city_id, c.unit_id, c.measure, c.level
  having sum(c.n) <> 0;

grant select on bihuan.counters to bihuan_server, bihuan_worker;
