-- Who sees a case and its assignments: the rules one by one. A random history is compared with them elsewhere.
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
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select 1, md5('case ' || n)::uuid, 'JC-' || n, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from generate_series(1, 3) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
values
  (1, md5('lead')::uuid, 'A-1', md5('case 1')::uuid, 'lead', 'assigned', 1, 3, 1, now()),
  (1, md5('assist')::uuid, 'A-2', md5('case 1')::uuid, 'assist', 'assigned', 1, 6, 1, now()),
  (1, md5('guide')::uuid, 'A-3', md5('case 1')::uuid, 'guide', 'assigned', 1, 2, 1, now()),
  (1, md5('inform')::uuid, 'A-4', md5('case 2')::uuid, 'inform', 'assigned', 1, 5, 2, now());
do $$
begin
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.case_visibility v where v.case_id = md5('case 3')::uuid)
    = array[1], 'the owner alone sees a case nobody was assigned';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.case_visibility v where v.case_id = md5('case 2')::uuid)
    = array[1, 2, 3, 5], 'the assignee, the reviewer and all above them see it';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.assignment_visibility v
    where v.assignment_id = md5('lead')::uuid) = array[1, 2, 3], 'the guide sees the lead it guides';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.assignment_visibility v
    where v.assignment_id = md5('assist')::uuid) = array[1, 2, 3, 4, 6], 'lead and guide see the assist';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.assignment_visibility v
    where v.assignment_id = md5('guide')::uuid) = array[1, 2], 'nobody sees the guide but assigner and guide';

  -- What is taken back is gone for the assignee at the commit, and stays known to the assigner.
  update bihuan.assignments set state = 'recalled' where assignment_id = md5('lead')::uuid;
  assert exists (select from bihuan.case_visibility v where v.unit_id = 3 and v.case_id = md5('case 1')::uuid),
    'not before the commit';
  set constraints all immediate;
  assert not exists (select from bihuan.case_visibility v where v.unit_id = 3 and v.case_id = md5('case 1')::uuid),
    'at the commit';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.assignment_visibility v
    where v.assignment_id = md5('lead')::uuid) = array[1], 'the assigner remembers';
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.assignment_visibility v
    where v.assignment_id = md5('assist')::uuid) = array[1, 2, 4, 6], 'a lead no longer standing sees no assist';
end
$$;

-- A unit that is recused sees nothing of the case, nor does anything below it; those above still do, and it all comes back.
-- What is sealed is marked wherever a policy would otherwise let it through.
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
values (1, md5('case 4')::uuid, 'JC-4', 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1);
insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via)
values (1, md5('case 4')::uuid, 1, now(), 'registered', 'system', 'local');
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
values
  (1, md5('hop')::uuid, 'A-5', md5('case 4')::uuid, 'lead', 'forwarded', 1, 3, 1, now()),
  (1, md5('below')::uuid, 'A-6', md5('case 4')::uuid, 'lead', 'received', 3, 5, 3, now());
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at, due_at,
  breached_at)
values (1, md5('late')::uuid, md5('case 4')::uuid, md5('below')::uuid, 5, 'receipt', 'PT1H', 'assigned', now(), now(), now());
insert into bihuan.outbox (city_id, outbox_id, case_id, unit_id, topic, payload)
values (1, md5('before')::uuid, md5('case 4')::uuid, 5, 'told', '{}');
insert into bihuan.webhooks (city_id, webhook_id, unit_id, url) values (1, md5('hook')::uuid, 5, 'https://lumu.example/hook');
insert into bihuan.deliveries (city_id, outbox_id, webhook_id) values (1, md5('before')::uuid, md5('hook')::uuid);
set constraints all immediate;
do $$
declare
  v_case uuid := md5('case 4')::uuid;
begin
  set constraints all deferred;
  insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason)
  values (1, v_case, 3, now(), gen_random_uuid(), '涉及该局');
  assert exists (select from bihuan.case_visibility v where v.unit_id = 3 and v.case_id = v_case), 'not before the commit';
  set constraints all immediate;
  assert (select array_agg(v.unit_id) from bihuan.case_visibility v where v.case_id = v_case) = array[1],
    'the recused and those below see no case';
  assert not exists (select from bihuan.assignment_visibility v where v.case_id = v_case and v.unit_id <> 1),
    'nor its assignments';
  assert (select array_agg(o.unit_id) from bihuan.overdue o where o.case_id = v_case) = array[1], 'nor what is late in it';
  assert not exists (select from bihuan.assignments a where a.case_id = v_case and not a.is_sealed)
    and not exists (select from bihuan.clocks k where k.case_id = v_case and not k.is_sealed), 'what there was is sealed';
  assert not exists (select from bihuan.deliveries d where d.outbox_id = md5('before')::uuid), 'what waited is not sent';
  assert (select o.fanned_at is not null from bihuan.outbox o where o.outbox_id = md5('before')::uuid), 'nor handed on';

  insert into bihuan.outbox (city_id, outbox_id, case_id, unit_id, topic, payload)
  values (1, md5('after')::uuid, v_case, 5, 'told', '{}'), (1, md5('owner')::uuid, v_case, 1, 'told', '{}');
  assert not exists (select from bihuan.outbox o where o.outbox_id = md5('after')::uuid), 'nothing is written to the recused';
  assert exists (select from bihuan.outbox o where o.outbox_id = md5('owner')::uuid), 'but to others';
  insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
    assigned_at)
  values (1, md5('other')::uuid, 'A-7', v_case, 'lead', 'assigned', 1, 4, 1, now());
  assert (select a.is_sealed from bihuan.assignments a where a.assignment_id = md5('other')::uuid), 'what is added is sealed';

  update bihuan.units set parent_id = 4 where city_id = 1 and unit_id = 5;
  set constraints all immediate;
  set constraints all deferred;
  assert not exists (select from bihuan.case_visibility v where v.case_id = v_case and v.unit_id = 5)
    and bihuan.find_drift(1) is null, 'a station that goes to another district is kept out by itself from then on';
  assert (select (r.followed_unit, r.reason) = (3, '涉及该局（机构调整，lumu随hexi回避）')
            from bihuan.recusals r where r.case_id = v_case and r.unit_id = 5), 'and whose recusal it was is on record';
  update bihuan.units set parent_id = 3 where city_id = 1 and unit_id = 5;
  assert (select count(*) from bihuan.recusals r where r.case_id = v_case) = 2, 'not twice';
  update bihuan.units set parent_id = 4 where city_id = 1 and unit_id = 5;
  set constraints all immediate;
  set constraints all deferred;
  update bihuan.recusals set lifted_at = now(), lifted_by = gen_random_uuid(), lift_reason = '已查清'
   where case_id = v_case and unit_id = 5;
  set constraints all immediate;
  set constraints all deferred;
  assert exists (select from bihuan.case_visibility v where v.case_id = v_case and v.unit_id = 5)
    and bihuan.find_drift(1) is null, 'until it is lifted';
  update bihuan.units set parent_id = 3 where city_id = 1 and unit_id = 5;
  set constraints all immediate;
  assert not exists (select from bihuan.case_visibility v where v.case_id = v_case and v.unit_id = 5)
    and bihuan.find_drift(1) is null, 'and again where it comes back';

  update bihuan.recusals set lifted_at = now(), lifted_by = gen_random_uuid(), lift_reason = '已查清' where case_id = v_case;
  assert (select array_agg(v.unit_id order by v.unit_id) from bihuan.case_visibility v where v.case_id = v_case)
    = array[1, 3, 4, 5], 'lifted, everybody on the case sees it again';
  assert (select array_agg(o.unit_id order by o.unit_id) from bihuan.overdue o where o.case_id = v_case) = array[1, 3, 5],
    'and what is late';
  assert not exists (select from bihuan.assignments a where a.case_id = v_case and a.is_sealed)
    and not exists (select from bihuan.seals s where s.case_id = v_case), 'nothing is sealed';

  update bihuan.cases set secrecy = 1 where case_id = v_case;
  assert (select s.secrecy = 1 and not s.is_recused from bihuan.seals s where s.case_id = v_case), 'restricted is sealed';
  assert not exists (select from bihuan.case_visibility v where v.case_id = v_case and not v.is_sealed), 'everywhere';
  assert bihuan.find_drift(1) is null, bihuan.find_drift(1);
end
$$;
