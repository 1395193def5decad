-- Case numbers have no holes and start anew each year; references are each city's own; the city is never the caller's word.
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
begin
  assert bihuan.next_case_number(2026, 3, 1) = 1, 'a block of three begins at 1';
  assert bihuan.next_case_number(2026, 1, 1) = 4, 'the next follows it';
  assert bihuan.next_case_number(2027, 1, 1) = 1, 'a new year begins at 1';
  assert bihuan.next_case_number(2026, 1, 2) = 1, 'so does another city';
  begin
    perform bihuan.next_case_number(2026, 7, 1);
    raise exception using errcode = 'LP999';
  exception when sqlstate 'LP999' then
    null;
  end;
  assert bihuan.next_case_number(2026, 1, 1) = 5, 'what was rolled back is given out again';
  assert bihuan.next_in_series('drill', 2026, 1, 1) = 1 and bihuan.next_case_number(2026, 1, 1) = 6,
    'drills and cases take no number from each other';
  assert bihuan.next_ref('assignment', 1) = 1 and bihuan.next_ref('assignment', 1) = 2, 'references count up';
  assert bihuan.next_ref('drill_assignment', 1) = 1 and bihuan.next_ref('assignment', 1) = 3, 'those of drills apart';
  assert bihuan.next_ref('assignment', 2) = 1 and bihuan.next_ref('supervision', 1) = 1, 'per city and series';
end
$$;

-- The server without a session has no city, whatever it sets; the worker has the one it names.
set session authorization bihuan_server;
do $$
declare
  v_refused boolean := false;
begin
  perform set_config('bihuan.city', '1', true);
  begin
    perform bihuan.next_ref('assignment', null::uuid);
  exception when insufficient_privilege then
    v_refused := true;
  end;
  assert v_refused, 'the server named its city';
  begin
    perform bihuan.next_ref('assignment', 1);
    v_refused := false;
  exception when insufficient_privilege then
    null;
  end;
  assert v_refused, 'the owner''s overload is the owner''s';
end
$$;
reset session authorization;
set session authorization bihuan_worker;
do $$
begin
  perform set_config('bihuan.city', '2', true);
  assert bihuan.next_ref('supervision', null::uuid) = 1, 'the worker acts for the city it names';
end
$$;
reset session authorization;

-- Domain time can run ahead; real time cannot.
do $$
begin
  assert bihuan.now() = statement_timestamp(), 'no offset';
  perform bihuan.set_time_offset(interval '2 days');
  assert bihuan.now() = statement_timestamp() + interval '2 days', 'two days ahead';
  perform bihuan.set_time_offset(interval '0');
  assert bihuan.now() = statement_timestamp(), 'and back';
end
$$;
