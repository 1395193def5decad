-- Nothing new is given to a closed unit. Whoever began with an older book of the city waits for the table that closing
-- holds, and is then told to read again. Once per statement, for what was inserted.
create or replace function bihuan.guard_open_unit()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_label text;
begin
  if tg_table_name = 'cases' then
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id = f.owner_unit
     where u.disabled_at is not null and f.is_open limit 1;
  elsif tg_table_name = 'clocks' then
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id = f.unit_id
     where u.disabled_at is not null and f.stopped_at is null limit 1;
  elsif tg_table_name = 'assignments' then
    select u.label into v_label
      from fresh f
      join bihuan.units u on u.city_id = f.city_id and u.unit_id in (f.to_unit, f.from_unit, f.reviewer_unit)
     where u.disabled_at is not null and f.state in ('assigned', 'received', 'forwarded', 'fed_back') limit 1;
  elsif tg_table_name = 'disputes' then
    select u.label into v_label
      from fresh f
      join bihuan.units u on u.city_id = f.city_id and u.unit_id in (f.raised_by, f.assigner_unit, f.arbiter_unit)
     where u.disabled_at is not null and f.state = 'open' limit 1;
  elsif tg_table_name = 'tasks' then
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id in (f.unit_id, f.owner_unit)
     where u.disabled_at is not null and f.state = 'open' limit 1;
  elsif tg_table_name = 'referrals' then
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id = f.unit_id
     where u.disabled_at is not null and f.state = 'open' limit 1;
  elsif tg_table_name = 'warning_receipts' then
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id = f.unit_id
     where u.disabled_at is not null and f.received_at is null limit 1;
  else
    select u.label into v_label
      from fresh f join bihuan.units u on u.city_id = f.city_id and u.unit_id in (f.to_unit, f.from_unit)
     where u.disabled_at is not null and f.state in ('issued', 'replied') limit 1;
  end if;
  if found then
    raise exception 'the unit % is closed', v_label using errcode = 'LP004';
  end if;
  return null;
end
$$;

revoke all on function bihuan.guard_open_unit() from public;

create or replace trigger guard_open_unit
  after insert on bihuan.cases
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.clocks
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.assignments
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.supervisions
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.disputes
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.tasks
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.referrals
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();

create or replace trigger guard_open_unit
  after insert on bihuan.warning_receipts
  referencing new table as fresh
  for each statement execute function bihuan.guard_open_unit();
