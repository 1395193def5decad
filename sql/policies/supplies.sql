alter table bihuan.supplies enable row level security;

-- Everybody in the city may know what lies where.
drop policy if exists officer_sees_supply on bihuan.supplies;
create policy officer_sees_supply on bihuan.supplies for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- A unit keeps its own stores, and those above it.
drop policy if exists keeper_adds_supply on bihuan.supplies;
create policy keeper_adds_supply on bihuan.supplies for insert to bihuan_server
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = supplies.city_id and u.descendant_id = supplies.unit_id
    )
  );

drop policy if exists keeper_changes_supply on bihuan.supplies;
create policy keeper_changes_supply on bihuan.supplies for update to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = supplies.city_id and u.descendant_id = supplies.unit_id
    )
  )
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = supplies.city_id and u.descendant_id = supplies.unit_id
    )
  );

grant select, insert, update (quantity, measure, next_inspection_on, inspected_at, inspected_by, set_at) on bihuan.supplies to bihuan_server;
