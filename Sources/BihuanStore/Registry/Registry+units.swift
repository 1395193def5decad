package import BihuanDomain
import Postgres

/// A unit as a file or an operator describes it.
package struct UnitDraft: Sendable, Hashable, Encodable {
    package var label: String
    /// Label of the unit above; nil for the city bureau.
    package var parent: String?
    package var tier: String
    package var name: String
    package var line: String?
    package var divisionCode: String?

    package init(
        label: String, parent: String?, tier: String, name: String, line: String? = nil, divisionCode: String? = nil
    ) {
        self.label = label
        self.parent = parent
        self.tier = tier
        self.name = name
        self.line = line
        self.divisionCode = divisionCode
    }
}

extension Registry {
    package struct UnitImport: Sendable, Hashable {
        package var added: Int
        package var changed: Int
        package var unchanged: Int
    }

    /// Adds units and brings those already there up to date, all or none.
    ///
    /// Parents may stand anywhere in the list or already be in the city. Every fault is told at once, by its row.
    package func importUnits(_ drafts: [UnitDraft], of city: CityID) async throws(RegistryFault) -> UnitImport {
        let known: [String: Known] = try await self.run { connection throws(PostgresError) in
            var known: [String: Known] = [:]
            for row in try connection.query(
                """
                select u.unit_id, u.label, p.label as parent, u.tier, u.name, u.line, u.division_code
                  from bihuan.units u
                  left join bihuan.units p on p.city_id = u.city_id and p.unit_id = u.parent_id
                 where u.city_id = \(city.rawValue)
                """
            ).rows {
                let label: String = try row.get("label")
                known[label] = Known(
                    id: try row.get("unit_id"),
                    draft: UnitDraft(
                        label: label, parent: try row.get("parent"), tier: try row.get("tier"),
                        name: try row.get("name"), line: try row.get("line"),
                        divisionCode: try row.get("division_code")))
            }
            return known
        }
        try Self.check(drafts, known)
        let new = drafts.filter { known[$0.label] == nil }
        let changed = drafts.filter { draft in known[draft.label].map { $0.draft != draft } ?? false }
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight([
                "select bihuan.lock_organisation(\(city.rawValue)::integer)",
                // Ids first, so that a parent in the same list has one when its children name it.
                """
                insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name, line, division_code)
                with listed as materialized (
                  select nextval(pg_get_serial_sequence('bihuan.units', 'unit_id'))::integer as unit_id, l.*
                    from unnest(\(new.map(\.label))::text[], \(new.map(\.parent))::text[], \(new.map(\.tier))::text[],
                                \(new.map(\.name))::text[], \(new.map(\.line))::text[],
                                \(new.map(\.divisionCode))::text[])
                         as l (label, parent, tier, name, line, division_code)
                )
                select \(city.rawValue), l.unit_id, l.label, coalesce(p.unit_id, k.unit_id), l.tier, l.name, l.line,
                       l.division_code
                  from listed l
                  left join listed p on p.label = l.parent
                  left join bihuan.units k on k.city_id = \(city.rawValue) and k.label = l.parent
                """,
                """
                update bihuan.units u
                   set parent_id = p.unit_id, tier = l.tier, name = l.name, line = l.line,
                       division_code = l.division_code
                  from unnest(\(changed.map(\.label))::text[], \(changed.map(\.parent))::text[],
                              \(changed.map(\.tier))::text[], \(changed.map(\.name))::text[],
                              \(changed.map(\.line))::text[], \(changed.map(\.divisionCode))::text[])
                       as l (label, parent, tier, name, line, division_code)
                  left join bihuan.units p on p.city_id = \(city.rawValue) and p.label = l.parent
                 where u.city_id = \(city.rawValue) and u.label = l.label
                """,
            ])
        }
        return UnitImport(
            added: new.count, changed: changed.count, unchanged: drafts.count - new.count - changed.count)
    }

    private struct Known: Sendable {
        var id: Int
        var draft: UnitDraft
    }

    private static func check(_ drafts: [UnitDraft], _ known: [String: Known]) throws(RegistryFault) {
        var faults: [String] = []
        var labels: Set<String> = []
        for (index, draft) in drafts.enumerated() where !labels.insert(draft.label).inserted {
            faults.append("row \(index + 1): label \(draft.label) is there twice")
        }
        let roots = Set(drafts.filter { $0.parent == nil }.map(\.label))
            .union(known.values.filter { $0.draft.parent == nil }.map(\.draft.label))
        if roots.count > 1 {
            faults.append("one unit has no parent, the city bureau: \(roots.sorted().joined(separator: ", "))")
        }
        for (index, draft) in drafts.enumerated() {
            func fault(_ text: String) { faults.append("row \(index + 1) (\(draft.label)): \(text)") }
            if draft.label.isEmpty || draft.label.utf8.count > 63
                || !draft.label.utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 })
                || !(97...122).contains(draft.label.utf8.first ?? 0)
            {
                fault("label must be lower-case ASCII letters, digits and hyphens, beginning with a letter")
            }
            if draft.name.isEmpty { fault("name must not be empty") }
            guard let tier = Tier(rawValue: draft.tier) else {
                fault("tier must be one of \(Tier.allCases.map(\.rawValue).joined(separator: ", "))")
                continue
            }
            if (tier == .city) != (draft.parent == nil) { fault("only the city bureau has no parent") }
            if let parent = draft.parent, !labels.contains(parent), known[parent] == nil {
                fault("parent \(parent) is not there")
            }
        }
        guard faults.isEmpty else { throw RegistryFault(.badInput, faults.joined(separator: "\n")) }
    }
}
