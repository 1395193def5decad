package import BihuanDomain
package import Foundation
package import Postgres

/// What has climbed its ladder to the end: nobody above is left to whom it could go. It stays here until its cause ends.
package struct EscalatedView: Sendable {
    package let clock: ClockID
    package let caseRef: String
    package let title: String
    package let level: String?
    package let levelName: String?
    /// The unit that is late.
    package let unit: UnitTag
    package let kind: ClockKind
    package let dueAt: Date
    package let escalatedAt: Date
    package let offset: UTCOffset
}

/// One urging of a case, by hand or by its ladder.
package struct UrgeView: Sendable {
    package let at: Date
    /// False: by the ladder, when time ran out.
    package let isManual: Bool
    /// Ref of the assignment; nil: of the case as a whole.
    package let assignment: String?
    package let actor: String
    package let unit: UnitTag?
    package let reason: String?
}

/// The urgings of a case, first to last.
package struct Urges: Sendable {
    package let caseRef: String
    package let items: [UrgeView]
    package let offset: UTCOffset

    /// How often somebody urged it by hand.
    package var manual: Int { self.items.count { $0.isManual } }
}

extension Queries {
    /// Cut from the rows that exist only while something is overdue, by an index of those escalated.
    package static func escalated(after: PageKey?, limit: Int) -> SQL {
        """
        with page as materialized (
          select o.clock_id, o.case_id, o.late_unit, o.kind, o.level, o.due_at, o.escalated_at
            from bihuan.overdue o
           where o.city_id = \(Self.city) and o.unit_id = \(Self.unit) and o.escalated_at is not null
             and (o.due_at, o.clock_id) >
                 (coalesce(\(after?.at)::timestamptz, '-infinity'),
                  coalesce(\(after?.id)::uuid, '00000000-0000-0000-0000-000000000000'))
           order by o.due_at, o.clock_id
           limit \(limit)
        )
        select page.*, c.ref, c.title, c.plan_id, c.plan_version
          from page
          join bihuan.cases c on c.city_id = \(Self.city) and c.case_id = page.case_id
         order by page.due_at, page.clock_id
        """
    }

    /// What stays before the leaders of the asker's unit, the oldest first.
    package func escalated(
        _ token: String, after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<EscalatedView> {
        try await self.ask(token, [Self.escalated(after: after, limit: limit + 1)]) {
            answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try EscalatedView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.dueAt, id: $0.clock.rawValue) }
        }
    }

    /// Who urged a case when, as far as the asker sees.
    package func urges(_ token: String, _ key: ObjectKey) async throws(DeskError) -> Urges {
        let id = Target.record(key).caseID(in: Self.city)
        return try await self.ask(
            token,
            [
                "select c.ref from bihuan.cases c where c.city_id = \(Self.city) and c.case_id = \(id)",
                """
                select e.at, e.kind, a.ref as assignment_ref, coalesce(o.name, e.actor) as actor, e.unit_id, e.reason
                  from bihuan.events e
                  left join bihuan.assignments a on a.city_id = e.city_id and a.assignment_id = e.assignment_id
                  left join bihuan.officers o on o.city_id = e.city_id and o.officer_id = e.officer_id
                 where e.city_id = \(Self.city) and e.case_id = \(id) and e.kind in ('urged', 'reminded')
                 order by e.seq
                """,
                Self.note("urges", of: .record(key)),
            ]
        ) { answers, asker throws(PostgresError) -> Urges? in
            guard let row = answers[0].rows.first else { return nil }
            let items = try answers[1].rows.map { row throws(PostgresError) in
                let unit: Int? = try row.get("unit_id")
                return UrgeView(
                    at: try row.get("at"), isManual: try row.get("kind") as String == EventKind.urged.rawValue,
                    assignment: try row.get("assignment_ref"), actor: try row.get("actor"),
                    unit: unit.map { asker.tag(UnitID(rawValue: $0)) }, reason: try row.get("reason"))
            }
            return Urges(caseRef: try row.get("ref"), items: items, offset: asker.book.offset)
        }.orNotFound()
    }
}

extension EscalatedView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        let level: String? = try row.get("level")
        let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        self.clock = try row.identifier("clock_id")
        self.caseRef = try row.get("ref")
        self.title = try row.get("title")
        self.level = level
        self.levelName = level.flatMap { asker.book.plans[key]?.level($0)?.name }
        self.unit = asker.tag(try row.unit("late_unit"))
        self.kind = try row.word("kind")
        self.dueAt = try row.get("due_at")
        self.escalatedAt = try row.get("escalated_at")
        self.offset = asker.book.offset
    }
}
