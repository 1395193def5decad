-- The overdue rows of one clock: for the late unit and each of its ancestors. They are what summaries list and count, so
-- a drill has none, nor a case while it is merged.
create or replace function bihuan.write_overdue(p_clock bihuan.clocks)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.overdue (city_id, unit_id, clock_id, case_id, late_unit, kind, level, level_rank, due_at,
    is_sealed, is_counted, escalated_at)
  select c.city_id, u.ancestor_id, p_clock.clock_id, c.case_id, p_clock.unit_id, p_clock.kind, c.level, c.level_rank,
         p_clock.due_at, c.is_sealed, c.is_counted, p_clock.escalated_at
    from bihuan.cases c
    join bihuan.unit_closure u on u.city_id = c.city_id and u.descendant_id = p_clock.unit_id
   where c.city_id = p_clock.city_id and c.case_id = p_clock.case_id and not c.is_drill and c.state <> 'merged'
     -- Not for a unit that is recused.
     and not (c.is_sealed and exists (
       select from bihuan.recused r
        where r.city_id = c.city_id and r.case_id = c.case_id and r.unit_id = u.ancestor_id));
end
$$;

revoke all on function bihuan.write_overdue(bihuan.clocks) from public;
