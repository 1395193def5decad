alter table bihuan.units enable row level security;

-- Every officer may see who there is in the own city; what they do is another matter.
drop policy if exists officer_sees_unit on bihuan.units;
create policy officer_sees_unit on bihuan.units for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_unit on bihuan.units;
create policy worker_sees_unit on bihuan.units for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.units to bihuan_server, bihuan_worker;
