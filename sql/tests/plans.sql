-- The hot reads go through their indexes under row-level security, and no policy reads all that a unit sees.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, u, 'unit-' || u, case when u > 1 then 1 end, case when u > 1 then 'district' else 'city' end, 'unit'
  from generate_series(1, 2) c cross join generate_series(1, 5) u;
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, 'plan', sha256(''), '' from generate_series(1, 2) c;
insert into bihuan.officers (city_id, officer_id, login, name)
select c, md5(n::text)::uuid, 'officer' || n, '' from generate_series(1, 2) c cross join generate_series(1, 100) n;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role)
select o.city_id, o.officer_id, o.officer_id, 2, 'handler' from bihuan.officers o;
select count(*)
  from bihuan.officers o
 cross join generate_series(1, 10) n
 cross join lateral bihuan.open_session(o.city_id, o.officer_id, null, 'json', n);
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select c, gen_random_uuid(), 'JC-' || n, 1, case when n % 5 = 0 then 'registered' else 'concluded' end, '标题', '内容',
       'hotline', 'plan', 1, now(), now() - n * interval '1 minute', 3
  from generate_series(1, 2) c cross join generate_series(1, 1000) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
select c.city_id, gen_random_uuid(), c.ref, c.case_id, 'lead', 'assigned', 1, 2 + length(c.ref) % 2, 1, now()
  from bihuan.cases c;
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at,
  due_at, breached_at, stopped_at, outcome)
select a.city_id, gen_random_uuid(), a.case_id, a.assignment_id, a.to_unit, 'receipt', 'PT4H', 'assigned', now(),
       now() + length(a.ref) * interval '1 minute', now(), x.stopped_at, case when x.stopped_at is not null then 'late' end
  from bihuan.assignments a
 cross join (values (now()), (null)) x (stopped_at);
insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via)
select c.city_id, c.case_id, s, now(), 'told', 'system', 'local'
  from generate_series(1, 3) s cross join bihuan.cases c
 order by s;
analyze bihuan.sessions, bihuan.unit_closure, bihuan.cases, bihuan.assignments, bihuan.clocks, bihuan.events,
  bihuan.case_visibility, bihuan.assignment_visibility, bihuan.overdue;

set session authorization bihuan_server;
do $$
declare
  v_name text;
  v_index text;
  v_query text;
  v_line text;
  v_plan text;
begin
  for v_name, v_index, v_query in
    values
      ('worklist', 'clocks_work_idx',
       'select k.clock_id from bihuan.clocks k
         where (k.city_id, k.unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s) and k.stopped_at is null
           and not k.is_waiting
         order by k.due_at, k.clock_id limit 50'),
      ('cases', 'case_visibility_page_idx',
       'select v.case_id from bihuan.case_visibility v
         where (v.city_id, v.unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         order by v.opened_at desc, v.case_id desc limit 50'),
      ('open cases', 'case_visibility_open_idx',
       'select v.case_id from bihuan.case_visibility v
         where (v.city_id, v.unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s) and v.is_open
         order by v.opened_at desc, v.case_id desc limit 50'),
      ('overdue', 'overdue_page_idx',
       'select o.clock_id from bihuan.overdue o
         where (o.city_id, o.unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         order by o.due_at, o.clock_id limit 50'),
      ('case by id', 'cases_pkey',
       'select c.ref from bihuan.cases c
         where c.city_id = (select s.city_id from bihuan.sessions s) and c.case_id = md5('''')::uuid'),
      ('case by number', 'case_ref_is_unique',
       'select c.case_id from bihuan.cases c
         where c.city_id = (select s.city_id from bihuan.sessions s) and c.ref = ''JC-2026-000001'''),
      ('timeline', 'events_pkey',
       'select e.kind from bihuan.events e
         where e.city_id = (select s.city_id from bihuan.sessions s) and e.case_id = md5('''')::uuid order by e.seq')
  loop
    v_plan := '';
    for v_line in execute 'explain (costs off) ' || v_query loop
      v_plan := v_plan || v_line || E'\n';
    end loop;
    assert v_plan like '%' || v_index || '%', v_name || ' does not go through ' || v_index || E':\n' || v_plan;
    assert v_plan not like '%Sort%', v_name || E' sorts what the index has in order:\n' || v_plan;
    assert v_plan !~ 'Seq Scan on (sessions|cases|clocks|events|case_visibility|assignment_visibility|overdue)',
      v_name || E' reads a table:\n' || v_plan;
    -- Only the closure, which is small, may be read into a hash.
    assert v_plan !~ 'IS NOT NULL\) AND \(hashed', v_name || E' reads all that the unit sees:\n' || v_plan;
  end loop;
end
$$;
reset session authorization;
