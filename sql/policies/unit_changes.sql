alter table bihuan.unit_changes enable row level security;

-- Every officer may read what became of the units of the own city, or an old document would name what nobody knows.
drop policy if exists officer_sees_unit_change on bihuan.unit_changes;
create policy officer_sees_unit_change on bihuan.unit_changes for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

-- Written by a trigger on units only.
grant select on bihuan.unit_changes to bihuan_server;
