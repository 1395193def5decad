-- States change along bihuan.transitions and no other way, for the owner too.
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
values
  ('case', 'registered', 'grade', 'graded'), ('assignment', 'assigned', 'receive', 'received'),
  ('supervision', 'issued', 'lift', 'lifted'), ('assignment', 'received', 'close', 'closed');
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select 1, md5('case ' || n)::uuid, 'JC-' || n, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 1
  from generate_series(1, 3) n;
insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit,
  assigned_at)
values (1, md5('a')::uuid, 'A-1', md5('case 1')::uuid, 'lead', 'assigned', 1, 3, 1, now());
insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, state,
  requirement, issued_at)
values (1, md5('s')::uuid, 'S-1', md5('case 1')::uuid, md5('a')::uuid, 1, 3, 'overdue', 'issued', '限期办理', now());

do $$
declare
  v_statement text;
  v_refused boolean;
begin
  foreach v_statement in array array[
    'update bihuan.cases set state = ''concluded'' where ref = ''JC-1''',
    -- A step of another machine is none of this one.
    'update bihuan.assignments set state = ''closed''',
    'update bihuan.supervisions set state = ''replied'''
  ] loop
    v_refused := false;
    begin
      execute v_statement;
    exception when sqlstate 'LP001' then
      v_refused := true;
    end;
    assert v_refused, 'went through: ' || v_statement;
  end loop;

  update bihuan.cases set state = state, version = 2 where ref = 'JC-1';
  update bihuan.cases set state = 'graded' where ref = 'JC-1';
  update bihuan.assignments set state = 'received';
  update bihuan.assignments set state = 'closed';
  update bihuan.supervisions set state = 'lifted';
end
$$;
