alter table bihuan.routing_rules enable row level security;

drop policy if exists officer_sees_routing_rule on bihuan.routing_rules;
create policy officer_sees_routing_rule on bihuan.routing_rules for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_routing_rule on bihuan.routing_rules;
create policy worker_sees_routing_rule on bihuan.routing_rules for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.routing_rules to bihuan_server, bihuan_worker;
