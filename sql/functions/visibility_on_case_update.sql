-- A case that opens or closes, changes its level or its owner, or counts from now on or no longer: visibility and every
-- count of it follow. By row and with a condition, because most updates of a case change none of these and must cost nothing
-- here.
create or replace function bihuan.visibility_on_case_update()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (old.opened_at, old.is_open) is distinct from (new.opened_at, new.is_open) then
    update bihuan.case_visibility v
       set opened_at = new.opened_at, is_open = new.is_open
     where v.city_id = new.city_id and v.case_id = new.case_id;
  end if;

  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select new.city_id, v.unit_id, m.measure, m.level, sum(m.n)
    from bihuan.case_visibility v
   cross join (
     select 'open' as measure, coalesce(old.level, '') as level, -1 as n where old.is_open and old.is_counted
     union all
     select 'open', coalesce(new.level, ''), 1 where new.is_open and new.is_counted
     union all
     select 'concluded', coalesce(old.level, ''), -1 where old.state = 'concluded' and old.is_counted
     union all
     select 'concluded', coalesce(new.level, ''), 1 where new.state = 'concluded' and new.is_counted
   ) m
   where v.city_id = new.city_id and v.case_id = new.case_id
   group by v.unit_id, m.measure, m.level
  having sum(m.n) <> 0;

  if (old.level, old.is_counted) is distinct from (new.level, new.is_counted) then
    insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
    select new.city_id, x.unit_id, x.measure, m.level, sum(m.n)
      from (
        select u.ancestor_id as unit_id, 'supervision' as measure
          from bihuan.supervisions s
          join bihuan.unit_closure u on u.city_id = s.city_id and u.descendant_id = s.to_unit
         where s.city_id = new.city_id and s.case_id = new.case_id and s.state in ('issued', 'replied')
        union all
        select u.ancestor_id, 'circular'
          from bihuan.clock_firings f
          join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
          join bihuan.unit_closure u on u.city_id = k.city_id and u.descendant_id = k.unit_id
         where f.city_id = new.city_id and f.case_id = new.case_id and f.rung = 'circular'
      ) x
     cross join (
       select coalesce(old.level, '') as level, -1 as n where old.is_counted
       union all
       select coalesce(new.level, ''), 1 where new.is_counted
     ) m
     group by x.unit_id, x.measure, m.level
    having sum(m.n) <> 0;
  end if;

  if (old.level, old.level_rank, old.is_counted) is distinct from (new.level, new.level_rank, new.is_counted) then
    -- counter_on_overdue_level moves the counts of these rows.
    update bihuan.overdue o
       set level = new.level, level_rank = new.level_rank, is_counted = new.is_counted
     where o.city_id = new.city_id and o.case_id = new.case_id;
  end if;

  -- While it is merged nothing of it is overdue, and nothing can be done about its clocks.
  if (old.state = 'merged') <> (new.state = 'merged') then
    if new.state = 'merged' then
      delete from bihuan.overdue o where o.city_id = new.city_id and o.case_id = new.case_id;
    else
      perform bihuan.write_overdue(k)
         from bihuan.clocks k
        where k.city_id = new.city_id and k.case_id = new.case_id and k.stopped_at is null
          and k.breached_at is not null;
    end if;
    update bihuan.clocks k
       set is_waiting = not k.is_waiting
     where k.city_id = new.city_id and k.case_id = new.case_id and k.stopped_at is null
       and k.is_waiting <> bihuan.clock_waits(k);
  end if;

  if old.owner_unit <> new.owner_unit then
    perform bihuan.refresh_visibility(new.city_id, array[new.case_id]);
  end if;
  return null;
end
$$;

revoke all on function bihuan.visibility_on_case_update() from public;

create or replace trigger visibility_on_case_update
  after update on bihuan.cases
  for each row when (
    (old.owner_unit, old.opened_at, old.is_open, old.level, old.level_rank, old.is_counted,
      old.state in ('concluded', 'merged'))
    is distinct from
    (new.owner_unit, new.opened_at, new.is_open, new.level, new.level_rank, new.is_counted,
      new.state in ('concluded', 'merged'))
  ) execute function bihuan.visibility_on_case_update();
