alter table bihuan.experts enable row level security;

-- Everybody in the city may know who knows what.
drop policy if exists officer_sees_expert on bihuan.experts;
create policy officer_sees_expert on bihuan.experts for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- The city's dispatch office keeps it.
drop policy if exists keeper_adds_expert on bihuan.experts;
create policy keeper_adds_expert on bihuan.experts for insert to bihuan_server
  with check (
    experts.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  );

drop policy if exists keeper_changes_expert on bihuan.experts;
create policy keeper_changes_expert on bihuan.experts for update to bihuan_server
  using (
    experts.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  )
  with check (
    experts.city_id = (
      select s.city_id
        from bihuan.sessions s
        join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
       where s.role in ('dispatcher', 'operator') and u.tier = 'city'
    )
  );

grant select, insert, update (organisation, contact, valid_from, valid_until, set_at) on bihuan.experts to bihuan_server;
