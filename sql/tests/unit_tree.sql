-- The closure follows the units, whatever order they come in; circles are refused; what moves takes its sight along.
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
do $$
declare
  v_refused boolean;
  v_statement text;
  v_book bigint;
begin
  assert (select count(*) from bihuan.unit_closure where city_id = 1) = 13, 'every unit with each of its ancestors';
  assert bihuan.find_drift(1) is null, 'the closure and the tree differ';

  foreach v_statement in array array[
    'update bihuan.units set parent_id = 5 where city_id = 1 and unit_id = 3',
    'update bihuan.units set parent_id = 3 where city_id = 1 and unit_id = 3',
    -- Each alone would be allowed.
    'update bihuan.units set parent_id = case unit_id when 3 then 6 else 5 end where city_id = 1 and unit_id in (3, 4)'
  ] loop
    v_refused := false;
    begin
      execute v_statement;
    exception when check_violation then
      v_refused := true;
    end;
    assert v_refused, 'a circle: ' || v_statement;
  end loop;

  select c.book_version into v_book from bihuan.cities c where c.city_id = 1;
  update bihuan.units set name = '鹿木所' where city_id = 1 and unit_id = 5;
  assert (select c.book_version > v_book from bihuan.cities c where c.city_id = 1), 'units are in the book';
  select c.book_version into v_book from bihuan.cities c where c.city_id = 1;
  insert into bihuan.calendar_days (city_id, day, kind, name) values (1, '2026-10-01', 'holiday', '国庆节');
  assert (select c.book_version > v_book from bihuan.cities c where c.city_id = 1), 'the calendar is in the book';
  select c.book_version into v_book from bihuan.cities c where c.city_id = 1;
  insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version) values (1, '2026-01-01', 'plan', 1);
  assert (select c.book_version > v_book from bihuan.cities c where c.city_id = 1), 'so is the adopted plan';
  assert (select c.book_version < v_book from bihuan.cities c where c.city_id = 2), 'each city has its own book';
end
$$;

-- A station moves from Hexi to Hedong: Hexi loses its case, its overdue clock, its order; Hedong gains them.
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select 1, md5('case ' || n)::uuid, 'JC-' || n, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from generate_series(1, 3) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
values (1, md5('a')::uuid, 'A-1', md5('case 1')::uuid, 'lead', 'assigned', 1, 5, 1, now());
insert into bihuan.clocks (city_id, clock_id, case_id, assignment_id, unit_id, kind, "limit", start_event, started_at, due_at,
  breached_at)
values (1, md5('k')::uuid, md5('case 1')::uuid, md5('a')::uuid, 5, 'receipt', 'PT4H', 'assigned', now(), now(), now());
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
values (1, md5('s')::uuid, 'S-1', md5('case 1')::uuid, md5('a')::uuid, 1, 5, 'overdue', 'issued', '限期办理', now());
do $$
begin
  assert exists (select from bihuan.case_visibility where unit_id = 3 and case_id = md5('case 1')::uuid);
  update bihuan.units set parent_id = 4 where city_id = 1 and unit_id = 5;
  assert not exists (select from bihuan.case_visibility where unit_id = 3 and case_id = md5('case 1')::uuid), 'case gone';
  assert exists (select from bihuan.case_visibility where unit_id = 4 and case_id = md5('case 1')::uuid), 'case come';
  assert exists (select from bihuan.assignment_visibility where unit_id = 4), 'assignment come';
  assert exists (select from bihuan.overdue where unit_id = 4) and not exists (select from bihuan.overdue where unit_id = 3),
    'overdue row moved';
  assert bihuan.find_drift(1) is null, bihuan.find_drift(1) || ' did not move along';
end
$$;
