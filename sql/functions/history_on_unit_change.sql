-- Writes what became of units, whoever changed them. bump_book_version has locked the city's row before, so numbers have
-- neither holes nor doubles.
create or replace function bihuan.history_on_unit_change()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_said jsonb := nullif(current_setting('bihuan.change', true), '')::jsonb;
  v_by text := coalesce(v_said ->> 'by', 'local:' || session_user);
begin
  if tg_op = 'INSERT' then
    insert into bihuan.unit_changes
           (city_id, number, kind, unit_id, other_unit, new_name, new_parent, at, "by", officer_id, reason)
    select f.city_id,
           coalesce((select max(h.number) from bihuan.unit_changes h where h.city_id = f.city_id), 0)
             + row_number() over (partition by f.city_id order by f.unit_id),
           coalesce(v_said ->> 'kind', 'opened'), f.unit_id, (v_said ->> 'other')::integer, f.name, f.parent_id,
           bihuan.now(), v_by, (v_said ->> 'officer')::uuid, v_said ->> 'reason'
      from fresh f;
  else
    insert into bihuan.unit_changes
           (city_id, number, kind, unit_id, other_unit, old_name, new_name, old_parent, new_parent, at, "by", officer_id,
            reason)
    select c.city_id,
           coalesce((select max(h.number) from bihuan.unit_changes h where h.city_id = c.city_id), 0)
             + row_number() over (partition by c.city_id order by c.unit_id, c.kind),
           c.kind, c.unit_id, c.other_unit, c.old_name, c.new_name, c.old_parent, c.new_parent,
           bihuan.now(), v_by, (v_said ->> 'officer')::uuid, v_said ->> 'reason'
      from (
        select a.city_id, a.unit_id, k.kind,
               case when k.kind in ('merged', 'closed') then (v_said ->> 'other')::integer end as other_unit,
               case when k.kind = 'renamed' then b.name end as old_name,
               case when k.kind = 'renamed' then a.name end as new_name,
               case when b.parent_id is distinct from a.parent_id and k.kind <> 'renamed' then b.parent_id end as old_parent,
               case when b.parent_id is distinct from a.parent_id and k.kind <> 'renamed' then a.parent_id end as new_parent
          from after_change a
          join before_change b on b.city_id = a.city_id and b.unit_id = a.unit_id
         cross join lateral (
           select 'renamed' as kind where a.name <> b.name
           union all
           select coalesce(v_said ->> 'kind', 'closed') where a.disabled_at is not null and b.disabled_at is null
           union all
           select 'opened' where a.disabled_at is null and b.disabled_at is not null
           union all
           select 'moved' where a.parent_id is distinct from b.parent_id and (a.disabled_at is null or b.disabled_at is not null)
         ) k
      ) c;
  end if;
  return null;
end
$$;

revoke all on function bihuan.history_on_unit_change() from public;

create or replace trigger history_on_unit_insert
  after insert on bihuan.units
  referencing new table as fresh
  for each statement execute function bihuan.history_on_unit_change();

create or replace trigger history_on_unit_update
  after update on bihuan.units
  referencing old table as before_change new table as after_change
  for each statement execute function bihuan.history_on_unit_change();
