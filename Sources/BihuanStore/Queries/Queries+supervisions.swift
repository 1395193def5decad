package import BihuanDomain
package import Foundation
import Postgres

/// A supervision order as issuer and receiver see it.
package struct SupervisionView: Sendable {
    package let id: SupervisionID
    package let ref: String
    package let caseRef: String
    package let isDrill: Bool
    package let assignment: String
    package let raisedFrom: String?
    package let from: UnitTag
    package let to: UnitTag
    package let cause: SupervisionCause
    package let grade: SupervisionGrade
    /// The time its issuer set for the reply; nil: as the plan has it.
    package let limit: String?
    /// Units that were given a copy.
    package let copies: [UnitTag]
    package let state: SupervisionState
    package let requirement: String
    package let reply: String?
    package let issuedAt: Date
    package let repliedAt: Date?
    package let closedAt: Date?
    package let dueAt: Date?
    package let version: Int
    package let allowed: [Verb]
    package let offset: UTCOffset
}

/// Which orders to list.
package struct SupervisionFilter: Sendable, Hashable {
    package var states: [SupervisionState] = []
    /// Label of the unit under the order.
    package var unit: String?
    /// True: of drills only; false: of none.
    package var isDrill: Bool?

    package init() {}
}

extension Queries {
    /// - Parameter isCaseKnown: whether the case is read anyhow, so that its columns and its policy can be left out.
    static func supervisions(_ condition: SQL, _ order: SQL, isCaseKnown: Bool = false) -> SQL {
        let caseColumn: SQL = isCaseKnown ? "" : "c.ref as case_ref, c.state as case_state, c.is_drill,"
        let caseJoin: SQL =
            isCaseKnown ? "" : "join bihuan.cases c on c.city_id = d.city_id and c.case_id = d.case_id"
        return """
            select d.supervision_id, d.ref, \(caseColumn) a.ref as assignment_ref, r.ref as raised_from_ref,
                   d.from_unit, d.to_unit, d.cause, d.grade, d."limit", d.copied_units::bigint[] as copied_units,
                   d.state, d.requirement, d.reply, d.issued_at, d.replied_at,
                   d.closed_at, d.version, k.due_at
              from bihuan.supervisions d
              \(caseJoin)
              join bihuan.assignments a on a.city_id = d.city_id and a.assignment_id = d.assignment_id
              left join bihuan.supervisions r on r.city_id = d.city_id and r.supervision_id = d.raised_from
              left join lateral (
                select min(k.due_at) as due_at
                  from bihuan.clocks k
                 where k.city_id = d.city_id and k.case_id = d.case_id and k.supervision_id = d.supervision_id
                   and k.stopped_at is null
              ) k on true
             where d.city_id = \(Self.city) and \(condition)
             order by \(order)
            """
    }

    /// Orders from or to the asker's unit and those below it, newest first.
    package func supervisions(
        _ token: String, _ filter: SupervisionFilter = SupervisionFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<SupervisionView> {
        let drill: SQL = filter.isDrill.map { $0 ? "and c.is_drill" : "and not c.is_drill" } ?? ""
        let condition: SQL = """
            (\(filter.states.isEmpty) or d.state = any (\(filter.states.map(\.rawValue))::text[]))
            and (\(filter.unit)::text is null or d.to_unit = (
                  select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(filter.unit)))
            and (d.issued_at, d.supervision_id) <
                (coalesce(\(after?.at)::timestamptz, 'infinity'),
                 coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
            \(drill)
            """
        let sql: SQL = """
            \(Self.supervisions(condition, "d.issued_at desc, d.supervision_id desc")) limit \(limit + 1)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try SupervisionView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.issuedAt, id: $0.id.rawValue) }
        }
    }

    package func supervision(_ token: String, _ key: ObjectKey) async throws(DeskError) -> SupervisionView {
        let condition: SQL =
            switch key {
            case .id(let id): "d.supervision_id = \(id)"
            case .ref(let ref): "d.ref = \(ref)"
            }
        return try await self.ask(
            token, [Self.supervisions(condition, "d.supervision_id"), Self.note("supervision", of: .supervision(key))]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try SupervisionView(row, asker) }
        }.orNotFound()
    }
}

extension SupervisionView {
    /// - Parameter record: the case, if the row does not tell of it.
    init(_ row: Row, _ asker: Queries.Asker, of record: CaseView? = nil) throws(PostgresError) {
        self.id = try row.identifier("supervision_id")
        self.ref = try row.get("ref")
        if let record {
            (self.caseRef, self.isDrill) = (record.ref, record.isDrill)
        } else {
            (self.caseRef, self.isDrill) = (try row.get("case_ref"), try row.get("is_drill"))
        }
        let caseState: CaseState = if let record { record.state } else { try row.word("case_state") }
        let isFrozen = caseState == .merged
        self.assignment = try row.get("assignment_ref")
        self.raisedFrom = try row.get("raised_from_ref")
        let (from, to) = (try row.unit("from_unit"), try row.unit("to_unit"))
        self.from = asker.tag(from)
        self.to = asker.tag(to)
        self.cause = try row.word("cause")
        self.grade = try row.word("grade")
        self.limit = try row.get("limit")
        let copies: [Int] = try row.get("copied_units")
        self.copies = copies.map { asker.tag(UnitID(rawValue: $0)) }
        self.state = try row.word("state")
        self.requirement = try row.get("requirement")
        self.reply = try row.get("reply")
        self.issuedAt = try row.get("issued_at")
        self.repliedAt = try row.get("replied_at")
        self.closedAt = try row.get("closed_at")
        self.dueAt = try row.get("due_at")
        self.version = try row.get("version")
        self.allowed = Permission.allowed(
            on: .init(
                state: self.state, from: from, to: to, isAnswered: self.reply != nil, isFrozen: isFrozen),
            to: asker.identity, in: asker.book.tree)
        self.offset = asker.book.offset
    }
}
