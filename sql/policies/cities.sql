alter table bihuan.cities enable row level security;

drop policy if exists officer_sees_city on bihuan.cities;
create policy officer_sees_city on bihuan.cities for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_city on bihuan.cities;
create policy worker_sees_city on bihuan.cities for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.cities to bihuan_server, bihuan_worker;
