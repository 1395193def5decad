-- The hot reads go through their indexes under row-level security, and no policy reads all that a unit sees. With
-- sequential scans forbidden the plan shows whether an index can serve at all, which is what a policy may spoil.
set session authorization bihuan_server;
set local enable_seqscan = off;
set local enable_bitmapscan = off;

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
    assert v_plan !~ 'Seq Scan on (cases|clocks|events|case_visibility|assignment_visibility)',
      v_name || E' reads a table:\n' || v_plan;
    -- Only the closure, which is small, may be read into a hash.
    assert v_plan !~ 'IS NOT NULL\) AND \(hashed', v_name || E' reads all that the unit sees:\n' || v_plan;
  end loop;
end
$$;
reset session authorization;
