-- Adds the appended deltas into the totals and returns how many there were. Readers add both, so it never changes
-- what they read. One roll-up at a time; a second one does nothing.
create or replace function bihuan.roll_up_counters()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deltas bigint;
begin
  if not pg_try_advisory_xact_lock(hashtext('bihuan.roll_up_counters')) then return 0; end if;

  with taken as (
    delete from bihuan.counter_deltas
    returning city_id, unit_id, measure, level, n
  ),
  added as (
    insert into bihuan.counter_totals as t (city_id, unit_id, measure, level, n)
    select d.city_id, d.unit_id, d.measure, d.level, sum(d.n)
      from taken d
     group by d.city_id, d.unit_id, d.measure, d.level
    having sum(d.n) <> 0
        on conflict (city_id, unit_id, measure, level) do update set n = t.n + excluded.n
  )
  select count(*) into v_deltas from taken;
  return v_deltas;
end
$$;

revoke all on function bihuan.roll_up_counters() from public;
grant execute on function bihuan.roll_up_counters() to bihuan_worker;
