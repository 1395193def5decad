alter table bihuan.liaisons enable row level security;

-- A directory is for everybody in the city.
drop policy if exists officer_sees_liaison on bihuan.liaisons;
create policy officer_sees_liaison on bihuan.liaisons for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- The city's dispatch office keeps it.
drop policy if exists keeper_adds_liaison on bihuan.liaisons;
create policy keeper_adds_liaison on bihuan.liaisons for insert to bihuan_server
  with check (
    liaisons.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  );

drop policy if exists keeper_changes_liaison on bihuan.liaisons;
create policy keeper_changes_liaison on bihuan.liaisons for update to bihuan_server
  using (
    liaisons.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  )
  with check (
    liaisons.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  );

grant select, insert, update (valid_until) on bihuan.liaisons to bihuan_server;
