-- What an organisation that changes must not do: tell an administrator of cases that the session does not see, undo a recusal,
-- bring restricted work where nobody is cleared, or take from the bureau what it answers for.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select 1, v.u, v.l, v.p, v.t, v.l
  from (values
   (1, 'bureau', null, 'city'), (2, 'food', 1, 'department'),
   (10, 'hexi', 1, 'district'), (11, 'hedong', 1, 'district'), (12, 'hebei', 1, 'district'), (13, 'henan', 1, 'district'),
   (20, 'lumu', 10, 'station'), (21, 'shahe', 10, 'station'), (22, 'wangjia', 11, 'station'), (23, 'liujia', 13, 'station')
 ) v (u, l, p, t);
select setval('bihuan.units_unit_id_seq', 100);
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source) values (1, 'plan', 1, 'plan', sha256(''), '');

-- Operators of the bureau, one of them cleared, one who also acts in hedong; of hexi. A handler of hexi who is cleared.
insert into bihuan.officers (city_id, officer_id, login, name)
select 1, md5('officer ' || v.l)::uuid, v.l, v.l from unnest(array['chief', 'warden', 'both', 'west', 'zhang']) v (l);
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, clearance, valid_from)
select 1, md5('post ' || v.l || v.u)::uuid, md5('officer ' || v.l)::uuid, v.u, v.r, v.c, '2020-01-01'
  from (values ('chief', 1, 'operator', 0), ('warden', 1, 'operator', 2), ('both', 1, 'operator', 2), ('both', 11, 'leader', 0),
               ('west', 10, 'operator', 0), ('zhang', 10, 'handler', 1)) v (l, u, r, c);
insert into bihuan.sessions (city_id, token_hash, officer_id, post_id, unit_id, role, clearance, via, expires_at)
select p.city_id, sha256(convert_to('token ' || o.login || p.unit_id, 'UTF8')), p.officer_id, p.post_id, p.unit_id, p.role,
       p.clearance, 'json', clock_timestamp() + interval '8 hours'
  from bihuan.posts p join bihuan.officers o on o.city_id = p.city_id and o.officer_id = p.officer_id;

create schema t;
create procedure t.case(p_name text, p_owner integer, p_unit integer, p_recused integer, p_secrecy integer, p_state text default 'assigned')
language plpgsql as $$
begin
  insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
    received_at, opened_at, version, level, level_rank, secrecy)
  values (1, md5(p_name)::uuid, p_name, p_owner, p_state, p_name, '内容', 'hotline', 'plan', 1, now(), now(), 1, 'general', 1,
          p_secrecy);
  insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via)
  values (1, md5(p_name)::uuid, 1, now(), 'registered', 'system', 'local');
  if p_unit is not null then
    insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
      assigned_at)
    values (1, md5('a' || p_name)::uuid, 'A-' || p_name, md5(p_name)::uuid, 'lead', 'received', p_owner, p_unit, p_owner, now());
  end if;
  if p_recused is not null then
    insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason)
    values (1, md5(p_name)::uuid, p_recused, now(), md5('officer warden')::uuid, '涉及该局');
  end if;
end
$$;
call t.case('open', 1, 10, null, 0);
call t.case('restricted', 1, 10, null, 1);
call t.case('about-hedong', 1, 10, 11, 0);
call t.case('about-hexi', 1, 12, 10, 0);
call t.case('about-lumu', 1, 12, 20, 0);
call t.case('about-liujia', 13, null, 23, 0);
call t.case('old-about-hexi', 12, null, 10, 0, 'archived');
insert into bihuan.referrals (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, unit_id, officer_id,
  referred_at)
values (1, md5('f')::uuid, 'F-1', md5('about-liujia')::uuid, 'outside', '公安局', '移送', '涉嫌犯罪', 'open', 13,
        md5('officer chief')::uuid, now());
set constraints all immediate;
set constraints all deferred;

-- Runs a statement under a token, or as the local operator without one: 'ok', or the rule that refused it and what was told.
create function t.try(p_token text, p_statement text) returns text language plpgsql as $$
declare
  v_detail text;
begin
  perform set_config('bihuan.session', coalesce(p_token, ''), true);
  if p_token is null then
    perform set_config('bihuan.city', '1', true);
  else
    set local role bihuan_server;
  end if;
  begin
    execute p_statement;
    set constraints all immediate;
    set constraints all deferred;
  exception when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    reset role;
    perform set_config('bihuan.session', '', true);
    return case when sqlstate = 'LP010' then concat_ws(': ', sqlerrm, nullif(v_detail, '')) else sqlstate || ' ' || sqlerrm end;
  end;
  reset role;
  perform set_config('bihuan.session', '', true);
  return 'ok';
end
$$;
create procedure t.expect(p_token text, p_statement text, p_outcome text) language plpgsql as $$
declare
  v_outcome text := t.try(p_token, p_statement);
begin
  assert v_outcome = p_outcome, format('%s: %s came to %s', p_token, p_statement, v_outcome);
  assert bihuan.find_drift(1) is null, p_statement || ': drift of ' || bihuan.find_drift(1);
  assert (select bool_and(bihuan.verify_chain(1, c.case_id) is null) from bihuan.cases c), p_statement || ': a broken chain';
end
$$;

-- What is told: the refs that the session sees, and of the rest the number.
call t.expect('token chief1', $q$select bihuan.close_unit('hexi', null, 'end', 'closed', '撤销')$q$,
  'unit.in_use: lumu, shahe, west:operator, zhang:handler, about-hedong, open, +1');
call t.expect('token warden1', $q$select bihuan.close_unit('hexi', null, 'end', 'closed', '撤销')$q$,
  'unit.in_use: lumu, shahe, west:operator, zhang:handler, about-hedong, open, restricted');
call t.expect(null, $q$select bihuan.close_unit('hexi', null, 'end', 'closed', '撤销')$q$,
  'unit.in_use: lumu, shahe, west:operator, zhang:handler, about-hedong, open, restricted');
-- A ref that is not seen is one that is not there, whatever stands against it.
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'henan', '{restricted}', null, '移交')$q$,
  'case.not_with_unit: restricted');
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'henan', '{nothing}', null, '移交')$q$,
  'case.not_with_unit: nothing');
call t.expect('token both1', $q$select bihuan.hand_over_work('hexi', 'hedong', '{about-hedong}', null, '移交')$q$,
  'case.not_with_unit: about-hedong');
call t.expect('token chief1', $q$select bihuan.split_unit('hexi', 'hexi2', '河西二', null, '{}', '{restricted}', '分设')$q$,
  'case.not_with_unit: restricted');
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'hedong', '{about-hedong}', null, '移交')$q$,
  'unit.recused: about-hedong');
call t.expect('token both1', $q$select bihuan.hand_over_work('hexi', 'hedong', null, 100, '移交')$q$, 'unit.recused: +1');
call t.expect('token chief1', $q$select bihuan.move_unit('hexi', 'hedong', '代管')$q$, 'unit.recused: about-hedong');

-- Nor what is restricted to where nobody is cleared; posts that come along count.
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'henan', null, 100, '移交')$q$, 'unit.uncleared: +1');
call t.expect('token warden1', $q$select bihuan.hand_over_work('hexi', 'henan', '{restricted}', null, '移交')$q$,
  'unit.uncleared: restricted');
call t.expect('token warden1', $q$select bihuan.hand_over_work('hexi', 'henan', null, 100, '撤并', true, 'end')$q$,
  'unit.uncleared: restricted');
call t.expect('token warden1', $q$select bihuan.split_unit('hexi', 'hexi2', '河西二', null, '{}', '{restricted}', '分设')$q$,
  'unit.uncleared: restricted');

-- Nor from the bureau; an empty list is not all there is.
call t.expect('token chief1', $q$select bihuan.hand_over_work('bureau', 'food', null, 100, '移交')$q$, 'unit.top: bureau');
call t.expect(null, $q$select bihuan.hand_over_work('bureau', 'food', '{about-hexi}', null, '移交')$q$, 'unit.top: bureau');
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'henan', '{}', null, '移交')$q$, 'case.none_named');

-- A unit that is taken in takes its recusals along; whoever works on such a case cannot take it in.
call t.expect('token chief1', $q$select bihuan.close_unit('hexi', 'hebei', 'move', 'merged', '撤并')$q$,
  'unit.recusal_follows: about-hexi, old-about-hexi');
call t.expect('token chief1', $q$select bihuan.hand_over_work('hexi', 'hebei', null, 100, '撤并', true, 'move')$q$,
  'unit.recusal_follows: about-hexi, old-about-hexi');
call t.expect('token chief1', $q$select bihuan.close_unit('lumu', 'hebei', 'move', 'merged', '撤并')$q$,
  'unit.recusal_follows: about-hexi, about-lumu, old-about-hexi');

-- Split: the new unit is kept out of what the old one is.
call t.expect('token chief1', $q$select bihuan.split_unit('hexi', 'hexi2', '河西二', null, '{lumu}', '{open}', '分设')$q$, 'ok');
do $$
declare
  v_row record;
begin
  select r.*, u.label into v_row
    from bihuan.recusals r join bihuan.units u using (city_id, unit_id)
   where r.case_id = md5('about-hexi')::uuid and r.unit_id <> 10;
  assert (v_row.label, v_row.followed_unit, v_row.recused_by, v_row.lifted_at is null)
    = ('hexi2', 10, md5('officer warden')::uuid, true), 'its recusal follows that of the old one';
  assert v_row.reason = '涉及该局（机构调整，河西二随hexi回避）', v_row.reason;
  select e.* into v_row from bihuan.events e where e.case_id = md5('about-hexi')::uuid order by e.seq desc limit 1;
  assert (v_row.kind, v_row.detail, v_row.reason, v_row.officer_id, v_row.unit_id, v_row.via)
    = ('recused', '{"unit": "hexi2", "from": "hexi"}'::jsonb, '分设', md5('officer chief')::uuid, 1, 'json'), v_row::text;
  assert not exists (
    select from bihuan.recusals r where r.case_id = md5('about-hexi')::uuid and r.unit_id = 20
  ), 'what goes along is below it';
  assert exists (select from bihuan.open_work(1, (select u.unit_id from bihuan.units u where u.label = 'hexi2'), false) w
    where w = md5('open')::uuid);
  -- The taker is told in how many cases, and of nothing by name.
  assert (select o.payload = '{"subject": "hexi", "from": "hexi", "cases": 1, "reason": "分设"}' and o.case_id is null
            from bihuan.outbox o join bihuan.units u using (city_id, unit_id)
           where u.label = 'hexi2' and o.topic = 'work.handed_over');
end
$$;

-- Whatever is moved from below a recused unit stays out.
call t.expect('token chief1', $q$select bihuan.move_unit('shahe', 'henan', '划转')$q$, 'ok');
do $$
begin
  assert (select count(*) from bihuan.recusals r where r.unit_id = 21 and r.followed_unit = 10) = 2, 'of both cases';
  assert not exists (select from bihuan.recusals r where r.unit_id = 13), 'but not those it comes to';
end
$$;

-- The archived keep out whoever goes along, where its owner takes the unit in without its posts.
update bihuan.assignments set state = 'fed_back' where case_id = md5('about-hexi')::uuid;
update bihuan.assignments set state = 'accepted', closed_at = now() where case_id = md5('about-hexi')::uuid;
update bihuan.cases set state = 'accepted' where case_id = md5('about-hexi')::uuid;
update bihuan.cases set state = 'concluded' where case_id = md5('about-hexi')::uuid;
update bihuan.posts set clearance = 1 where unit_id = 10;
call t.expect('token warden1', $q$select bihuan.close_unit('hexi', 'hebei', 'move', 'merged', '撤并')$q$,
  'unit.recusal_follows: old-about-hexi');
call t.expect('token warden1', $q$select bihuan.close_unit('hexi', 'henan', 'move', 'merged', '撤并')$q$, 'ok');
do $$
begin
  assert (select count(*) from bihuan.recusals r where r.unit_id = 13 and r.followed_unit = 10 and r.lifted_at is null) = 2;
  assert not exists (select from bihuan.case_visibility v where v.case_id = md5('about-hexi')::uuid and v.unit_id in (13, 21));
  assert exists (select from bihuan.case_visibility v where v.case_id = md5('restricted')::uuid and v.unit_id = 13);
  assert exists (select from bihuan.posts p where p.unit_id = 13 and p.clearance = 1), 'the cleared came along';
  assert bihuan.find_drift(1) is null;
end
$$;

-- Into its own district, which owns the case: not while it goes on. With the owner its referrals go, once it may.
call t.expect('token chief1', $q$select bihuan.close_unit('liujia', 'henan', 'end', 'closed', '撤所')$q$,
  'unit.recusal_follows: about-liujia');
call t.expect('token chief1', $q$select bihuan.hand_over_work('henan', 'hedong', '{about-liujia}', null, '移交')$q$, 'ok');
do $$
begin
  assert (select (f.unit_id, f.version) = (11, 2) from bihuan.referrals f), 'the referral stands with the owner';
  assert exists (select from bihuan.events e where e.kind = 'handed_over' and e.detail @> '{"as": "referral", "ref": "F-1"}');
end
$$;
call t.expect('token chief1', $q$select bihuan.close_unit('liujia', 'henan', 'end', 'closed', '撤所')$q$, 'ok');

-- Nothing is given to a closed unit by one who read the tree before.
do $$
declare
  v_what text;
begin
  foreach v_what in array array[
    $q$insert into bihuan.referrals (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, unit_id, officer_id,
         referred_at)
       values (1, gen_random_uuid(), 'F-2', md5('open')::uuid, 'outside', '公安局', '移送', '涉嫌犯罪', 'open', 10,
         md5('officer chief')::uuid, now())$q$,
    $q$insert into bihuan.disputes (city_id, dispute_id, ref, case_id, assignment_id, raised_by, raised_officer, assigner_unit,
         proposed_unit, arbiter_unit, state, reason, raised_at)
       values (1, gen_random_uuid(), 'D-1', md5('open')::uuid, md5('aopen')::uuid, 10, md5('officer chief')::uuid, 1, 12, 1, 'open',
         '不属本局', now())$q$,
    $q$insert into bihuan.tasks (city_id, task_id, case_id, assignment_id, number, unit_id, owner_unit, "text", state, added_at,
         added_by)
       values (1, gen_random_uuid(), md5('open')::uuid, md5('aopen')::uuid, 1, 1, 23, '核查', 'open', now(), gen_random_uuid())$q$,
    $q$with w as (
         insert into bihuan.warnings (city_id, warning_id, case_id, ref, level, judged, state, "text", named_units, proposed_unit,
           proposed_at, decided_at, version)
         values (1, md5('w')::uuid, md5('open')::uuid, 'W-1', 'red', 'red', 'issued', '注意', '{10}', 1, now(), now(), 1)
         returning warning_id
       )
       insert into bihuan.warning_receipts (city_id, warning_id, case_id, unit_id, roles, urgency, told_at)
       values (1, md5('w')::uuid, md5('open')::uuid, 10, '{}', 'normal', now())$q$]
  loop
    begin
      execute v_what;
      assert false, 'a closed unit was given something: ' || v_what;
    exception when sqlstate 'LP004' then
      null;
    end;
  end loop;
end
$$;
