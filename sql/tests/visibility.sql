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
