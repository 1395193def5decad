package import BihuanDomain
import Postgres

/// A unit with what is going on in it; counts are nil where the asker may not see them.
package struct UnitView: Sendable {
    package let label: String
    package let path: String
    package let name: String
    package let tier: Tier
    package let line: String?
    package let parent: String?
    package let divisionCode: String?
    package let isDisabled: Bool
    package let open: Int?
    package let overdue: Int?
}

extension Queries {
    /// The units of the asker's city in the order of their paths.
    ///
    /// - Parameter under: only this unit and what is below it; a label that is not there gives an empty list.
    package func units(_ token: String, under: String? = nil, tier: Tier? = nil) async throws(DeskError) -> [UnitView] {
        try await self.ask(
            token,
            [
                """
                select u.unit_id, u.label, u.name, u.tier, u.line, u.parent_id, u.division_code,
                       u.disabled_at is not null as is_disabled,
                       exists (select from bihuan.unit_closure c
                                where c.city_id = u.city_id and c.ancestor_id = \(Self.unit)
                                  and c.descendant_id = u.unit_id) as is_mine
                  from bihuan.units u
                 where u.city_id = \(Self.city)
                """,
                """
                select unit_id, measure, sum(n)::bigint as n
                  from \(Self.counted)
                 where measure in ('open', 'overdue')
                 group by unit_id, measure
                """,
            ]
        ) { answers, asker throws(PostgresError) in
            var counts: [String: Int] = [:]
            for row in answers[1].rows {
                let unit: Int = try row.get("unit_id")
                let measure: String = try row.get("measure")
                counts["\(unit)/\(measure)"] = try row.get("n")
            }
            let tree = asker.book.tree
            let top = under.map { tree[$0]?.id }
            var views: [UnitView] = []
            for row in answers[0].rows {
                let id = try row.unit("unit_id")
                if let top {
                    guard let top, tree.contains(top, id) else { continue }
                }
                let rowTier: Tier = try row.word("tier")
                if let tier, tier != rowTier { continue }
                let parent: Int? = try row.get("parent_id")
                let isMine: Bool = try row.get("is_mine")
                views.append(
                    UnitView(
                        label: try row.get("label"), path: tree.path(of: id), name: try row.get("name"), tier: rowTier,
                        line: try row.get("line"), parent: parent.flatMap { tree[UnitID(rawValue: $0)]?.label },
                        divisionCode: try row.get("division_code"), isDisabled: try row.get("is_disabled"),
                        open: isMine ? counts["\(id.rawValue)/open"] ?? 0 : nil,
                        overdue: isMine ? counts["\(id.rawValue)/overdue"] ?? 0 : nil))
            }
            return views.sorted { $0.path < $1.path }
        }
    }

    package func unit(_ token: String, label: String) async throws(DeskError) -> UnitView {
        guard let unit = try await self.units(token).first(where: { $0.label == label }) else { throw .notFound }
        return unit
    }
}
