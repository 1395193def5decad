-- No open unit lies below a closed one: whatever looks upwards for who is in charge finds somebody who acts.
create or replace function bihuan.guard_unit_tree()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_label text;
begin
  select u.label into v_label
    from changed x
    join bihuan.units u on u.city_id = x.city_id and u.disabled_at is null
     and (u.unit_id = x.unit_id or u.parent_id = x.unit_id)
    join bihuan.units p on p.city_id = u.city_id and p.unit_id = u.parent_id
   where p.disabled_at is not null
   limit 1;
  if found then
    raise exception 'the open unit % would lie below a closed one', v_label
      using errcode = 'check_violation', schema = 'bihuan', table = 'units', constraint = 'open_unit_has_an_open_parent';
  end if;
  return null;
end
$$;

revoke all on function bihuan.guard_unit_tree() from public;

create or replace trigger guard_unit_tree_on_insert
  after insert on bihuan.units
  referencing new table as changed
  for each statement execute function bihuan.guard_unit_tree();

create or replace trigger guard_unit_tree_on_update
  after update on bihuan.units
  referencing new table as changed
  for each statement execute function bihuan.guard_unit_tree();
