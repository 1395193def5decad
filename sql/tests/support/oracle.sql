-- What each persona of the matrix must reach, written apart from the policies: from cases, assignments and the parents
-- of units, never from case_visibility, assignment_visibility or unit_closure, and with none of the functions that keep
-- them. Fills oracle.expectations: one statement each, with what it must come to. Run by a superuser after
-- matrix_world.sql; the statements are then run as the persona.

create schema oracle;

-- The unit and all below it, walked down the parents.
create function oracle.below(p_city integer, p_unit integer) returns setof integer
language sql stable as $$
  with recursive down as (
    select p_unit as unit_id
    union
    select u.unit_id from down d join bihuan.units u on u.city_id = p_city and u.parent_id = d.unit_id
  )
  select unit_id from down
$$;

-- Does the unit see the case: it or one below it owns it, or gives, has or reviews an assignment that stands.
create function oracle.sees_case(p_city integer, p_unit integer, p_case uuid) returns boolean
language sql stable as $$
  select exists (
    select from oracle.below(p_city, p_unit) mine
     where mine in (select c.owner_unit from bihuan.cases c where c.city_id = p_city and c.case_id = p_case)
        or mine in (
          select part
            from bihuan.assignments a, unnest(array[a.from_unit, a.to_unit, a.reviewer_unit]) part
           where a.city_id = p_city and a.case_id = p_case and a.state not in ('recalled', 'returned')
        )
  )
$$;

-- Does the unit see the assignment.
create function oracle.sees_assignment(p_city integer, p_unit integer, p_assignment uuid) returns boolean
language sql stable as $$
  with mine as materialized (select u from oracle.below(p_city, p_unit) u)
  select exists (
    select from bihuan.assignments a
     where a.city_id = p_city and a.assignment_id = p_assignment
       and (
         a.from_unit in (select u from mine)
         or a.state not in ('recalled', 'returned') and (
           a.to_unit in (select u from mine)
           or a.reviewer_unit in (select u from mine)
           -- The lead sees its assists; the guide sees leads and assists. Of one assigner in one case.
           or exists (
             select from bihuan.assignments o
              where o.city_id = a.city_id and o.case_id = a.case_id and o.from_unit = a.from_unit
                and o.state not in ('recalled', 'returned')
                and o.to_unit in (select u from mine)
                and case o.role when 'lead' then a.role = 'assist' when 'guide' then a.role in ('lead', 'assist') else false end
           )
         )
       )
  )
$$;

-- Every row of every relation, for a persona of the server: its key, and whether it may be seen and may be changed.
-- Relations that are nobody's are not listed; see oracle.hidden.
create function oracle.rows_of_officer(p world.personas)
returns table (relation text, key text, seen boolean, changed boolean)
language sql stable as $$
  with c as materialized (
    select k.city_id, k.case_id, p.lives and k.city_id = p.city_id and oracle.sees_case(k.city_id, p.unit_id, k.case_id) as seen
      from bihuan.cases k
  ),
  a as materialized (
    select h.city_id, h.assignment_id, h.case_id, h.from_unit, h.to_unit,
           p.lives and h.city_id = p.city_id and oracle.sees_assignment(h.city_id, p.unit_id, h.assignment_id) as seen
      from bihuan.assignments h
  ),
  mine as materialized (
    select p.city_id, u as unit_id from oracle.below(p.city_id, p.unit_id) u where p.lives
  ),
  k as materialized (
    select t.city_id, t.clock_id, t.unit_id, t.breached_at, t.stopped_at,
           case when t.assignment_id is null then (t.city_id, t.unit_id) in (table mine)
                else (t.city_id, t.assignment_id) in (select a.city_id, a.assignment_id from a where a.seen)
           end as seen,
           p.lives and t.city_id = p.city_id and t.unit_id = p.unit_id and t.stopped_at is null as is_due_of_own
      from bihuan.clocks t
  ),
  l as materialized (
    select t.city_id, t.lead_id,
           (t.city_id, t.unit_id) in (table mine)
             or t.case_id is not null and (t.city_id, t.case_id) in (select c.city_id, c.case_id from c where c.seen)
             as seen
      from bihuan.leads t
  )
  select 'cities', concat_ws('/', t.city_id), p.lives and t.city_id = p.city_id, false from bihuan.cities t
  union all
  select 'units', concat_ws('/', t.city_id, t.unit_id), p.lives and t.city_id = p.city_id, false from bihuan.units t
  union all
  select 'unit_closure', concat_ws('/', t.city_id, t.unit_id, d), p.lives and t.city_id = p.city_id, false
    from bihuan.units t, oracle.below(t.city_id, t.unit_id) d
  union all
  select 'officers', concat_ws('/', t.city_id, t.officer_id), p.lives and t.city_id = p.city_id, false from bihuan.officers t
  union all
  select 'posts', concat_ws('/', t.city_id, t.post_id), p.lives and t.city_id = p.city_id, false from bihuan.posts t
  union all
  select 'plan_versions', concat_ws('/', t.city_id, t.plan_id, t.version), p.lives and t.city_id = p.city_id, false
    from bihuan.plan_versions t
  union all
  select 'plan_adoptions', concat_ws('/', t.city_id, t.effective_on), p.lives and t.city_id = p.city_id, false
    from bihuan.plan_adoptions t
  union all
  select 'calendar_days', concat_ws('/', t.city_id, t.day), p.lives and t.city_id = p.city_id, false
    from bihuan.calendar_days t
  union all
  select 'sessions', concat_ws('/', t.city_id, t.session_id), p.lives and t.session_id = md5('session ' || p.name)::uuid, false
    from bihuan.sessions t
  union all
  select 'idempotency_keys', concat_ws('/', t.city_id, t.officer_id, t.key),
         p.lives and t.city_id = p.city_id and t.officer_id = p.officer_id,
         p.lives and t.city_id = p.city_id and t.officer_id = p.officer_id
    from bihuan.idempotency_keys t
  union all
  select 'transitions', concat_ws('/', t.machine, t.from_state, t.verb), true, false from bihuan.transitions t
  union all
  select 'schema_migrations', t.number::text, true, false from bihuan.schema_migrations t
  union all
  select 'cases', concat_ws('/', c.city_id, c.case_id), c.seen, c.seen from c
  union all
  select 'case_visibility', concat_ws('/', c.city_id, p.unit_id, c.case_id), c.seen, false from c
  union all
  select 'assignments', concat_ws('/', a.city_id, a.assignment_id), a.seen, a.seen from a
  union all
  select 'assignment_visibility', concat_ws('/', a.city_id, p.unit_id, a.assignment_id), a.seen, false from a
  union all
  select 'feedback', concat_ws('/', t.city_id, t.feedback_id), a.seen, a.seen
    from bihuan.feedback t join a using (city_id, assignment_id)
  union all
  select 'supervisions', concat_ws('/', t.city_id, t.supervision_id), a.seen, a.seen
    from bihuan.supervisions t join a using (city_id, assignment_id)
  union all
  select 'clocks', concat_ws('/', k.city_id, k.clock_id), k.seen or k.is_due_of_own, k.seen from k
  union all
  select 'clock_firings', concat_ws('/', t.city_id, t.clock_id, t.rung), k.seen or k.is_due_of_own, false
    from bihuan.clock_firings t join k using (city_id, clock_id)
  union all
  select 'clock_pauses', concat_ws('/', t.city_id, t.clock_id, t.paused_at), k.seen or k.is_due_of_own,
         k.seen or k.is_due_of_own
    from bihuan.clock_pauses t join k using (city_id, clock_id)
  union all
  select 'clock_extensions', concat_ws('/', t.city_id, t.clock_id, t.number), k.seen or k.is_due_of_own,
         k.seen or k.is_due_of_own
    from bihuan.clock_extensions t join k using (city_id, clock_id)
  union all
  -- What is said to the public or to whoever asked is for all on the case; the rest for the owner and those above.
  select 'filings', concat_ws('/', t.city_id, t.filing_id),
         c.seen and (t.act in ('publish', 'answer') or (q.city_id, q.owner_unit) in (table mine)), false
    from bihuan.filings t
    join c using (city_id, case_id)
    join bihuan.cases q using (city_id, case_id)
  union all
  select 'overdue', concat_ws('/', k.city_id, p.unit_id, k.clock_id), (k.city_id, k.unit_id) in (table mine), false
    from k
   where k.breached_at is not null and k.stopped_at is null
  union all
  select 'events', concat_ws('/', t.city_id, t.case_id, t.seq), case when t.assignment_id is null then c.seen else a.seen end, false
    from bihuan.events t
    join c using (city_id, case_id)
    left join a using (city_id, assignment_id)
  union all
  select 'leads', concat_ws('/', l.city_id, l.lead_id), l.seen, l.seen from l
  union all
  select 'lead_revisions', concat_ws('/', t.city_id, t.lead_id, t.revision), l.seen, false
    from bihuan.lead_revisions t join l using (city_id, lead_id)
  union all
  -- What the city sends is the operators' to look after.
  select 'outbox', concat_ws('/', t.city_id, t.outbox_id), p.lives and t.city_id = p.city_id and p.role = 'operator', false
    from bihuan.outbox t
  union all
  select 'webhooks', concat_ws('/', t.city_id, t.webhook_id), p.lives and t.city_id = p.city_id and p.role = 'operator', false
    from bihuan.webhooks t
  union all
  select 'deliveries', concat_ws('/', t.city_id, t.outbox_id, t.webhook_id), x.is_own, x.is_own
    from bihuan.deliveries t
   cross join lateral (select p.lives and t.city_id = p.city_id and p.role = 'operator' as is_own) x
  union all
  select 'counter_totals', concat_ws('/', t.city_id, t.unit_id, t.measure, t.level), (t.city_id, t.unit_id) in (table mine), false
    from bihuan.counter_totals t
  union all
  select 'counter_deltas', concat_ws('/', t.city_id, t.delta_id), (t.city_id, t.unit_id) in (table mine), false
    from bihuan.counter_deltas t
$$;

-- The same for a persona of the worker.
create function oracle.rows_of_worker(p world.personas)
returns table (relation text, key text, seen boolean, changed boolean)
language plpgsql stable as $$
declare
  v_relation text;
begin
  foreach v_relation in array array[
    'cities', 'units', 'unit_closure', 'officers', 'posts', 'plan_versions', 'plan_adoptions', 'calendar_days', 'cases',
    'case_visibility', 'filings', 'clock_pauses', 'clock_extensions', 'assignments', 'assignment_visibility', 'feedback', 'supervisions', 'clock_firings', 'overdue', 'events', 'leads',
    'lead_revisions', 'counter_totals', 'counter_deltas', 'webhook_secrets'
  ] loop
    return query execute format(
      'select %L::text, %s, city_id = $1, city_id = $1 and %L from bihuan.%I',
      v_relation, oracle.key_of(v_relation), v_relation in ('cases', 'assignments', 'supervisions'), v_relation
    ) using coalesce(p.city_id, 0);
  end loop;
  return query
    select 'clocks', concat_ws('/', t.city_id, t.clock_id), true, true from bihuan.clocks t
    union all
    select 'outbox', concat_ws('/', t.city_id, t.outbox_id), true, t.city_id = coalesce(p.city_id, 0) from bihuan.outbox t
    union all
    select 'webhooks', concat_ws('/', t.city_id, t.webhook_id), true, t.city_id = coalesce(p.city_id, 0) from bihuan.webhooks t
    union all
    select 'deliveries', concat_ws('/', t.city_id, t.outbox_id, t.webhook_id), true, t.city_id = coalesce(p.city_id, 0)
      from bihuan.deliveries t
    union all
    select 'idempotency_keys', concat_ws('/', t.city_id, t.officer_id, t.key), t.key = 'old', false from bihuan.idempotency_keys t
    union all
    select 'transitions', concat_ws('/', t.machine, t.from_state, t.verb), true, false from bihuan.transitions t
    union all
    select 'schema_migrations', t.number::text, true, false from bihuan.schema_migrations t;
end
$$;

-- The primary key of a relation as one text.
create function oracle.key_of(p_relation text) returns text
language sql stable as $$
  select format('concat_ws(''/'', %s)', string_agg(quote_ident(a.attname), ', ' order by x.place))
    from pg_index i
   cross join lateral unnest(i.indkey) with ordinality x (attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = x.attnum
   where i.indrelid = ('bihuan.' || quote_ident(p_relation))::regclass and i.indisprimary
$$;

-- Relations that are nobody's but the owner's, by role. Everything else is listed above.
create function oracle.hidden(p_login text) returns setof text
language sql stable as $$
  select unnest(array['credentials', 'peer_credentials', 'secrets', 'time_offset', 'series', 'import_runs'])
  union all
  select case p_login when 'bihuan_server' then 'webhook_secrets' else 'sessions' end
$$;

-- A statement, and what it must come to: `keys`: it returns exactly these; `count`: it touches so many rows;
-- `refused`: for want of privilege or by a policy, which PostgreSQL does not tell apart.
create table oracle.expectations (
  persona text not null,
  relation text not null,
  verb text not null,
  number integer not null,
  statement text not null,
  outcome text not null check (outcome in ('keys', 'count', 'refused')),
  keys text[] not null default '{}',
  n integer not null default 0,
  primary key (persona, relation, verb, number)
);

-- A change nobody is hindered from by anything but policies and privileges: a column that may be set, and a constant.
create function oracle.harmless(p_login text, p_relation text) returns text
language sql immutable as $$
  select v.assignment
    from (values
      ('bihuan_server', 'cases', 'version = 99'),
      ('bihuan_server', 'assignments', 'version = 99'),
      ('bihuan_server', 'feedback', 'review_reason = ''退改'''),
      ('bihuan_server', 'supervisions', 'version = 99'),
      ('bihuan_server', 'clocks', 'claimed_until = now()'),
      ('bihuan_server', 'clock_pauses', 'resume_reason = ''出结果了'''),
      ('bihuan_server', 'clock_extensions', 'decision_reason = ''可'''),
      ('bihuan_server', 'idempotency_keys', 'outcome = ''{}'''),
      ('bihuan_server', 'deliveries', 'attempts = 0'),
      ('bihuan_worker', 'cases', 'version = 99'),
      ('bihuan_worker', 'assignments', 'version = 99'),
      ('bihuan_worker', 'supervisions', 'version = 99'),
      ('bihuan_worker', 'clocks', 'claimed_until = now()'),
      ('bihuan_worker', 'outbox', 'fanned_at = now()'),
      ('bihuan_worker', 'webhooks', 'disabled_at = now(), disabled_by = ''410'''),
      ('bihuan_worker', 'deliveries', 'attempts = 9')
    ) v (login, relation, assignment)
   where (v.login, v.relation) = (p_login, p_relation)
$$;

-- Reads, changes and deletions of every relation by every persona.
create function oracle.expect_reach() returns void
language plpgsql as $$
#variable_conflict use_column
declare
  p world.personas;
  r record;
  v_set text;
  v_case uuid;
begin
  for p in select q.* from world.personas q loop
    create temporary table reach on commit drop as
      select * from oracle.rows_of_officer(p) where p.login = 'bihuan_server'
      union all
      select * from oracle.rows_of_worker(p) where p.login = 'bihuan_worker';

    for r in
      select t.relname as name, oracle.key_of(t.relname) as key, t.relname in (select oracle.hidden(p.login)) as is_hidden,
             coalesce(array_agg(x.key) filter (where x.seen), '{}') as seen,
             coalesce(array_agg(x.key) filter (where x.seen and x.changed), '{}') as changed,
             (select quote_ident(a.attname) from pg_attribute a
               where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
               order by a.attname limit 1) as any_column
        from pg_class t
        left join reach x on x.relation = t.relname
       where t.relnamespace = 'bihuan'::regnamespace and t.relkind = 'r'
       group by t.oid, t.relname
    loop
      insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys)
      select p.name, r.name, 'select', 0, format('select %s as key from bihuan.%I', r.key, r.name),
             case when r.is_hidden then 'refused' else 'keys' end, r.seen;

      v_set := oracle.harmless(p.login, r.name);
      if v_set is not null then
        insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys, n)
        values
          (p.name, r.name, 'update', 0, format('update bihuan.%I set %s', r.name, v_set), 'count', '{}', cardinality(r.changed)),
          (p.name, r.name, 'update', 1, format('update bihuan.%I set %s returning %s as key', r.name, v_set, r.key), 'keys', r.changed, 0),
          (p.name, r.name, 'update', 2, format('select %s as key from bihuan.%I for update', r.key, r.name), 'keys', r.changed, 0);
      elsif r.name = 'leads' and p.login = 'bihuan_server' then
        -- A lead may be put only into a case that is seen; and then it is seen with it.
        select min(k.case_id::text)::uuid into v_case
          from bihuan.cases k
         where p.lives and k.city_id = p.city_id and oracle.sees_case(k.city_id, p.unit_id, k.case_id);
        insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys, n)
        values
          (p.name, r.name, 'update', 0, format('update bihuan.leads set case_id = %L', v_case), 'count', '{}', cardinality(r.changed)),
          (p.name, r.name, 'update', 1, format('update bihuan.leads set case_id = case_id where case_id is null returning %s as key', r.key),
            'keys', (select coalesce(array_agg(k), '{}') from unnest(r.changed) k
              where (select l.case_id is null from bihuan.leads l where concat_ws('/', l.city_id, l.lead_id) = k)), 0),
          (p.name, r.name, 'update', 2, format('select %s as key from bihuan.leads for update', r.key), 'keys', r.changed, 0);
      else
        insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
        values (p.name, r.name, 'update', 0, format('update bihuan.%1$I set %2$s = %2$s', r.name, r.any_column), 'refused');
      end if;

      insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
      select p.name, r.name, 'delete', 0, format('delete from bihuan.%I', r.name),
             case when is_sweep then 'count' else 'refused' end, case when is_sweep then cardinality(r.seen) else 0 end
        from (select p.login = 'bihuan_worker' and r.name = 'idempotency_keys' as is_sweep) x;
    end loop;
    drop table reach;
  end loop;

  -- The counts as one view: what is seen of either table, summed.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys)
  select p.name, 'counters', 'select', 0,
         'select concat_ws(''/'', city_id, unit_id, measure, level, n) as key from bihuan.counters', 'keys',
         coalesce((
           select array_agg(concat_ws('/', s.city_id, s.unit_id, s.measure, s.level, s.n))
             from (
               select t.city_id, t.unit_id, t.measure, t.level, sum(t.n) as n
                 from (
                   select d.city_id, d.unit_id, d.measure, d.level, d.n from bihuan.counter_deltas d
                   union all
                   table bihuan.counter_totals
                 ) t
                where p.lives and t.city_id = p.city_id
                  and (p.login = 'bihuan_worker' or t.unit_id in (select oracle.below(p.city_id, p.unit_id)))
                group by t.city_id, t.unit_id, t.measure, t.level
               having sum(t.n) <> 0
             ) s
         ), '{}')
    from world.personas p;
end
$$;

-- Insertions: every candidate row, tried by every persona. A candidate is good in itself; only policies may refuse it.
create function oracle.expect_insertions() returns void
language plpgsql as $$
begin
  -- In a case: whoever sees the case; the worker in its city.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, v.relation, 'insert',
         row_number() over (partition by p.name, v.relation order by k.city_id, k.ref), v.statement,
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values
     ('clocks', format(
       'insert into bihuan.clocks (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at) '
       'values (%s, gen_random_uuid(), %L, 20, ''grading'', ''PT1H'', ''opened'', now(), now())', k.city_id, k.case_id)),
     ('outbox', format(
       'insert into bihuan.outbox (city_id, case_id, unit_id, topic, payload) values (%s, %L, 20, ''told'', ''{}'')',
       k.city_id, k.case_id)),
     ('clock_firings', (
       select format(
         'insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at) values (%s, %L, ''reminder'', %L, now())',
         k.city_id, min(t.clock_id::text), k.case_id)
         from bihuan.clocks t where t.city_id = k.city_id and t.case_id = k.case_id
       having count(*) > 0))
   ) v (relation, statement)
   cross join lateral (
     select coalesce(p.lives and k.city_id = p.city_id
       and (p.login = 'bihuan_worker' or oracle.sees_case(k.city_id, p.unit_id, k.case_id)), false) as allowed
   ) x
   where v.statement is not null;

  -- On a clock that is seen: why it stands still, or how much longer it is to run.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, v.relation, 'insert',
         row_number() over (partition by p.name, v.relation order by t.city_id, t.clock_id), v.statement,
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.clocks t
   cross join lateral (values
     ('clock_pauses', format(
       'insert into bihuan.clock_pauses (city_id, clock_id, case_id, paused_at, reason) values (%s, %L, %L, ''2026-01-01'', ''x'')',
       t.city_id, t.clock_id, t.case_id)),
     ('clock_extensions', format(
       'insert into bihuan.clock_extensions (city_id, clock_id, case_id, number, "limit", asked_at, reason) '
       'values (%s, %L, %L, 2, ''PT4H'', now(), ''x'')', t.city_id, t.clock_id, t.case_id))
   ) v (relation, statement)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and t.city_id = p.city_id
       and (t.stopped_at is null and t.unit_id = p.unit_id
         or case when t.assignment_id is null then t.unit_id in (select oracle.below(p.city_id, p.unit_id))
                 else oracle.sees_assignment(t.city_id, p.unit_id, t.assignment_id) end), false) as allowed
   ) x;

  -- Filings: in the own name, on a case of the own unit.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'filings', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref, v.manner),
         format(
           'insert into bihuan.filings (city_id, filing_id, case_id, form, act, number, officer_id, unit_id, filed_at, fields) '
           'values (%s, gen_random_uuid(), %L, ''brief'', ''report'', 9, %L, %L, now(), ''{}'')',
           k.city_id, k.case_id, v.officer_id, v.unit_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 1)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and k.city_id = p.city_id and k.owner_unit = p.unit_id
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id), false) as allowed
   ) x;

  -- What happened in a case that is seen: told by an officer in the own name, by the worker in nobody's.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'events', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref, v.manner),
         format(
           'insert into bihuan.events (city_id, case_id, seq, at, kind, actor, officer_id, unit_id, via) '
           'values (%s, %L, %s, now(), ''told'', ''x'', %L, %L, ''json'')', k.city_id, k.case_id,
           1 + (select count(*) from bihuan.events e where e.city_id = k.city_id and e.case_id = k.case_id),
           v.officer_id, v.unit_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('nobody', null, null),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 22),
     ('a unit alone', null, p.unit_id)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(
       p.lives and k.city_id = p.city_id
       and case p.login
             when 'bihuan_worker' then v.officer_id is null and v.unit_id is null
             else (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id)
                  and oracle.sees_case(k.city_id, p.unit_id, k.case_id)
           end, false) as allowed
   ) x
   where v.manner = 'own' or k.ref in ('R-registered', 'R-forwarded', 'R-late');

  -- A message without a case is the worker's.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'outbox', 'insert', 100 + c,
         format('insert into bihuan.outbox (city_id, unit_id, topic, payload) values (%s, 20, ''told'', ''{}'')', c),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join generate_series(1, 2) c
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_worker' and c = p.city_id, false) as allowed
   ) x;

  -- Handing a message on to a webhook: the worker, in its city.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'deliveries', 'insert', row_number() over (partition by p.name order by w.city_id, w.unit_id),
         format('insert into bihuan.deliveries (city_id, outbox_id, webhook_id) values (%s, %L, %L)',
           w.city_id, md5('message R-registered')::uuid, w.webhook_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.webhooks w
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_worker' and w.city_id = p.city_id, false) as allowed
   ) x;

  -- Cases: dispatchers and duty officers of the city unit, in its name.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'cases', 'insert', row_number() over (partition by p.name order by u.city_id, u.unit_id),
         format(
           'insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version, '
           'received_at, opened_at, version) values (%s, gen_random_uuid(), ''new'', %s, ''registered'', ''标题'', ''内容'', '
           '''hotline'', ''plan'', 1, now(), now(), 1)', u.city_id, u.unit_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.units u
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (u.city_id, u.unit_id) = (p.city_id, p.unit_id)
       and u.tier = 'city' and p.role in ('dispatcher', 'duty'), false) as allowed
   ) x;

  -- Leads: in the name of the own unit, loose or in a case that is seen.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'leads', 'insert', row_number() over (partition by p.name order by u.city_id, u.unit_id, k.ref nulls first),
         format(
           'insert into bihuan.leads (city_id, lead_id, unit_id, case_id, source, channel, title, content, received_at, '
           'recorded_at, content_hash) values (%s, gen_random_uuid(), %s, %L, ''hotline'', ''hotline'', ''标题'', ''内容'', now(), '
           'now(), ''\x'')', u.city_id, u.unit_id, k.case_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.units u
    join (
      select q.city_id, q.case_id, q.ref from bihuan.cases q where q.ref in ('R-forwarded', 'R-reviewed', 'R-of hedong')
      union all
      select c, null, null from generate_series(1, 2) c
    ) k on k.city_id = u.city_id
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (u.city_id, u.unit_id) = (p.city_id, p.unit_id)
       and (k.case_id is null or oracle.sees_case(k.city_id, p.unit_id, k.case_id)), false) as allowed
   ) x
   where u.unit_id in (1, 2, 10, 20, 22);

  -- And a lead that is seen may not be put into a case that is not.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'leads', 'update', 10 + row_number() over (partition by p.name order by k.ref),
         format('update bihuan.leads set case_id = %L where lead_id = %L', k.case_id, md5('lead ' || p.unit_id)::uuid),
         case when seen then 'count' else 'refused' end, seen::integer
    from world.personas p
    join bihuan.cases k on k.city_id = p.city_id
   cross join lateral (select oracle.sees_case(k.city_id, p.unit_id, k.case_id) as seen) x
   where p.lives and p.login = 'bihuan_server';

  -- Assignments: from the own unit, in a case that is seen.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'assignments', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref, f),
         format(
           'insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit, '
           'assigned_at) values (%s, gen_random_uuid(), ''new'', %L, ''lead'', ''assigned'', %s, 30, %s, now())',
           k.city_id, k.case_id, f, f),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join unnest(array[1, 10, 20]) f
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (k.city_id, f) = (p.city_id, p.unit_id)
       and oracle.sees_case(k.city_id, p.unit_id, k.case_id), false) as allowed
   ) x
   where k.ref in ('R-graded', 'R-forwarded', 'R-helped', 'R-recalled', 'R-reviewed', 'R-late');

  -- Feedback: the unit assigned, on an assignment it sees.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'feedback', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref),
         format(
           'insert into bihuan.feedback (city_id, feedback_id, case_id, assignment_id, number, kind, findings, state, '
           'submitted_at) values (%s, gen_random_uuid(), %L, %L, 2, ''interim'', ''经查'', ''noted'', now())',
           a.city_id, a.case_id, a.assignment_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (a.city_id, a.to_unit) = (p.city_id, p.unit_id)
       and oracle.sees_assignment(a.city_id, p.unit_id, a.assignment_id), false) as allowed
   ) x
   where right(a.ref, 2) in ('f1', 'f2', 'f3', 'h1', 'h3', 'h5', 'r1', 'c1', 'b2', 'b3', 'm1', 'm2', 'm3', 'a1');

  -- Orders: in the name of the own unit or one above, on an assignment that is seen; the worker in its city.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'supervisions', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref, f),
         format(
           'insert into bihuan.supervisions (city_id, supervision_id, ref, case_id, assignment_id, from_unit, to_unit, cause, '
           'state, requirement, issued_at) values (%s, gen_random_uuid(), ''new'', %L, %L, %s, 30, ''overdue'', ''issued'', '
           '''限期办理'', now())', a.city_id, a.case_id, a.assignment_id, f),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
   cross join unnest(array[1, 10, 20]) f
   cross join lateral (
     select coalesce(p.lives and a.city_id = p.city_id and (
       p.login = 'bihuan_worker'
       or p.unit_id in (select oracle.below(a.city_id, f)) and oracle.sees_assignment(a.city_id, p.unit_id, a.assignment_id)
     ), false) as allowed
   ) x
   where a.ref in ('A-f1', 'A-f2', 'A-f3', 'A-h2', 'A-c1', 'A-b2', 'A-m1', 'A-r1');

  -- Keys: the officer's own.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'idempotency_keys', 'insert', row_number() over (partition by p.name order by o.city_id, o.name),
         format('insert into bihuan.idempotency_keys (city_id, officer_id, key, request_hash) values (%s, %L, ''newer'', ''\x'')',
           o.city_id, o.officer_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.officers o
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (o.city_id, o.officer_id) = (p.city_id, p.officer_id), false)
       as allowed
   ) x
   where o.name in ('dispatcher', 'lead', 'station below', 'dispatcher of the other city');

  -- Everything else is nobody's to insert. The row would be empty, and is refused before anybody looks at it.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
  select p.name, t.relname, 'insert', 1000, format('insert into bihuan.%I default values', t.relname), 'refused'
    from world.personas p
   cross join pg_class t
   where t.relnamespace = 'bihuan'::regnamespace and t.relkind = 'r'
     and not exists (select from oracle.expectations e where e.relation = t.relname and e.verb = 'insert');
end
$$;

select oracle.expect_reach();
select oracle.expect_insertions();
