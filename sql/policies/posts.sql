alter table bihuan.posts enable row level security;

drop policy if exists officer_sees_post on bihuan.posts;
create policy officer_sees_post on bihuan.posts for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_post on bihuan.posts;
create policy worker_sees_post on bihuan.posts for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.posts to bihuan_server, bihuan_worker;
