package import BihuanDomain
package import Foundation
import Postgres

/// One thing that became of a unit.
package struct UnitChangeView: Sendable {
    package let number: Int
    package let kind: UnitChangeKind
    package let unit: UnitTag
    /// Whom it was merged into, split from, or who took its work over.
    package let other: UnitTag?
    package let oldName: String?
    package let newName: String?
    package let oldParent: UnitTag?
    package let newParent: UnitTag?
    package let at: Date
    /// Name of the officer, or `local:<os user>`.
    package let by: String
    package let reason: String?
    package let offset: UTCOffset
}

/// What became of a unit, and, where a time was asked for, what it was called then.
package struct UnitHistory: Sendable {
    package let unit: UnitTag
    package let changes: [UnitChangeView]
    package let then: Then?
    package let offset: UTCOffset

    package struct Then: Sendable {
        package let at: Date
        package let name: String
        /// The unit above it then.
        package let parent: UnitTag?
    }
}

/// One thing that was done to an officer.
package struct OfficerChangeView: Sendable {
    package let number: Int
    package let kind: OfficerChangeKind
    package let login: String
    package let unit: UnitTag?
    package let role: PostRole?
    package let at: Date
    package let by: String
    package let reason: String
    package let offset: UTCOffset
}

/// A post as administrators see it.
package struct PostView: Sendable {
    package let login: String
    package let name: String
    package let unit: UnitTag
    package let role: PostRole
    package let appointments: [String]
    package let from: Date
    package let until: Date?
    /// Log-in of whom the officer stands in for (代理).
    package let actingFor: String?
    /// What it may know of: 0 ordinary cases, 1 restricted ones too, 2 confidential ones too.
    package let clearance: Int
}

extension Queries {
    /// What became of a unit, first to last; of all units without a label. An old document is read by the names then.
    package func unitHistory(_ token: String, label: String, at: Date?) async throws(DeskError) -> UnitHistory {
        try await self.ask(token, [Self.changes(of: label)]) { answers, asker throws(PostgresError) -> UnitHistory? in
            guard let unit = asker.book.tree[label] else { return nil }
            let changes = try answers[0].rows.map { row throws(PostgresError) in try UnitChangeView(row, asker) }
            let then = at.map { at in
                // What the first change after that time says was before it, or what is now.
                let later = changes.filter { $0.at > at }
                let moved = later.first { $0.oldParent != nil || $0.newParent != nil && $0.kind != .opened }
                return UnitHistory.Then(
                    at: at, name: later.lazy.compactMap(\.oldName).first ?? unit.name,
                    parent: moved.map(\.oldParent) ?? unit.parent.map { asker.tag($0) })
            }
            return UnitHistory(unit: asker.tag(unit.id), changes: changes, then: then, offset: asker.book.offset)
        }.orNotFound()
    }

    /// The newest changes of all units of the city, newest first.
    package func unitChanges(_ token: String, limit: Int) async throws(DeskError) -> [UnitChangeView] {
        try await self.ask(
            token, ["\(Self.changes(of: nil)) desc limit \(limit)"]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in try UnitChangeView(row, asker) }
        }
    }

    private static func changes(of label: String?) -> SQL {
        """
        select h.number, h.kind, h.unit_id, h.other_unit, h.old_name, h.new_name, h.old_parent, h.new_parent, h.at,
               coalesce(o.name, h."by") as by_whom, h.reason
          from bihuan.unit_changes h
          left join bihuan.officers o on o.city_id = h.city_id and o.officer_id = h.officer_id
         where h.city_id = \(Self.city)
           and (\(label)::text is null or h.unit_id = (
                 select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(label)))
         order by h.number
        """
    }

    /// What was done to officers, newest first; none where the asker is no operator.
    package func officerChanges(_ token: String, limit: Int) async throws(DeskError) -> [OfficerChangeView] {
        let sql: SQL = """
            select h.number, h.kind, o.login, h.unit_id, h.role, h.at, coalesce(b.name, h."by") as by_whom, h.reason
              from bihuan.officer_changes h
              join bihuan.officers o on o.city_id = h.city_id and o.officer_id = h.officer_id
              left join bihuan.officers b on b.city_id = h.city_id and b.officer_id = h.by_officer
             where h.city_id = \(Self.city)
             order by h.number desc
             limit \(limit)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in
                let unit: Int? = try row.get("unit_id")
                return OfficerChangeView(
                    number: try row.get("number"), kind: try row.word("kind"), login: try row.get("login"),
                    unit: unit.map { asker.tag(UnitID(rawValue: $0)) }, role: try row.wordIfAny("role"),
                    at: try row.get("at"), by: try row.get("by_whom"), reason: try row.get("reason"),
                    offset: asker.book.offset)
            }
        }
    }

    /// Posts in force or to come at a unit and below, deputies with whom they stand in for.
    package func posts(_ token: String, under label: String?) async throws(DeskError) -> [PostView] {
        let sql: SQL = """
            select o.login, o.name, p.unit_id, p.role, p.plan_roles, p.valid_from, p.valid_until, h.login as acting_for,
                   p.clearance
              from bihuan.posts p
              join bihuan.officers o on o.city_id = p.city_id and o.officer_id = p.officer_id
              left join bihuan.posts q on q.city_id = p.city_id and q.post_id = p.acting_for
              left join bihuan.officers h on h.city_id = q.city_id and h.officer_id = q.officer_id
             where p.city_id = \(Self.city) and (p.valid_until is null or p.valid_until > statement_timestamp())
               and (\(label)::text is null or exists (
                     select from bihuan.unit_closure c
                       join bihuan.units u on u.city_id = c.city_id and u.unit_id = c.ancestor_id
                      where c.city_id = p.city_id and c.descendant_id = p.unit_id and u.label = \(label)))
             order by o.login, p.valid_from, p.post_id
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in
                PostView(
                    login: try row.get("login"), name: try row.get("name"), unit: asker.tag(try row.unit("unit_id")),
                    role: try row.word("role"), appointments: try row.get("plan_roles"),
                    from: try row.get("valid_from"), until: try row.get("valid_until"),
                    actingFor: try row.get("acting_for"), clearance: try row.get("clearance"))
            }
        }
    }
}

extension UnitChangeView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        func tag(_ name: String) throws(PostgresError) -> UnitTag? {
            let id: Int? = try row.get(name)
            return id.map { asker.tag(UnitID(rawValue: $0)) }
        }
        self.number = try row.get("number")
        self.kind = try row.word("kind")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.other = try tag("other_unit")
        self.oldName = try row.get("old_name")
        self.newName = try row.get("new_name")
        self.oldParent = try tag("old_parent")
        self.newParent = try tag("new_parent")
        self.at = try row.get("at")
        self.by = try row.get("by_whom")
        self.reason = try row.get("reason")
        self.offset = asker.book.offset
    }
}
