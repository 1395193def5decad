-- What each persona of the matrix must reach, written apart from the policies: from cases, assignments and the parents
-- of units, never from case_visibility, assignment_visibility or unit_closure, and with none of the functions that keep
-- them. Run by a superuser after matrix_world.sql; expectations.sql makes statements of it.

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

-- Is the case sealed from the persona: beyond its clearance, or a unit is recused in which, or below which, its officer
-- holds a post, the one acted in or another.
create function oracle.is_sealed(p world.personas, p_city integer, p_case uuid) returns boolean
language sql stable as $$
  select exists (
      select from bihuan.cases c where c.city_id = p_city and c.case_id = p_case and c.secrecy > p.clearance
    ) or exists (
      select from bihuan.recusals r
        join bihuan.posts t on t.city_id = p_city and t.officer_id = p.officer_id
       where r.city_id = p_city and r.case_id = p_case and r.lifted_at is null
         and (t.valid_until is null or t.valid_until > clock_timestamp())
         and t.unit_id in (select oracle.below(p_city, r.unit_id))
    )
$$;

-- Does the persona see the case: its unit or one below it owns it, gives, has or reviews an assignment that stands, or was warned.
create function oracle.sees_case(p world.personas, p_city integer, p_case uuid) returns boolean
language sql stable as $$
  select not oracle.is_sealed(p, p_city, p_case) and exists (
    select from oracle.below(p_city, p.unit_id) mine
     where mine in (select c.owner_unit from bihuan.cases c where c.city_id = p_city and c.case_id = p_case)
        or mine in (
          select part
            from bihuan.assignments a, unnest(array[a.from_unit, a.to_unit, a.reviewer_unit]) part
           where a.city_id = p_city and a.case_id = p_case and a.state not in ('recalled', 'returned')
        )
        or mine in (select r.unit_id from bihuan.warning_receipts r where r.city_id = p_city and r.case_id = p_case)
  )
$$;

-- Does the persona see the assignment.
create function oracle.sees_assignment(p world.personas, p_city integer, p_assignment uuid) returns boolean
language sql stable as $$
  with mine as materialized (select u from oracle.below(p_city, p.unit_id) u)
  select exists (
    select from bihuan.assignments a
     where a.city_id = p_city and a.assignment_id = p_assignment
       and not oracle.is_sealed(p, p_city, a.case_id)
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
    select k.city_id, k.case_id, p.lives and k.city_id = p.city_id and oracle.sees_case(p, k.city_id, k.case_id) as seen
      from bihuan.cases k
  ),
  a as materialized (
    select h.city_id, h.assignment_id, h.case_id, h.from_unit, h.to_unit,
           p.lives and h.city_id = p.city_id and oracle.sees_assignment(p, h.city_id, h.assignment_id) as seen
      from bihuan.assignments h
  ),
  mine as materialized (
    select p.city_id, u as unit_id from oracle.below(p.city_id, p.unit_id) u where p.lives
  ),
  -- Sealed from the persona, whatever its unit has to do with it.
  x as materialized (
    select k.city_id, k.case_id from bihuan.cases k where oracle.is_sealed(p, k.city_id, k.case_id)
  ),
  k as materialized (
    select t.city_id, t.clock_id, t.case_id, t.unit_id, t.breached_at, t.stopped_at,
           case when t.assignment_id is null
                  then (t.city_id, t.unit_id) in (table mine) and (t.city_id, t.case_id) not in (table x)
                else (t.city_id, t.assignment_id) in (select a.city_id, a.assignment_id from a where a.seen)
           end as seen,
           p.lives and t.city_id = p.city_id and t.unit_id = p.unit_id and t.stopped_at is null
             and (t.city_id, t.case_id) not in (table x) as is_due_of_own
      from bihuan.clocks t
  ),
  l as materialized (
    select t.city_id, t.lead_id, t.unit_id, t.case_id,
           (t.city_id, t.unit_id) in (table mine) and coalesce((t.city_id, t.case_id) not in (table x), true)
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
  -- What is restricted is for the reviewer, the writer and those above the writer.
  select 'feedback_answers', concat_ws('/', t.city_id, t.feedback_id, t.key),
         a.seen and (not t.is_restricted or (h.city_id, h.to_unit) in (table mine)
           or coalesce((h.city_id, h.reviewer_unit) = (p.city_id, p.unit_id), false)), false
    from bihuan.feedback_answers t
    join a using (city_id, assignment_id)
    join bihuan.assignments h using (city_id, assignment_id)
  union all
  select 'comments', concat_ws('/', t.city_id, t.comment_id), a.seen, false
    from bihuan.comments t join a using (city_id, assignment_id)
  union all
  -- A task is seen with its assignment, and by the unit that is to do it, unless it is sealed from it.
  select 'tasks', concat_ws('/', t.city_id, t.task_id), y.is_ours, y.is_ours
    from bihuan.tasks t
    join a using (city_id, assignment_id)
   cross join lateral (
     select a.seen or coalesce(p.lives and (t.city_id, t.owner_unit) = (p.city_id, p.unit_id), false)
         and (t.city_id, t.case_id) not in (select x.city_id, x.case_id from x) as is_ours) y
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
  select 'gradings', concat_ws('/', t.city_id, t.case_id, t.number), c.seen, false
    from bihuan.gradings t join c using (city_id, case_id)
  union all
  select 'spread_samples', concat_ws('/', t.city_id, t.case_id, t.number), c.seen, false
    from bihuan.spread_samples t join c using (city_id, case_id)
  union all
  select 'sensitive_periods', concat_ws('/', t.city_id, t.name, t.first_on), p.lives and t.city_id = p.city_id, false
    from bihuan.sensitive_periods t
  union all
  -- What became of units is for the whole city, what was done to officers for those who administer them.
  select 'unit_changes', concat_ws('/', t.city_id, t.number), p.lives and t.city_id = p.city_id, false
    from bihuan.unit_changes t
  union all
  select 'officer_changes', concat_ws('/', t.city_id, t.number),
         coalesce(p.role = 'operator', false) and (t.city_id, t.unit_id) in (table mine), false
    from bihuan.officer_changes t
  union all
  select 'routing_rules', concat_ws('/', t.city_id, t.number), p.lives and t.city_id = p.city_id, false
    from bihuan.routing_rules t
  union all
  select 'unit_aliases', concat_ws('/', t.city_id, t.unit_id, t.alias), p.lives and t.city_id = p.city_id, false
    from bihuan.unit_aliases t
  union all
  select 'line_words', concat_ws('/', t.city_id, t.line, t.word), p.lives and t.city_id = p.city_id, false
    from bihuan.line_words t
  union all
  -- A proposal is its unit's and the owner's, and they alone decide on it; who was told of it sees it.
  select 'warnings', concat_ws('/', t.city_id, t.warning_id),
         x.is_ours or not x.is_sealed and exists (
           select from bihuan.warning_receipts r
            where r.city_id = t.city_id and r.warning_id = t.warning_id and (r.city_id, r.unit_id) in (table mine)),
         x.is_ours
    from bihuan.warnings t
    join bihuan.cases q using (city_id, case_id)
   cross join lateral (
     select s.is_sealed, not s.is_sealed and ((t.city_id, t.proposed_unit) in (table mine)
              or c.seen and (q.city_id, q.owner_unit) in (table mine)) as is_ours
       from (select (t.city_id, t.case_id) in (table x) as is_sealed) s
       join c on c.city_id = t.city_id and c.case_id = t.case_id) x
  union all
  -- A dispute is seen with its assignment; what was referred and asked after the end with the case, and the former is the
  -- owner's to close.
  select 'disputes', concat_ws('/', t.city_id, t.dispute_id), a.seen, a.seen
    from bihuan.disputes t join a using (city_id, assignment_id)
  union all
  select 'referrals', concat_ws('/', t.city_id, t.referral_id), c.seen, (t.city_id, t.unit_id) = (p.city_id, p.unit_id)
    from bihuan.referrals t join c using (city_id, case_id)
  union all
  select 'return_visits', concat_ws('/', t.city_id, t.case_id, t.number), c.seen, false
    from bihuan.return_visits t join c using (city_id, case_id)
  union all
  -- Every unit answers for itself.
  select 'warning_receipts', concat_ws('/', t.city_id, t.warning_id, t.unit_id),
         (t.city_id, t.case_id) not in (table x)
           and ((t.city_id, t.unit_id) in (table mine) or (q.city_id, q.owner_unit) in (table mine)),
         (t.city_id, t.case_id) not in (table x) and p.lives and t.city_id = p.city_id and t.unit_id = p.unit_id
    from bihuan.warning_receipts t
    join bihuan.cases q using (city_id, case_id)
  union all
  select 'overdue', concat_ws('/', k.city_id, p.unit_id, k.clock_id), (k.city_id, k.unit_id) in (table mine) and (k.city_id, k.case_id) not in (table x), false
    from k
   where k.breached_at is not null and k.stopped_at is null
  union all
  -- Of the case as a whole, what was filed, proposed or answered is told as far as its row; what was done to a clock, to
  -- whoever sees the clock.
  select 'events', concat_ws('/', t.city_id, t.case_id, t.seq),
         case when t.assignment_id is not null then a.seen
              when t.kind in ('warning_proposed', 'warning_declined', 'responded', 'raise_proposed', 'recused', 'recusal_lifted',
                            'contact_revealed')
                or t.kind = 'filed' and t.detail ->> 'act' in ('report', 'evaluate')
                or t.kind = 'handed_over' and t.detail ->> 'as' in ('warned', 'clock')
                then c.seen and ((q.city_id, q.owner_unit) in (table mine)
                  or coalesce((t.city_id, t.unit_id) = (p.city_id, p.unit_id), false))
              when t.kind in ('paused', 'resumed', 'extension_asked', 'extension_granted', 'extension_refused')
                then c.seen and coalesce(k.seen or k.is_due_of_own, false)
              else c.seen
         end, false
    from bihuan.events t
    join c using (city_id, case_id)
    join bihuan.cases q using (city_id, case_id)
    left join a using (city_id, assignment_id)
    left join k on k.city_id = t.city_id and k.clock_id = (t.detail ->> 'clock')::uuid
  union all
  -- Registers are for everybody in the city to look at. The roster, the contacts and the stores of a unit are kept by it and
  -- those above, the rest by the city's dispatch office.
  select 'duty_shifts', concat_ws('/', t.city_id, t.shift_id), p.lives and t.city_id = p.city_id,
         (t.city_id, t.unit_id) in (table mine) and p.role in ('dispatcher', 'operator', 'leader', 'duty')
    from bihuan.duty_shifts t
  union all
  select 'supplies', concat_ws('/', t.city_id, t.supply_id), p.lives and t.city_id = p.city_id,
         (t.city_id, t.unit_id) in (table mine) and p.role in ('dispatcher', 'operator')
    from bihuan.supplies t
  union all
  select 'liaisons', concat_ws('/', t.city_id, t.liaison_id), p.lives and t.city_id = p.city_id,
         (t.city_id, t.unit_id) in (table mine) and p.role in ('dispatcher', 'operator')
    from bihuan.liaisons t
  union all
  select 'experts', concat_ws('/', t.city_id, t.expert_id), p.lives and t.city_id = p.city_id,
         p.lives and t.city_id = p.city_id and p.unit_id = 1 and p.role in ('dispatcher', 'operator')
    from bihuan.experts t
  union all
  select 'case_experts', concat_ws('/', t.city_id, t.case_id, t.expert_id), c.seen, false
    from bihuan.case_experts t join c using (city_id, case_id)
  union all
  -- A call is seen by who makes it, by who gets it and by those above either; the officer who is called answers.
  select 'duty_calls', concat_ws('/', t.city_id, t.test_id, t.number),
         (t.city_id, t.unit_id) in (table mine) or (t.city_id, t.from_unit) in (table mine) or x.is_called, x.is_called
    from bihuan.duty_calls t
   cross join lateral (
     select coalesce(p.lives and t.city_id = p.city_id and t.officer_id = p.officer_id, false) as is_called) x
  union all
  select 'duty_tests', concat_ws('/', t.city_id, t.test_id),
         -- A test of a case tells of it.
         (t.case_id is null or exists (
           select from c where c.city_id = t.city_id and c.case_id = t.case_id and c.seen))
         and ((t.city_id, t.unit_id) in (table mine) or exists (
           select from bihuan.duty_calls k
            where k.city_id = t.city_id and k.test_id = t.test_id
              and ((k.city_id, k.unit_id) in (table mine) or (k.city_id, k.from_unit) in (table mine)
                or coalesce(p.lives and k.city_id = p.city_id and k.officer_id = p.officer_id, false)))), false
    from bihuan.duty_tests t
  union all
  select 'leads', concat_ws('/', l.city_id, l.lead_id), l.seen, l.seen from l
  union all
  select 'lead_revisions', concat_ws('/', t.city_id, t.lead_id, t.revision), l.seen, false
    from bihuan.lead_revisions t join l using (city_id, lead_id)
  union all
  -- Who is kept out is told to the owner and those above; who looked, to the owner's leader.
  select 'recusals', concat_ws('/', t.city_id, t.case_id, t.unit_id, t.recused_at),
         c.seen and (q.city_id, q.owner_unit) in (table mine), c.seen and q.city_id = p.city_id and q.owner_unit = p.unit_id
    from bihuan.recusals t
    join c using (city_id, case_id)
    join bihuan.cases q using (city_id, case_id)
  union all
  select 'reads', concat_ws('/', t.city_id, t.read_id), c.seen and q.owner_unit = p.unit_id and p.role = 'leader', false
    from bihuan.reads t
    join c using (city_id, case_id)
    join bihuan.cases q using (city_id, case_id)
  union all
  -- Contacts are for those who must answer.
  select 'contacts', concat_ws('/', t.city_id, t.contact_id),
         l.seen and case
           when l.case_id is null then l.unit_id = p.unit_id and p.role in ('dispatcher', 'duty')
           else c.seen and (
             q.owner_unit = p.unit_id and p.role in ('dispatcher', 'duty', 'handler')
             or p.role in ('dispatcher', 'handler') and exists (
               select from bihuan.assignments h
                where h.city_id = l.city_id and h.case_id = l.case_id and h.to_unit = p.unit_id and h.role = 'lead'
                  and h.state in ('assigned', 'received', 'forwarded', 'fed_back')))
         end, false
    from bihuan.contacts t
    join l using (city_id, lead_id)
    left join c on c.city_id = l.city_id and c.case_id = l.case_id
    left join bihuan.cases q on q.city_id = l.city_id and q.case_id = l.case_id
  union all
  -- What is sent to a unit and those below is its operator's to look after, but what is sealed from it.
  select 'outbox', concat_ws('/', t.city_id, t.outbox_id),
         p.role = 'operator' and (t.city_id, t.unit_id) in (table mine)
           and coalesce((t.city_id, t.case_id) not in (table x), true), false
    from bihuan.outbox t
  union all
  select 'webhooks', concat_ws('/', t.city_id, t.webhook_id), p.role = 'operator' and (t.city_id, t.unit_id) in (table mine),
         false
    from bihuan.webhooks t
  union all
  select 'deliveries', concat_ws('/', t.city_id, t.outbox_id, t.webhook_id), x.is_own, x.is_own
    from bihuan.deliveries t
    join bihuan.webhooks w using (city_id, webhook_id)
   cross join lateral (select p.role = 'operator' and (t.city_id, w.unit_id) in (table mine) as is_own) x
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
    'lead_revisions', 'counter_totals', 'counter_deltas', 'webhook_secrets', 'gradings', 'spread_samples',
    'sensitive_periods', 'warnings', 'warning_receipts', 'disputes', 'referrals', 'return_visits', 'routing_rules', 'unit_aliases', 'line_words', 'recusals', 'duty_shifts'
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
  select unnest(array['credentials', 'peer_credentials', 'secrets', 'time_offset', 'series', 'import_runs', 'seals'])
  union all
  select unnest(case p_login when 'bihuan_server' then array['webhook_secrets']
                             else array['sessions', 'reads', 'contacts'] end)
  union all
  -- What units tell each other is no business of the clocks.
  select unnest(array['comments', 'tasks', 'feedback_answers']) where p_login = 'bihuan_worker'
  union all
  select x from unnest(array['unit_changes', 'officer_changes']) x where p_login = 'bihuan_worker'
  union all
  select unnest(array['liaisons', 'experts', 'case_experts', 'supplies', 'duty_tests', 'duty_calls'])
   where p_login = 'bihuan_worker'
$$;
