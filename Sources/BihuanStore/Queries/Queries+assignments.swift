package import BihuanDomain
package import Foundation
import Postgres

/// An assignment as its participants see it.
package struct AssignmentView: Sendable {
    package let id: AssignmentID
    package let ref: String
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
    package let title: String
    package let level: String?
    package let parent: String?
    package let role: AssignmentRole
    package let state: AssignmentState
    package let from: UnitTag
    package let to: UnitTag
    package let reviewer: UnitTag
    package let instruction: String
    package let assignedAt: Date
    package let receivedAt: Date?
    package let closedAt: Date?
    /// Of one that was returned: why, and which unit should have it instead.
    package let returnReason: String?
    package let proposed: UnitTag?
    /// Refs of the dispute whose decision binds the unit to it, and of one that is open.
    package let boundBy: String?
    package let dispute: String?
    /// The nearest deadline of the assignee still running.
    package let dueAt: Date?
    package let light: Light?
    package let version: Int
    package let allowed: [Verb]
    /// What its unit must do next; empty: nothing.
    package let duties: [Verb]
    /// What its reviewer must do next.
    package let reviewDuties: [Verb]
    /// What the asker's own unit must do next about it.
    package let ownDuties: [Verb]
    /// Whom to call about it: who is responsible in the assigned unit (R40), and its liaison officers (R42).
    package let liaisons: [UnitLiaison]
    package let offset: UTCOffset
}

/// A feedback with its texts.
package struct FeedbackView: Sendable {
    package let id: FeedbackID
    package let assignment: String
    package let caseRef: String
    package let isDrill: Bool
    package let number: Int
    package let kind: FeedbackKind
    package let verdict: Verdict?
    package let findings: String
    package let measures: String?
    package let result: String?
    package let state: FeedbackState
    package let submittedAt: Date
    package let reviewedAt: Date?
    package let reviewReason: String?
    /// Answers to what the plan's form asked besides, as far as the asker may see them.
    package let answers: [FeedbackAnswer]
    package let allowed: [Verb]
    package let offset: UTCOffset
}

extension Queries {
    /// - Parameter isCaseKnown: whether the case is read anyhow, so that its columns and its policy can be left out.
    static func assignments(_ condition: SQL, _ order: SQL, isCaseKnown: Bool = false) -> SQL {
        let caseColumns: SQL =
            isCaseKnown
            ? "" : "c.ref as case_ref, c.state as case_state, c.is_drill, c.title, c.level, c.plan_id, c.plan_version,"
        let caseJoin: SQL =
            isCaseKnown ? "" : "join bihuan.cases c on c.city_id = a.city_id and c.case_id = a.case_id"
        return """
            select a.assignment_id, a.ref, a.case_id, \(caseColumns) p.ref as parent_ref, a.role,
                   a.state, a.from_unit, a.to_unit, a.reviewer_unit, a.instruction, a.assigned_at, a.received_at,
                   a.closed_at, a.return_reason, a.proposed_unit,
                   case when a.bound_by is not null then (
                     select x.ref from bihuan.disputes x
                      where x.city_id = a.city_id and x.dispute_id = a.bound_by) end as bound_by_ref,
                   a.bound_by is not null as is_bound, \(Self.returnsBefore) as returns_before,
                   case when a.state in ('assigned', 'received') then (
                     select x.ref from bihuan.disputes x
                      where x.city_id = a.city_id and x.assignment_id = a.assignment_id and x.state = 'open') end
                     as dispute_ref,
                   a.version, k.due_at, k.is_late, k.is_near, \(raw: Self.hasOpenChildren) as has_open_children,
                   \(raw: Self.guides) as guides,
                   t.kinds, t.names, t.phones, t.emails
              from bihuan.assignments a
              \(caseJoin)
              left join bihuan.assignments p on p.city_id = a.city_id and p.assignment_id = a.parent_id
              left join lateral (
                select \(raw: Self.lights)
                  from bihuan.clocks k
                 where k.city_id = a.city_id and k.case_id = a.case_id and k.assignment_id = a.assignment_id
                   and k.stopped_at is null and k.kind in ('receipt', 'feedback', 'interim')
              ) k on true
              left join lateral (
                select array_agg(l.kind order by l.kind desc, l.name) as kinds,
                       array_agg(l.name order by l.kind desc, l.name) as names,
                       array_agg(coalesce(l.phone, '') order by l.kind desc, l.name) as phones,
                       array_agg(coalesce(l.email, '') order by l.kind desc, l.name) as emails
                  from bihuan.liaisons l
                 where l.city_id = a.city_id and l.unit_id = a.to_unit and l.kind in ('responsible', 'liaison')
                   and l.valid_from <= (select bihuan.now())
                   and coalesce(l.valid_until, 'infinity') > (select bihuan.now())
              ) t on true
             where a.city_id = \(Self.city) and \(condition)
             order by \(order)
            """
    }

    /// How often the work of an own assignment was returned before; null where the asker has nothing to return.
    static let returnsBefore: SQL = """
        case when a.state in ('assigned', 'received') and a.to_unit = \(Queries.unit)
             then bihuan.returns_before(a.assignment_id) end
        """

    static let hasOpenChildren: StaticString = """
        exists (select from bihuan.assignments s
                 where s.city_id = a.city_id and s.parent_id = a.assignment_id
                   and s.state in ('assigned', 'received', 'forwarded', 'fed_back'))
        """

    /// Units that guide the work; as far as the asker sees, who needs to see no more than its own part.
    static let guides: StaticString = """
        case when a.role in ('lead', 'assist') then array(
          select g.to_unit::bigint from bihuan.assignments g
           where g.city_id = a.city_id and g.case_id = a.case_id and g.from_unit = a.from_unit and g.role = 'guide'
             and g.state = 'received') end
        """

    package func assignment(_ token: String, _ key: ObjectKey) async throws(DeskError) -> AssignmentView {
        let condition: SQL =
            switch key {
            case .id(let id): "a.assignment_id = \(id)"
            case .ref(let ref): "a.ref = \(ref)"
            }
        return try await self.ask(
            token, [Self.assignments(condition, "a.assignment_id"), Self.note("assignment", of: .assignment(key))]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try AssignmentView(row, asker) }
        }.orNotFound()
    }

    /// The visible assignments of a case, first to last; not found when the case is not.
    package func assignments(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [AssignmentView] {
        try await self.record(token, key).assignments
    }

    private static func feedback(_ condition: SQL) -> SQL {
        """
        select f.feedback_id, a.ref as assignment_ref, c.ref as case_ref, c.is_drill, f.number, f.kind, f.verdict,
               f.findings, f.measures, f.result, f.state, f.submitted_at, f.reviewed_at, f.review_reason,
               a.state as assignment_state, a.role as assignment_role, a.from_unit, a.to_unit, a.reviewer_unit, c.state as case_state,
               \(raw: Self.answers)
          from bihuan.feedback f
          join bihuan.assignments a on a.city_id = f.city_id and a.assignment_id = f.assignment_id
          join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
         where f.city_id = \(Self.city) and \(condition)
         order by f.number
        """
    }

    /// The feedback of an assignment, first to last.
    package func feedback(of key: ObjectKey, _ token: String) async throws(DeskError) -> [FeedbackView] {
        let condition: SQL
        let probe: SQL
        switch key {
        case .id(let id):
            condition = "f.assignment_id = \(id)"
            probe = "select from bihuan.assignments a where a.city_id = \(Self.city) and a.assignment_id = \(id)"
        case .ref(let ref):
            condition = "a.ref = \(ref)"
            probe = "select from bihuan.assignments a where a.city_id = \(Self.city) and a.ref = \(ref)"
        }
        return try await self.ask(
            token, [probe, Self.feedback(condition), Self.note("feedback", of: .assignment(key))]
        ) { answers, asker throws(PostgresError) -> [FeedbackView]? in
            guard answers[0].affected == 1 else { return nil }
            return try answers[1].rows.map { row throws(PostgresError) in try FeedbackView(row, asker) }
        }.orNotFound()
    }

    package func feedback(_ token: String, id: FeedbackID) async throws(DeskError) -> FeedbackView {
        try await self.ask(
            token,
            [Self.feedback("f.feedback_id = \(id.rawValue)"), Self.note("feedback", of: .feedback(id.rawValue))]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try FeedbackView(row, asker) }
        }.orNotFound()
    }
}

extension AssignmentView {
    /// - Parameters:
    ///   - record: the case, if the row does not tell of it.
    ///   - known: the plan of that case.
    init(
        _ row: Row, _ asker: Queries.Asker, of record: CaseView? = nil, under known: CityBook.PlanKey? = nil
    ) throws(PostgresError) {
        self.id = try row.identifier("assignment_id")
        self.ref = try row.get("ref")
        self.caseID = try row.identifier("case_id")
        if let record {
            (self.caseRef, self.isDrill, self.title, self.level) = (
                record.ref, record.isDrill, record.title, record.level
            )
        } else {
            (self.caseRef, self.isDrill, self.title, self.level) = (
                try row.get("case_ref"), try row.get("is_drill"), try row.get("title"), try row.get("level")
            )
        }
        let caseState: CaseState = if let record { record.state } else { try row.word("case_state") }
        let isFrozen = caseState == .merged
        self.parent = try row.get("parent_ref")
        self.role = try row.word("role")
        self.state = try row.word("state")
        let (from, to, reviewer) = (
            try row.unit("from_unit"), try row.unit("to_unit"), try row.unit("reviewer_unit")
        )
        self.from = asker.tag(from)
        self.to = asker.tag(to)
        self.reviewer = asker.tag(reviewer)
        self.instruction = try row.get("instruction")
        self.assignedAt = try row.get("assigned_at")
        self.receivedAt = try row.get("received_at")
        self.closedAt = try row.get("closed_at")
        self.returnReason = try row.get("return_reason")
        self.proposed = try row.unitIfAny("proposed_unit").map(asker.tag)
        self.boundBy = try row.get("bound_by_ref")
        self.dispute = try row.get("dispute_ref")
        self.dueAt = try row.get("due_at")
        let isLate: Bool? = try row.get("is_late")
        let isNear: Bool? = try row.get("is_near")
        self.light = isLate == nil ? nil : isLate == true ? .red : isNear == true ? .yellow : .green
        self.version = try row.get("version")
        let guides: [Int]? = try row.get("guides")
        let returns: Int? = try row.get("returns_before")
        let plan =
            if let known { known } else {
                CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
            }
        let facts = Permission.AssignmentFacts(
            state: self.state, from: from, to: to, reviewer: reviewer,
            hasOpenChildren: try row.get("has_open_children"), isBound: try row.get("is_bound"),
            dispute: self.dispute, role: self.role, guides: Set((guides ?? []).map { UnitID(rawValue: $0) }),
            isFrozen: isFrozen, reachedReturnLimit: asker.book.plans[plan]?.reachedLimit(returns ?? 0))
        self.allowed = Permission.allowed(on: facts, to: asker.identity, in: asker.book.tree)
        self.duties = facts.duties
        self.reviewDuties = facts.reviewDuties
        self.ownDuties = facts.duties(of: asker.identity.unit)
        self.liaisons = try UnitLiaison.list(row)
        self.offset = asker.book.offset
    }
}

extension FeedbackView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("feedback_id")
        self.assignment = try row.get("assignment_ref")
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        self.number = try row.get("number")
        self.kind = try row.word("kind")
        self.verdict = try row.wordIfAny("verdict")
        self.findings = try row.get("findings")
        self.measures = try row.get("measures")
        self.result = try row.get("result")
        self.state = try row.word("state")
        self.submittedAt = try row.get("submitted_at")
        self.reviewedAt = try row.get("reviewed_at")
        self.reviewReason = try row.get("review_reason")
        self.answers = try FeedbackAnswer.all(row)
        let facts = Permission.AssignmentFacts(
            state: try row.word("assignment_state"), from: try row.unit("from_unit"), to: try row.unit("to_unit"),
            reviewer: try row.unit("reviewer_unit"), hasOpenChildren: false, role: try row.word("assignment_role"),
            isFrozen: try row.get("case_state", as: String.self) == CaseState.merged.rawValue)
        self.allowed =
            self.state == .pending
            ? Permission.allowed(on: facts, to: asker.identity, in: asker.book.tree)
                .filter { $0 == .accept || $0 == .sendBack } : []
        self.offset = asker.book.offset
    }
}
