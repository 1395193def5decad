-- An order of a case that counts counts for the unit it went to and that unit's ancestors, until it is lifted or raised.
create or replace function bihuan.counter_on_supervision()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
  select c.city_id, u.ancestor_id, 'supervision', coalesce(c.level, ''),
         case when new.state in ('issued', 'replied') then 1 else -1 end
    from bihuan.cases c
    join bihuan.unit_closure u on u.city_id = c.city_id and u.descendant_id = new.to_unit
   where c.city_id = new.city_id and c.case_id = new.case_id and c.is_counted;
  return null;
end
$$;

revoke all on function bihuan.counter_on_supervision() from public;

create or replace trigger counter_on_supervision_insert
  after insert on bihuan.supervisions
  for each row when (new.state in ('issued', 'replied'))
  execute function bihuan.counter_on_supervision();

create or replace trigger counter_on_supervision_update
  after update of state on bihuan.supervisions
  for each row when ((old.state in ('issued', 'replied')) <> (new.state in ('issued', 'replied')))
  execute function bihuan.counter_on_supervision();
