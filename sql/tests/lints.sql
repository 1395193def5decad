-- What every object of the schema keeps, whoever adds it: the lints L1 to L17. Each names its offenders.
do $$
declare
  v_offenders text;
  -- Tables that belong to no city. cities is the list of cities itself and unique by its code, which is how a log-in
  -- name finds its city. secrets and time_offset are the installation's and nobody's but the owner's. transitions is
  -- the order of states, the same everywhere. schema_migrations is the migrator's.
  c_of_no_city constant text[] := array['cities', 'secrets', 'time_offset', 'transitions', 'schema_migrations'];
  c_run_time constant text[] := array['bihuan_server', 'bihuan_worker'];
begin
  -- L1
  select string_agg(c.relname, ', ' order by c.relname) into v_offenders
    from pg_class c
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity;
  assert v_offenders is null, 'L1 tables without row-level security: ' || v_offenders;

  -- The owner's definer functions must not be blinded by their own policies.
  select string_agg(c.relname, ', ' order by c.relname) into v_offenders
    from pg_class c
   where c.relnamespace = 'bihuan'::regnamespace and c.relforcerowsecurity;
  assert v_offenders is null, 'L1 tables that force row-level security on their owner: ' || v_offenders;

  -- L2; functions that run as the caller are held to it as well, because definer functions call them.
  select string_agg(p.oid::regprocedure::text, ', ' order by p.oid::regprocedure::text) into v_offenders
    from pg_proc p
   where p.pronamespace = 'bihuan'::regnamespace
     and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false);
  assert v_offenders is null, 'L2 functions without a pinned search_path: ' || v_offenders;

  -- L3
  select string_agg(c.relname, ', ' order by c.relname) into v_offenders
    from pg_class c
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind = 'v'
     and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false);
  assert v_offenders is null, 'L3 views that read as their owner: ' || v_offenders;

  -- L4
  select string_agg(c.relname || ' to ' || r, ', ' order by c.relname) into v_offenders
    from pg_class c
   cross join unnest(c_run_time) r
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind = 'm'
     and has_any_column_privilege(r, c.oid, 'select');
  assert v_offenders is null, 'L4 materialized views readable at run time: ' || v_offenders;

  -- L5. An immutable function is computed once per plan: under a generic plan the next session reads as the last one.
  -- Built-in functions are pinned and leave no dependency; those a policy uses on a setting must be stable, as
  -- current_setting and statement_timestamp are.
  select string_agg(distinct t.relname || '.' || o.polname || ' calls ' || p.proname, ', ') into v_offenders
    from pg_policy o
    join pg_class t on t.oid = o.polrelid
    join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = o.oid and d.refclassid = 'pg_proc'::regclass
    join pg_proc p on p.oid = d.refobjid
   where p.provolatile = 'i';
  assert v_offenders is null, 'L5 policies that call an immutable function: ' || v_offenders;

  -- L6
  select string_agg(t.relname || '.' || o.polname, ', ') into v_offenders
    from pg_policy o
    join pg_class t on t.oid = o.polrelid
   where o.polcmd in ('a', 'w', '*') and o.polwithcheck is null;
  assert v_offenders is null, 'L6 policies that let write without a check: ' || v_offenders;

  select string_agg(t.relname || '.' || o.polname, ', ') into v_offenders
    from pg_policy o
    join pg_class t on t.oid = o.polrelid
   where 0 = any (o.polroles);
  assert v_offenders is null, 'L6 policies for everybody instead of a named role: ' || v_offenders;

  -- L7
  select string_agg(i.indexrelid::regclass::text, ', ') into v_offenders
    from pg_index i
    join pg_class t on t.oid = i.indrelid
   where t.relnamespace = 'bihuan'::regnamespace
     and i.indisunique
     and not t.relname = any (c_of_no_city)
     and coalesce((
       select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     ), '') <> 'city_id';
  assert v_offenders is null, 'L7 unique indexes not led by the city: ' || v_offenders;

  -- L8
  select string_agg(t.relname || '.' || k.conname, ', ') into v_offenders
    from pg_constraint k
    join pg_class t on t.oid = k.conrelid
   where k.connamespace = 'bihuan'::regnamespace and k.contype = 'f'
     and not exists (
       select from unnest(k.conkey, k.confkey) pair (own, other)
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own and a.attname = 'city_id'
         join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.other and b.attname = 'city_id'
     );
  assert v_offenders is null, 'L8 foreign keys that leave the city out: ' || v_offenders;

  -- L9: functions, and everything else PUBLIC could hold.
  select string_agg(x.what, ', ') into v_offenders
    from (
      select p.oid::regprocedure::text as what
        from pg_proc p
       cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace = 'bihuan'::regnamespace and a.grantee = 0
      union all
      select c.relname
        from pg_class c
       cross join aclexplode(c.relacl) a
       where c.relnamespace = 'bihuan'::regnamespace and a.grantee = 0
      union all
      select c.relname || '.' || t.attname
        from pg_class c
        join pg_attribute t on t.attrelid = c.oid
       cross join aclexplode(t.attacl) a
       where c.relnamespace = 'bihuan'::regnamespace and a.grantee = 0
      union all
      select n.nspname
        from pg_namespace n
       cross join aclexplode(n.nspacl) a
       where n.nspname in ('bihuan', 'public') and a.grantee = 0
    ) x;
  assert v_offenders is null, 'L9 open to PUBLIC: ' || v_offenders;

  -- L10
  select string_agg(c.relname || ' to ' || r, ', ') into v_offenders
    from pg_class c
   cross join unnest(c_run_time) r
   where c.relnamespace = 'bihuan'::regnamespace and c.relispartition
     and (has_any_column_privilege(r, c.oid, 'select, insert, update') or has_table_privilege(r, c.oid, 'delete'));
  assert v_offenders is null, 'L10 partitions granted: ' || v_offenders;

  -- L11
  select string_agg(r.rolname, ', ') into v_offenders
    from pg_roles r
   where r.rolname = any (c_run_time)
     and (r.rolsuper or r.rolbypassrls or r.rolinherit or r.rolcreaterole or r.rolcreatedb or r.rolreplication);
  assert v_offenders is null, 'L11 run-time roles that are too strong: ' || v_offenders;
  assert (select count(*) from pg_roles r where r.rolname = any (c_run_time)) = 2, 'L11 a run-time role is missing';
  assert not (select r.rolcanlogin or r.rolsuper or r.rolbypassrls from pg_roles r where r.rolname = 'bihuan_owner'),
    'L11 the owner must be nobody who logs in';

  -- L12
  select string_agg(x.what, ', ') into v_offenders
    from (
      select c.relname as what from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any (c_run_time)
      union all
      select p.proname from pg_proc p join pg_roles r on r.oid = p.proowner where r.rolname = any (c_run_time)
      union all
      select n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner where r.rolname = any (c_run_time)
      union all
      select d.datname from pg_database d join pg_roles r on r.oid = d.datdba where r.rolname = any (c_run_time)
    ) x;
  assert v_offenders is null, 'L12 owned by a run-time role: ' || v_offenders;

  select string_agg(c.relname, ', ') into v_offenders
    from pg_class c
   where c.relnamespace = 'bihuan'::regnamespace and c.relowner <> 'bihuan_owner'::regrole;
  assert v_offenders is null, 'L12 not owned by the owner: ' || v_offenders;

  -- L13
  select string_agg(m.rolname || ' in ' || g.rolname, ', ') into v_offenders
    from pg_auth_members a
    join pg_roles m on m.oid = a.member
    join pg_roles g on g.oid = a.roleid
   where m.rolname = any (c_run_time);
  assert v_offenders is null, 'L13 memberships of run-time roles: ' || v_offenders;

  -- L14
  select string_agg(c.relname || ' ' || p || ' to ' || r, ', ') into v_offenders
    from pg_class c
   cross join unnest(c_run_time) r
   cross join unnest(array['truncate', 'references', 'trigger']) p
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
     and has_table_privilege(r, c.oid, p);
  assert v_offenders is null, 'L14 privileges beyond the four verbs: ' || v_offenders;

  select string_agg(c.relname || ' to ' || r, ', ') into v_offenders
    from pg_class c
   cross join unnest(c_run_time) r
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind = 'S'
     and has_sequence_privilege(r, c.oid, 'usage, select, update');
  assert v_offenders is null, 'L14 sequences granted: ' || v_offenders;

  -- L15
  select string_agg(i.indexrelid::regclass || '.' || a.attname, ', ') into v_offenders
    from pg_index i
    join pg_class t on t.oid = i.indrelid
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    join pg_type y on y.oid = a.atttypid
   where t.relnamespace = 'bihuan'::regnamespace and y.typtype = 'e';
  assert v_offenders is null, 'L15 enum columns in an index: ' || v_offenders;

  -- L16
  select string_agg(x.what, ', ') into v_offenders
    from (
      select r || ' may ' || p || ' in the database' as what
        from unnest(c_run_time) r cross join unnest(array['create', 'temporary']) p
       where has_database_privilege(r, current_database(), p)
      union all
      select r || ' may create in ' || n.nspname
        from unnest(c_run_time) r cross join pg_namespace n
       where n.nspname !~ '^pg_(toast|temp)' and has_schema_privilege(r, n.oid, 'create')
    ) x;
  assert v_offenders is null, 'L16 room to create: ' || v_offenders;

  -- L17. An SQL function that is not inlined, and none with a pinned search_path is, is planned anew by every statement that
  -- calls it; PL/pgSQL keeps its plans.
  select string_agg(p.proname, ', ' order by p.proname) into v_offenders
    from pg_proc p
    join pg_language l on l.oid = p.prolang
   where p.pronamespace = 'bihuan'::regnamespace and l.lanname = 'sql'
     and has_function_privilege('bihuan_server', p.oid, 'execute');
  assert v_offenders is null, 'L17 SQL functions that are planned at every call: ' || v_offenders;
end
$$;

-- And one the design adds: nobody but the owner changes what is kept by triggers, and nobody deletes but the sweeper
-- of old keys.
do $$
declare
  v_offenders text;
begin
  select string_agg(t || ' ' || p || ' to ' || r, ', ') into v_offenders
    from unnest(array[
           'case_visibility', 'assignment_visibility', 'unit_closure', 'overdue', 'counter_deltas', 'counter_totals',
           'sessions', 'units', 'posts', 'officers', 'plan_versions', 'plan_adoptions', 'calendar_days', 'cities',
           'transitions',
           'webhook_secrets', 'unit_changes', 'officer_changes', 'routing_rules', 'unit_aliases', 'line_words'
         ]) t
   cross join unnest(array['bihuan_server', 'bihuan_worker']) r
   cross join unnest(array['insert', 'update']) p
   where has_any_column_privilege(r, ('bihuan.' || t)::regclass, p);
  assert v_offenders is null, 'written by others than the owner: ' || v_offenders;

  select string_agg(c.relname || ' to ' || r, ', ') into v_offenders
    from pg_class c
   cross join unnest(array['bihuan_server', 'bihuan_worker']) r
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind = 'r' and has_table_privilege(r, c.oid, 'delete')
     and (c.relname, r) <> ('idempotency_keys', 'bihuan_worker');
  assert v_offenders is null, 'deletable at run time: ' || v_offenders;

  select string_agg(c.relname || '.' || a.attname || ' to ' || r, ', ') into v_offenders
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   cross join unnest(array['bihuan_server', 'bihuan_worker']) r
   where c.relnamespace = 'bihuan'::regnamespace and c.relkind = 'r'
     and (a.attname = 'city_id' or exists (
       select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)
     ))
     and has_column_privilege(r, c.oid, a.attnum, 'update');
  assert v_offenders is null, 'identities that can be changed at run time: ' || v_offenders;
end
$$;
