-- Events are chained, without holes, for good; and a broken chain is found.
insert into bihuan.cities (city_id, code, name, ref_prefix)
  overriding system value values (1, 'jiangcheng', '江城', 'JC'), (2, 'yanshi', '盐市', 'YS');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c, u, l, p, t, l
  from generate_series(1, 2) c
 cross join (values
   (1, 'bureau', null, 'city'), (2, 'food', 1, 'department'), (3, 'hexi', 1, 'district'), (4, 'hedong', 1, 'district'),
   (5, 'lumu', 3, 'station'), (6, 'shahe', 4, 'station')
 ) v (u, l, p, t);
insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
select c, 'plan', 1, 'plan', sha256(''), '' from generate_series(1, 2) c;
insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version,
  received_at, opened_at, version)
select 1, md5(n::text)::uuid, 'JC-' || n, 1, 'registered', '标题', '内容', 'hotline', 'plan', 1, now(), now(), 3
  from generate_series(1, 2) n;
insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via, reason, prev_hash, hash)
select 1, md5(c::text)::uuid, s, '2026-01-01', 'registered', 'system', 'local', '原因', '\x00', '\x00'
  from generate_series(1, 3) s cross join generate_series(1, 2) c
 order by s;

do $$
declare
  v_refused boolean;
  v_statement text;
  v_first bihuan.events;
begin
  assert bihuan.verify_chain(1, md5('1')::uuid) is null, 'a whole chain';
  assert (
    select e.prev_hash = decode(repeat('00', 32), 'hex') and octet_length(e.hash) = 32
      from bihuan.events e where e.case_id = md5('1')::uuid and e.seq = 1
  ), 'the first stands on nothing, and what the caller said of hashes is overwritten';
  select e.* into v_first from bihuan.events e where e.case_id = md5('1')::uuid and e.seq = 1;
  assert v_first.hash = sha256(v_first.prev_hash || convert_to(
    array_to_string(array[
      '1', md5('1')::uuid::text, '1', ((extract(epoch from v_first.at) * 1000000)::bigint)::text, 'registered', '',
      'system', '', '', 'local', '原因', '{}'
    ], E'\x1f'), 'UTF8')), 'anybody can compute the hash';

  foreach v_statement in array array[
    'insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via) '
      'values (1, md5(''1'')::uuid, 5, now(), ''x'', ''x'', ''local'')',
    'insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via) '
      'values (1, md5(''1'')::uuid, 0, now(), ''x'', ''x'', ''local'')',
    'insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via) '
      'values (1, md5(''1'')::uuid, 3, now(), ''x'', ''x'', ''local'')',
    'update bihuan.events set reason = ''another''',
    'delete from bihuan.events',
    'truncate bihuan.events cascade',
    'update bihuan.plan_versions set source = ''another''',
    'delete from bihuan.plan_versions',
    'update bihuan.clock_firings set rung = ''notice''',
    'delete from bihuan.clock_firings'
  ] loop
    v_refused := false;
    begin
      execute v_statement;
    exception when sqlstate 'LP003' or sqlstate 'LP004' or unique_violation then
      v_refused := true;
    end;
    assert v_refused, 'went through: ' || v_statement;
  end loop;
end
$$;

-- Whoever gets round the trigger is found out: an altered, a missing and a cut-off event.
alter table bihuan.events disable trigger never_changed;
do $$
declare
  v_statement text;
  v_broken bigint;
  v_expected bigint;
begin
  for v_statement, v_expected in
    values
      ('update bihuan.events set reason = ''x'' where case_id = md5(''1'')::uuid and seq = 2', 2),
      ('update bihuan.events set at = at + interval ''1 microsecond'' where case_id = md5(''1'')::uuid and seq = 1', 1),
      ('update bihuan.events set detail = ''{"a":1}'' where case_id = md5(''1'')::uuid and seq = 3', 3),
      ('delete from bihuan.events where case_id = md5(''1'')::uuid and seq = 2', 2),
      ('delete from bihuan.events where case_id = md5(''1'')::uuid and seq = 3', 3),
      (
        'update bihuan.events e set hash = o.hash, prev_hash = o.prev_hash from bihuan.events o '
        'where e.case_id = md5(''1'')::uuid and e.seq = 2 and o.case_id = md5(''2'')::uuid and o.seq = 2', 2
      )
  loop
    begin
      execute v_statement;
      v_broken := bihuan.verify_chain(1, md5('1')::uuid);
      raise exception using errcode = 'LP999';
    exception when sqlstate 'LP999' then
      null;
    end;
    assert v_broken is not distinct from v_expected, v_statement || ' shows as ' || coalesce(v_broken::text, 'whole');
  end loop;
end
$$;
alter table bihuan.events enable trigger never_changed;
