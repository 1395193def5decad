-- Units that are renamed, moved, merged, split and closed: no work is orphaned, what is seen is what the rule says from
-- scratch, the history is whole, and nobody administers what lies outside the own subtree.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, v.u, v.l, v.p, v.t, v.l
  from generate_series(1, 2) c
 cross join (values
   (1, 'bureau', null, 'city'), (2, 'food', 1, 'department'),
   (10, 'hexi', 1, 'district'), (11, 'hedong', 1, 'district'), (12, 'hebei', 1, 'district'),
   (20, 'lumu', 10, 'station'), (21, 'shahe', 10, 'station'), (22, 'wangjia', 11, 'station'), (23, 'liujia', 12, 'station')
 ) v (u, l, p, t);
select setval('bihuan.units_unit_id_seq', 100);
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, 'plan', sha256(''), '' from generate_series(1, 2) c;

-- Officers with sessions: operators of the bureau, of hexi, of city 2; a dispatcher; a handler of hexi and of lumu; one who
-- acts in hexi and in hedong.
insert into bihuan.officers (city_id, officer_id, login, name)
select case v.l when 'strange' then 2 else 1 end, md5('officer ' || v.l)::uuid, v.l, v.l
  from unnest(array['chief', 'west', 'strange', 'clerk', 'zhang', 'li', 'both', 'last']) v (l);
insert into bihuan.credentials (city_id, officer_id, salt, verifier)
select o.city_id, o.officer_id, decode(repeat('5a', 16), 'hex'), sha256('\x0102') from bihuan.officers o;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, valid_from, valid_until)
select case v.l when 'strange' then 2 else 1 end, md5('post ' || v.l || v.u)::uuid, md5('officer ' || v.l)::uuid, v.u, v.r,
       '2020-01-01', v.e
  from (values
    ('chief', 1, 'operator', null::timestamptz), ('west', 10, 'operator', null), ('strange', 1, 'operator', null),
    ('clerk', 1, 'dispatcher', null), ('zhang', 10, 'handler', null), ('li', 20, 'handler', null),
    ('both', 10, 'leader', null), ('both', 11, 'leader', null), ('last', 11, 'handler', '2021-01-01')
  ) v (l, u, r, e);
insert into bihuan.sessions (city_id, token_hash, officer_id, post_id, unit_id, role, via, expires_at)
select p.city_id, sha256(convert_to('token ' || o.login || p.unit_id, 'UTF8')), p.officer_id, p.post_id, p.unit_id, p.role,
       'json', clock_timestamp() + interval '8 hours'
  from bihuan.posts p join bihuan.officers o on o.city_id = p.city_id and o.officer_id = p.officer_id
 where p.valid_until is null;

-- 240 cases of every kind; each third goes on from its district to a station.
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version, is_drill, level, level_rank)
select c, md5('case ' || n)::uuid, 'JC-' || n, (array[1, 1, 10, 11, 2, 20])[1 + n % 6],
       case when n % 5 = 3 and n % 7 > 3 and n % 11 <> 1 and n > 20 then 'archived'
            else (array['assigned', 'assigned', 'concluded', 'assigned', 'graded'])[1 + n % 5] end, '标题', '内容', 'hotline', 'plan', 1, now(),
       now(), 1, n % 17 = 0, 'general', 1
  from generate_series(1, 2) c, generate_series(1, 240) n;
insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via)
select c.city_id, c.case_id, 1, now(), 'registered', 'system', 'local' from bihuan.cases c;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
select c, md5('a' || n)::uuid, 'A-' || n, md5('case ' || n)::uuid, (array['lead', 'assist', 'guide'])[1 + n % 3],
       (array['forwarded', 'received', 'assigned', 'fed_back', 'accepted', 'returned', 'recalled'])[1 + n % 7],
       1, 10 + n % 3, case when n % 4 = 0 then 2 else 1 end, now()
  from generate_series(1, 2) c, generate_series(1, 240) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, parent_id, role, state, from_unit, to_unit,
  reviewer_unit, assigned_at)
select a.city_id, md5('b' || a.ref)::uuid, 'B' || a.ref, a.case_id, a.assignment_id, 'lead',
       (array['assigned', 'received', 'fed_back'])[1 + substr(a.ref, 3)::integer % 3], a.to_unit,
       case a.to_unit when 10 then 20 when 11 then 22 else 23 end, a.to_unit, now()
  from bihuan.assignments a where a.state = 'forwarded';
-- The districts of a case may also ask one another.
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
select 1, md5('x' || n)::uuid, 'X-' || n, md5('case ' || n)::uuid, 'assist', 'received', 10 + n % 2, 11 - n % 2, 10 + n % 2, now()
  from generate_series(1, 240, 11) n;
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at, due_at,
  breached_at, stopped_at, outcome, is_waiting)
select a.city_id, md5('k' || a.ref || k.kind)::uuid, a.case_id, a.assignment_id, k.unit, k.kind, 'PT4H', 'assigned', now(), now(),
       case when ascii(md5(a.ref)) % 2 = 0 then now() end, k.stop, case when k.stop is not null then 'met' end, false
  from bihuan.assignments a
 cross join lateral (
   select 'receipt' as kind, a.to_unit as unit, case when a.state <> 'assigned' then now() end as stop
   union all
   select 'review', a.reviewer_unit, null where a.state = 'fed_back'
 ) k;
insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at)
select k.city_id, k.clock_id, 'circular', k.case_id, now() from bihuan.clocks k where ascii(md5(k.clock_id::text)) % 3 = 0;
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
select a.city_id, md5('s' || a.ref)::uuid, 'S-' || a.ref, a.case_id, a.assignment_id, a.from_unit, a.to_unit, 'overdue',
       (array['issued', 'replied', 'lifted'])[1 + ascii(md5('s' || a.ref)) % 3], '限期办理', now()
  from bihuan.assignments a where a.state in ('assigned', 'received', 'fed_back');
insert into bihuan.warnings (city_id, warning_id, case_id, ref, level, judged, state, text, named_units, proposed_unit,
  proposed_at, decided_at, version)
select 1, md5('w' || n)::uuid, md5('case ' || n)::uuid, 'W-' || n, 'red', 'red', case when n % 2 = 0 then 'issued' else 'proposed' end,
       '注意', array[10, 11], 1, now(), case when n % 2 = 0 then now() end, 1
  from generate_series(1, 20) n;
insert into bihuan.warning_receipts (city_id, warning_id, case_id, unit_id, roles, urgency, told_at)
select 1, w.warning_id, w.case_id, u, '{}', 'normal', now()
  from bihuan.warnings w, unnest(array[10, 11]) u
 where w.state = 'issued' and (u = 10 or w.ref < 'W-2');
insert into bihuan.clocks (city_id, clock_id, case_id, warning_id, unit_id, kind, "limit", start_event, started_at, due_at)
select r.city_id, md5('r' || r.warning_id || r.unit_id)::uuid, r.case_id, r.warning_id, r.unit_id, 'response', 'PT4H', 'warned',
       now(), now()
  from bihuan.warning_receipts r;
do $$ begin assert bihuan.find_drift(1) is null, 'the world drifts: ' || bihuan.find_drift(1); end $$;

create schema t;
-- Runs a statement as the server under a token: 'ok', or the rule that refused it.
create function t.try(p_token text, p_statement text) returns text language plpgsql as $$
begin
  perform set_config('bihuan.session', p_token, true);
  set local role bihuan_server;
  begin
    execute p_statement;
  exception when others then
    reset role;
    perform set_config('bihuan.session', '', true);
    return case when sqlstate = 'LP010' then sqlerrm else sqlstate end;
  end;
  reset role;
  perform set_config('bihuan.session', '', true);
  return 'ok';
end
$$;
-- What must hold after every reorganisation.
create procedure t.check(p_what text) language plpgsql as $$
declare
  v_bad text;
begin
  set constraints all immediate;
  set constraints all deferred;
  assert bihuan.find_drift(1) is null, p_what || ': drift of ' || bihuan.find_drift(1);
  select string_agg(u.label, ',') into v_bad
    from bihuan.units u
   where u.disabled_at is not null and exists (select from bihuan.open_work(u.city_id, u.unit_id, true));
  assert v_bad is null, p_what || ': orphaned work of ' || v_bad;
  select string_agg(c.ref, ',') into v_bad
    from bihuan.cases c where bihuan.verify_chain(c.city_id, c.case_id) is not null;
  assert v_bad is null, p_what || ': broken chains of ' || v_bad;
  select string_agg(a.ref, ',') into v_bad
    from bihuan.assignments a join bihuan.cases c using (city_id, case_id)
   where a.city_id = 1 and a.state = 'fed_back' and a.reviewer_unit = a.to_unit and c.owner_unit <> a.to_unit;
  assert v_bad is null, p_what || ': their own reviewers ' || v_bad;
  select string_agg(k.clock_id::text, ',') into v_bad
    from bihuan.clocks k join bihuan.assignments a using (city_id, assignment_id)
   where k.kind = 'review' and k.stopped_at is null and k.unit_id <> a.reviewer_unit;
  assert v_bad is null, p_what || ': reviews of others ' || v_bad;
end
$$;

-- Every column that names a unit either is handed over or is history. Who adds one says here which, and in
-- functions/hand_over.sql.
do $$
declare
  v_unknown text;
begin
  select string_agg(x.name, ', ') into v_unknown
    from (
      select t.relname || '.' || a.attname as name
        from pg_constraint k
        join pg_class t on t.oid = k.conrelid
        join pg_attribute a on a.attrelid = t.oid and a.attnum = any (k.conkey) and a.attname <> 'city_id'
       where k.contype = 'f' and k.confrelid = 'bihuan.units'::regclass
    ) x
   where x.name <> all (array[
     -- Handed over.
     'cases.owner_unit', 'assignments.from_unit', 'assignments.to_unit', 'assignments.reviewer_unit', 'clocks.unit_id',
     'supervisions.from_unit', 'supervisions.to_unit', 'warning_receipts.unit_id', 'disputes.raised_by',
     'disputes.assigner_unit', 'disputes.arbiter_unit', 'tasks.unit_id', 'tasks.owner_unit', 'referrals.unit_id',
     -- Handed over, or ended, by hand_over_registers.
     'routing_rules.area_unit', 'routing_rules.target_unit', 'unit_aliases.unit_id', 'supplies.unit_id',
     'liaisons.unit_id', 'duty_shifts.unit_id',
     -- Ended, or moved by end_posts_of_unit.
     'posts.unit_id', 'sessions.unit_id',
     -- The tree, and its history.
     'units.parent_id', 'unit_closure.ancestor_id', 'unit_closure.descendant_id', 'unit_changes.unit_id',
     'unit_changes.other_unit', 'unit_changes.old_parent', 'unit_changes.new_parent', 'officer_changes.unit_id',
     -- Who did it then.
     'filings.unit_id', 'gradings.unit_id', 'spread_samples.unit_id', 'warnings.proposed_unit', 'leads.unit_id',
     'disputes.proposed_unit', 'disputes.decided_unit', 'assignments.proposed_unit', 'return_visits.unit_id',
     'comments.unit_id', 'reads.unit_id', 'duty_tests.unit_id', 'duty_calls.unit_id',
     'duty_calls.from_unit', 'case_experts.unit_id',
     -- Whom a case is about does not change with a name on a door; carry_recusals adds whoever takes the unit in.
     'recusals.unit_id',
     -- Where to tell a unit, and what it was told.
     'webhooks.unit_id', 'outbox.unit_id']);
  assert v_unknown is null, 'is it handed over or history: ' || v_unknown;
end
$$;

-- Who administers what.
do $$
declare
  x record;
  v_outcome text;
begin
  for x in
    select * from (values
      ('token clerk1', $q$select bihuan.rename_unit('food', '食品安全处', '三定')$q$, 'administration.not_permitted'),
      ('no token', $q$select bihuan.rename_unit('food', '食品安全处', '三定')$q$, '42501'),
      ('token west10', $q$select bihuan.rename_unit('food', '食品安全处', '三定')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.rename_unit('bureau', '局', '三定')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.rename_unit('lumu', '鹿木镇所', '三定')$q$, 'ok'),
      ('token west10', $q$select bihuan.open_unit('new', 'bureau', 'station', '新所', null, null, '增设')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.open_unit('new', 'hexi', 'station', '新所', null, null, '增设')$q$, 'ok'),
      ('token west10', $q$select bihuan.open_unit('wangjia', 'hexi', 'station', '新所', null, null, '增设')$q$, 'unit.label_taken'),
      ('token west10', $q$select bihuan.move_unit('lumu', 'hedong', '划转')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.move_unit('wangjia', 'hexi', '划转')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.move_unit('hexi', 'lumu', '划转')$q$, 'unit.own'),
      ('token west10', $q$select bihuan.close_unit('hexi', null, 'end', 'closed', '撤销')$q$, 'unit.own'),
      ('token west10', $q$select bihuan.close_unit('lumu', 'hedong', 'end', 'merged', '撤并')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.split_unit('hexi', 'hexi2', '河西二', null, '{}', '{}', '分设')$q$, 'unit.own'),
      ('token west10', $q$select bihuan.hand_over_work('lumu', 'wangjia', null, 100, '移交')$q$, 'unit.unknown'),
      -- What cannot be closed gives nothing away on the way there.
      ('token west10', $q$select bihuan.hand_over_work('hexi', 'lumu', null, 100, '撤销', true)$q$, 'unit.own'),
      ('token chief1', $q$select bihuan.move_unit('hexi', 'lumu', '划转')$q$, 'unit.below_itself'),
      ('token chief1', $q$select bihuan.close_unit('hexi', 'lumu', 'end', 'merged', '撤并')$q$, 'unit.below_itself'),
      ('token chief1', $q$select bihuan.hand_over_work('hexi', 'lumu', null, 100, '撤并', true)$q$, 'unit.below_itself'),
      ('token chief1', $q$select bihuan.close_unit('hexi', null, 'end', 'closed', '撤销')$q$, 'unit.in_use'),
      ('token chief1', $q$select bihuan.hand_over_work('hexi', 'hedong', '{JC-3,JC-999}', 100, '移交')$q$, 'case.not_with_unit'),
      ('token strange1', $q$select bihuan.rename_unit('new', '别人的', '冒名')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.lock_officer('zhang', true, '调查')$q$, 'ok'),
      ('token west10', $q$select bihuan.lock_officer('zhang', false, '结束')$q$, 'ok'),
      ('token west10', $q$select bihuan.lock_officer('chief', true, '越权')$q$, 'officer.unknown'),
      ('token west10', $q$select bihuan.lock_officer('both', true, '越权')$q$, 'officer.unknown'),
      ('token west10', $q$select bihuan.lock_officer('last', true, '越权')$q$, 'officer.unknown'),
      ('token west10', $q$select bihuan.lock_officer('west', true, '误操作')$q$, 'officer.oneself'),
      ('token west10', $q$select bihuan.reset_officer('both', '\x00', '\x00', '越权')$q$, 'officer.unknown'),
      ('token west10', $q$select bihuan.reset_officer('li', decode(repeat('5b', 16), 'hex'), sha256('y'), '遗忘')$q$, 'ok'),
      ('token west10', $q$select bihuan.add_post(md5('p1')::uuid, 'li', 'bureau', 'operator', '{}', null, null, null, '越权')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.add_post(md5('p1')::uuid, 'west', 'lumu', 'handler', '{}', null, null, null, '自任')$q$, 'officer.oneself'),
      ('token west10', $q$select bihuan.add_post(md5('p1')::uuid, 'last', 'lumu', 'handler', '{}', null, null, null, '借调')$q$, 'officer.unknown'),
      ('token west10', $q$select bihuan.add_post(md5('p1')::uuid, 'li', 'shahe', 'handler', '{}', null, null, null, '兼任')$q$, 'ok'),
      ('token west10', $q$select bihuan.end_post('li', 'shahe', 'handler', '免去')$q$, 'ok'),
      ('token west10', $q$select bihuan.end_post('both', 'hedong', 'leader', '越权')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.add_officer(md5('o')::uuid, 'sun', '孙', decode(repeat('5b', 16), 'hex'), sha256('y'), md5('po')::uuid, 'shahe', 'handler', '录用')$q$, 'ok'),
      ('token west10', $q$select bihuan.add_officer(md5('o2')::uuid, 'qian', '钱', decode(repeat('5b', 16), 'hex'), sha256('y'), md5('po2')::uuid, 'food', 'handler', '录用')$q$, 'unit.unknown'),
      ('token west10', $q$select bihuan.add_officer(md5('o2')::uuid, 'both', '钱', decode(repeat('5b', 16), 'hex'), sha256('y'), md5('po2')::uuid, 'shahe', 'handler', '录用')$q$, 'officer.login_taken'),
      -- The server itself writes none of it.
      ('token chief1', $q$update bihuan.units set name = 'x'$q$, '42501'),
      ('token chief1', $q$insert into bihuan.unit_changes (city_id, number, kind, unit_id, at, "by") values (1, 99, 'closed', 1, now(), 'x')$q$, '42501'),
      ('token chief1', $q$select bihuan.hand_over(1, 10, 11, '{}', 'x', null, null, 'json', 'x')$q$, '42501')
    ) v (token, statement, outcome)
  loop
    v_outcome := t.try(x.token, x.statement);
    assert v_outcome = x.outcome, format('%s: %s came to %s', x.token, x.statement, v_outcome);
  end loop;
  assert not (select bool_or(u.name in ('局', 'x', '别人的')) from bihuan.units u), 'a refusal changes nothing';
  assert (select count(*) from bihuan.officer_changes) = 6, 'what was done to officers is written down';
end
$$;
call t.check('administration');

-- Deputies act only between their dates.
do $$
declare
  v_now timestamptz := clock_timestamp();
  v_session record;
begin
  assert t.try('token west10', format(
    $q$select bihuan.add_post(md5('d0')::uuid, 'sun', 'hexi', 'handler', '{}', %L, null, 'zhang', '代理')$q$, v_now))
    = 'post.deputy_needs_end', 'a deputy needs an end';
  assert t.try('token west10', format(
    $q$select bihuan.add_post(md5('d0')::uuid, 'sun', 'hexi', 'leader', '{}', %L, %L, 'zhang', '代理')$q$, v_now,
    v_now + interval '1 day')) = 'post.not_held', 'nobody stands in for a post that is not held';
  assert t.try('token west10', format(
    $q$select bihuan.add_post(md5('d0')::uuid, 'sun', 'hexi', 'handler', '{}', %L, %L, 'zhang', '代理')$q$, v_now,
    v_now - interval '1 day')) = 'post.ends_before', 'the end lies after the beginning';
  update bihuan.posts set plan_roles = '{chief}' where post_id = md5('post zhang10')::uuid;
  assert t.try('token west10', format(
    $q$select bihuan.add_post(md5('d1')::uuid, 'sun', 'hexi', 'handler', '{}', %L, %L, 'zhang', '代理')$q$,
    v_now + interval '1 hour', v_now + interval '2 hours')) = 'ok', 'a deputy of the future';
  assert (select p.plan_roles = '{chief}' and p.acting_for = md5('post zhang10')::uuid
            from bihuan.posts p where p.post_id = md5('d1')::uuid), 'with the roles of the post stood in for';
  assert not exists (select from bihuan.open_session(1, md5('o')::uuid, md5('d1')::uuid, 'json', 8)), 'not before the day';
  update bihuan.posts set valid_from = v_now - interval '1 hour' where post_id = md5('d1')::uuid;
  select * into v_session from bihuan.open_session(1, md5('o')::uuid, md5('d1')::uuid, 'json', 8);
  assert v_session.expires_at = v_now + interval '2 hours', 'between the dates, and the session ends with them';
  update bihuan.posts set valid_from = v_now - interval '2 hours', valid_until = v_now - interval '1 hour'
   where post_id = md5('d1')::uuid;
  assert not exists (select from bihuan.open_session(1, md5('o')::uuid, md5('d1')::uuid, 'json', 8)), 'not after the day';
  assert (select s.revoked_at is not null from bihuan.sessions s where s.session_id = v_session.session_id),
    'nor under a session opened before';
end
$$;

-- Hand-over between units that both go on.
do $$
begin
  assert t.try('token chief1', $q$select bihuan.hand_over_work('hexi', 'hedong', null, 5, '划转')$q$) = 'ok';
  assert exists (select from bihuan.events e where e.city_id = 1 and e.kind = 'handed_over' and e.reason = '划转'
    and e.officer_id = md5('officer chief')::uuid and e.detail ->> 'from' = 'hexi' and e.detail ->> 'to' = 'hedong'),
    'the log says so';
  assert (select count(distinct e.case_id) from bihuan.events e where e.kind = 'handed_over') = 5, 'five at a time';
  assert not exists (select from bihuan.events e where e.kind = 'handed_over' and e.city_id = 2), 'in this city';
end
$$;
call t.check('hand-over');

-- A station merges into its own district, which gave it its work: the bureau reviews then.
do $$
begin
  update bihuan.posts set clearance = 1 where officer_id = md5('officer li')::uuid and unit_id = 20;
  assert t.try('token west10', $q$select bihuan.close_unit('lumu', 'hexi', 'move', 'merged', '撤所归局')$q$) = 'ok';
  assert (select p.clearance from bihuan.posts p where p.officer_id = md5('officer li')::uuid and p.unit_id = 10) = 1,
    'what the post may know of goes along';
  assert (select u.disabled_at is not null and u.parent_id = 10 from bihuan.units u where u.city_id = 1 and u.label = 'lumu');
  assert exists (select from bihuan.posts p where p.officer_id = md5('officer li')::uuid and p.unit_id = 10
    and p.valid_until is null), 'its officers go along';
  assert exists (select from bihuan.posts p where p.officer_id = md5('officer li')::uuid and p.unit_id = 20
    and p.valid_until is not null), 'and the old posts say who served there';
  assert (select bool_and(s.revoked_at is not null) from bihuan.sessions s where s.unit_id = 20), 'sessions there end';
  assert t.try('token west10', $q$select bihuan.rename_unit('lumu', 'x', 'x')$q$) = 'unit.closed';
  assert t.try('token west10', $q$select bihuan.move_unit('shahe', 'lumu', 'x')$q$) = 'unit.closed';
end
$$;
call t.check('merge upwards');

-- Districts merge: stations and work go along, hedong sees all that hexi saw.
create table t.seen as select v.case_id from bihuan.case_visibility v where v.city_id = 1 and v.unit_id = 10;
do $$
declare
  v_row record;
begin
  assert t.try('token chief1', $q$select bihuan.close_unit('hexi', 'hedong', 'move', 'merged', '撤并')$q$) = 'ok';
  assert not exists (
    select case_id from t.seen except select v.case_id from bihuan.case_visibility v where v.city_id = 1 and v.unit_id = 11
  ), 'the successor sees all that was seen';
  assert (select u.parent_id = 11 and u.disabled_at is null from bihuan.units u where u.city_id = 1 and u.label = 'shahe');
  assert not exists (
    select from bihuan.posts p where p.unit_id = 11 and p.officer_id = md5('officer west')::uuid
  ), 'an operator does not come to administer more';
  assert (select count(*) from bihuan.posts p where p.unit_id = 11 and p.officer_id = md5('officer both')::uuid
    and p.valid_until is null) = 1, 'who served in both serves once';
  select h.* into v_row from bihuan.unit_changes h where h.city_id = 1 and h.unit_id = 10 and h.kind = 'merged';
  assert (v_row.other_unit, v_row.old_parent, v_row.new_parent, v_row.reason, v_row.officer_id)
    = (11, 1, 11, '撤并', md5('officer chief')::uuid), 'the history says what became of it';
  -- Whoever still knows an older book gives it nothing.
  begin
    insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
      assigned_at)
    values (1, md5('late')::uuid, 'A-late', md5('case 1')::uuid, 'lead', 'assigned', 1, 10, 1, now());
    assert false, 'a closed unit was given something';
  exception when sqlstate 'LP004' then
    null;
  end;
end
$$;
call t.check('merge');

-- A district splits, with a station and what it passed on there.
do $$
declare
  v_new integer;
begin
  assert t.try('token chief1',
    $q$select bihuan.split_unit('hedong', 'hedong2', '河东二区局', null, '{wangjia}', '{}', '分设')$q$) = 'ok';
  select u.unit_id into v_new from bihuan.units u where u.city_id = 1 and u.label = 'hedong2';
  assert (select u.parent_id = v_new from bihuan.units u where u.city_id = 1 and u.label = 'wangjia');
  assert (select u.parent_id = 1 and u.tier = 'district' from bihuan.units u where u.city_id = 1 and u.unit_id = v_new);
  assert exists (select from bihuan.open_work(1, v_new, false)), 'it has what it passed on';
  assert not exists (
    select from bihuan.assignments a
     where a.city_id = 1 and a.from_unit = 11 and a.to_unit = 22 and a.state in ('assigned', 'received', 'fed_back')
  ), 'all of it';
  assert t.try('token chief1',
    $q$select bihuan.split_unit('hedong', 'hedong3', '河东三区局', null, '{liujia}', '{}', '分设')$q$) = 'unit.not_below';
end
$$;
call t.check('split');

-- A district moves under another with all its open work, once none of it is about the other; then it is closed in favour of a
-- department.
do $$
declare
  v_case uuid;
begin
  select v.case_id into v_case from bihuan.case_visibility v where v.city_id = 1 and v.unit_id = 12 order by 1 limit 1;
  insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason)
  values (1, v_case, 11, clock_timestamp(), md5('officer chief')::uuid, '投诉的是该局');
  assert t.try('token chief1', $q$select bihuan.move_unit('hebei', 'hedong', '代管')$q$) = 'unit.recused';
  update bihuan.recusals
     set lifted_at = clock_timestamp(), lifted_by = md5('officer chief')::uuid, lift_reason = '已查清'
   where case_id = v_case and unit_id = 11;
  assert t.try('token chief1', $q$select bihuan.move_unit('hebei', 'hedong', '代管')$q$) = 'ok';
  assert not exists (
    select v.case_id from bihuan.case_visibility v where v.city_id = 1 and v.unit_id = 12
    except select v.case_id from bihuan.case_visibility v where v.city_id = 1 and v.unit_id = 11
  ), 'a moved district takes its open work along';
end
$$;
call t.check('move');
do $$
begin
  assert t.try('token chief1', $q$select bihuan.close_unit('hebei', 'food', 'end', 'closed', '撤销')$q$) = 'ok';
  assert t.try('token chief1', $q$select bihuan.close_unit('new', null, 'end', 'closed', '撤销')$q$) = 'ok', 'an idle one closes';
  assert t.try('token chief1', $q$select bihuan.open_unit('hebei', 'bureau', 'district', '河北', null, null, '复设')$q$)
    = 'unit.label_taken', 'a label is never used again';
  assert (select array_agg(h.number order by h.number) = array_agg(h.n::integer order by h.n)
    from (select h.number, row_number() over (order by h.number) as n from bihuan.unit_changes h where h.city_id = 1) h),
    'changes are numbered without holes';
end
$$;
call t.check('close');
do $$
declare
  v_table text;
begin
  foreach v_table in array array['unit_changes', 'officer_changes'] loop
    begin
      execute format('delete from bihuan.%I', v_table);
      assert false, v_table || ' was changed';
    exception when sqlstate 'LP003' then
      null;
    end;
  end loop;
  assert not exists (select from bihuan.events e where e.kind = 'handed_over' and e.city_id = 2), 'nothing of another city moved';
end
$$;
