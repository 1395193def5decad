alter table bihuan.unit_aliases enable row level security;

drop policy if exists officer_sees_unit_alias on bihuan.unit_aliases;
create policy officer_sees_unit_alias on bihuan.unit_aliases for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_unit_alias on bihuan.unit_aliases;
create policy worker_sees_unit_alias on bihuan.unit_aliases for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.unit_aliases to bihuan_server, bihuan_worker;
