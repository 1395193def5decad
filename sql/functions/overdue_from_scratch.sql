-- overdue as it ought to be, from the clocks alone. For tests and `bihuan doctor`.
create or replace function bihuan.overdue_from_scratch(p_city integer)
returns table (
  unit_id integer, clock_id uuid, case_id uuid, late_unit integer, kind text, level text, level_rank smallint,
  due_at timestamptz, escalated_at timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive late (unit_id, clock_id) as (
    select k.unit_id, k.clock_id
      from bihuan.clocks k
     where k.city_id = p_city and k.breached_at is not null and k.stopped_at is null
    union
    select u.parent_id, l.clock_id
      from late l
      join bihuan.units u on u.city_id = p_city and u.unit_id = l.unit_id
     where u.parent_id is not null
  )
  select l.unit_id, l.clock_id, k.case_id, k.unit_id, k.kind, c.level, c.level_rank, k.due_at, k.escalated_at
    from late l
    join bihuan.clocks k on k.city_id = p_city and k.clock_id = l.clock_id
    join bihuan.cases c on c.city_id = p_city and c.case_id = k.case_id and not c.is_drill
     and c.state <> 'merged'
   where (l.unit_id, k.case_id) not in (select r.unit_id, r.case_id from bihuan.recused_from_scratch(p_city) r)
$$;

revoke all on function bihuan.overdue_from_scratch(integer) from public;
