-- A unit that stands above others from now on sees what they see, but for what it is recused from itself. What they are recused
-- from is not their sight's to tell: functions/refresh_sight.sql. The caller holds the tables against writers.
create or replace function bihuan.gain_sight(p_city integer, p_unit integer, p_below integer[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with come as (
    insert into bihuan.case_visibility (city_id, unit_id, case_id, opened_at, is_open, is_drill, is_sealed)
    select distinct on (v.case_id) p_city, p_unit, v.case_id, v.opened_at, v.is_open, v.is_drill, v.is_sealed
      from bihuan.case_visibility v
     where v.city_id = p_city and v.unit_id = any (p_below)
       and v.case_id not in (select o.case_id from bihuan.case_visibility o where o.city_id = p_city and o.unit_id = p_unit)
       and v.case_id not in (select r.case_id from bihuan.recused r where r.city_id = p_city and r.unit_id = p_unit)
    returning case_id
  )
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select p_city, p_unit, m.measure, coalesce(c.level, ''), count(*)
    from come k
    join bihuan.cases c on c.city_id = p_city and c.case_id = k.case_id and c.is_counted
   cross join lateral (
     select 'open' as measure where c.is_open
     union all
     select 'concluded' where c.state = 'concluded'
   ) m
   group by m.measure, c.level;

  insert into bihuan.assignment_visibility (city_id, unit_id, assignment_id, case_id, is_sealed)
  select distinct on (v.assignment_id) p_city, p_unit, v.assignment_id, v.case_id, v.is_sealed
    from bihuan.assignment_visibility v
   where v.city_id = p_city and v.unit_id = any (p_below)
     and v.assignment_id not in (
       select o.assignment_id from bihuan.assignment_visibility o where o.city_id = p_city and o.unit_id = p_unit)
     and v.case_id not in (select r.case_id from bihuan.recused r where r.city_id = p_city and r.unit_id = p_unit);
end
$$;

revoke all on function bihuan.gain_sight(integer, integer, integer[]) from public;
