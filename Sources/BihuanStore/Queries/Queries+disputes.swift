package import BihuanDomain
package import Foundation
package import Postgres

/// A dispute (争议) as the units in it and those above see it.
package struct DisputeView: Sendable {
    package let id: DisputeID
    package let ref: String
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
    package let assignment: String
    package let state: DisputeState
    package let raisedBy: UnitTag
    package let assigner: UnitTag
    /// Whose the work is, as whoever disputes says.
    package let proposed: UnitTag
    /// Who decides.
    package let arbiter: UnitTag
    package let reason: String
    package let raisedAt: Date
    /// Who holds the work by the decision, and why; or why it was withdrawn.
    package let decided: UnitTag?
    package let decision: String?
    package let closedAt: Date?
    /// When it is to be decided; nil once it was, and where the plan sets no time.
    package let dueAt: Date?
    package let version: Int
    package let allowed: [Verb]
    package let offset: UTCOffset
}

/// Which disputes to list.
package struct DisputeFilter: Sendable, Hashable {
    package var states: [DisputeState] = []
    /// True: of drills only; false: of none.
    package var isDrill: Bool?

    package init() {}
}

/// What returns and disputes cost a case in time.
package struct LostTime: Sendable {
    package let returns: [Return]
    package let disputes: [Dispute]
    /// Seconds from the first assignment to the one that stood, over all work that was returned.
    package let seconds: Int

    /// One return: from the assignment until the work was assigned anew, or until now.
    package struct Return: Sendable {
        package let assignment: String
        package let unit: UnitTag
        package let reason: String?
        /// Which unit should have it instead.
        package let proposed: UnitTag?
        package let assignedAt: Date
        package let returnedAt: Date
        package let seconds: Int
    }

    /// One dispute: from when it was raised until it was closed, or until now. Where the work then moved on, the same
    /// time is in the return as well.
    package struct Dispute: Sendable {
        package let ref: String
        package let assignment: String
        package let seconds: Int
    }

    /// - Parameter hops: of the case, first to last.
    init(_ hops: [AssignmentView], _ disputes: [DisputeView], at now: Date) {
        self.returns = hops.filter { $0.state == .returned }.compactMap { hop in
            guard let returnedAt = hop.closedAt else { return nil }
            // An arbiter's new assignment comes in the very moment of the return.
            let next = hops.first {
                $0.id != hop.id && $0.parent == hop.parent && $0.from == hop.from && $0.role == hop.role
                    && $0.assignedAt >= returnedAt
            }
            return Return(
                assignment: hop.ref, unit: hop.to, reason: hop.returnReason, proposed: hop.proposed,
                assignedAt: hop.assignedAt, returnedAt: returnedAt,
                seconds: Self.seconds(from: hop.assignedAt, to: next?.assignedAt ?? now))
        }
        self.disputes = disputes.map { dispute in
            Dispute(
                ref: dispute.ref, assignment: dispute.assignment,
                seconds: Self.seconds(from: dispute.raisedAt, to: dispute.closedAt ?? now))
        }
        self.seconds = self.returns.reduce(0) { $0 + $1.seconds }
    }

    private static func seconds(from begin: Date, to end: Date) -> Int { Int(end.timeIntervalSince(begin)) }
}

extension Queries {
    /// - Parameters:
    ///   - source: where the disputes are taken from, as `x`; a list brings its page.
    ///   - what: nil: the caller writes down that restricted cases are looked at.
    static func disputes(
        _ condition: SQL, _ order: SQL, from source: SQL = "bihuan.disputes x", noting what: String? = nil
    ) -> SQL {
        let noted: SQL = what.map { Self.noted($0) + ", " } ?? ""
        return """
            select \(noted)
                   x.dispute_id, x.ref, x.case_id, c.ref as case_ref, c.state as case_state, c.is_drill,
                   a.ref as assignment_ref, x.state,
                   x.raised_by, x.assigner_unit, x.proposed_unit, x.arbiter_unit, x.reason, x.raised_at, x.decided_unit,
                   x.decision, x.closed_at, x.version, k.due_at
              from \(source)
              join bihuan.cases c on c.city_id = x.city_id and c.case_id = x.case_id
              join bihuan.assignments a on a.city_id = x.city_id and a.assignment_id = x.assignment_id
              left join lateral (
                select min(k.due_at) as due_at
                  from bihuan.clocks k
                 where k.city_id = x.city_id and k.case_id = x.case_id and k.dispute_id = x.dispute_id
                   and k.stopped_at is null
              ) k on true
             where x.city_id = \(Self.city) and \(condition)
             order by \(order)
            """
    }

    /// Disputes the asker sees, newest first.
    package func disputes(
        _ token: String, _ filter: DisputeFilter = DisputeFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<DisputeView> {
        try await self.ask(token, [Self.disputes(filter, after: after, limit: limit + 1)]) {
            answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try DisputeView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.raisedAt, id: $0.id.rawValue) }
        }
    }

    /// The statement of the list, for plan tests as well: the page is cut first, by its index, and its details joined to it.
    package static func disputes(_ filter: DisputeFilter, after: PageKey?, limit: Int) -> SQL {
        // What is not asked is not said, or it would still be weighed at each row.
        var condition: SQL = ""
        if !filter.states.isEmpty {
            condition += " and p.state = any (\(filter.states.map(\.rawValue))::text[])"
        }
        if let isDrill = filter.isDrill {
            let not: SQL = isDrill ? "" : "not"
            condition += """
                 and \(not) (select d.is_drill from bihuan.cases d
                      where d.city_id = p.city_id and d.case_id = p.case_id)
                """
        }
        if let after {
            condition += " and (p.raised_at, p.dispute_id) < (\(after.at)::timestamptz, \(after.id)::uuid)"
        }
        return """
            with x as materialized (
              select p.* from bihuan.disputes p
               where p.city_id = \(Self.city) \(condition)
               order by p.raised_at desc, p.dispute_id desc
               limit \(limit)
            )
            \(Self.disputes("true", "x.raised_at desc, x.dispute_id desc", from: "x", noting: "disputes"))
            """
    }

    package func dispute(_ token: String, _ key: ObjectKey) async throws(DeskError) -> DisputeView {
        let condition: SQL =
            switch key {
            case .id(let id): "x.dispute_id = \(id)"
            case .ref(let ref): "x.ref = \(ref)"
            }
        return try await self.ask(
            token, [Self.disputes(condition, "x.dispute_id"), Self.note("dispute", of: .dispute(key))]
        ) {
            answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try DisputeView(row, asker) }
        }.orNotFound()
    }
}

extension DisputeView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("dispute_id")
        self.ref = try row.get("ref")
        self.caseID = try row.identifier("case_id")
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        self.assignment = try row.get("assignment_ref")
        self.state = try row.word("state")
        let (raisedBy, assigner, arbiter) = (
            try row.unit("raised_by"), try row.unit("assigner_unit"), try row.unit("arbiter_unit")
        )
        self.raisedBy = asker.tag(raisedBy)
        self.assigner = asker.tag(assigner)
        self.proposed = asker.tag(try row.unit("proposed_unit"))
        self.arbiter = asker.tag(arbiter)
        self.reason = try row.get("reason")
        self.raisedAt = try row.get("raised_at")
        self.decided = try row.unitIfAny("decided_unit").map(asker.tag)
        self.decision = try row.get("decision")
        self.closedAt = try row.get("closed_at")
        self.dueAt = try row.get("due_at")
        self.version = try row.get("version")
        self.allowed = Permission.allowed(
            on: .init(
                state: self.state, raisedBy: raisedBy, assigner: assigner, arbiter: arbiter,
                isFrozen: try row.get("case_state", as: String.self) == CaseState.merged.rawValue),
            to: asker.identity, in: asker.book.tree)
        self.offset = asker.book.offset
    }
}
