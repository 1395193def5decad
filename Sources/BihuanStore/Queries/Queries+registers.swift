package import BihuanDomain
package import Foundation
import Postgres

/// Somebody to call in a unit.
package struct LiaisonView: Sendable {
    package let id: LiaisonID
    package let unit: UnitTag
    package let kind: LiaisonKind
    package let name: String
    /// Log-in, where it is an officer of the city.
    package let officer: String?
    package let phone: String?
    package let email: String?
    package let from: Date
    package let until: Date?
}

/// The same as an assignment mentions it.
package struct UnitLiaison: Sendable, Hashable {
    package let kind: LiaisonKind
    package let name: String
    package let phone: String?
    package let email: String?
}

/// An expert of the city's register.
package struct ExpertView: Sendable {
    package let id: ExpertID
    package let name: String
    package let field: String
    package let organisation: String?
    package let contact: String?
    package let from: CivilDay
    package let until: CivilDay?
    package let isValid: Bool
}

/// An expert on a case.
package struct EngagementView: Sendable {
    package let expert: ExpertID
    package let name: String
    package let field: String
    package let organisation: String?
    package let contact: String?
    package let engagedAt: Date
    package let unit: UnitTag
    package let reason: String
}

/// Something in store.
package struct SupplyView: Sendable {
    package let id: SupplyID
    package let unit: UnitTag
    package let item: String
    package let quantity: Int
    package let measure: String?
    package let place: String
    package let nextInspection: CivilDay?
    package let inspectedAt: Date?
    package let isOverdue: Bool
}

extension Queries {
    /// Today in the city.
    private static let today: SQL = """
        ((select bihuan.now()) at time zone 'UTC'
          + make_interval(mins => (select c.utc_offset_minutes::integer from bihuan.cities c
                                    where c.city_id = \(Self.city))))::date
        """

    /// The contacts in office now, in the order of units and kinds.
    ///
    /// - Parameters:
    ///   - unit: only of this unit; one that is not there is not found.
    ///   - under: of this unit and everything below it.
    package func liaisons(
        _ token: String, unit: String? = nil, under: String? = nil, kind: LiaisonKind? = nil
    ) async throws(DeskError) -> (items: [LiaisonView], offset: UTCOffset) {
        try await self.ask(
            token,
            [
                """
                select l.liaison_id, l.unit_id, l.kind, l.name, o.login, l.phone, l.email, l.valid_from, l.valid_until
                  from bihuan.liaisons l
                  left join bihuan.officers o on o.city_id = l.city_id and o.officer_id = l.officer_id
                 where l.city_id = \(Self.city) and (\(kind?.rawValue)::text is null or l.kind = \(kind?.rawValue))
                   and l.valid_from <= (select bihuan.now())
                   and coalesce(l.valid_until, 'infinity') > (select bihuan.now())
                 order by l.kind, l.name
                """
            ]
        ) { answers, asker throws(PostgresError) -> (items: [LiaisonView], offset: UTCOffset)? in
            let tree = asker.book.tree
            if let unit, tree[unit] == nil { return nil }
            var items: [(path: String, view: LiaisonView)] = []
            for row in answers[0].rows {
                let id = try row.unit("unit_id")
                if let unit, tree[id]?.label != unit { continue }
                if let under {
                    guard let top = tree[under], tree.contains(top.id, id) else { continue }
                }
                items.append(
                    (
                        tree.path(of: id),
                        LiaisonView(
                            id: try row.identifier("liaison_id"), unit: asker.tag(id), kind: try row.word("kind"),
                            name: try row.get("name"), officer: try row.get("login"), phone: try row.get("phone"),
                            email: try row.get("email"), from: try row.get("valid_from"),
                            until: try row.get("valid_until"))
                    ))
            }
            let rank = Dictionary(
                uniqueKeysWithValues: LiaisonKind.allCases.enumerated().map { ($1, $0) })
            let sorted = items.sorted { a, b in
                (a.path, rank[a.view.kind] ?? 0, a.view.name) < (b.path, rank[b.view.kind] ?? 0, b.view.name)
            }
            return (sorted.map(\.view), asker.book.offset)
        }.orNotFound()
    }

    private static func experts(_ condition: SQL) -> SQL {
        """
        select x.expert_id, x.name, x.field, x.organisation, x.contact, (x.valid_from - date '1970-01-01') as first_day,
               (x.valid_until - date '1970-01-01') as last_day,
               x.valid_from <= \(Self.today) and coalesce(x.valid_until, 'infinity') >= \(Self.today) as is_valid
          from bihuan.experts x
         where x.city_id = \(Self.city) and \(condition)
         order by x.field, x.name, x.expert_id
        """
    }

    /// The city's experts, by field.
    ///
    /// - Parameters:
    ///   - field: exactly this one.
    ///   - all: those as well whose time is over or has not come.
    package func experts(
        _ token: String, field: String? = nil, all: Bool = false
    ) async throws(DeskError) -> [ExpertView] {
        let condition: SQL = "(\(field)::text is null or x.field = \(field))"
        return try await self.ask(token, [Self.experts(condition)]) { answers, _ throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in try ExpertView(row) }.filter { all || $0.isValid }
        }
    }

    package func expert(_ token: String, id: ExpertID) async throws(DeskError) -> ExpertView {
        try await self.ask(token, [Self.experts("x.expert_id = \(id.rawValue)")]) { answers, _ throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try ExpertView(row) }
        }.orNotFound()
    }

    static func engagements(_ condition: SQL) -> SQL {
        """
        select x.expert_id, e.name, e.field, e.organisation, e.contact, x.engaged_at, x.unit_id, x.reason
          from bihuan.case_experts x
          join bihuan.experts e on e.city_id = x.city_id and e.expert_id = x.expert_id
         where x.city_id = \(Self.city) and \(condition)
         order by x.engaged_at, x.expert_id
        """
    }

    /// What lies in store, in the order of units.
    ///
    /// - Parameter overdue: only what should have been inspected before today.
    package func supplies(
        _ token: String, unit: String? = nil, under: String? = nil, overdue: Bool = false
    ) async throws(DeskError) -> (items: [SupplyView], offset: UTCOffset) {
        try await self.ask(
            token,
            [
                """
                select s.supply_id, s.unit_id, s.item, s.quantity, s.measure, s.place,
                       (s.next_inspection_on - date '1970-01-01') as next_day, s.inspected_at,
                       coalesce(s.next_inspection_on < \(Self.today), false) as is_overdue
                  from bihuan.supplies s
                 where s.city_id = \(Self.city)
                 order by s.item, s.place
                """
            ]
        ) { answers, asker throws(PostgresError) -> (items: [SupplyView], offset: UTCOffset)? in
            let tree = asker.book.tree
            if let unit, tree[unit] == nil { return nil }
            var items: [(path: String, view: SupplyView)] = []
            for row in answers[0].rows {
                let id = try row.unit("unit_id")
                if let unit, tree[id]?.label != unit { continue }
                if let under {
                    guard let top = tree[under], tree.contains(top.id, id) else { continue }
                }
                let isOverdue: Bool = try row.get("is_overdue")
                guard isOverdue || !overdue else { continue }
                let next: Int? = try row.get("next_day")
                items.append(
                    (
                        tree.path(of: id),
                        SupplyView(
                            id: try row.identifier("supply_id"), unit: asker.tag(id), item: try row.get("item"),
                            quantity: try row.get("quantity"), measure: try row.get("measure"),
                            place: try row.get("place"), nextInspection: next.map { CivilDay(rawValue: $0) },
                            inspectedAt: try row.get("inspected_at"), isOverdue: isOverdue)
                    ))
            }
            let sorted = items.sorted {
                ($0.path, $0.view.item, $0.view.place) < ($1.path, $1.view.item, $1.view.place)
            }
            return (sorted.map(\.view), asker.book.offset)
        }.orNotFound()
    }
}

extension UnitLiaison {
    /// From the arrays that ``Queries/assignments(_:_:isCaseKnown:)`` gives.
    static func list(_ row: Row) throws(PostgresError) -> [UnitLiaison] {
        let kinds: [String]? = try row.get("kinds")
        guard let kinds else { return [] }
        let names: [String] = try row.get("names")
        let phones: [String] = try row.get("phones")
        let emails: [String] = try row.get("emails")
        return kinds.indices.compactMap { index in
            LiaisonKind(rawValue: kinds[index]).map { kind in
                UnitLiaison(
                    kind: kind, name: names[index], phone: phones[index].isEmpty ? nil : phones[index],
                    email: emails[index].isEmpty ? nil : emails[index])
            }
        }
    }
}

extension ExpertView {
    init(_ row: Row) throws(PostgresError) {
        let last: Int? = try row.get("last_day")
        self.id = try row.identifier("expert_id")
        self.name = try row.get("name")
        self.field = try row.get("field")
        self.organisation = try row.get("organisation")
        self.contact = try row.get("contact")
        self.from = CivilDay(rawValue: try row.get("first_day"))
        self.until = last.map { CivilDay(rawValue: $0) }
        self.isValid = try row.get("is_valid")
    }
}

extension EngagementView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.expert = try row.identifier("expert_id")
        self.name = try row.get("name")
        self.field = try row.get("field")
        self.organisation = try row.get("organisation")
        self.contact = try row.get("contact")
        self.engagedAt = try row.get("engaged_at")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.reason = try row.get("reason")
    }
}
