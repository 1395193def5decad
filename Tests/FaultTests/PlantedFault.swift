import HistoryChecker
import Testing

/// A fault put into the database behind everybody's back, and what the checker must call it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    var kind: Finding.Kind
    var name: String
    /// Run as superuser with triggers and foreign keys off. `one`, `two`, `three` stand for the cases.
    var statement: String

    var testDescription: String { self.name }

    init(_ kind: Finding.Kind, _ name: String, _ statement: String) {
        self.kind = kind
        self.name = name
        self.statement = statement
    }

    private static let columns =
        "city_id, case_id, at, recorded_at, assignment_id, actor, officer_id, unit_id, via, reason, detail"

    /// Once more what one event says, as the last of its case.
    private static func again(_ condition: String) -> String {
        """
        insert into bihuan.events (seq, kind, prev_hash, \(Self.columns))
        select (select max(l.seq) + 1 from bihuan.events l where l.case_id = e.case_id), e.kind, e.hash, \(Self.columns)
          from bihuan.events e where \(condition);
        update bihuan.events e set prev_hash = p.hash
          from bihuan.events p where p.case_id = e.case_id and p.seq = e.seq - 1 and e.hash is null;
        update bihuan.events e set hash = bihuan.event_hash(e) where e.hash is null;
        update bihuan.cases c set version = (select max(seq) from bihuan.events e where e.case_id = c.case_id);
        """
    }

    static let all: [PlantedFault] = [
        // What clients were told.
        PlantedFault(
            .lost, "an acknowledged registration is nowhere",
            "delete from bihuan.events where case_id = three; delete from bihuan.idempotency_keys k where (k.outcome ->> 'caseID')::uuid = three"
        ),
        PlantedFault(
            .lost, "an acknowledged step is nowhere",
            """
            delete from bihuan.events where kind = 'concluded';
            delete from bihuan.idempotency_keys where outcome ->> 'caseState' = 'concluded'
            """),
        PlantedFault(.doubled, "a reminder by hand stands twice", Self.again("e.kind = 'urged'")),
        PlantedFault(
            .doubled, "a case was registered twice",
            """
            create temporary table copy as select * from bihuan.cases where case_id = three;
            update copy set case_id = gen_random_uuid(), ref = 'TST-2026-000004';
            alter table copy drop column is_open;
            insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id,
                                      plan_version, received_at, opened_at, version)
            select city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id, plan_version, received_at,
                   opened_at, version from copy;
            insert into bihuan.events (case_id, seq, kind, city_id, at, recorded_at, actor, officer_id, unit_id, via, reason)
            select (select case_id from copy), seq, kind, city_id, at, recorded_at, actor, officer_id, unit_id, via, reason
              from bihuan.events where case_id = three
            """),
        PlantedFault(
            .halfDone, "effects without their key",
            "delete from bihuan.idempotency_keys where outcome ->> 'state' = 'received'"),
        PlantedFault(
            .halfDone, "a key without its effects", "delete from bihuan.events where kind = 'urged'"),
        PlantedFault(
            .halfDone, "a registration without its case",
            "update bihuan.cases set content = 'x' where case_id = three"),
        PlantedFault(
            .halfDone, "an outcome that says nothing changed",
            "update bihuan.idempotency_keys set outcome = outcome || '{\"changed\": false}' where outcome ->> 'state' = 'forwarded' or outcome ->> 'caseState' = 'concluded'"
        ),
        PlantedFault(
            .refusedButDone, "what was refused is there",
            "update bihuan.events set reason = '[k:REFUSED]' where case_id = two and kind = 'graded'"),
        PlantedFault(
            .unexplained, "an event nobody asked for",
            "update bihuan.events set reason = '[k:zzzz]' where case_id = two and kind = 'graded'"),
        PlantedFault(
            .unexplained, "an officer's event without a mark",
            "update bihuan.events set reason = null where case_id = two and kind = 'graded'"),
        // Cases.
        PlantedFault(
            .eventGap, "a version ahead of the log", "update bihuan.cases set version = version + 1 where case_id = two"
        ),
        PlantedFault(
            .eventGap, "an event in the middle is gone",
            "delete from bihuan.events where case_id = one and kind = 'forwarded'"),
        PlantedFault(
            .chain, "words of an event were changed",
            "update bihuan.events set reason = reason || '。' where case_id = one and kind = 'graded'"),
        PlantedFault(
            .chain, "a hash was changed", "update bihuan.events set hash = sha256(hash) where case_id = one and seq = 3"
        ),
        PlantedFault(.caseNumberGap, "a case number was used up", "update bihuan.series set last = last + 1"),
        PlantedFault(
            .caseNumberGap, "a case number is missing",
            "update bihuan.cases set ref = 'TST-2026-000009' where case_id = three"),
        PlantedFault(
            .caseHalfMade, "a registered case without its clock", "delete from bihuan.clocks where case_id = three"),
        PlantedFault(
            .caseHalfMade, "a concluded case with a running clock",
            "update bihuan.clocks set stopped_at = null, outcome = null where case_id = one and kind = 'dispatch'"),
        PlantedFault(
            .caseHalfMade, "a case moved on alone", "update bihuan.cases set state = 'accepted' where case_id = two"),
        // Assignments and what hangs on them.
        PlantedFault(
            .assignmentHalfMade, "an assignment without its event",
            "update bihuan.events set kind = 'urged' where case_id = two and kind = 'assigned'"),
        PlantedFault(
            .assignmentHalfMade, "an event without its assignment",
            "update bihuan.events set assignment_id = gen_random_uuid() where case_id = two and kind = 'assigned'"),
        PlantedFault(
            .assignmentHalfMade, "an assignment without its clocks",
            "delete from bihuan.clocks where case_id = two and kind = 'feedback'"),
        PlantedFault(
            .assignmentHalfMade, "a receipt that stopped no clock",
            "update bihuan.clocks set stopped_at = null, outcome = null where case_id = two and kind = 'receipt'"),
        PlantedFault(
            .feedbackHalfMade, "an event without its feedback",
            "delete from bihuan.feedback where case_id = one and number = 1 and state = 'accepted'"),
        PlantedFault(
            .feedbackHalfMade, "a review that settled no feedback",
            "update bihuan.feedback set state = 'pending' where case_id = one"),
        PlantedFault(.orderHalfMade, "an order without its clock", "delete from bihuan.clocks where kind = 'reply'"),
        PlantedFault(.orderHalfMade, "an event without its order", "delete from bihuan.supervisions"),
        PlantedFault(
            .orderHalfMade, "an order without its event",
            "update bihuan.events set kind = 'order_stands' where kind = 'supervised'"),
        // Clocks.
        PlantedFault(
            .clockHalfMade, "a clock that nothing started",
            "update bihuan.clocks set started_at = started_at - interval '1 s' where case_id = three"),
        PlantedFault(
            .clockHalfMade, "an outcome that denies the breach",
            "update bihuan.clocks set outcome = 'met' where outcome = 'late'"),
        PlantedFault(
            .clockHalfMade, "a breach that left no mark",
            "update bihuan.clocks set outcome = 'met', breached_at = null where outcome = 'late'"),
        PlantedFault(
            .clockHalfMade, "a clock about to fire a rung again",
            """
            update bihuan.clocks k set next_rung = 'notice', next_at = k.due_at, stopped_at = null, outcome = null
              from bihuan.clock_firings f where f.clock_id = k.clock_id and f.rung = 'notice'
            """),
        PlantedFault(
            .clockHalfMade, "a running clock that will never fire",
            "update bihuan.clocks set next_rung = null, next_at = null where case_id = three"),
        PlantedFault(
            .firedAfterStop, "a rung after the stop",
            "update bihuan.clock_firings set fired_at = fired_at + interval '30 d' where rung = 'reminder'"),
        PlantedFault(.firedTwice, "a rung fired twice", Self.again("e.kind = 'reminded'")),
        PlantedFault(.firedTwice, "an order of the ladder issued twice", Self.again("e.kind = 'supervised'")),
        PlantedFault(
            .firedTwice, "a firing that was not recorded", "delete from bihuan.clock_firings where rung = 'notice'"),
        PlantedFault(
            .firingHalfMade, "a firing without its event",
            "update bihuan.events set kind = 'urged' where kind = 'reminded'"),
        // Messages and keys.
        PlantedFault(
            .outboxUntied, "a message that nothing caused",
            "update bihuan.outbox set seq = 99 where topic = 'assignment.urged'"),
        PlantedFault(.messageMissing, "nobody was told", "delete from bihuan.outbox where topic = 'assignment.urged'"),
        PlantedFault(
            .messageDoubled, "somebody was told twice",
            """
            insert into bihuan.outbox (city_id, case_id, seq, unit_id, topic, payload)
            select city_id, case_id, seq, unit_id, topic, payload from bihuan.outbox where topic = 'assignment.urged'
            """),
        PlantedFault(
            .keyHalfMade, "a key taken and never settled",
            "update bihuan.idempotency_keys set outcome = null where outcome ->> 'state' = 'forwarded' or outcome ->> 'caseState' = 'concluded'"
        ),
        PlantedFault(
            .keyHalfMade, "an outcome of an event that is not there",
            "update bihuan.idempotency_keys set outcome = outcome || '{\"caseVersion\": 77}' where outcome ->> 'caseState' = 'concluded'"
        ),
        PlantedFault(
            .misanswered, "a key that keeps another command's object",
            "update bihuan.idempotency_keys set outcome = outcome || '{\"ref\": \"TST-2026-000099\"}' where outcome ->> 'caseState' = 'concluded'"
        ),
        PlantedFault(
            .misanswered, "an event in another case than its command's",
            """
            update bihuan.idempotency_keys
               set outcome = outcome || jsonb_build_object('caseID', '00000000-0000-0000-0000-000000000001')
             where outcome ->> 'caseState' = 'concluded'
            """),
        // Kept tables.
        PlantedFault(
            .drift, "a unit lost sight of a case",
            "delete from bihuan.case_visibility where case_id = two and unit_id = (select unit_id from bihuan.units where label = 'west')"
        ),
        PlantedFault(
            .drift, "a unit sees a hop that is not its own",
            """
            insert into bihuan.assignment_visibility (city_id, unit_id, assignment_id, case_id)
            select a.city_id, u.unit_id, a.assignment_id, a.case_id from bihuan.assignments a, bihuan.units u
             where a.case_id = two and u.label = 'price'
            """),
        PlantedFault(
            .drift, "a count is off by one",
            """
            insert into bihuan.counter_deltas (city_id, unit_id, measure, level, n)
            select city_id, unit_id, 'open', '', 1 from bihuan.units where label = 'west'
            """),
        PlantedFault(
            .drift, "something overdue is not listed",
            """
            insert into bihuan.overdue (city_id, unit_id, clock_id, case_id, late_unit, kind, due_at)
            select city_id, unit_id, clock_id, case_id, unit_id, kind, due_at from bihuan.clocks where case_id = three
            """),
        PlantedFault(
            .drift, "a feedback that can be given is passed by",
            "update bihuan.clocks set is_waiting = not is_waiting where kind = 'feedback' and stopped_at is null"),
        PlantedFault(
            .drift, "a unit lost an ancestor",
            "delete from bihuan.unit_closure where depth = 2 and descendant_id = (select unit_id from bihuan.units where label = 'west-1')"
        ),
    ]
}
