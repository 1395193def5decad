alter table bihuan.liaisons enable row level security;

-- A directory is for everybody in the city.
drop policy if exists officer_sees_liaison on bihuan.liaisons;
create policy officer_sees_liaison on bihuan.liaisons for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- A unit keeps its own, and those above it do.
drop policy if exists keeper_adds_liaison on bihuan.liaisons;
create policy keeper_adds_liaison on bihuan.liaisons for insert to bihuan_server
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = liaisons.city_id and u.descendant_id = liaisons.unit_id
    )
  );

drop policy if exists keeper_changes_liaison on bihuan.liaisons;
create policy keeper_changes_liaison on bihuan.liaisons for update to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = liaisons.city_id and u.descendant_id = liaisons.unit_id
    )
  )
  with check (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'operator')
             )
         and u.city_id = liaisons.city_id and u.descendant_id = liaisons.unit_id
    )
  );

grant select, insert, update (valid_until) on bihuan.liaisons to bihuan_server;
