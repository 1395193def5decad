import Postgres

/// A promise about the database alone, and the question that finds what breaks it.
///
/// The question is asked in a snapshot where `pg_temp.touched (city_id, case_id)` names the cases to look at and
/// `pg_temp.settled (city_id, officer_id, key)` the idempotency keys; it answers with `subject` and `detail`.
struct Invariant: Sendable {
    var kind: Finding.Kind
    var question: SQL

    /// That a plan gives each assignment a receipt and a feedback clock, each feedback a review clock, each order a reply
    /// clock, and so on, is assumed: the plan that ships does.
    static let all: [Invariant] =
        Self.cases + Self.assignments + Self.feedback + Self.orders + Self.clocks + Self.messages + Self.keys

    // MARK: Cases

    private static let cases: [Invariant] = [
        Invariant(
            kind: .eventGap,
            question: """
                select c.ref as subject,
                       format('version %s, but %s events up to %s', c.version, count(e.seq), max(e.seq)) as detail
                  from pg_temp.touched t
                  join bihuan.cases c using (city_id, case_id)
                  left join bihuan.events e using (city_id, case_id)
                 group by c.city_id, c.case_id, c.ref, c.version
                having count(e.seq) <> c.version or max(e.seq) is distinct from c.version
                """),
        Invariant(
            kind: .chain,
            question: """
                select x.ref as subject, format('the chain breaks at event %s', x.bad) as detail
                  from (select c.ref, bihuan.verify_chain(c.city_id, c.case_id) as bad
                          from pg_temp.touched t
                          join bihuan.cases c using (city_id, case_id)) x
                 where x.bad is not null
                """),
        Invariant(
            kind: .caseNumberGap,
            question: """
                select format('%s %s', n.city_id, n.year) as subject,
                       format('%s cases up to number %s, series at %s', n.cases, n.highest, s.last) as detail
                  from (select c.city_id, case when c.is_drill then 'drill' else 'case' end as series,
                               split_part(c.ref, '-', 2)::smallint as year, count(*) as cases,
                               max(split_part(c.ref, '-', 3)::bigint) as highest
                          from bihuan.cases c
                         group by c.city_id, c.is_drill, split_part(c.ref, '-', 2)) n
                  left join bihuan.series s on s.city_id = n.city_id and s.year = n.year and s.name = n.series
                 where n.cases <> n.highest or s.last is distinct from n.highest
                """),
        Invariant(
            kind: .caseHalfMade,
            question: """
                with counted as (
                  select c.ref, c.state, c.is_open,
                         count(*) filter (where k.kind = 'grading') as grading,
                         count(*) filter (where k.kind = 'dispatch') as dispatch,
                         count(*) filter (where k.kind = 'conclusion') as conclusion,
                         -- What is filed after the end may still be waited for.
                         count(*) filter (where k.kind <> 'filing') as running,
                         (select count(*) from bihuan.assignments a
                           where a.city_id = c.city_id and a.case_id = c.case_id and a.parent_id is null
                             and a.state in ('assigned', 'received', 'forwarded', 'fed_back')) as open_hops
                    from pg_temp.touched t
                    join bihuan.cases c using (city_id, case_id)
                    left join bihuan.clocks k
                      on k.city_id = c.city_id and k.case_id = c.case_id and k.stopped_at is null
                   group by c.city_id, c.case_id, c.ref, c.state, c.is_open
                )
                select ref as subject,
                       format('%s with %s open hops and running clocks: %s grading, %s dispatch, %s conclusion, %s in all',
                              state, open_hops, grading, dispatch, conclusion, running) as detail
                  from counted
                 where grading <> (state = 'registered')::integer
                    or dispatch <> (state = 'graded')::integer
                    or conclusion <> (state = 'accepted')::integer
                    or (state = 'assigned') <> (open_hops > 0)
                    or not is_open and running > 0
                """),
    ]

    // MARK: Assignments

    private static let assignments: [Invariant] = [
        Invariant(
            kind: .assignmentHalfMade,
            question: """
                select a.ref as subject, format('%s events tell of its making', count(e.seq)) as detail
                  from pg_temp.touched t
                  join bihuan.assignments a using (city_id, case_id)
                  left join bihuan.events e
                    on e.city_id = a.city_id and e.case_id = a.case_id and e.assignment_id = a.assignment_id
                   and e.kind in ('assigned', 'forwarded')
                 group by a.city_id, a.assignment_id, a.ref
                having count(e.seq) <> 1
                """),
        Invariant(
            kind: .assignmentHalfMade,
            question: """
                select format('%s #%s', e.case_id, e.seq) as subject, format('event %s without its assignment', e.kind)
                         as detail
                  from pg_temp.touched t
                  join bihuan.events e using (city_id, case_id)
                 where e.kind in ('assigned', 'forwarded')
                   and not exists (select from bihuan.assignments a
                                    where a.city_id = e.city_id and a.assignment_id = e.assignment_id)
                """),
        Invariant(
            kind: .assignmentHalfMade,
            question: """
                with counted as (
                  select a.ref, a.state,
                         count(*) filter (where k.kind = 'receipt') as receipts,
                         count(*) filter (where k.kind = 'feedback') as feedbacks,
                         count(*) filter (where k.kind = 'receipt' and k.stopped_at is null) as receipt,
                         count(*) filter (where k.kind = 'feedback' and k.stopped_at is null) as feedback,
                         count(*) filter (where k.kind = 'review' and k.stopped_at is null) as review,
                         count(*) filter (where k.stopped_at is null) as running
                    from pg_temp.touched t
                    join bihuan.assignments a using (city_id, case_id)
                    left join bihuan.clocks k
                      on k.city_id = a.city_id and k.case_id = a.case_id and k.assignment_id = a.assignment_id
                     and k.supervision_id is null
                   group by a.city_id, a.assignment_id, a.ref, a.state
                )
                select ref as subject,
                       format('%s with %s receipt and %s feedback clocks; running: %s receipt, %s feedback, %s review, %s in all',
                              state, receipts, feedbacks, receipt, feedback, review, running) as detail
                  from counted
                 where receipts = 0 or feedbacks = 0
                    or receipt <> (state = 'assigned')::integer
                    or feedback <> (state in ('assigned', 'received', 'forwarded'))::integer
                    or review <> (state = 'fed_back')::integer
                    or state not in ('assigned', 'received', 'forwarded', 'fed_back') and running > 0
                """),
    ]

    // MARK: Feedback

    private static let feedback: [Invariant] = [
        Invariant(
            kind: .feedbackHalfMade,
            question: """
                with said as (
                  select a.city_id, a.assignment_id, a.ref, a.state, count(f.feedback_id) as feedback,
                         coalesce(max(f.number), 0) as highest,
                         count(*) filter (where f.state = 'pending') as pending,
                         count(*) filter (where f.state = 'accepted') as accepted,
                         count(*) filter (where f.state = 'sent_back') as sent_back
                    from pg_temp.touched t
                    join bihuan.assignments a using (city_id, case_id)
                    left join bihuan.feedback f on f.city_id = a.city_id and f.assignment_id = a.assignment_id
                   group by a.city_id, a.assignment_id, a.ref, a.state
                ),
                told as (
                  select e.city_id, e.assignment_id,
                         count(*) filter (where e.kind = 'fed_back') as feedback,
                         count(*) filter (where e.kind = 'accepted') as accepted,
                         count(*) filter (where e.kind = 'sent_back') as sent_back
                    from pg_temp.touched t
                    join bihuan.events e using (city_id, case_id)
                   where e.assignment_id is not null
                   group by e.city_id, e.assignment_id
                )
                select s.ref as subject,
                       format('%s with %s feedback up to number %s (%s pending, %s accepted, %s sent back); events: %s, %s, %s',
                              s.state, s.feedback, s.highest, s.pending, s.accepted, s.sent_back, o.feedback, o.accepted,
                              o.sent_back) as detail
                  from said s
                  left join told o using (city_id, assignment_id)
                 where s.feedback <> s.highest
                    or s.pending <> (s.state = 'fed_back')::integer
                    or (s.feedback, s.accepted, s.sent_back)
                       is distinct from (coalesce(o.feedback, 0), coalesce(o.accepted, 0), coalesce(o.sent_back, 0))
                """)
    ]

    // MARK: Orders

    private static let orders: [Invariant] = [
        Invariant(
            kind: .orderHalfMade,
            question: """
                with counted as (
                  select s.ref, s.state,
                         (select count(*) from bihuan.events e
                           where e.city_id = s.city_id and e.case_id = s.case_id and e.kind = 'supervised'
                             and e.detail ->> 'ref' = s.ref) as events,
                         s.reply is not null as is_answered,
                         count(*) filter (where k.kind = 'reply') as reply,
                         count(*) filter (where k.kind = 'judgement') as judgement
                    from pg_temp.touched t
                    join bihuan.supervisions s using (city_id, case_id)
                    left join bihuan.clocks k
                      on k.city_id = s.city_id and k.case_id = s.case_id and k.supervision_id = s.supervision_id
                     and k.stopped_at is null
                   group by s.city_id, s.supervision_id, s.ref, s.state, s.case_id, s.reply
                )
                select ref as subject,
                       format('%s with %s events of its issue; running: %s reply, %s judgement',
                              state, events, reply, judgement) as detail
                  from counted
                 where events <> 1
                    -- What was ignored until it went a tier up is still waited for, until its circular.
                    or case when state = 'raised' and not is_answered then reply > 1
                            else reply <> (state = 'issued')::integer end
                    or judgement <> (state = 'replied')::integer
                """),
        Invariant(
            kind: .orderHalfMade,
            question: """
                select format('%s #%s', e.case_id, e.seq) as subject, 'event supervised without its order' as detail
                  from pg_temp.touched t
                  join bihuan.events e using (city_id, case_id)
                 where e.kind = 'supervised'
                   and not exists (select from bihuan.supervisions s
                                    where s.city_id = e.city_id and s.ref = e.detail ->> 'ref')
                """),
    ]

    // MARK: Clocks

    private static let clocks: [Invariant] = [
        Invariant(
            kind: .clockHalfMade,
            question: """
                select k.clock_id::text as subject,
                       format('%s clock from %s at %s: no such event', k.kind, k.start_event, k.started_at) as detail
                  from pg_temp.touched t
                  join bihuan.clocks k using (city_id, case_id)
                 where not exists (select from bihuan.events e
                                    where e.city_id = k.city_id and e.case_id = k.case_id and e.kind = k.start_event
                                      and e.at = k.started_at)
                """),
        Invariant(
            kind: .clockHalfMade,
            question: """
                select x.clock_id::text as subject,
                       format('%s clock, outcome %s, breached %s, next %s, fired %s',
                              x.kind, coalesce(x.outcome, '-'), coalesce(x.breached_at::text, '-'),
                              coalesce(x.next_rung, '-'), x.fired) as detail
                  from (select k.*, array(select f.rung from bihuan.clock_firings f
                                           where f.city_id = k.city_id and f.clock_id = k.clock_id) as fired
                          from pg_temp.touched t
                          join bihuan.clocks k using (city_id, case_id)) x
                 where x.outcome in ('met', 'void') and x.breached_at is not null
                    or x.outcome in ('late', 'breached_open') and x.breached_at is null
                    or x.next_rung = any (x.fired)
                    or x.fired && array['reminder', 'supervision', 'circular'] and x.breached_at is null
                    or x.stopped_at is null and x.next_rung is null and not 'reminder' = any (x.fired)
                    or x.stopped_at is not null and x.claimed_until is not null
                """),
        Invariant(
            kind: .firedAfterStop,
            question: """
                select f.clock_id::text as subject,
                       format('%s fired at %s, stopped at %s', f.rung, f.fired_at, k.stopped_at) as detail
                  from pg_temp.touched t
                  join bihuan.clock_firings f using (city_id, case_id)
                  join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
                 where f.fired_at > k.stopped_at
                """),
        Invariant(
            kind: .firedTwice,
            question: """
                select coalesce(e.detail ->> 'clock', e.case_id::text) as subject,
                       format('%s events %s by the server, %s firings', count(*), e.kind, count(f.clock_id)) as detail
                  from pg_temp.touched t
                  join bihuan.events e using (city_id, case_id)
                  left join bihuan.clock_firings f
                    on f.city_id = e.city_id and f.case_id = e.case_id
                   and f.clock_id = (e.detail ->> 'clock')::uuid
                   and f.rung = case e.kind when 'noticed' then 'notice' when 'reminded' then 'reminder'
                                            when 'circulated' then 'circular' end
                 where e.kind in ('noticed', 'reminded', 'circulated')
                 group by e.city_id, e.case_id, e.kind, e.detail ->> 'clock'
                having count(*) > 1 or count(f.clock_id) = 0
                """),
        Invariant(
            kind: .firingHalfMade,
            question: """
                select f.clock_id::text as subject, format('%s fired without its event', f.rung) as detail
                  from pg_temp.touched t
                  join bihuan.clock_firings f using (city_id, case_id)
                 where f.rung <> 'supervision'
                   and not exists (select from bihuan.events e
                                    where e.city_id = f.city_id and e.case_id = f.case_id
                                      and e.detail ->> 'clock' = f.clock_id::text
                                      and e.kind = case f.rung when 'notice' then 'noticed' when 'reminder' then 'reminded'
                                                               when 'circular' then 'circulated' end)
                """),
        // An order's event names no clock; the numbers of a case must agree.
        Invariant(
            kind: .firedTwice,
            question: """
                with counted as (
                  select t.case_id,
                         (select count(*) from bihuan.clock_firings f
                           where f.city_id = t.city_id and f.case_id = t.case_id and f.rung = 'supervision') as firings,
                         (select count(*) from bihuan.events e
                           where e.city_id = t.city_id and e.case_id = t.case_id and e.via = 'worker'
                             and e.kind in ('supervised', 'order_stands')) as events
                    from pg_temp.touched t
                )
                select case_id::text as subject, format('%s firings, %s orders by the server', firings, events) as detail
                  from counted
                 where firings <> events
                """),
    ]

    // MARK: Messages

    private static let messages: [Invariant] = [
        Invariant(
            kind: .outboxUntied,
            question: """
                select o.outbox_id::text as subject, format('%s of %s #%s: no such event', o.topic, o.case_id, o.seq)
                         as detail
                  from pg_temp.touched t
                  join bihuan.outbox o using (city_id, case_id)
                 where not exists (select from bihuan.events e
                                    where e.city_id = o.city_id and e.case_id = o.case_id and e.seq = o.seq)
                """),
        Invariant(
            kind: .messageMissing,
            question: """
                select format('%s #%s', e.case_id, e.seq) as subject, format('nobody is told of %s', e.kind) as detail
                  from pg_temp.touched t
                  join bihuan.events e using (city_id, case_id)
                 where e.kind in ('assigned', 'forwarded', 'received', 'returned', 'recalled', 'fed_back', 'accepted',
                                  'sent_back', 'urged', 'supervised', 'replied', 'lifted', 'upheld', 'noticed', 'reminded',
                                  'circulated')
                   and not exists (select from bihuan.outbox o
                                    where o.city_id = e.city_id and o.case_id = e.case_id and o.seq = e.seq)
                """),
        Invariant(
            kind: .messageDoubled,
            question: """
                select format('%s #%s', o.case_id, o.seq) as subject, format('unit %s is told %s times of %s', o.unit_id,
                       count(*), o.topic) as detail
                  from pg_temp.touched t
                  join bihuan.outbox o using (city_id, case_id)
                 where o.topic <> 'case.concluded'
                 group by o.city_id, o.case_id, o.seq, o.unit_id, o.topic
                having count(*) > 1
                """),
    ]

    // MARK: Keys

    private static let keys: [Invariant] = [
        Invariant(
            kind: .keyHalfMade,
            question: """
                select k.key as subject, 'a key without an outcome' as detail
                  from pg_temp.settled t
                  join bihuan.idempotency_keys k using (city_id, officer_id, key)
                 where k.outcome is null
                """),
        Invariant(
            kind: .keyHalfMade,
            question: """
                select k.key as subject,
                       format('its outcome is event %s of case %s, which is not there', k.outcome ->> 'caseVersion',
                              k.outcome ->> 'caseID') as detail
                  from pg_temp.settled t
                  join bihuan.idempotency_keys k using (city_id, officer_id, key)
                 where (k.outcome ->> 'changed')::boolean and k.outcome ->> 'caseID' is not null
                   and not exists (select from bihuan.events e
                                    where e.city_id = k.city_id and e.case_id = (k.outcome ->> 'caseID')::uuid
                                      and e.seq = (k.outcome ->> 'caseVersion')::bigint
                                      and e.officer_id = k.officer_id)
                """),
    ]
}
