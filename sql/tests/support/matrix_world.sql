-- A small world for the tenancy matrix: two cities of the same shape, told apart by city_id alone. Unit numbers and
-- the UUIDs of cases, assignments and everything else are the same in both, so a policy that forgets the city is found.
-- Run by a superuser in a database of its own that was just migrated.

insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');

insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, v.unit_id, v.label, v.parent_id, v.tier, v.name
  from generate_series(1, 2) c
 cross join (values
   (1, 'bureau', null, 'city', '市局'),
   (2, 'food', 1, 'department', '食品处'), (3, 'law', 1, 'department', '法规处'), (4, 'press', 1, 'department', '宣传处'),
   (10, 'hexi', 1, 'district', '河西'), (11, 'hedong', 1, 'district', '河东'), (12, 'hebei', 1, 'district', '河北'),
   (20, 'lumu', 10, 'station', '鹿木'), (21, 'shahe', 10, 'station', '沙河'), (22, 'wangjia', 11, 'station', '王家'),
   (23, 'liujia', 12, 'station', '刘家'),
   -- Deeper than a tree usually is.
   (30, 'lumu-market', 20, 'station', '鹿木市场')
 ) v (unit_id, label, parent_id, tier, name);

insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, '预案', sha256(''), '' from generate_series(1, 2) c;
insert into bihuan.calendar_days (city_id, day, kind, name)
select c, date '2026-10-01', 'holiday', '国庆节' from generate_series(1, 2) c;
insert into bihuan.import_runs (city_id, run_id, source, file_hash)
select c, md5('run')::uuid, 'hotline', sha256('') from generate_series(1, 2) c;
select bihuan.next_case_number(2026, 20, c) from generate_series(1, 2) c;
select bihuan.set_time_offset(interval '1 hour');

-- MARK: who asks

create schema world;

-- Everybody who asks. `lives`: there is a session, or a city for the worker, that gives the right to anything.
create table world.personas (
  name text primary key,
  login text not null,
  session text not null,
  city text not null,
  lives boolean not null,
  city_id integer,
  unit_id integer,
  role text,
  officer_id uuid,
  clearance smallint not null default 0
);
insert into world.personas (name, login, session, city, lives, city_id, unit_id, role, officer_id)
select v.name, 'bihuan_server', 'token of ' || v.name, '', v.lives, v.city_id, v.unit_id, v.role,
       md5('officer ' || v.name)::uuid
  from (values
    ('dispatcher', true, 1, 1, 'dispatcher'),
    ('duty', true, 1, 1, 'duty'),
    ('leader', true, 1, 1, 'leader'),
    ('operator', true, 1, 1, 'operator'),
    ('operator of a district', true, 1, 10, 'operator'),
    ('handler at the city', true, 1, 1, 'handler'),
    ('revoked session', false, 1, 1, 'dispatcher'),
    ('expired session', false, 1, 1, 'dispatcher'),
    ('expired post', false, 1, 1, 'dispatcher'),
    ('locked officer', false, 1, 1, 'dispatcher'),
    ('dispatcher of the other city', true, 2, 1, 'dispatcher'),
    ('district of the other city', true, 2, 10, 'handler'),
    ('department assigned', true, 1, 2, 'handler'),
    ('reviewer', true, 1, 2, 'reviewer'),
    ('department informed', true, 1, 3, 'handler'),
    ('department not assigned', true, 1, 4, 'handler'),
    ('lead', true, 1, 10, 'handler'),
    -- Dispatcher by post, but not of the city: opens no cases.
    ('dispatcher of a district', true, 1, 10, 'dispatcher'),
    ('sibling district', true, 1, 11, 'handler'),
    ('recalled unit', true, 1, 12, 'handler'),
    ('station below', true, 1, 20, 'handler'),
    ('station beside', true, 1, 21, 'handler'),
    ('station of the sibling', true, 1, 22, 'handler'),
    ('station of the recalled', true, 1, 23, 'handler'),
    ('market below the station', true, 1, 30, 'handler'),
    -- Cleared for more than ordinary cases; all others are not.
    ('cleared dispatcher', true, 1, 1, 'dispatcher'),
    ('cleared leader', true, 1, 1, 'leader'),
    ('cleared operator', true, 1, 1, 'operator'),
    ('cleared lead', true, 1, 10, 'handler'),
    ('cleared duty', true, 1, 1, 'duty'),
    -- Holds another post too, in the unit that is recused.
    ('recused officer in another post', true, 1, 1, 'dispatcher'),
    ('recused operator in another post', true, 1, 1, 'operator'),
    -- Once held one there.
    ('no longer recused', true, 1, 1, 'leader')
  ) v (name, lives, city_id, unit_id, role);
update world.personas set clearance = case name when 'cleared lead' then 1 else 2 end
 where name like 'cleared %' or name like 'recused o% in another post' or name = 'no longer recused';
insert into world.personas (name, login, session, city, lives, city_id)
values
  ('nobody', 'bihuan_server', '', '', false, null),
  ('guesser', 'bihuan_server', 'bhs_jiangcheng_guess', '', false, null),
  -- Naming a city is for the worker; the server's word for it counts nothing.
  ('server that names a city', 'bihuan_server', '', '1', false, null),
  ('worker', 'bihuan_worker', '', '1', true, 1),
  ('worker of the other city', 'bihuan_worker', '', '2', true, 2),
  ('worker without a city', 'bihuan_worker', '', '', true, null),
  -- A token is for the server.
  ('worker with a token', 'bihuan_worker', 'token of dispatcher', '', true, null);

insert into bihuan.officers (city_id, officer_id, login, name)
select p.city_id, p.officer_id, replace(p.name, ' ', '-'), p.name from world.personas p where p.officer_id is not null;
insert into bihuan.credentials (city_id, officer_id, salt, verifier)
select o.city_id, o.officer_id, decode(repeat('5a', 16), 'hex'), sha256('x') from bihuan.officers o;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, clearance)
select p.city_id, md5('post ' || p.name)::uuid, p.officer_id, p.unit_id, p.role, p.clearance
  from world.personas p
 where p.officer_id is not null;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, valid_from, valid_until)
select p.city_id, md5('other post ' || p.name)::uuid, p.officer_id, 22, 'handler', now() - interval '1 year',
       case when p.name like 'no longer%' then clock_timestamp() end
  from world.personas p
 where p.name like 'recused o% in another post' or p.name = 'no longer recused';
insert into bihuan.peer_credentials (city_id, os_user, officer_id, post_id, secret_hash)
select p.city_id, 'root', p.officer_id, md5('post ' || p.name)::uuid, sha256('x')
  from world.personas p
 where p.name in ('operator', 'dispatcher of the other city');
insert into bihuan.sessions (city_id, session_id, token_hash, officer_id, post_id, unit_id, role, via, clearance, expires_at)
select p.city_id, md5('session ' || p.name)::uuid, sha256(convert_to(p.session, 'UTF8')), p.officer_id,
       md5('post ' || p.name)::uuid, p.unit_id, p.role, 'json', p.clearance, clock_timestamp() + interval '8 hours'
  from world.personas p
 where p.officer_id is not null;
update bihuan.sessions set revoked_at = clock_timestamp() where session_id = md5('session revoked session')::uuid;
update bihuan.sessions set expires_at = clock_timestamp() where session_id = md5('session expired session')::uuid;
update bihuan.posts set valid_until = clock_timestamp() where post_id = md5('post expired post')::uuid;
update bihuan.officers set locked_at = clock_timestamp() where name = 'locked officer';

insert into bihuan.idempotency_keys (city_id, officer_id, key, request_hash, created_at)
select p.city_id, p.officer_id, v.key, sha256(''), v.created_at
  from world.personas p
 cross join (values ('new', now()), ('old', now() - interval '8 days')) v (key, created_at)
 where p.officer_id is not null;

-- MARK: what there is to see

insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, level, level_rank, title, content, channel, plan_id,
  plan_version, received_at, opened_at, version)
select c, md5('case ' || v.name)::uuid, 'R-' || v.name, v.owner, v.state, v.level,
       case v.level when 'general' then 1 when 'major' then 3 end, v.name, '内容', 'hotline', 'plan', 1,
       now(), now() - v.age * interval '1 day', 1
  from generate_series(1, 2) c
 cross join (values
   ('registered', 1, 'registered', null, 1), ('graded', 1, 'graded', 'general', 2),
   ('forwarded', 1, 'assigned', 'general', 3), ('helped', 1, 'assigned', 'major', 4),
   ('reviewed', 1, 'assigned', 'major', 5), ('recalled', 1, 'graded', 'general', 6),
   ('returned', 1, 'assigned', 'general', 7), ('handed back', 1, 'graded', 'general', 8),
   ('mixed', 1, 'assigned', 'major', 9), ('unguided', 1, 'assigned', 'general', 10),
   ('accepted', 1, 'accepted', 'general', 11), ('concluded', 1, 'concluded', 'general', 12),
   ('dismissed', 1, 'dismissed', null, 13), ('archived', 1, 'archived', 'major', 14),
   -- Cases are opened at the city; the tables do not demand it, and the rules hold for others too.
   ('recused', 1, 'assigned', 'general', 17), ('restricted', 1, 'assigned', 'major', 18),
   ('confidential', 1, 'graded', 'major', 19), ('both', 1, 'assigned', 'general', 20),
   ('of hedong', 11, 'registered', null, 15), ('of law', 3, 'graded', 'general', 16)
 ) v (name, owner, state, level, age);

create table world.hops (
  name text primary key,
  case_name text not null,
  parent text,
  role text not null,
  state text not null,
  from_unit integer not null,
  to_unit integer not null,
  reviewer integer not null
);
insert into world.hops (name, case_name, parent, role, state, from_unit, to_unit, reviewer)
values
  ('f1', 'forwarded', null, 'lead', 'forwarded', 1, 10, 1),
  ('f2', 'forwarded', 'f1', 'lead', 'received', 10, 20, 10),
  ('f3', 'forwarded', 'f1', 'assist', 'assigned', 10, 21, 10),
  ('h1', 'helped', null, 'lead', 'received', 1, 10, 1),
  ('h2', 'helped', null, 'assist', 'assigned', 1, 11, 1),
  ('h3', 'helped', null, 'guide', 'received', 1, 2, 1),
  ('h4', 'helped', null, 'inform', 'received', 1, 3, 1),
  ('h5', 'helped', 'h1', 'assist', 'assigned', 10, 22, 10),
  ('r1', 'reviewed', null, 'lead', 'fed_back', 1, 11, 2),
  ('c1', 'recalled', null, 'lead', 'recalled', 1, 12, 1),
  ('c2', 'recalled', null, 'assist', 'recalled', 1, 23, 3),
  ('b1', 'returned', null, 'lead', 'received', 1, 10, 1),
  ('b2', 'returned', 'b1', 'lead', 'returned', 10, 21, 10),
  ('b3', 'handed back', null, 'lead', 'returned', 1, 11, 1),
  ('m1', 'mixed', null, 'lead', 'recalled', 1, 12, 1),
  ('m2', 'mixed', null, 'lead', 'received', 1, 11, 1),
  ('m3', 'mixed', null, 'assist', 'assigned', 1, 12, 1),
  ('m4', 'mixed', null, 'assist', 'returned', 1, 10, 1),
  ('u1', 'unguided', null, 'lead', 'received', 1, 10, 1),
  ('u2', 'unguided', null, 'guide', 'recalled', 1, 2, 1),
  ('a1', 'accepted', null, 'lead', 'accepted', 1, 10, 1),
  ('d1', 'concluded', null, 'lead', 'closed', 1, 10, 1),
  ('d2', 'concluded', 'd1', 'lead', 'closed', 10, 20, 10),
  ('x1', 'dismissed', null, 'assist', 'closed', 1, 11, 1),
  ('y1', 'archived', null, 'lead', 'closed', 1, 10, 2),
  -- In a case that a unit is recused from, whatever it had done before.
  ('q1', 'recused', null, 'lead', 'accepted', 1, 11, 1),
  ('q2', 'recused', 'q1', 'lead', 'accepted', 11, 22, 11),
  ('q3', 'recused', null, 'lead', 'received', 1, 10, 1),
  ('q4', 'recused', null, 'assist', 'assigned', 1, 12, 1),
  ('s1', 'restricted', null, 'lead', 'received', 1, 10, 1),
  ('s2', 'restricted', 's1', 'lead', 'assigned', 10, 20, 10),
  ('s3', 'restricted', 's1', 'lead', 'recalled', 10, 21, 10),
  ('o1', 'both', null, 'lead', 'received', 1, 10, 1),
  ('o2', 'both', null, 'lead', 'recalled', 1, 11, 1);

insert into bihuan.assignments (city_id, assignment_id, ref, case_id, parent_id, role, state, from_unit, to_unit,
  reviewer_unit, assigned_at)
select c, md5('hop ' || h.name)::uuid, 'A-' || h.name, md5('case ' || h.case_name)::uuid, md5('hop ' || h.parent)::uuid,
       h.role, h.state, h.from_unit, h.to_unit, h.reviewer, now()
  from generate_series(1, 2) c
 cross join world.hops h
 order by h.parent nulls first;

insert into bihuan.feedback (city_id, feedback_id, case_id, assignment_id, number, kind, findings, state, submitted_at)
select a.city_id, md5('feedback ' || a.ref)::uuid, a.case_id, a.assignment_id, 1, 'interim', '经查', 'noted', now()
  from bihuan.assignments a;
insert into bihuan.feedback_answers (city_id, feedback_id, case_id, assignment_id, key, number, question, "value", is_restricted)
select f.city_id, f.feedback_id, f.case_id, f.assignment_id, x.key, x.number, x.key, '否', x.number = 2
  from bihuan.feedback f
 cross join (values ('cause', 1), ('neglect', 2)) x (key, number);
-- On every assignment, guided or not: what is seen does not hang on who said it.
insert into bihuan.comments (city_id, comment_id, case_id, assignment_id, guide_id, number, unit_id, officer_id, commented_at, "text")
select a.city_id, md5('comment ' || a.ref)::uuid, a.case_id, a.assignment_id, a.assignment_id, 1, 2,
       md5('officer reviewer')::uuid, now(), '请核对台账'
  from bihuan.assignments a;
-- A district's task is for its station to do.
insert into bihuan.tasks (city_id, task_id, case_id, assignment_id, number, unit_id, owner_unit, "text", state, added_at, added_by)
select a.city_id, md5('task ' || a.ref)::uuid, a.case_id, a.assignment_id, 1, a.to_unit,
       case a.to_unit when 10 then 20 else a.to_unit end, '抽样', 'open', now(), md5('officer lead')::uuid
  from bihuan.assignments a;
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
select a.city_id, md5('order ' || a.ref)::uuid, 'S-' || a.ref, a.case_id, a.assignment_id, a.from_unit, a.to_unit,
       'overdue', case when a.state in ('received', 'assigned') then 'issued' else 'lifted' end, '限期办理', now()
  from bihuan.assignments a;

insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at,
  due_at, breached_at, next_rung, next_at)
select a.city_id, md5('clock ' || a.ref || x.kind)::uuid, a.case_id, a.assignment_id, x.unit_id, x.kind, 'PT4H', 'assigned',
       now(), now() + interval '1 hour',
       case when x.kind = 'receipt' and a.state not in ('closed', 'accepted') then now() end, 'reminder', now()
  from bihuan.assignments a
 cross join lateral (values ('receipt', a.to_unit), ('review', a.reviewer_unit)) x (kind, unit_id)
union all
-- Of the case as a whole: of its owner, and of units deep in the tree whether or not they see the case.
select k.city_id, md5('clock ' || k.ref || x.unit_id)::uuid, k.case_id, null, x.unit_id, 'conclusion', 'P3WD', 'graded',
       now(), now() + interval '1 day', case when x.unit_id = 22 then now() end, 'notice', now()
  from bihuan.cases k
 cross join lateral (values (k.owner_unit), (20), (22)) x (unit_id);
insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at)
select k.city_id, k.clock_id, case when k.breached_at is null then 'notice' else 'circular' end, k.case_id, now()
  from bihuan.clocks k;

insert into bihuan.clock_pauses (city_id, clock_id, case_id, paused_at, reason, resumed_at)
select k.city_id, k.clock_id, k.case_id, now(), '等检验结果', now() from bihuan.clocks k;
insert into bihuan.clock_extensions (city_id, clock_id, case_id, number, "limit", asked_at, reason)
select k.city_id, k.clock_id, k.case_id, 1, 'PT4H', now(), '检验未出' from bihuan.clocks k;
insert into bihuan.filings (city_id, filing_id, case_id, form, act, number, filed_at, fields)
select k.city_id, md5(x.act || k.ref)::uuid, k.case_id, x.act, x.act, 1, now(), '{}'
  from bihuan.cases k
 cross join (values ('report'), ('publish'), ('answer'), ('evaluate')) x (act);
insert into bihuan.gradings (city_id, case_id, number, graded_at, level, judged, scores, criteria, triggers, matches,
  officer_id, unit_id, reason)
select k.city_id, k.case_id, 1, now(), 'general', 'general', '{}', '{}', '{}', '[]', md5('officer dispatcher')::uuid,
       k.owner_unit, '常规'
  from bihuan.cases k;
insert into bihuan.spread_samples (city_id, case_id, number, observed_at, recorded_at, reads, officer_id, unit_id)
select k.city_id, k.case_id, 1, now(), now(), 100, md5('officer duty')::uuid, k.owner_unit from bihuan.cases k;
insert into bihuan.sensitive_periods (city_id, name, first_on, last_on)
select c, '两会', '2026-03-01', '2026-03-15' from generate_series(1, 2) c;
insert into bihuan.routing_rules (city_id, number, line, target_place, reason)
select c, 10, '食品', 'line', '谁主管谁负责' from generate_series(1, 2) c;
insert into bihuan.unit_aliases (city_id, unit_id, alias) select c, 10, '老城' from generate_series(1, 2) c;
insert into bihuan.line_words (city_id, line, word) select c, '食品', '过期' from generate_series(1, 2) c;

-- One that waits, put forward by a department; one that was issued; one of a unit below that is over.
insert into bihuan.warnings (city_id, warning_id, case_id, ref, level, judged, state, "text", named_units, proposed_unit,
  proposed_at, decided_at, lifted_at, version)
select c, md5('warning ' || v.name)::uuid, md5('case ' || v.case_name)::uuid, 'W-' || v.name, 'general', 'general', v.state, '预警',
       '{}', v.unit_id, now(), case when v.state <> 'proposed' then now() end, case when v.state = 'lifted' then now() end, 1
  from generate_series(1, 2) c
 cross join (values ('1', 'helped', 'proposed', 2), ('2', 'graded', 'issued', 1), ('3', 'of law', 'lifted', 3),
     ('4', 'recused', 'issued', 1), ('5', 'restricted', 'proposed', 10), ('6', 'recused', 'proposed', 11))
   v (name, case_name, state, unit_id);
insert into bihuan.warning_receipts (city_id, warning_id, case_id, unit_id, roles, urgency, told_at)
select w.city_id, w.warning_id, w.case_id, v.unit_id, '{district}', 'urgent', now()
  from bihuan.warnings w
  join (values ('W-2', 12), ('W-2', 20), ('W-3', 11), ('W-4', 11), ('W-4', 10), ('W-5', 1)) v (ref, unit_id) on v.ref = w.ref;

-- Disputes that wait, of the city's assignments and of a district's, and one that was withdrawn.
insert into bihuan.disputes (city_id, dispute_id, ref, case_id, assignment_id, raised_by, raised_officer, assigner_unit,
  proposed_unit, arbiter_unit, state, reason, raised_at, closed_at)
select a.city_id, md5('dispute ' || a.ref)::uuid, 'X-' || a.ref, a.case_id, a.assignment_id, a.to_unit,
       md5('officer nobody')::uuid, a.from_unit, 4, 1, v.state, '不属本单位', now(),
       case when v.state = 'withdrawn' then now() end
  from bihuan.assignments a
  join (values ('A-h2', 'open'), ('A-f2', 'open'), ('A-m3', 'open'), ('A-b2', 'withdrawn')) v (ref, state)
    on v.ref = a.ref;
insert into bihuan.referrals (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, unit_id, officer_id,
  referred_at)
select k.city_id, md5('referral ' || k.ref)::uuid, 'F-' || k.ref, k.case_id, 'outside', '公安局', '移送', '涉嫌犯罪', 'open',
       k.owner_unit, md5('officer dispatcher')::uuid, now()
  from bihuan.cases k;
insert into bihuan.return_visits (city_id, case_id, number, visited_at, reached, officer_id, unit_id)
select k.city_id, k.case_id, 1, now(), false, md5('officer duty')::uuid, k.owner_unit from bihuan.cases k;

insert into bihuan.officer_changes (city_id, number, kind, officer_id, unit_id, role, at, "by", reason)
select o.city_id, row_number() over (partition by o.city_id order by o.login, u.unit_id), 'locked', o.officer_id, u.unit_id,
       'handler', now(), 'local:root', '调查'
  from bihuan.officers o
  join bihuan.units u on u.city_id = o.city_id and u.unit_id in (1, 2, 10, 20)
 where o.name in ('duty', 'dispatcher of the other city');

insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version)
select v.city_id, '2026-01-01', v.plan_id, v.version from bihuan.plan_versions v;

insert into bihuan.events (city_id, case_id, seq, at, kind, assignment_id, unit_id, detail, actor, via)
select x.city_id, x.case_id, row_number() over (partition by x.city_id, x.case_id order by x.ref nulls first), now(), x.kind,
       x.assignment_id, x.unit_id, x.detail, 'system', 'local'
  from (
    select k.city_id, k.case_id, null::uuid as assignment_id, null as ref, 'told' as kind, null::integer as unit_id,
           '{}'::jsonb as detail
      from bihuan.cases k
    union all
    select a.city_id, a.case_id, a.assignment_id, a.ref, 'told', null, '{}' from bihuan.assignments a
    union all
    -- Of the case as a whole, but not for all on it.
    select k.city_id, k.case_id, null, 'filed ' || x.act, 'filed', null, jsonb_build_object('act', x.act)
      from bihuan.cases k
     cross join (values ('report'), ('publish'), ('evaluate')) x (act)
    union all
    select k.city_id, k.case_id, null, 'raise', 'raise_proposed', null, '{}' from bihuan.cases k
    union all
    select k.city_id, k.case_id, null, 'handed over ' || x.was, 'handed_over', 1, jsonb_build_object('as', x.was)
      from bihuan.cases k
     cross join (values ('owner'), ('clock'), ('warned')) x (was)
    union all
    -- Of the unit that recuses and of those it keeps out, and of a handler who asked for a contact.
    select k.city_id, k.case_id, null, x.kind || u, x.kind, u, '{}'
      from bihuan.cases k
     cross join (values ('recused'), ('recusal_lifted'), ('contact_revealed')) x (kind)
     cross join unnest(array[1, 10]) u
     where k.ref in ('R-recused', 'R-restricted', 'R-helped')
    union all
    select a.city_id, a.case_id, null, 'responded ' || a.ref, 'responded', a.to_unit, '{}' from bihuan.assignments a
    union all
    select k.city_id, k.case_id, null, 'paused ' || k.clock_id, 'paused', null, jsonb_build_object('clock', k.clock_id)
      from bihuan.clocks k
     where k.assignment_id is null
  ) x
 order by x.city_id, x.case_id, 3;
insert into bihuan.outbox (city_id, outbox_id, case_id, seq, unit_id, topic, payload)
select k.city_id, md5('message ' || k.ref)::uuid, k.case_id, 1, 1, 'assigned', '{}'::jsonb from bihuan.cases k
union all
select k.city_id, md5('message below ' || k.ref)::uuid, k.case_id, 1, 20, 'assigned', '{}' from bihuan.cases k;

insert into bihuan.webhooks (city_id, webhook_id, unit_id, url)
select u.city_id, md5('webhook ' || u.unit_id)::uuid, u.unit_id, 'https://' || u.label || '.example/hook'
  from bihuan.units u
 where u.unit_id in (1, 10, 20);
insert into bihuan.webhook_secrets (city_id, webhook_id, number, secret)
select w.city_id, w.webhook_id, n, sha256('x') from bihuan.webhooks w cross join generate_series(1, 2) n;
insert into bihuan.deliveries (city_id, outbox_id, webhook_id)
select o.city_id, o.outbox_id, w.webhook_id
  from bihuan.outbox o
  join bihuan.webhooks w on w.city_id = o.city_id
 where o.outbox_id <> md5('message R-registered')::uuid;

-- Leads: attached, taken in by the bureau and by a station that may not see the case; and loose ones everywhere.
insert into bihuan.leads (city_id, lead_id, unit_id, case_id, source, reference, channel, title, content, received_at,
  recorded_at, content_hash)
select k.city_id, md5('lead ' || k.ref || x.unit_id)::uuid, x.unit_id, k.case_id, 'hotline', k.ref || x.unit_id, 'hotline',
       '标题', '内容', now(), now(), sha256('')
  from bihuan.cases k
 cross join (values (1), (20), (22)) x (unit_id)
union all
select u.city_id, md5('lead ' || u.unit_id)::uuid, u.unit_id, null, 'board', u.label, 'board', '标题', '内容', now(), now(),
       sha256('')
  from bihuan.units u;
insert into bihuan.lead_revisions (city_id, lead_id, revision, content_hash, fields, replaced_at)
select l.city_id, l.lead_id, 1, sha256(''), '{}', now() from bihuan.leads l;
-- All leads are like each other: what is shown of them is a matter of who asks.
update bihuan.leads set grams = array[7];

-- Some counts are rolled up and some are not.
select bihuan.roll_up_counters();
update bihuan.cases set level = 'major', level_rank = 3 where ref = 'R-graded';
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select c, md5('case late')::uuid, 'R-late', x.owner, 'registered', 'late', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from (values (1, 20), (2, 10)) x (c, owner);
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
select a.city_id, md5('late order ' || a.ref)::uuid, 'T-' || a.ref, a.case_id, a.assignment_id, a.from_unit, a.to_unit,
       'inadequate', 'issued', '重新办理', now()
  from bihuan.assignments a
 where a.ref in ('A-h1', 'A-h2', 'A-f2', 'A-m3');

-- MARK: who must not and may not see

-- One that was lifted, where a lead can be found to have done it.
insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason, lifted_at, lifted_by, lift_reason)
select c, md5('case of law')::uuid, 12, now(), md5('officer dispatcher')::uuid, '涉及该局', now(),
       md5('officer department informed')::uuid, '已查清'
  from generate_series(1, 2) c;
insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason)
select c, md5('case ' || x.name)::uuid, x.unit_id, now(), md5('officer dispatcher')::uuid, '涉及该局'
  from generate_series(1, 2) c
 cross join (values ('recused', 11), ('both', 11), ('both', 12)) x (name, unit_id);
update bihuan.cases set secrecy = case ref when 'R-confidential' then 2 else 1 end
 where ref in ('R-restricted', 'R-confidential', 'R-both');

insert into bihuan.reads (city_id, read_id, case_id, at, officer_id, unit_id, via, what)
select k.city_id, md5('read ' || k.ref)::uuid, k.case_id, now(), md5('officer dispatcher')::uuid, 1, 'json', 'case'
  from bihuan.cases k;
insert into bihuan.contacts (city_id, contact_id, lead_id, kind, ciphertext, nonce, key_id, recorded_at)
select l.city_id, md5('contact ' || l.lead_id)::uuid, l.lead_id, 'phone', '\x00', decode(repeat('5a', 24), 'hex'), '1', now()
  from bihuan.leads l
 where l.unit_id in (1, 10);

-- Who is on duty, whom to call, who knows, what lies in store.
insert into bihuan.duty_shifts (city_id, shift_id, unit_id, officer_id, starts_at, ends_at, set_at)
select p.city_id, md5('shift ' || p.unit_id)::uuid, p.unit_id, p.officer_id, now(), now() + interval '1 day', now()
  from world.personas p
 where p.name in ('dispatcher', 'lead', 'station below', 'dispatcher of the other city', 'district of the other city');
insert into bihuan.duty_tests (city_id, test_id, unit_id, officer_id, case_id, reason, asked_at, answer_by)
select v.city_id, md5('test ' || v.name)::uuid, v.unit_id, md5('officer ' || v.officer)::uuid, md5('case ' || v.case_name)::uuid,
       '抽查', now(), now() + interval '30 minutes'
  from (values
    (1, 'all', 1, 'dispatcher', null), (1, 'of a district', 10, 'dispatcher of a district', 'forwarded'),
    (2, 'all', 1, 'dispatcher of the other city', null)
  ) v (city_id, name, unit_id, officer, case_name);
insert into bihuan.duty_calls (city_id, test_id, number, from_unit, unit_id, officer_id)
select v.city_id, md5('test ' || v.test)::uuid, v.number, v.from_unit, v.unit_id, md5('officer ' || v.officer)::uuid
  from (values
    (1, 'all', 1, 1, 10, 'lead'), (1, 'all', 2, 1, 11, null), (1, 'all', 3, 1, 22, 'department informed'),
    (1, 'of a district', 1, 10, 20, 'station below'), (2, 'all', 1, 1, 10, 'district of the other city')
  ) v (city_id, test, number, from_unit, unit_id, officer);
insert into bihuan.liaisons (city_id, liaison_id, unit_id, kind, name, phone, valid_from, set_at)
select u.city_id, md5('liaison ' || u.unit_id || k)::uuid, u.unit_id, k, '联络', '0451-1', now(), now()
  from bihuan.units u
 cross join unnest(array['liaison', 'information_officer']) k
 where u.unit_id in (1, 10, 20);
insert into bihuan.experts (city_id, expert_id, name, field, valid_from, set_at)
select c, md5('expert ' || v.name)::uuid, v.name, '食品', '2026-01-01', now()
  from generate_series(1, 2) c
 cross join (values ('甲'), ('乙')) v (name);
insert into bihuan.case_experts (city_id, case_id, expert_id, engaged_at, officer_id, unit_id, reason)
select k.city_id, k.case_id, md5('expert 甲')::uuid, now(), md5('officer dispatcher')::uuid, k.owner_unit, '会商'
  from bihuan.cases k;
insert into bihuan.supplies (city_id, supply_id, unit_id, item, quantity, place, set_at)
select u.city_id, md5('supply ' || u.unit_id)::uuid, u.unit_id, '快检箱', 3, '库房', now()
  from bihuan.units u
 where u.unit_id in (1, 10, 20, 22);
set constraints all immediate;
