-- What the server's role cannot do even with a session of its own: the pitfalls row-level security leaves open.
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
insert into bihuan.officers (city_id, officer_id, login, name) values (1, md5('liu')::uuid, 'liu', '刘敏');
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role)
values (1, md5('post')::uuid, md5('liu')::uuid, 1, 'dispatcher');
select set_config('bihuan.session', s.token, true)
  from bihuan.open_session(1, md5('liu')::uuid, null, 'json', 8) s;

create schema evil;
create function evil.sha256(bytea) returns bytea language sql as 'select ''\x00''::bytea';
grant usage on schema evil to bihuan_server;

set session authorization bihuan_server;
do $$
declare
  v_statement text;
  v_refused text;
begin
  assert (select count(*) from bihuan.cases) = 3, 'a session at the city sees its cases';

  foreach v_statement in array array[
    'create temporary table t (x int)',
    'create table bihuan.t (x int)',
    'create table public.t (x int)',
    'create function bihuan.f() returns int language sql as ''select 1''',
    'set role bihuan_owner',
    'select lo_create(0)',
    'select lo_from_bytea(0, ''\x00'')',
    'select last_value from bihuan.assignment_ref_1',
    'select nextval(''bihuan.assignment_ref_1'')',
    'truncate bihuan.cases',
    'delete from bihuan.cases',
    'update bihuan.cases set city_id = 2',
    'update bihuan.cases set case_id = gen_random_uuid()',
    'update bihuan.cases set owner_unit = 3',
    'update bihuan.cases set is_drill = true',
    'update bihuan.leads set is_drill = true',
    'insert into bihuan.case_visibility select city_id, 3, case_id, opened_at, true from bihuan.cases',
    'delete from bihuan.case_visibility',
    'insert into bihuan.overdue (city_id) values (1)',
    'insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n) values (1, 1, ''open'', '''', 1)',
    'select token_hash from bihuan.sessions',
    'insert into bihuan.sessions (city_id) values (1)',
    'update bihuan.sessions set expires_at = ''infinity''',
    'select locked_at from bihuan.officers',
    'select from bihuan.credentials',
    'select from bihuan.peer_credentials',
    'select from bihuan.secrets',
    'select from bihuan.time_offset',
    'select from bihuan.series',
    'select bihuan.next_in_series(''case'', 2026, 1, 1)',
    'select from bihuan.import_runs',
    'select bihuan.set_time_offset(interval ''1 day'')',
    'select bihuan.verify_chain(1, gen_random_uuid())',
    'select bihuan.acting_city()',
    'select * from bihuan.open_session(1, gen_random_uuid(), null, ''json'', 8)',
    'select bihuan.refresh_visibility(1, array[]::uuid[])',
    'select * from bihuan.case_visibility_from_scratch(1)',
    'select bihuan.roll_up_counters()',
    'insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via, hash) '
      'values (1, md5(''case 1'')::uuid, 1, now(), ''x'', ''x'', ''json'', ''\x00'')',
    'alter table bihuan.cases disable row level security',
    'drop policy officer_sees_case on bihuan.cases',
    'copy bihuan.cases to program ''cat'''
  ] loop
    v_refused := null;
    begin
      execute v_statement;
    exception when others then
      v_refused := sqlstate;
    end;
    assert v_refused = '42501',
      coalesce('not for want of privilege (' || v_refused || '): ', 'went through: ') || v_statement;
  end loop;

  -- A schema put before the pinned path changes nothing inside the functions.
  perform set_config('search_path', 'evil, pg_catalog', true);
  assert (select count(*) from bihuan.cases) = 3 and bihuan.log_out(), 'log_out found the session by the real sha256';
  assert not exists (select from bihuan.cases), 'and now there is none';
end
$$;
reset session authorization;
