-- Who opens a session, what ends one, and that a session sees nothing but itself.
insert into bihuan.cities (city_id, code, name, ref_prefix) overriding system value values (1, 'jiangcheng', '江城', 'JC');
insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
values (1, 1, 'bureau', null, 'city', '市局'), (1, 3, 'hexi', 1, 'district', '河西');
insert into bihuan.officers (city_id, officer_id, login, name)
values (1, '00000000-0000-0000-0000-000000000001', 'liu', '刘敏'), (1, '00000000-0000-0000-0000-000000000002', 'chen', '陈建');
insert into bihuan.credentials (city_id, officer_id, salt, verifier)
select o.city_id, o.officer_id, decode(repeat('5a', 16), 'hex'), sha256('\x0102') from bihuan.officers o;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, valid_from, valid_until)
values
  (1, '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-000000000001', 1, 'leader', '2020-01-01', '2021-01-01'),
  (1, '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000001', 1, 'dispatcher', '2022-01-01', null),
  (1, '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-000000000001', 3, 'handler', '2023-01-01', null),
  (1, '00000000-0000-0000-0000-0000000000a3', '00000000-0000-0000-0000-000000000002', 1, 'operator', '2023-01-01', null);
insert into bihuan.peer_credentials (city_id, os_user, officer_id, post_id, secret_hash)
values
  (1, 'root', '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000a3', sha256('\xfeed')),
  -- Not an operator's post: must open nothing.
  (1, 'liu', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', sha256('\xfeed'));

-- A log-in name that does not exist looks like one that does.
do $$
begin
  assert bihuan.log_in_salt('liu', 'jiangcheng') = decode(repeat('5a', 16), 'hex'), 'the salt of an account is its own';
  assert octet_length(bihuan.log_in_salt('nobody', 'jiangcheng')) = 16, 'an unknown name has a salt too';
  assert bihuan.log_in_salt('nobody', 'jiangcheng') = bihuan.log_in_salt('nobody', 'jiangcheng'), 'and always the same';
  assert bihuan.log_in_salt('nobody', 'jiangcheng') <> bihuan.log_in_salt('nobody', 'yanshi'), 'but not that of another';
  assert not exists (select from bihuan.log_in('nobody', 'jiangcheng', '\x0102', null, 'json', 8)), 'unknown name';
  assert not exists (select from bihuan.log_in('liu', 'yanshi', '\x0102', null, 'json', 8)), 'another city';
  assert not exists (select from bihuan.log_in('liu', 'jiangcheng', '\x0103', null, 'json', 8)), 'wrong password';
  assert not exists (select from bihuan.log_in('liu', 'jiangcheng', null, null, 'json', 8)), 'no password';
  assert not exists (
    select from bihuan.log_in('liu', 'jiangcheng', '\x0102', '00000000-0000-0000-0000-0000000000a0', 'json', 8)
  ), 'a post that has ended opens nothing';
  assert not exists (
    select from bihuan.log_in('liu', 'jiangcheng', '\x0102', '00000000-0000-0000-0000-0000000000a3', 'json', 8)
  ), 'nor does the post of another officer';
end
$$;

-- The token is random, shaped as promised, stored only as a hash, and carries the post held longest.
do $$
declare
  v_one text;
  v_two text;
  v_session bihuan.sessions;
begin
  select l.token into strict v_one from bihuan.log_in('liu', 'jiangcheng', '\x0102', null, 'json', 8) l;
  select l.token into strict v_two from bihuan.log_in('liu', 'jiangcheng', '\x0102', null, 'line', 8) l;
  assert v_one ~ '^bhs_jiangcheng_[A-Za-z0-9_-]{43}$', 'token: ' || v_one;
  assert v_one <> v_two, 'two sessions, two tokens';
  select s.* into strict v_session from bihuan.sessions s where s.token_hash = sha256(convert_to(v_one, 'UTF8'));
  assert (v_session.unit_id, v_session.role) = (1, 'dispatcher'), 'the post held longest among those held now';
  assert v_session.expires_at between clock_timestamp() + interval '7 hours 59 minutes' and clock_timestamp() + interval '8 hours',
    'eight hours of life';
  assert not exists (
    select from bihuan.sessions s where s::text like '%' || v_one || '%'
  ), 'the token is stored nowhere';
end
$$;

-- A session ends with log-out, lock, new password, changed or ended post, disabled unit; and nothing else of it is seen.
do $$
declare
  v_end text;
  v_token text;
  v_other text;
begin
  foreach v_end in array array[
    'select bihuan.log_out()',
    'update bihuan.officers set locked_at = clock_timestamp() where login = ''liu''',
    'update bihuan.credentials set verifier = sha256(''\x0107'') where officer_id::text like ''%1''',
    'update bihuan.posts set valid_until = clock_timestamp() where post_id::text like ''%a2''',
    'update bihuan.posts set role = ''reviewer'' where post_id::text like ''%a2''',
    'update bihuan.posts set unit_id = 1 where post_id::text like ''%a2''',
    'update bihuan.units set disabled_at = clock_timestamp() where unit_id = 3',
    'update bihuan.sessions set expires_at = clock_timestamp()'
  ] loop
    begin
      select l.token into strict v_token
        from bihuan.log_in('liu', 'jiangcheng', '\x0102', '00000000-0000-0000-0000-0000000000a2', 'json', 8) l;
      select l.token into strict v_other from bihuan.log_in('chen', 'jiangcheng', '\x0102', null, 'json', 8) l;
      perform set_config('bihuan.session', v_token, true);
      set local role bihuan_server;
      assert (select count(*) from bihuan.sessions) = 1, 'a session sees itself and no other';
      assert (select count(*) from bihuan.units) = 2, 'and its city through it';
      reset role;
      execute v_end;
      set local role bihuan_server;
      -- A new statement has a new statement_timestamp only when it comes from the client: expiry is checked below.
      if v_end not like '%expires_at%' then
        assert not exists (select from bihuan.sessions), 'ended by: ' || v_end;
        assert not exists (select from bihuan.units), 'ended by: ' || v_end;
      end if;
      reset role;
      raise exception using errcode = 'LP999';
    exception when sqlstate 'LP999' then
      null;
    end;
  end loop;
end
$$;

-- The end of a post to come shortens the session to it.
do $$
declare
  v_session uuid;
begin
  select l.session_id into strict v_session
    from bihuan.log_in('liu', 'jiangcheng', '\x0102', '00000000-0000-0000-0000-0000000000a2', 'json', 8) l;
  update bihuan.posts set valid_until = '2099-01-01' where post_id = '00000000-0000-0000-0000-0000000000a2';
  assert (select s.expires_at < '2099-01-01' from bihuan.sessions s where s.session_id = v_session), 'never lengthened';
  update bihuan.posts set valid_until = clock_timestamp() + interval '1 hour'
    where post_id = '00000000-0000-0000-0000-0000000000a2';
  assert (
    select s.revoked_at is null and s.expires_at = p.valid_until
      from bihuan.sessions s
      join bihuan.posts p using (city_id, post_id)
     where s.session_id = v_session
  ), 'ends with the post';
  select l.session_id into strict v_session
    from bihuan.log_in('liu', 'jiangcheng', '\x0102', '00000000-0000-0000-0000-0000000000a2', 'json', 8) l;
  assert (
    select s.expires_at = p.valid_until
      from bihuan.sessions s
      join bihuan.posts p using (city_id, post_id)
     where s.session_id = v_session
  ), 'and so does one opened later';
  update bihuan.posts set valid_until = null where post_id = '00000000-0000-0000-0000-0000000000a2';
end
$$;

-- Five wrong passwords lock the name for a quarter of an hour; the right one fails meanwhile; a right one before that
-- starts the count anew.
do $$
begin
  for i in 1..4 loop
    assert not exists (select from bihuan.log_in('chen', 'jiangcheng', '\x00', null, 'json', 8));
  end loop;
  assert exists (select from bihuan.log_in('chen', 'jiangcheng', '\x0102', null, 'json', 8)), 'four failures are forgiven';
  for i in 1..5 loop
    assert not exists (select from bihuan.log_in('chen', 'jiangcheng', '\x00', null, 'json', 8));
  end loop;
  assert not exists (select from bihuan.log_in('chen', 'jiangcheng', '\x0102', null, 'json', 8)), 'five are not';
  assert (
    select c.locked_until between clock_timestamp() + interval '14 minutes' and clock_timestamp() + interval '15 minutes'
      from bihuan.credentials c
     where c.officer_id = '00000000-0000-0000-0000-000000000002'
  ), 'a quarter of an hour';
  update bihuan.credentials set locked_until = clock_timestamp() where locked_until is not null;
  assert exists (select from bihuan.log_in('chen', 'jiangcheng', '\x0102', null, 'json', 8)), 'and then it opens again';
end
$$;

-- A locked officer logs in by no door.
do $$
begin
  assert exists (select from bihuan.log_in_peer('root', '\xfeed', 'line', 8)), 'the operator the machine vouches for';
  assert not exists (select from bihuan.log_in_peer('root', '\xbeef', 'line', 8)), 'not without the secret';
  assert not exists (select from bihuan.log_in_peer('daemon', '\xfeed', 'line', 8)), 'not another account';
  assert not exists (select from bihuan.log_in_peer('liu', '\xfeed', 'line', 8)), 'not with a post that is no operator''s';
  update bihuan.officers set locked_at = clock_timestamp();
  assert not exists (select from bihuan.log_in_peer('root', '\xfeed', 'line', 8)), 'peer door';
  assert not exists (select from bihuan.log_in('liu', 'jiangcheng', '\x0102', null, 'json', 8)), 'password door';
  assert bihuan.log_in_salt('liu', 'jiangcheng') <> decode(repeat('5a', 16), 'hex'), 'and its salt is a stranger''s';
  update bihuan.officers set locked_at = null;
end
$$;

-- An expired session is none.
do $$
declare
  v_token text;
begin
  select l.token into strict v_token from bihuan.log_in('liu', 'jiangcheng', '\x0102', null, 'json', 8) l;
  update bihuan.sessions set expires_at = statement_timestamp() where token_hash = sha256(convert_to(v_token, 'UTF8'));
  perform set_config('bihuan.session', v_token, true);
  set local role bihuan_server;
  assert not exists (select from bihuan.sessions), 'expired';
  perform set_config('bihuan.session', '', true);
  assert not exists (select from bihuan.sessions), 'the empty setting of a used connection';
  perform set_config('bihuan.session', 'bhs_jiangcheng_', true);
  assert not exists (select from bihuan.sessions), 'a guess';
  reset role;
end
$$;
