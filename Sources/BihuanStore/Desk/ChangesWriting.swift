import BihuanDomain
import Foundation
import Postgres

/// Who a step is written down as.
struct Actor: Sendable {
    var text: String
    var officer: UUID?
    var unit: Int?
    var via: Door

    init(_ authority: Authority, via: Door) {
        self.officer = authority.identity?.officer.rawValue
        self.unit = authority.identity?.unit.rawValue
        // A deputy's acts say for whose post (代理); ``Queries/timeline(_:_:)`` reads it.
        self.text =
            authority.identity.map { identity in
                "officer:\(identity.officer.text)" + (identity.actingFor.map { " for:\($0.text)" } ?? "")
            } ?? "system"
        self.via = via
    }
}

/// Writes what a step changed, as the statements of the second flight.
///
/// The order is part of the rule. Rows that need the case to be visible come before the assignment changes that may
/// take it from the writer's sight: a unit that returns a case writes down the return and then no longer sees it. Last
/// come recusals: of a case that is sealed already they hide it at once from whoever recuses a unit that he has a post in.
struct ChangesWriting {
    let city: Int
    let before: CaseRecord?
    let changes: Changes
    let plan: Plan
    let actor: Actor
    let now: Date
    /// Outside office hours: then whoever is on duty is called to what is urgent.
    var isNight = false

    var statements: [SQL] {
        var batch: [SQL] = []
        if self.before != nil {
            // No state is skipped, or the guard of the order of states would refuse the leap.
            batch += self.changes.passed.dropLast().map(self.pass)
            batch.append(self.updateCase)
        }
        batch += self.secrecy
        batch += self.liftedRecusals
        batch += self.carried
        batch += self.changes.newAssignments.map(self.insert)
        batch += self.disputes
        batch += self.referrals
        batch += self.feedback
        batch += self.units
        batch += self.filing
        batch += self.grading
        batch += self.sample
        batch += self.warning
        batch += self.changes.newSupervisions.map(self.insert)
        batch += self.changes.changedSupervisions.map(self.update)
        batch += self.changes.newClocks.map(self.insert)
        batch += self.changes.changedClocks.map(self.update)
        batch += self.changes.adjustments.map(self.write)
        batch += self.changes.endedPauses.map(self.endPause)
        batch += self.leadMoves
        batch += self.changes.stoppedClocks.map { self.stop($0.clock, $0.outcome) }
        if let firing = self.changes.firing { batch.append(self.record(firing.clock, firing.rung)) }
        batch += self.engagement
        batch += self.events
        batch += self.messages
        batch += self.dutyCalls
        batch += self.changes.changedAssignments.map(self.update)
        batch += self.newRecusals
        return batch
    }

    // MARK: Case

    private func pass(_ state: CaseState) -> SQL {
        let merger = self.changes.record.merger
        // An un-merge may pass on from the state that it brings back.
        return SQL.mustAffect(
            """
            update bihuan.cases
               set state = \(state.rawValue), merged_into = \(merger?.into.rawValue),
                   merged_before = \(merger?.before.rawValue), merged_at = \(merger?.at)
             where city_id = \(self.city) and case_id = \(self.changes.record.id.rawValue)
               and version = \(self.before?.version ?? 0)
            """)
    }

    private var updateCase: SQL {
        let record = self.changes.record
        let rank = record.level.flatMap { self.plan.level($0) }?.rank
        return SQL.mustAffect(
            """
            update bihuan.cases
               set state = \(record.state.rawValue), level = \(record.level), level_rank = \(rank),
                   matter = \(record.matter), proposed_level = \(record.proposedLevel),
                   plan_version = \(record.planVersion),
                   graded_at = \(record.gradedAt), concluded_at = \(record.concludedAt),
                   outcome = \(record.outcome?.rawValue), awaits_lead = \(record.awaitsLead), version = \(record.version),
                   merged_into = \(record.merger?.into.rawValue), merged_before = \(record.merger?.before.rawValue),
                   merged_at = \(record.merger?.at), is_contested = \(record.isContested)
             where city_id = \(self.city) and case_id = \(record.id.rawValue)
               and version = \(self.before?.version ?? 0)
            """)
    }

    private var events: [SQL] {
        let record = self.changes.record
        let first = record.version - self.changes.events.count + 1
        return self.changes.events.enumerated().map { index, event in
            self.insert(event, first + index, of: record.id)
        }
    }

    /// - Parameter number: in the log of the case.
    func insert(_ event: EventDraft, _ number: Int, of record: CaseID) -> SQL {
        """
        insert into bihuan.events
               (city_id, case_id, seq, at, kind, assignment_id, actor, officer_id, unit_id, via, reason, detail)
        values (\(self.city), \(record.rawValue), \(number), \(self.now), \(event.kind.rawValue),
                \(event.assignment?.rawValue), \(self.actor.text), \(self.actor.officer), \(self.actor.unit),
                \(self.actor.via.rawValue), \(event.reason.map(PersonalNumbers.masked)),
                \(JSON(event.detail)))
        """
    }

    /// What units are to be told, tied to the step's last event as its cause.
    private var messages: [SQL] {
        let messages = self.changes.messages
        guard !messages.isEmpty else { return [] }
        let record = self.changes.record
        let payloads = messages.map { message in
            JSON.encoded(
                MessagePayload(
                    record: record.ref, subject: message.subject, dueAt: message.due.map { $0.ISO8601Format() },
                    urgency: message.isUrgent ? .urgent : nil, drill: record.isDrill ? true : nil))
        }
        return [
            """
            insert into bihuan.outbox (city_id, case_id, seq, unit_id, topic, payload)
            select \(self.city), \(record.id.rawValue), \(record.version), unit_id, topic, payload::jsonb
              from unnest(\(messages.map { $0.unit.rawValue })::bigint[], \(messages.map(\.topic))::text[],
                          \(payloads)::text[]) as m (unit_id, topic, payload)
            """
        ]
    }

    /// The same to whoever is on duty (值班) in the unit, or where nobody is, in the nearest above it that has somebody:
    /// each officer once a step.
    private var dutyCalls: [SQL] {
        let messages = self.changes.messages.filter { $0.duty == .always || $0.duty == .atNight && self.isNight }
        guard !messages.isEmpty else { return [] }
        let record = self.changes.record
        let payloads = messages.map { message in
            JSON.encoded(
                MessagePayload(
                    record: record.ref, subject: message.subject, dueAt: message.due.map { $0.ISO8601Format() },
                    urgency: message.isUrgent ? .urgent : nil, drill: record.isDrill ? true : nil))
        }
        return [
            """
            insert into bihuan.outbox (city_id, case_id, seq, unit_id, topic, payload)
            select distinct on (d.unit_id, d.login, m.subject)
                   \(self.city), \(record.id.rawValue), \(record.version), d.unit_id, 'duty.called',
                   m.payload::jsonb || jsonb_build_object('topic', m.topic, 'unit', n.label, 'duty', d.login)
              from unnest(\(messages.map { $0.unit.rawValue })::bigint[], \(messages.map(\.topic))::text[],
                          \(messages.map(\.subject))::text[], \(payloads)::text[])
                     as m (unit_id, topic, subject, payload)
              join bihuan.units n on n.city_id = \(self.city) and n.unit_id = m.unit_id
             cross join lateral (
               select s.unit_id, o.login, rank() over (order by u.depth) as nearness
                 from bihuan.unit_closure u
                 join bihuan.duty_shifts s on s.city_id = u.city_id and s.unit_id = u.ancestor_id
                 join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                where u.city_id = \(self.city) and u.descendant_id = m.unit_id
                  and s.cancelled_at is null and s.starts_at <= \(self.now) and s.ends_at > \(self.now)
             ) d
             where d.nearness = 1
             order by d.unit_id, d.login, m.subject, m.topic
            """
        ]
    }

    private var engagement: [SQL] {
        guard let expert = self.changes.newExpert else { return [] }
        let reason = self.changes.events.first { $0.kind == .expertEngaged }?.reason ?? ""
        return [
            """
            insert into bihuan.case_experts (city_id, case_id, expert_id, engaged_at, officer_id, unit_id, reason)
            values (\(self.city), \(self.changes.record.id.rawValue), \(expert.rawValue), \(self.now),
                    \(self.actor.officer), \(self.actor.unit), \(PersonalNumbers.masked(reason)))
            """
        ]
    }

    // MARK: Assignments, feedback, orders

    private func insert(_ hop: AssignmentRecord) -> SQL {
        """
        insert into bihuan.assignments
               (city_id, assignment_id, ref, case_id, parent_id, role, state, from_unit, to_unit, reviewer_unit,
                instruction, assigned_at, bound_by, version)
        values (\(self.city), \(hop.id.rawValue), \(hop.ref), \(self.changes.record.id.rawValue),
                \(hop.parent?.rawValue), \(hop.role.rawValue), \(hop.state.rawValue), \(hop.from.rawValue),
                \(hop.to.rawValue), \(hop.reviewer.rawValue), \(PersonalNumbers.masked(hop.instruction)),
                \(hop.assignedAt), \(hop.boundBy?.rawValue), \(hop.version))
        """
    }

    private func update(_ hop: AssignmentRecord) -> SQL {
        SQL.mustAffect(
            """
            update bihuan.assignments
               set state = \(hop.state.rawValue), received_at = \(hop.receivedAt), closed_at = \(hop.closedAt),
                   return_reason = \(hop.returnReason.map(PersonalNumbers.masked)),
                   proposed_unit = \(hop.proposed?.rawValue), bound_by = \(hop.boundBy?.rawValue),
                   reviewer_unit = \(hop.reviewer.rawValue), version = \(hop.version)
             where city_id = \(self.city) and assignment_id = \(hop.id.rawValue) and version = \(hop.version - 1)
            """)
    }

    private var feedback: [SQL] {
        var batch: [SQL] = []
        if let (record, draft) = self.changes.newFeedback {
            batch.append(
                """
                insert into bihuan.feedback
                       (city_id, feedback_id, case_id, assignment_id, number, kind, verdict, findings, measures, result,
                        state, officer_id, submitted_at)
                values (\(self.city), \(record.id.rawValue), \(self.changes.record.id.rawValue),
                        \(record.assignment.rawValue), \(record.number), \(record.kind.rawValue),
                        \(draft.verdict?.rawValue), \(PersonalNumbers.masked(draft.findings)),
                        \(draft.measures.map(PersonalNumbers.masked)), \(draft.result.map(PersonalNumbers.masked)),
                        \(record.state.rawValue), \(self.actor.officer), \(record.submittedAt))
                """)
        }
        if let (id, state, reason) = self.changes.reviewedFeedback {
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.feedback
                       set state = \(state.rawValue), reviewed_at = \(self.now),
                           review_reason = \(reason.map(PersonalNumbers.masked))
                     where city_id = \(self.city) and feedback_id = \(id.rawValue) and state = 'pending'
                    """))
        }
        return batch
    }

    private var filing: [SQL] {
        guard let (filing, fields) = self.changes.newFiling else { return [] }
        return [
            """
            insert into bihuan.filings
                   (city_id, filing_id, case_id, form, act, number, officer_id, unit_id, filed_at, fields)
            values (\(self.city), \(filing.id.rawValue), \(self.changes.record.id.rawValue), \(filing.form),
                    \(filing.act.rawValue), \(filing.number), \(self.actor.officer), \(self.actor.unit),
                    \(filing.filedAt), \(JSON(fields.mapValues(PersonalNumbers.masked))))
            """
        ]
    }

    private var grading: [SQL] {
        guard let grading = self.changes.newGrading else { return [] }
        return [
            """
            insert into bihuan.gradings
                   (city_id, case_id, number, graded_at, level, judged, proposed, scores, criteria, triggers, matches,
                    sensitive_period, officer_id, unit_id, reason)
            select \(self.city), \(self.changes.record.id.rawValue), coalesce(max(g.number), 0) + 1, \(self.now),
                   \(grading.level), \(grading.judged), \(grading.proposal.level),
                   \(JSON(text: JSON.encoded(grading.assessment.scores))), \(grading.assessment.criteria)::text[],
                   \(grading.assessment.triggers)::text[], \(JSON(text: JSON.encoded(grading.proposal.matches))),
                   \(grading.raise?.period.name), \(self.actor.officer), \(self.actor.unit),
                   \(PersonalNumbers.masked(self.changes.events.first { $0.kind == .graded }?.reason ?? ""))
              from bihuan.gradings g
             where g.city_id = \(self.city) and g.case_id = \(self.changes.record.id.rawValue)
            """
        ]
    }

    private var sample: [SQL] {
        guard let sample = self.changes.newSample else { return [] }
        func count(_ metric: SpreadMetric) -> Int? { sample.counts.counts[metric] }
        return [
            """
            insert into bihuan.spread_samples
                   (city_id, case_id, number, observed_at, recorded_at, reads, comments, outlets, heat, source,
                    officer_id, unit_id)
            select \(self.city), \(self.changes.record.id.rawValue), coalesce(max(s.number), 0) + 1,
                   \(sample.observedAt), \(self.now), \(count(.reads)), \(count(.comments)), \(count(.outlets)),
                   \(count(.heat)), \(sample.source.map(PersonalNumbers.masked)), \(self.actor.officer),
                   \(self.actor.unit)
              from bihuan.spread_samples s
             where s.city_id = \(self.city) and s.case_id = \(self.changes.record.id.rawValue)
            """
        ]
    }

    private var warning: [SQL] {
        let record = self.changes.record.id.rawValue
        var batch: [SQL] = []
        if let (warning, draft, raise) = self.changes.newWarning {
            batch.append(
                """
                insert into bihuan.warnings
                       (city_id, warning_id, case_id, ref, level, judged, sensitive_period, state, happened, possible,
                        elsewhere, "text", measures, named_units, proposed_by, proposed_unit, proposed_at, version)
                values (\(self.city), \(warning.id.rawValue), \(record), \(warning.ref), \(warning.level),
                        \(raise?.from ?? warning.level), \(raise?.period.name), \(warning.state.rawValue), \(draft.grounds.happened), \(draft.grounds.possible),
                        \(draft.grounds.elsewhere), \(PersonalNumbers.masked(draft.text)),
                        \(draft.measures.map(PersonalNumbers.masked)), \(warning.named.map(\.rawValue))::integer[],
                        \(self.actor.officer), \(self.actor.unit), \(self.now), \(warning.version))
                """)
        }
        if let (warning, reason) = self.changes.changedWarning {
            let reason = PersonalNumbers.masked(reason)
            let decision: SQL =
                warning.state == .lifted
                ? "lifted_at = \(self.now), lift_reason = \(reason)"
                : "decided_by = \(self.actor.officer), decided_at = \(self.now), decision_reason = \(reason)"
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.warnings
                       set state = \(warning.state.rawValue), version = \(warning.version), \(decision)
                     where city_id = \(self.city) and warning_id = \(warning.id.rawValue)
                       and version = \(warning.version - 1)
                    """))
        }
        let receipts = self.changes.newReceipts
        if let warning = self.changes.changedWarning?.record, !receipts.isEmpty {
            batch.append(
                """
                insert into bihuan.warning_receipts (city_id, warning_id, case_id, unit_id, roles, urgency, told_at)
                select \(self.city), \(warning.id.rawValue), \(record), r.unit_id, string_to_array(r.roles, ' '),
                       r.urgency, \(self.now)
                  from unnest(\(receipts.map(\.unit.rawValue))::bigint[],
                              \(receipts.map { $0.roles.joined(separator: " ") })::text[],
                              \(receipts.map(\.urgency.rawValue))::text[]) as r (unit_id, roles, urgency)
                """)
        }
        if let (receipt, measures) = self.changes.answeredReceipt, case .warning(let id) = self.changes.subject {
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.warning_receipts
                       set received_at = \(receipt.receivedAt), received_by = \(self.actor.officer),
                           measures = \(PersonalNumbers.masked(measures))
                     where city_id = \(self.city) and warning_id = \(id.rawValue)
                       and unit_id = \(receipt.unit.rawValue)
                    """))
        }
        return batch
    }

    private func insert(_ order: SupervisionRecord) -> SQL {
        """
        insert into bihuan.supervisions
               (city_id, supervision_id, ref, case_id, assignment_id, raised_from, from_unit, to_unit, cause, grade,
                state, requirement, "limit", copied_units, issued_at, version)
        values (\(self.city), \(order.id.rawValue), \(order.ref), \(self.changes.record.id.rawValue),
                \(order.assignment.rawValue), \(order.raisedFrom?.rawValue), \(order.from.rawValue),
                \(order.to.rawValue), \(order.cause.rawValue), \(order.grade.rawValue), \(order.state.rawValue),
                \(PersonalNumbers.masked(order.requirement)), \(order.limit?.text),
                \(order.copies.map(\.rawValue))::integer[], \(order.issuedAt), \(order.version))
        """
    }

    private func update(_ order: SupervisionRecord) -> SQL {
        SQL.mustAffect(
            """
            update bihuan.supervisions
               set state = \(order.state.rawValue), 
                   reply = \(order.reply.map(PersonalNumbers.masked)), replied_at = \(order.repliedAt),
                   closed_at = \(order.closedAt), version = \(order.version)
             where city_id = \(self.city) and supervision_id = \(order.id.rawValue)
               and version = \(order.version - 1)
            """)
    }

    // MARK: Clocks

    private func insert(_ clock: ClockRecord) -> SQL {
        """
        insert into bihuan.clocks
               (city_id, clock_id, case_id, assignment_id, supervision_id, warning_id, dispute_id, referral_id,
                unit_id, kind, rule, level,
                "limit", start_event, started_at, due_at, next_rung, next_at)
        values (\(self.city), \(clock.id.rawValue), \(self.changes.record.id.rawValue),
                \(clock.assignment?.rawValue), \(clock.supervision?.rawValue), \(clock.warning?.rawValue),
                \(clock.dispute?.rawValue), \(clock.referral?.rawValue),
                \(clock.unit.rawValue), \(clock.kind.rawValue), \(clock.storedRule), \(clock.level),
                \(clock.limit.text), \(clock.startEvent),
                \(clock.startedAt), \(clock.dueAt), \(clock.nextRung?.rawValue), \(clock.nextAt))
        """
    }

    private func update(_ clock: ClockRecord) -> SQL {
        SQL.mustAffect(
            """
            update bihuan.clocks
               set rule = \(clock.storedRule), level = \(clock.level), "limit" = \(clock.limit.text), due_at = \(clock.dueAt),
                   breached_at = \(clock.breachedAt), escalated_at = \(clock.escalatedAt),
                   next_rung = \(clock.nextRung?.rawValue),
                   next_at = \(clock.nextAt), paused_at = \(clock.isPaused ? clock.pauses.last?.begin : nil),
                   asked = \(clock.asked?.text),
                   is_adjusted = is_adjusted or \(!clock.pauses.isEmpty || !clock.extensions.isEmpty),
                   claimed_until = null, attempts = 0, retry_at = null, aside_at = null
             where city_id = \(self.city) and clock_id = \(clock.id.rawValue) and stopped_at is null
            """)
    }

    private func stop(_ clock: ClockRecord, _ outcome: ClockOutcome) -> SQL {
        SQL.mustAffect(
            """
            update bihuan.clocks
               set stopped_at = \(self.now), outcome = \(outcome.rawValue), breached_at = \(clock.breachedAt),
                   next_rung = null, next_at = null, paused_at = null, claimed_until = null, attempts = 0,
                   retry_at = null, aside_at = null
             where city_id = \(self.city) and clock_id = \(clock.id.rawValue) and stopped_at is null
            """)
    }

    private func endPause(of clock: ClockID) -> SQL {
        SQL.mustAffect(
            """
            update bihuan.clock_pauses set resumed_at = \(self.now)
             where city_id = \(self.city) and clock_id = \(clock.rawValue) and resumed_at is null
            """)
    }

    private func write(_ clock: ClockID, _ adjustment: ClockAdjustment, _ reason: String) -> SQL {
        let id = clock.rawValue
        let reason = PersonalNumbers.masked(reason)
        switch adjustment {
        case .paused:
            return """
                insert into bihuan.clock_pauses (city_id, clock_id, case_id, paused_at, reason)
                values (\(self.city), \(id), \(self.changes.record.id.rawValue), \(self.now), \(reason))
                """
        case .resumed:
            return SQL.mustAffect(
                """
                update bihuan.clock_pauses set resumed_at = \(self.now), resume_reason = \(reason)
                 where city_id = \(self.city) and clock_id = \(id) and resumed_at is null
                """)
        case .extensionAsked(let limit):
            return """
                insert into bihuan.clock_extensions (city_id, clock_id, case_id, number, "limit", asked_at, reason)
                select \(self.city), \(id), \(self.changes.record.id.rawValue), coalesce(max(e.number), 0) + 1,
                       \(limit.text), \(self.now), \(reason)
                  from bihuan.clock_extensions e
                 where e.city_id = \(self.city) and e.clock_id = \(id)
                """
        case .extensionGranted, .extensionRefused:
            return SQL.mustAffect(
                """
                update bihuan.clock_extensions
                   set is_granted = \(adjustment == .extensionGranted), decided_at = \(self.now),
                       decision_reason = \(reason)
                 where city_id = \(self.city) and clock_id = \(id) and decided_at is null
                """)
        }
    }

    /// Once per clock and rung: the key refuses a second one.
    private func record(_ clock: ClockID, _ rung: Rung) -> SQL {
        """
        insert into bihuan.clock_firings (city_id, clock_id, rung, case_id, fired_at)
        values (\(self.city), \(clock.rawValue), \(rung.rawValue), \(self.changes.record.id.rawValue), \(self.now))
        """
    }
}

extension ClockRecord {
    /// Most clocks are called as what they measure, and that is not stored twice.
    fileprivate var storedRule: String? { self.rule == self.kind.rawValue ? nil : self.rule }
}

/// What a message says. One of a drill is written like any other, and handed on to nobody (``Outbox/handOn(_:)``).
private struct MessagePayload: Encodable {
    var record: String
    var subject: String
    var dueAt: String?
    /// Left out where it is normal.
    var urgency: WarningRules.Urgency?
    /// Left out where it is none.
    var drill: Bool?

    private enum CodingKeys: String, CodingKey {
        case record = "case"
        case dueAt = "due_at"
        case subject, urgency, drill
    }
}

extension SQL {
    /// Why a write that must meet a row may meet none.
    enum Miss {
        /// Somebody moved the row: division_by_zero, told as ``DeskError/stale(current:)``.
        case rowMoved
        /// The session ended, and the policy hides the row: invalid_argument_for_logarithm, told as
        /// ``DeskError/unauthenticated``.
        case sessionEnded
    }

    /// A write that must meet exactly one row; none, and the whole transaction fails.
    ///
    /// The last flight ends in the commit, so a miss must be caught inside the database, not after it.
    static func mustAffect(orElse miss: Miss = .rowMoved, _ write: SQL) -> SQL {
        let check: SQL =
            switch miss {
            case .rowMoved: "1 / (count(*) = 1)::integer"
            case .sessionEnded: "ln((count(*) = 1)::integer)"
            }
        return """
            with touched as (\(write) returning true)
            select \(check) from touched
            """
    }
}

extension JSON {
    /// An object of texts with its keys in order.
    init(_ object: [String: String]) {
        self.init(text: Self.encoded(object))
    }

    /// Texts, and objects of them, always encode.
    static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("JSON cannot hold a text: \(error)")
        }
    }
}
