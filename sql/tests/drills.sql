-- A drill is never counted, takes nothing from what is in earnest, and is handed on to nobody, whoever writes.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, u, l, p, t, l
  from generate_series(1, 2) c
 cross join (values
   (5, 'lumu', 3, 'station'), (3, 'hexi', 1, 'district'), (4, 'hedong', 1, 'district'), (1, 'bureau', null, 'city')
 ) v (u, l, p, t);
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, 'plan', sha256(''), '' from generate_series(1, 2) c;
delete from bihuan.transitions;
insert into bihuan.transitions (machine, from_state, verb, to_state)
select 'case', a.s, a.s || ' to ' || b.s, b.s
  from unnest(array['registered', 'graded', 'concluded']) a (s)
 cross join unnest(array['registered', 'graded', 'concluded']) b (s);
insert into bihuan.cases (city_id, case_id, ref, is_drill, owner_unit, state, title, content, channel, plan_id,
  plan_version, received_at, opened_at, version)
select 1, md5(x.ref)::uuid, x.ref, x.is_drill, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from (values ('DRL-1', true), ('JC-1', false)) x (ref, is_drill);

create temporary table before_the_drill as select * from bihuan.counters;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
values (1, md5('a')::uuid, 'DRL-A-1', md5('DRL-1')::uuid, 'lead', 'assigned', 1, 5, 1, now());
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at,
  due_at)
values (1, md5('k')::uuid, md5('DRL-1')::uuid, md5('a')::uuid, 5, 'receipt', 'PT4H', 'assigned', now(), now());
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
values (1, md5('s')::uuid, 'DRL-D-1', md5('DRL-1')::uuid, md5('a')::uuid, 1, 5, 'overdue', 'issued', '限期办理', now());

do $$
declare
  v_statement text;
begin
  foreach v_statement in array array[
    'update bihuan.clocks set breached_at = now()',
    'insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at) '
      'select city_id, clock_id, ''circular'', case_id, now() from bihuan.clocks',
    'update bihuan.cases set state = ''graded'', level = ''general'', level_rank = 1 where is_drill',
    'select bihuan.roll_up_counters()',
    -- A unit that moves takes its counts along.
    'update bihuan.units set parent_id = 4 where city_id = 1 and unit_id = 5',
    'update bihuan.cases set level = ''major'', level_rank = 3 where is_drill',
    'update bihuan.clocks set stopped_at = now(), outcome = ''late''',
    'update bihuan.cases set state = ''concluded'' where is_drill'
  ] loop
    execute v_statement;
    set constraints all immediate;
    assert bihuan.find_drift(1) is null, bihuan.find_drift(1) || ' is wrong after ' || v_statement;
    assert not exists (select from bihuan.overdue), 'listed as overdue after ' || v_statement;
    assert not exists (
      (table bihuan.counters except table before_the_drill) union all (table before_the_drill except table bihuan.counters)
    ), 'counted after ' || v_statement;
  end loop;
end
$$;

-- What is a drill stays one, and nothing in earnest gets into it; for the owner too.
insert into bihuan.leads (city_id, lead_id, unit_id, case_id, is_drill, source, reference, channel, title, content,
  received_at, recorded_at, content_hash)
select 1, md5(x.name)::uuid, 1, md5(x.ref)::uuid, x.is_drill, 'hotline', '1', 'hotline', '标题', '内容', now(), now(), ''
  from (values ('of the drill', 'DRL-1', true), ('in earnest', null, false)) x (name, ref, is_drill);
do $$
declare
  v_try text[];
  v_state text;
begin
  foreach v_try slice 1 in array array[
    ['LP003', 'update bihuan.cases set is_drill = false where is_drill'],
    ['LP003', 'update bihuan.cases set is_drill = true where not is_drill'],
    ['LP003', 'update bihuan.leads set is_drill = true where not is_drill'],
    ['LP005', 'update bihuan.leads set case_id = md5(''DRL-1'')::uuid where not is_drill'],
    ['LP005', 'update bihuan.leads set case_id = md5(''JC-1'')::uuid where is_drill'],
    ['LP005', 'insert into bihuan.leads (city_id, lead_id, unit_id, case_id, source, channel, title, content, received_at, '
      'recorded_at, content_hash) select city_id, gen_random_uuid(), unit_id, case_id, source, channel, title, content, '
      'received_at, recorded_at, content_hash from bihuan.leads where is_drill'],
    ['23514', 'update bihuan.leads set case_id = null where is_drill'],
    ['23505', 'insert into bihuan.leads (city_id, lead_id, unit_id, case_id, is_drill, source, reference, channel, title, '
      'content, received_at, recorded_at, content_hash) select city_id, gen_random_uuid(), unit_id, case_id, is_drill, '
      'source, reference, channel, title, content, received_at, recorded_at, content_hash from bihuan.leads']
  ] loop
    v_state := null;
    begin
      execute v_try[2];
      set constraints all immediate;
    exception when others then
      v_state := sqlstate;
    end;
    assert v_state = v_try[1], coalesce(v_state, 'nothing') || ' stopped ' || v_try[2];
  end loop;
end
$$;
update bihuan.leads set case_id = md5('JC-1')::uuid where not is_drill;

-- The number is drawn from the series of the case: real ones are not used up.
do $$
begin
  perform set_config('bihuan.city', '1', true);
  assert bihuan.next_ref('assignment', md5('DRL-1')::uuid) = 1 and bihuan.next_ref('assignment', md5('DRL-1')::uuid) = 2,
    'the drill draws from its own series';
  assert bihuan.next_ref('assignment', md5('JC-1')::uuid) = 1, 'and the case from the real one';
  assert bihuan.next_ref('supervision', md5('JC-1')::uuid) = 1 and bihuan.next_ref('supervision', md5('DRL-1')::uuid) = 1,
    'so do orders';
  assert bihuan.next_drill_number(2026) = 1 and bihuan.next_case_number(2026, 1) = 1, 'and cases themselves';
end
$$;

-- Not even the courier can hand on what a drill would have told.
insert into bihuan.webhooks (city_id, webhook_id, unit_id, url) values (1, md5('w')::uuid, 5, 'https://lumu.example/hook');
insert into bihuan.outbox (city_id, outbox_id, case_id, unit_id, topic, payload)
select 1, md5('message of ' || ref)::uuid, case_id, 5, 'clock.reminder', '{}' from bihuan.cases;
set session authorization bihuan_worker;
do $$
declare
  v_refused boolean := false;
begin
  perform set_config('bihuan.city', '1', true);
  insert into bihuan.deliveries (city_id, outbox_id, webhook_id) values (1, md5('message of JC-1')::uuid, md5('w')::uuid);
  begin
    insert into bihuan.deliveries (city_id, outbox_id, webhook_id)
    values (1, md5('message of DRL-1')::uuid, md5('w')::uuid);
  exception when insufficient_privilege then
    v_refused := true;
  end;
  assert v_refused, 'a message of a drill was handed on';
end
$$;
reset session authorization;
