-- A circular of a case that counts counts for the late unit and its ancestors, for ever.
create or replace function bihuan.counter_on_firing()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select k.city_id, u.ancestor_id, 'circular', coalesce(c.level, ''), 1
    from bihuan.clocks k
    join bihuan.cases c on c.city_id = k.city_id and c.case_id = k.case_id and c.is_counted
    join bihuan.unit_closure u on u.city_id = k.city_id and u.descendant_id = k.unit_id
   where k.city_id = new.city_id and k.clock_id = new.clock_id;
  return null;
end
$$;

revoke all on function bihuan.counter_on_firing() from public;

create or replace trigger counter_on_firing
  after insert on bihuan.clock_firings
  for each row when (new.rung = 'circular') execute function bihuan.counter_on_firing();
