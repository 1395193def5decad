-- Counts equal the facts through every change that moves them, before and after a roll-up; a drill to which all the same
-- happens moves none.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, u, l, p, t, l
  from generate_series(1, 2) c
 cross join (values
   (5, 'lumu', 3, 'station'), (6, 'shahe', 4, 'station'), (2, 'food', 1, 'department'), (3, 'hexi', 1, 'district'),
   (4, 'hedong', 1, 'district'), (1, 'bureau', null, 'city')
 ) v (u, l, p, t);
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, 'plan', sha256(''), '' from generate_series(1, 2) c;
delete from bihuan.transitions;
insert into bihuan.transitions (machine, from_state, verb, to_state)
select m, a.s, a.s || ' to ' || b.s, b.s
  from (values
    ('case', array['registered', 'graded', 'assigned', 'accepted', 'concluded', 'dismissed']),
    ('assignment', array['assigned', 'received', 'returned']),
    ('supervision', array['issued', 'replied', 'lifted', 'raised'])
  ) x (m, states)
 cross join unnest(states) a (s) cross join unnest(states) b (s);
insert into bihuan.cases (city_id, case_id, ref, is_drill, owner_unit, state, title, content, channel, plan_id,
  plan_version, received_at, opened_at, version)
select 1, md5('case ' || n)::uuid, 'JC-' || n, n = 4, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from generate_series(1, 4) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
select 1, md5('a' || n)::uuid, 'A-' || n, md5('case ' || n)::uuid, 'lead', 'assigned', 1, 5, 1, now()
  from unnest(array[1, 4]) n;
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at,
  due_at)
select 1, md5('k' || n)::uuid, md5('case ' || n)::uuid, md5('a' || n)::uuid, 5, 'receipt', 'PT4H', 'assigned', now(), now()
  from unnest(array[1, 4]) n;
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
select 1, md5('s' || n)::uuid, 'S-' || n, md5('case ' || n)::uuid, md5('a' || n)::uuid, 1, 5, 'overdue', 'issued', '限期办理',
       now()
  from unnest(array[1, 4]) n;

do $$
declare
  v_statement text;
begin
  foreach v_statement in array array[
    'update bihuan.clocks set breached_at = now()',
    'insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at) '
      'select city_id, clock_id, ''circular'', case_id, now() from bihuan.clocks',
    'update bihuan.cases set state = ''graded'', level = ''general'', level_rank = 1',
    'update bihuan.cases set level = ''critical'', level_rank = 4 where ref in (''JC-1'', ''JC-4'')',
    'select bihuan.roll_up_counters()',
    'update bihuan.clocks set due_at = due_at + interval ''1 hour''',
    'update bihuan.supervisions set state = ''replied''',
    'update bihuan.cases set secrecy = 1 where ref in (''JC-1'', ''JC-4'')',
    'update bihuan.cases set level = ''general'', level_rank = 1 where ref in (''JC-1'', ''JC-4'')',
    'update bihuan.clocks set due_at = due_at + interval ''1 hour''',
    'update bihuan.supervisions set state = ''issued''',
    'update bihuan.supervisions set state = ''raised''',
    'update bihuan.clocks set stopped_at = now(), outcome = ''late''',
    'update bihuan.cases set state = ''concluded'', level = ''major'', level_rank = 3 where ref in (''JC-1'', ''JC-4'')',
    'update bihuan.cases set secrecy = 0 where ref = ''JC-1''',
    'update bihuan.cases set state = ''dismissed'' where ref in (''JC-2'', ''JC-4'')',
    'update bihuan.cases set state = ''graded'' where ref in (''JC-1'', ''JC-4'')',
    'update bihuan.cases set state = ''registered'', level = null, level_rank = null where ref = ''JC-2''',
    'update bihuan.cases set owner_unit = 2, state = ''concluded'' where ref in (''JC-3'', ''JC-4'')',
    'update bihuan.assignments set state = ''returned''',
    'select bihuan.roll_up_counters()'
  ] loop
    execute v_statement;
    set constraints all immediate;
    assert bihuan.find_drift(1) is null, bihuan.find_drift(1) || ' is wrong after ' || v_statement;
  end loop;
  assert not exists (select from bihuan.counter_deltas), 'rolled up';
end
$$;
