-- Fills oracle.expectations from what oracle.sql says: one statement each, with what it must come to, to be run as the
-- persona.

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
      ('bihuan_server', 'warnings', 'version = 99'),
      ('bihuan_server', 'warning_receipts', 'received_at = now(), measures = ''已查'''),
      ('bihuan_server', 'disputes', 'version = 99'),
      ('bihuan_server', 'referrals', 'version = 99'),
      ('bihuan_server', 'idempotency_keys', 'outcome = ''{}'''),
      ('bihuan_server', 'deliveries', 'attempts = 0'),
      ('bihuan_server', 'tasks', 'state = ''done'', ended_at = now(), evidence = ''已办'', ended_by = (select s.officer_id from bihuan.sessions s)'),
      ('bihuan_server', 'recusals', 'lift_reason = lift_reason'),
      ('bihuan_server', 'duty_shifts', 'cancelled_at = now()'),
      ('bihuan_server', 'liaisons', 'valid_until = now()'),
      ('bihuan_server', 'experts', 'contact = ''办公室'''),
      ('bihuan_server', 'supplies', 'quantity = 9'),
      ('bihuan_server', 'duty_calls', 'note = ''在岗'''),
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
        -- Nobody ends a task in another's name.
        if r.name = 'tasks' then
          insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
          values (
            p.name, r.name, 'update', 3,
            format('update bihuan.tasks set state = ''done'', ended_at = now(), evidence = ''x'', ended_by = %L',
              md5('officer nobody')::uuid),
            case when r.changed = '{}' then 'count' else 'refused' end);
        end if;
        -- Nobody closes a referral in another's name.
        if r.name = 'referrals' then
          insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
          values (
            p.name, r.name, 'update', 3,
            format('update bihuan.referrals set state = ''waived'', closed_at = now(), waive_reason = ''x'', closed_by = %L',
              md5('officer nobody')::uuid),
            case when r.changed = '{}' then 'count' else 'refused' end);
        end if;
        -- Nobody answers a warning in another's name.
        if r.name = 'warning_receipts' then
          insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
          values (
            p.name, r.name, 'update', 3,
            format('update bihuan.%I set %s, received_by = %L', r.name, v_set, md5('officer nobody')::uuid),
            case when r.changed = '{}' then 'count' else 'refused' end);
        end if;
      elsif r.name = 'leads' and p.login = 'bihuan_server' then
        -- A lead may be put only into a case that is seen; and then it is seen with it.
        select min(k.case_id::text)::uuid into v_case
          from bihuan.cases k
         where p.lives and k.city_id = p.city_id and oracle.sees_case(p, k.city_id, k.case_id);
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

  -- What is like something: leads of cases that are seen, of what is in earnest.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys)
  select p.name, 'similar_leads', 'select', 0,
         'select s.lead_id::text as key from bihuan.similar_leads(array[7], null, null, now(), false, null) s',
         case when p.lives and p.login = 'bihuan_server' then 'keys' else 'refused' end,
         case when p.lives and p.login = 'bihuan_server' then coalesce((
           select array_agg(l.lead_id::text)
             from bihuan.leads l
            where l.city_id = p.city_id and not l.is_drill and l.case_id is not null
              and oracle.sees_case(p, l.city_id, l.case_id)
         ), '{}') else '{}' end
    from world.personas p;

  -- What counts leave out because it is restricted, of the own unit and those below: as far as it is seen.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, keys)
  select p.name, 'restricted_counts', 'select', 0,
         'select concat_ws(''/'', unit_id, measure, level, n) as key from bihuan.restricted_counts()',
         case when p.login = 'bihuan_server' then 'keys' else 'refused' end,
         case when p.login = 'bihuan_server' and p.lives then coalesce((
           select array_agg(concat_ws('/', t.unit_id, t.measure, t.level, t.n))
             from (
               select x.unit_id, x.measure, coalesce(c.level, '') as level, count(*) as n
                 from (
                   select v.unit_id, v.case_id, case when v.is_open then 'open' else 'concluded' end as measure
                     from bihuan.case_visibility_from_scratch(p.city_id) v
                   union all
                   select o.unit_id, o.case_id, 'overdue' from bihuan.overdue_from_scratch(p.city_id) o
                   union all
                   select d.ancestor_id, v.case_id, 'supervision'
                     from bihuan.supervisions v
                     join bihuan.unit_closure_from_scratch(p.city_id) d on d.descendant_id = v.to_unit
                    where v.city_id = p.city_id and v.state in ('issued', 'replied')
                   union all
                   select d.ancestor_id, f.case_id, 'circular'
                     from bihuan.clock_firings f
                     join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
                     join bihuan.unit_closure_from_scratch(p.city_id) d on d.descendant_id = k.unit_id
                    where f.city_id = p.city_id and f.rung = 'circular'
                 ) x
                 join bihuan.unit_closure_from_scratch(p.city_id) b on b.ancestor_id = p.unit_id and b.descendant_id = x.unit_id
                 join bihuan.cases c on c.city_id = p.city_id and c.case_id = x.case_id
                  and c.secrecy > 0 and not c.is_drill and c.state <> 'merged'
                where (x.measure <> 'concluded' or c.state = 'concluded') and oracle.sees_case(p, c.city_id, c.case_id)
                group by x.unit_id, x.measure, c.level
             ) t
         ), '{}') else '{}' end
    from world.personas p;

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
       and (p.login = 'bihuan_worker' or oracle.sees_case(p, k.city_id, k.case_id)), false) as allowed
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
           and not oracle.is_sealed(p, t.city_id, t.case_id)
         or case when t.assignment_id is null
                   then t.unit_id in (select oracle.below(p.city_id, p.unit_id))
                    and not oracle.is_sealed(p, t.city_id, t.case_id)
                 else oracle.sees_assignment(p, t.city_id, t.assignment_id) end), false) as allowed
   ) x;

  -- Filings, gradings, counts of the spread: in the own name, on a case of the own unit.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, r.relation, 'insert',
         row_number() over (partition by p.name, r.relation order by k.city_id, k.ref, v.manner), r.statement,
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 1)
   ) v (manner, officer_id, unit_id)
   cross join lateral (values
     ('filings', format(
       'insert into bihuan.filings (city_id, filing_id, case_id, form, act, number, officer_id, unit_id, filed_at, fields) '
       'values (%s, gen_random_uuid(), %L, ''brief'', ''report'', 9, %L, %L, now(), ''{}'')',
       k.city_id, k.case_id, v.officer_id, v.unit_id)),
     ('gradings', format(
       'insert into bihuan.gradings (city_id, case_id, number, graded_at, level, judged, scores, criteria, triggers, '
       'matches, officer_id, unit_id, reason) '
       'values (%s, %L, 9, now(), ''general'', ''general'', ''{}'', ''{}'', ''{}'', ''[]'', %L, %L, ''x'')',
       k.city_id, k.case_id, v.officer_id, v.unit_id)),
     ('spread_samples', format(
       'insert into bihuan.spread_samples (city_id, case_id, number, observed_at, recorded_at, reads, officer_id, unit_id) '
       'values (%s, %L, 9, now(), now(), 1, %L, %L)', k.city_id, k.case_id, v.officer_id, v.unit_id)),
     ('referrals', format(
       'insert into bihuan.referrals (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, officer_id, '
       'unit_id, referred_at) '
       'values (%s, gen_random_uuid(), ''F-9'', %L, ''outside'', ''x'', ''x'', ''x'', ''open'', %L, %L, now())',
       k.city_id, k.case_id, v.officer_id, v.unit_id)),
     ('return_visits', format(
       'insert into bihuan.return_visits (city_id, case_id, number, visited_at, reached, officer_id, unit_id) '
       'values (%s, %L, 9, now(), false, %L, %L)', k.city_id, k.case_id, v.officer_id, v.unit_id)),
     ('case_experts', format(
       'insert into bihuan.case_experts (city_id, case_id, expert_id, engaged_at, officer_id, unit_id, reason) '
       'values (%s, %L, %L, now(), %L, %L, ''x'')', k.city_id, k.case_id, md5('expert 乙')::uuid, v.officer_id, v.unit_id))
   ) r (relation, statement)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and k.city_id = p.city_id and k.owner_unit = p.unit_id
       and oracle.sees_case(p, k.city_id, k.case_id)
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id), false) as allowed
   ) x;

  -- Warnings: in the own name, on a case that is seen, and not decided. Who is told: the owner's and those above to write.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'warnings', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref, v.manner),
         format(
           'insert into bihuan.warnings (city_id, warning_id, case_id, ref, level, judged, state, "text", named_units, '
           'proposed_by, proposed_unit, proposed_at, decided_at, version) '
           'values (%s, gen_random_uuid(), %L, ''W-9'', ''general'', ''general'', %L, ''x'', ''{}'', %L, %L, now(), %L, 1)',
           k.city_id, k.case_id, v.state, v.officer_id, v.unit_id, case when v.state <> 'proposed' then now() end),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values
     ('own', p.officer_id, p.unit_id, 'proposed'),
     ('another officer', md5('officer duty')::uuid, p.unit_id, 'proposed'),
     ('another unit', p.officer_id, 1, 'proposed'),
     ('decided', p.officer_id, p.unit_id, 'issued')
   ) v (manner, officer_id, unit_id, state)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and k.city_id = p.city_id
       and oracle.sees_case(p, k.city_id, k.case_id) and v.state = 'proposed'
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id), false) as allowed
   ) x;

  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'warning_receipts', 'insert', row_number() over (partition by p.name order by w.city_id, w.ref),
         format(
           'insert into bihuan.warning_receipts (city_id, warning_id, case_id, unit_id, roles, urgency, told_at) '
           'values (%s, %L, %L, 23, ''{station}'', ''normal'', now())', w.city_id, w.warning_id, w.case_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.warnings w
    join bihuan.cases k on k.city_id = w.city_id and k.case_id = w.case_id
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and w.city_id = p.city_id
       and k.owner_unit in (select oracle.below(p.city_id, p.unit_id))
       and oracle.sees_case(p, k.city_id, k.case_id), false) as allowed
   ) x;

  -- Disputes: in the own name, on an assignment that is seen. Decided by the arbiter alone, who then assigns in the
  -- assigner's name.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'disputes', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref, v.manner),
         format(
           'insert into bihuan.disputes (city_id, dispute_id, ref, case_id, assignment_id, raised_by, raised_officer, '
           'assigner_unit, proposed_unit, arbiter_unit, state, reason, raised_at) '
           'values (%s, gen_random_uuid(), ''X-9'', %L, %L, %L, %L, 1, 4, 1, ''open'', ''x'', now())',
           a.city_id, a.case_id, a.assignment_id, v.unit_id, v.officer_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 1)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and a.city_id = p.city_id
       and oracle.sees_assignment(p, a.city_id, a.assignment_id)
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id), false) as allowed
   ) x
   where a.ref in ('A-f1', 'A-f3', 'A-h1', 'A-r1', 'A-c1', 'A-b3', 'A-m1');

  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'disputes', 'update', 100 + row_number() over (partition by p.name order by d.city_id, d.ref),
         format(
           'update bihuan.disputes set state = ''decided'', decision = ''x'', decided_unit = 4, closed_at = now() '
           'where city_id = %s and dispute_id = %L', d.city_id, d.dispute_id),
         case when x.seen and p.unit_id <> d.arbiter_unit then 'refused' else 'count' end,
         (x.seen and p.unit_id = d.arbiter_unit)::integer
    from world.personas p
   cross join bihuan.disputes d
   cross join lateral (
     select coalesce(p.lives and d.city_id = p.city_id
       and oracle.sees_assignment(p, d.city_id, d.assignment_id), false) as seen
   ) x
   where p.login = 'bihuan_server' and d.state = 'open';

  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'assignments', 'insert', 500 + row_number() over (partition by p.name order by d.city_id, d.ref),
         format(
           'insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, '
           'reviewer_unit, assigned_at, bound_by) '
           'values (%s, gen_random_uuid(), ''new'', %L, ''lead'', ''assigned'', %s, 4, %s, now(), %L)',
           d.city_id, d.case_id, d.assigner_unit, d.assigner_unit, d.dispute_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.disputes d
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and d.city_id = p.city_id
       and (p.unit_id = d.arbiter_unit and d.state = 'open'
         or p.unit_id = d.assigner_unit and oracle.sees_case(p, d.city_id, d.case_id)), false) as allowed
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
                  and oracle.sees_case(p, k.city_id, k.case_id)
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
      select q.city_id, q.case_id, q.ref from bihuan.cases q where q.ref in ('R-forwarded', 'R-reviewed', 'R-of hedong', 'R-recused', 'R-restricted')
      union all
      select c, null, null from generate_series(1, 2) c
    ) k on k.city_id = u.city_id
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (u.city_id, u.unit_id) = (p.city_id, p.unit_id)
       and (k.case_id is null or oracle.sees_case(p, k.city_id, k.case_id)), false) as allowed
   ) x
   where u.unit_id in (1, 2, 10, 20, 22);

  -- And a lead that is seen may not be put into a case that is not.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'leads', 'update', 10 + row_number() over (partition by p.name order by k.ref),
         format('update bihuan.leads set case_id = %L where lead_id = %L', k.case_id, md5('lead ' || p.unit_id)::uuid),
         case when seen then 'count' else 'refused' end, seen::integer
    from world.personas p
    join bihuan.cases k on k.city_id = p.city_id
   cross join lateral (select oracle.sees_case(p, k.city_id, k.case_id) as seen) x
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
       and oracle.sees_case(p, k.city_id, k.case_id), false) as allowed
   ) x
   where k.ref in ('R-graded', 'R-forwarded', 'R-helped', 'R-recalled', 'R-reviewed', 'R-late', 'R-recused', 'R-restricted',
     'R-both');

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
       and oracle.sees_assignment(p, a.city_id, a.assignment_id), false) as allowed
   ) x
   where right(a.ref, 2) in ('f1', 'f2', 'f3', 'h1', 'h3', 'h5', 'r1', 'c1', 'b2', 'b3', 'm1', 'm2', 'm3', 'a1', 'q1', 'q3', 's1');

  -- What a feedback answers besides: the unit assigned, as the feedback itself.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'feedback_answers', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref),
         format(
           'insert into bihuan.feedback_answers (city_id, feedback_id, case_id, assignment_id, key, number, question, "value", '
           'is_restricted) values (%s, %L, %L, %L, ''more'', 3, ''x'', ''x'', true)',
           a.city_id, f.feedback_id, a.case_id, a.assignment_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
    join bihuan.feedback f on f.city_id = a.city_id and f.assignment_id = a.assignment_id
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (a.city_id, a.to_unit) = (p.city_id, p.unit_id)
       and oracle.sees_assignment(p, a.city_id, a.assignment_id), false) as allowed
   ) x
   where right(a.ref, 2) in ('f1', 'f2', 'h1', 'h2', 'h3', 'r1', 'c1', 'b2');

  -- Tasks: the unit assigned, in the own name.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'tasks', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref, v.manner),
         format(
           'insert into bihuan.tasks (city_id, task_id, case_id, assignment_id, number, unit_id, owner_unit, "text", state, '
           'added_at, added_by) values (%s, gen_random_uuid(), %L, %L, 2, %L, 20, ''x'', ''open'', now(), %L)',
           a.city_id, a.case_id, a.assignment_id, coalesce(v.unit_id, 30), coalesce(v.officer_id, md5('officer duty')::uuid)),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 1)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (a.city_id, a.to_unit) = (p.city_id, p.unit_id)
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id)
       and oracle.sees_assignment(p, a.city_id, a.assignment_id), false) as allowed
   ) x
   where right(a.ref, 2) in ('f1', 'f2', 'h1', 'h2', 'c1', 'b2');

  -- Comments: in the own name, by the guide, on work that it sees.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'comments', 'insert', row_number() over (partition by p.name order by a.city_id, a.ref, g.ref, v.manner),
         format(
           'insert into bihuan.comments (city_id, comment_id, case_id, assignment_id, guide_id, number, unit_id, officer_id, '
           'commented_at, "text") values (%s, gen_random_uuid(), %L, %L, %L, 2, %L, %L, now(), ''x'')',
           a.city_id, a.case_id, a.assignment_id, g.assignment_id, coalesce(v.unit_id, 30),
           coalesce(v.officer_id, md5('officer duty')::uuid)),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.assignments a
    join bihuan.assignments g on g.city_id = a.city_id and g.case_id = a.case_id
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 1)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (g.city_id, g.to_unit) = (p.city_id, p.unit_id)
       and g.role = 'guide' and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id)
       and oracle.sees_assignment(p, g.city_id, g.assignment_id)
       and oracle.sees_assignment(p, a.city_id, a.assignment_id), false) as allowed
   ) x
   where right(a.ref, 2) in ('h1', 'h2', 'h5', 'u1') and right(g.ref, 2) in ('h1', 'h3', 'u2');

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
       or p.unit_id in (select oracle.below(a.city_id, f)) and oracle.sees_assignment(p, a.city_id, a.assignment_id)
     ), false) as allowed
   ) x
   where a.ref in ('A-f1', 'A-f2', 'A-f3', 'A-h2', 'A-c1', 'A-b2', 'A-m1', 'A-r1');

  -- Who is kept out: the owner of the case to say, in the own name, and not as lifted.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'recusals', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref, v.manner),
         format(
           'insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason) '
           'values (%s, %L, 23, ''2026-01-01'', %L, ''x'')', k.city_id, k.case_id, v.officer_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.cases k
   cross join lateral (values ('own', p.officer_id), ('another officer', md5('officer nobody')::uuid)) v (manner, officer_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and k.city_id = p.city_id and k.owner_unit = p.unit_id
       and oracle.sees_case(p, k.city_id, k.case_id) and v.officer_id = p.officer_id, false) as allowed
   ) x;
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome)
  select p.name, 'recusals', 'update', 4,
         format('update bihuan.recusals set lifted_at = now(), lifted_by = %L, lift_reason = ''x'' where lifted_at is null',
           md5('officer nobody')::uuid),
         case when p.login = 'bihuan_worker' or exists (
             select from bihuan.recusals r
               join bihuan.cases k on k.city_id = r.city_id and k.case_id = r.case_id
              where r.lifted_at is null and p.lives and k.city_id = p.city_id and k.owner_unit = p.unit_id
                and oracle.sees_case(p, k.city_id, k.case_id))
           then 'refused' else 'count' end
    from world.personas p;

  -- How to reach somebody: beside a lead that is seen.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'contacts', 'insert', row_number() over (partition by p.name order by l.city_id, l.lead_id),
         format(
           'insert into bihuan.contacts (city_id, contact_id, lead_id, kind, ciphertext, nonce, key_id, recorded_at) '
           'values (%s, gen_random_uuid(), %L, ''email'', ''\x00'', decode(repeat(''5a'', 24), ''hex''), ''1'', now())',
           l.city_id, l.lead_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.leads l
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and l.city_id = p.city_id
       and (l.unit_id in (select oracle.below(p.city_id, p.unit_id))
              and (l.case_id is null or not oracle.is_sealed(p, l.city_id, l.case_id))
         or oracle.sees_case(p, l.city_id, l.case_id)), false) as allowed
   ) x
   where l.reference like 'R-recused%' or l.reference like 'R-restricted%' or l.reference like 'R-helped%' or l.case_id is null;

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

  -- Shifts: of the own unit and those below, in the own name. Supplies and contacts likewise.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, v.relation, 'insert', row_number() over (partition by p.name, v.relation order by u.city_id, u.unit_id, v.manner),
         v.statement, case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.units u
   cross join lateral (
     select md5(case u.city_id when 1 then 'officer dispatcher' else 'officer dispatcher of the other city' end)::uuid as officer
   ) d
   cross join lateral (values
     ('duty_shifts', 'own', format(
       'insert into bihuan.duty_shifts (city_id, shift_id, unit_id, officer_id, starts_at, ends_at, set_by, set_at) '
       'values (%s, gen_random_uuid(), %s, %L, ''2030-01-01'', ''2030-01-02'', %L, now())', u.city_id, u.unit_id, d.officer,
       p.officer_id)),
     ('duty_shifts', 'another officer', format(
       'insert into bihuan.duty_shifts (city_id, shift_id, unit_id, officer_id, starts_at, ends_at, set_by, set_at) '
       'values (%s, gen_random_uuid(), %s, %L, ''2030-01-01'', ''2030-01-02'', %L, now())', u.city_id, u.unit_id, d.officer,
       md5('officer nobody')::uuid)),
     ('supplies', 'own', format(
       'insert into bihuan.supplies (city_id, supply_id, unit_id, item, quantity, place, set_at) '
       'values (%s, gen_random_uuid(), %s, ''口罩'', 1, ''库房'', now())', u.city_id, u.unit_id)),
     ('liaisons', 'own', format(
       'insert into bihuan.liaisons (city_id, liaison_id, unit_id, kind, name, valid_from, set_at) '
       'values (%s, gen_random_uuid(), %s, ''responsible'', ''某人'', now(), now())', u.city_id, u.unit_id))
   ) v (relation, manner, statement)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and u.city_id = p.city_id
       and u.unit_id in (select oracle.below(p.city_id, p.unit_id)) and v.manner = 'own'
       and (p.role in ('dispatcher', 'operator') or v.relation = 'duty_shifts' and p.role in ('leader', 'duty')),
       false) as allowed
   ) x
   where u.unit_id in (1, 10, 20, 22);

  -- Experts: the city's dispatch office.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, v.relation, 'insert', row_number() over (partition by p.name, v.relation order by c),
         v.statement, case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join generate_series(1, 2) c
   cross join lateral (values
     ('experts', format(
       'insert into bihuan.experts (city_id, expert_id, name, field, valid_from, set_at) '
       'values (%s, gen_random_uuid(), ''丙'', ''价格'', ''2026-01-01'', now())', c))
   ) v (relation, statement)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and c = p.city_id and p.unit_id = 1
       and p.role in ('dispatcher', 'operator'), false) as allowed
   ) x;

  -- Tests of those on duty: in the own name, of a case that is seen or of none. Calls: from the own unit downwards.
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'duty_tests', 'insert', row_number() over (partition by p.name order by k.city_id, k.ref nulls first, v.manner),
         format(
           'insert into bihuan.duty_tests (city_id, test_id, unit_id, officer_id, case_id, reason, asked_at, answer_by) '
           'values (%s, gen_random_uuid(), %L, %L, %L, ''x'', now(), now() + interval ''1 hour'')',
           k.city_id, v.unit_id, v.officer_id, k.case_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join (
      select q.city_id, q.case_id, q.ref from bihuan.cases q where q.ref in ('R-forwarded', 'R-reviewed', 'R-of hedong')
      union all
      select c, null, null from generate_series(1, 2) c
    ) k
   cross join lateral (values
     ('own', p.officer_id, p.unit_id),
     ('another officer', md5('officer duty')::uuid, p.unit_id),
     ('another unit', p.officer_id, 30)
   ) v (manner, officer_id, unit_id)
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and k.city_id = p.city_id
       and p.role in ('dispatcher', 'duty', 'leader')
       and (v.officer_id, v.unit_id) = (p.officer_id, p.unit_id)
       and (k.case_id is null or oracle.sees_case(p, k.city_id, k.case_id)), false) as allowed
   ) x;
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'duty_calls', 'insert', row_number() over (partition by p.name order by u.city_id, u.unit_id, f),
         format(
           'insert into bihuan.duty_calls (city_id, test_id, number, from_unit, unit_id) values (%s, %L, 99, %s, %s)',
           u.city_id, md5('test all')::uuid, f, u.unit_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.units u
   cross join unnest(array[1, 10]) f
   cross join lateral (
     select coalesce(p.lives and p.login = 'bihuan_server' and (u.city_id, f) = (p.city_id, p.unit_id)
       and p.role in ('dispatcher', 'duty', 'leader') and u.unit_id in (select oracle.below(p.city_id, f)), false) as allowed
   ) x
   where u.unit_id in (1, 10, 11, 20);
  insert into oracle.expectations (persona, relation, verb, number, statement, outcome, n)
  select p.name, 'outbox', 'insert', 200 + row_number() over (partition by p.name order by u.city_id, u.unit_id),
         format('insert into bihuan.outbox (city_id, unit_id, topic, payload) values (%s, %s, ''duty.test'', ''{}'')',
           u.city_id, u.unit_id),
         case when allowed then 'count' else 'refused' end, allowed::integer
    from world.personas p
   cross join bihuan.units u
   cross join lateral (
     select coalesce(p.lives and u.city_id = p.city_id and (
       p.login = 'bihuan_worker'
       or p.role in ('dispatcher', 'duty', 'leader') and u.unit_id in (select oracle.below(p.city_id, p.unit_id))
     ), false) as allowed
   ) x
   where u.unit_id in (1, 10, 11, 20);

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
