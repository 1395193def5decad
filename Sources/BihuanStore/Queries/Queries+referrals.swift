package import BihuanDomain
package import Foundation
package import Postgres

/// A referral to a body outside (移送、商请、报请明确牵头部门): the record of what was done, and of what came back.
package struct ReferralView: Sendable {
    package let id: ReferralID
    package let ref: String
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
    package let kind: ReferralKind
    package let to: String
    package let text: String
    package let reason: String
    package let state: ReferralState
    package let unit: UnitTag
    package let referredAt: Date
    package let answer: String?
    /// The department that leads.
    package let lead: String?
    package let waiveReason: String?
    package let closedAt: Date?
    /// When it is to be answered; nil once it was, and where the plan sets no time.
    package let dueAt: Date?
    package let version: Int
    package let allowed: [Verb]
    package let offset: UTCOffset
}

/// A return visit (回访).
package struct VisitView: Sendable {
    package let number: Int
    package let visitedAt: Date
    package let reached: Bool
    package let satisfaction: Satisfaction?
    package let note: String?
    package let unit: UnitTag
}

/// Which referrals to list.
package struct ReferralFilter: Sendable, Hashable {
    package var states: [ReferralState] = []
    package var kinds: [ReferralKind] = []
    /// True: of drills only; false: of none.
    package var isDrill: Bool?

    package init() {}
}

extension Queries {
    /// - Parameters:
    ///   - source: where the referrals are taken from, as `f`; a list brings its page.
    ///   - what: nil: the caller writes down that restricted cases are looked at.
    static func referrals(
        _ condition: SQL, _ order: SQL, from source: SQL = "bihuan.referrals f", noting what: String? = nil
    ) -> SQL {
        let noted: SQL = what.map { Self.noted($0) + ", " } ?? ""
        return """
            select \(noted)
                   f.referral_id, f.ref, f.case_id, c.ref as case_ref, c.state as case_state, c.is_drill, c.owner_unit, f.kind, f."to", f."text",
                   f.reason, f.state, f.unit_id, f.referred_at, f.answer, f.lead, f.waive_reason, f.closed_at, f.version,
                   k.due_at
              from \(source)
              join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
              left join lateral (
                select min(k.due_at) as due_at
                  from bihuan.clocks k
                 where k.city_id = f.city_id and k.case_id = f.case_id and k.referral_id = f.referral_id
                   and k.stopped_at is null
              ) k on true
             where f.city_id = \(Self.city) and \(condition)
             order by \(order)
            """
    }

    static func visits(_ condition: SQL) -> SQL {
        """
        select v.number, v.visited_at, v.reached, v.satisfaction, v.note, v.unit_id
          from bihuan.return_visits v
         where v.city_id = \(Self.city) and \(condition)
         order by v.number
        """
    }

    /// Referrals of the cases the asker sees, newest first.
    package func referrals(
        _ token: String, _ filter: ReferralFilter = ReferralFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<ReferralView> {
        try await self.ask(token, [Self.referrals(filter, after: after, limit: limit + 1)]) {
            answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try ReferralView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.referredAt, id: $0.id.rawValue) }
        }
    }

    /// The statement of the list, for plan tests as well: the page is cut first, by its index, and its details joined to it.
    package static func referrals(_ filter: ReferralFilter, after: PageKey?, limit: Int) -> SQL {
        // What is not asked is not said, or it would still be weighed at each row.
        var condition: SQL = ""
        if !filter.states.isEmpty {
            condition += " and p.state = any (\(filter.states.map(\.rawValue))::text[])"
        }
        if !filter.kinds.isEmpty { condition += " and p.kind = any (\(filter.kinds.map(\.rawValue))::text[])" }
        if let isDrill = filter.isDrill {
            let not: SQL = isDrill ? "" : "not"
            condition += """
                 and \(not) (select d.is_drill from bihuan.cases d
                      where d.city_id = p.city_id and d.case_id = p.case_id)
                """
        }
        if let after {
            condition += " and (p.referred_at, p.referral_id) < (\(after.at)::timestamptz, \(after.id)::uuid)"
        }
        return """
            with f as materialized (
              select p.* from bihuan.referrals p
               where p.city_id = \(Self.city) \(condition)
               order by p.referred_at desc, p.referral_id desc
               limit \(limit)
            )
            \(Self.referrals("true", "f.referred_at desc, f.referral_id desc", from: "f", noting: "referrals"))
            """
    }

    package func referral(_ token: String, _ key: ObjectKey) async throws(DeskError) -> ReferralView {
        let condition: SQL =
            switch key {
            case .id(let id): "f.referral_id = \(id)"
            case .ref(let ref): "f.ref = \(ref)"
            }
        return try await self.ask(
            token, [Self.referrals(condition, "f.referral_id"), Self.note("referral", of: .referral(key))]
        ) {
            answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try ReferralView(row, asker) }
        }.orNotFound()
    }
}

extension ReferralView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("referral_id")
        self.ref = try row.get("ref")
        self.caseID = try row.identifier("case_id")
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        self.kind = try row.word("kind")
        self.to = try row.get("to")
        self.text = try row.get("text")
        self.reason = try row.get("reason")
        self.state = try row.word("state")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.referredAt = try row.get("referred_at")
        self.answer = try row.get("answer")
        self.lead = try row.get("lead")
        self.waiveReason = try row.get("waive_reason")
        self.closedAt = try row.get("closed_at")
        self.dueAt = try row.get("due_at")
        self.version = try row.get("version")
        self.allowed = Permission.allowed(
            on: .init(
                state: self.state, owner: try row.unit("owner_unit"),
                isFrozen: try row.get("case_state", as: String.self) == CaseState.merged.rawValue),
            to: asker.identity)
        self.offset = asker.book.offset
    }
}

extension VisitView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.number = try row.get("number")
        self.visitedAt = try row.get("visited_at")
        self.reached = try row.get("reached")
        self.satisfaction = try row.wordIfAny("satisfaction")
        self.note = try row.get("note")
        self.unit = asker.tag(try row.unit("unit_id"))
    }
}
