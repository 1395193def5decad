-- A new case has no assignments yet: its owner and the owner's ancestors see it and, if it counts, count it.
create or replace function bihuan.visibility_on_case_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with seen as (
    insert into bihuan.case_visibility (city_id, unit_id, case_id, opened_at, is_open, is_drill, is_sealed)
    select f.city_id, u.ancestor_id, f.case_id, f.opened_at, f.is_open, f.is_drill, f.secrecy > 0
      from fresh f
      join bihuan.unit_closure u on u.city_id = f.city_id and u.descendant_id = f.owner_unit
    returning city_id, unit_id, case_id
  )
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select s.city_id, s.unit_id, case when f.is_open then 'open' else 'concluded' end, coalesce(f.level, ''), count(*)
    from seen s
    join fresh f on f.city_id = s.city_id and f.case_id = s.case_id
   where (f.is_open or f.state = 'concluded') and f.is_counted
   group by s.city_id, s.unit_id, f.is_open, f.level;
  return null;
end
$$;

revoke all on function bihuan.visibility_on_case_insert() from public;

create or replace trigger visibility_on_case_insert
  after insert on bihuan.cases
  referencing new table as fresh
  for each statement execute function bihuan.visibility_on_case_insert();
