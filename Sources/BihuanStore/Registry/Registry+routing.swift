package import BihuanDomain
import Postgres

/// A routing rule as a file or an operator describes it: units by label, `@district`, `@station`, `@line` or `@city` for
/// a target that follows from the case.
package struct RoutingRuleDraft: Sendable, Hashable {
    package var number: Int
    package var levels: [String]
    package var matters: [String]
    package var words: [String]
    package var line: String?
    package var area: String?
    package var target: String
    package var role: String
    package var reason: String

    package init(
        number: Int, levels: [String] = [], matters: [String] = [], words: [String] = [], line: String? = nil,
        area: String? = nil, target: String, role: String = "lead", reason: String
    ) {
        self.number = number
        self.levels = levels
        self.matters = matters
        self.words = words
        self.line = line
        self.area = area
        self.target = target
        self.role = role
        self.reason = reason
    }
}

/// A name of a unit as a file describes it.
package struct UnitAliasDraft: Sendable, Hashable {
    package var unit: String
    package var alias: String

    package init(unit: String, alias: String) {
        self.unit = unit
        self.alias = alias
    }
}

/// Who gets what in a city (派单规则、单位别名、条线用语).
extension Registry {
    /// Everything that routes a city's cases.
    package func routing(
        of city: CityID
    ) async throws(RegistryFault) -> (router: Router, tree: UnitTree, plan: Plan?) {
        let book = try await self.book(of: city)
        let plan = book.adopted(at: try await self.now()).flatMap { book.plans[$0] }
        return (book.routing.router, book.tree, plan)
    }

    package func routingRules(of city: CityID) async throws(RegistryFault) -> [RoutingRuleDraft] {
        let book = try await self.book(of: city)
        return book.routing.rules.map { rule in
            let target =
                switch rule.target {
                case .unit(let unit): book.tree[unit]?.label ?? ""
                case .place(let place): "@\(place.rawValue)"
                }
            return RoutingRuleDraft(
                number: rule.number, levels: rule.levels.sorted(), matters: rule.matters.sorted(), words: rule.words,
                line: rule.line, area: rule.area.flatMap { book.tree[$0]?.label }, target: target,
                role: rule.role.rawValue, reason: rule.reason)
        }
    }

    /// Puts these rules in the place of all that the city has.
    package func importRoutingRules(_ drafts: [RoutingRuleDraft], of city: CityID) async throws(RegistryFault) {
        let book = try await self.book(of: city)
        let rules = try Self.checked(drafts, book)
        try await self.write(rules, of: city, replacing: true)
    }

    /// - Throws: `.conflict` for a number that is taken.
    package func add(_ draft: RoutingRuleDraft, of city: CityID) async throws(RegistryFault) {
        let book = try await self.book(of: city)
        guard !book.routing.rules.contains(where: { $0.number == draft.number }) else {
            throw RegistryFault(.conflict, "规则 \(draft.number) 已有；编号就是次序，先用 routing remove 去掉它，或换一个编号")
        }
        try await self.write(try Self.checked([draft], book), of: city, replacing: false)
    }

    package func removeRoutingRule(_ number: Int, of city: CityID) async throws(RegistryFault) {
        let removed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                "delete from bihuan.routing_rules where city_id = \(city.rawValue) and number = \(number)"
            ).affected
        }
        guard removed == 1 else { throw RegistryFault(.missing, "没有规则 \(number)") }
    }

    // MARK: Names of units

    package func aliases(of city: CityID) async throws(RegistryFault) -> [UnitAliasDraft] {
        let book = try await self.book(of: city)
        return book.routing.aliases.map { UnitAliasDraft(unit: book.tree[$0.unit]?.label ?? "", alias: $0.text) }
            .sorted { ($0.unit, $0.alias) < ($1.unit, $1.alias) }
    }

    /// Adds names; those that are there stay. One name may be two units': then it tells neither.
    ///
    /// - Returns: how many were new.
    @discardableResult
    package func addAliases(_ drafts: [UnitAliasDraft], of city: CityID) async throws(RegistryFault) -> Int {
        let book = try await self.book(of: city)
        var faults: [String] = []
        var units: [Int] = []
        for (index, draft) in drafts.enumerated() {
            if book.tree[draft.unit] == nil { faults.append("第 \(index + 1) 行：没有单位 \(draft.unit)") }
            if !(2...50).contains(draft.alias.unicodeScalars.count) {
                faults.append("第 \(index + 1) 行：别名须为 2 至 50 个字：\(draft.alias)")
            }
            units.append(book.tree[draft.unit]?.id.rawValue ?? 0)
        }
        guard faults.isEmpty else { throw RegistryFault(.badInput, faults.joined(separator: "\n")) }
        let (ids, names) = (units, drafts.map(\.alias))
        return try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                insert into bihuan.unit_aliases (city_id, unit_id, alias)
                select distinct \(city.rawValue), u::integer, a
                  from unnest(\(ids)::bigint[], \(names)::text[]) as x (u, a)
                    on conflict do nothing
                """
            ).affected
        }
    }

    package func removeAlias(_ draft: UnitAliasDraft, of city: CityID) async throws(RegistryFault) {
        let removed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                delete from bihuan.unit_aliases a
                 using bihuan.units u
                 where a.city_id = \(city.rawValue) and u.city_id = a.city_id and u.unit_id = a.unit_id
                   and u.label = \(draft.unit) and a.alias = \(draft.alias)
                """
            ).affected
        }
        guard removed == 1 else { throw RegistryFault(.missing, "单位 \(draft.unit) 没有别名 \(draft.alias)") }
    }

    // MARK: Words of lines

    package func lineWords(of city: CityID) async throws(RegistryFault) -> [LineWord] {
        try await self.book(of: city).routing.lineWords
    }

    /// Puts these words in the place of all that the city has.
    package func importLineWords(_ words: [LineWord], of city: CityID) async throws(RegistryFault) {
        var faults: [String] = []
        for (index, word) in words.enumerated() {
            if !(1...100).contains(word.line.unicodeScalars.count) { faults.append("第 \(index + 1) 行：缺少条线") }
            if !(1...50).contains(word.word.unicodeScalars.count) { faults.append("第 \(index + 1) 行：用语须为 1 至 50 个字") }
        }
        guard faults.isEmpty else { throw RegistryFault(.badInput, faults.joined(separator: "\n")) }
        let (lines, texts) = (words.map(\.line), words.map(\.word))
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight([
                "delete from bihuan.line_words where city_id = \(city.rawValue)",
                """
                insert into bihuan.line_words (city_id, line, word)
                select distinct \(city.rawValue), l, w from unnest(\(lines)::text[], \(texts)::text[]) as x (l, w)
                """,
            ])
        }
    }

    // MARK: What a rule must say

    private struct Checked: Sendable {
        var draft: RoutingRuleDraft
        var area: Int?
        var unit: Int?
        var place: String?
    }

    private static func checked(
        _ drafts: [RoutingRuleDraft], _ book: CityBook
    ) throws(RegistryFault) -> [Checked] {
        var faults: [String] = []
        var numbers: Set<Int> = []
        let levels = Set(book.plans.values.flatMap { $0.levels.map(\.key) })
        let matters = Set(book.plans.values.flatMap { $0.matters.map(\.key) })
        let lines = Set(book.tree.units.values.compactMap(\.line)).union(book.routing.lineWords.map(\.line))
        var rules: [Checked] = []
        for draft in drafts {
            func fault(_ text: String) { faults.append("规则 \(draft.number)：\(text)") }
            var rule = Checked(draft: draft)
            if !(1...9999).contains(draft.number) { fault("编号须为 1 至 9999") }
            if !numbers.insert(draft.number).inserted { fault("编号出现两次") }
            for level in draft.levels where !levels.contains(level) { fault("本市的预案没有等级 \(level)") }
            for matter in draft.matters where !matters.contains(matter) { fault("本市的预案没有事项 \(matter)") }
            // A line that nothing is of would never be found, and the rule never hold.
            if let line = draft.line, !lines.contains(line) { fault("没有单位或用语属于条线 \(line)") }
            if let area = draft.area {
                rule.area = book.tree[area]?.id.rawValue
                if rule.area == nil { fault("没有单位 \(area)") }
            }
            if draft.target.hasPrefix("@") {
                let place = CityRoutingRule.Place(rawValue: String(draft.target.dropFirst()))
                rule.place = place?.rawValue
                if place == nil {
                    let known = CityRoutingRule.Place.allCases.map { "@\($0.rawValue)" }.joined(separator: "、")
                    fault("target 须为单位标识或 \(known)")
                }
            } else {
                rule.unit = book.tree[draft.target]?.id.rawValue
                if rule.unit == nil { fault("没有单位 \(draft.target)") }
            }
            if AssignmentRole(rawValue: draft.role) == nil {
                fault("role 须为 \(AssignmentRole.allCases.map(\.rawValue).joined(separator: "、"))")
            }
            if !(1...500).contains(draft.reason.unicodeScalars.count) { fault("须写明依据（reason），至多 500 字") }
            rules.append(rule)
        }
        guard faults.isEmpty else { throw RegistryFault(.badInput, faults.joined(separator: "\n")) }
        return rules
    }

    private func write(_ rules: [Checked], of city: CityID, replacing: Bool) async throws(RegistryFault) {
        try await self.run { connection throws(PostgresError) in
            var batch: [SQL] = []
            if replacing { batch.append("delete from bihuan.routing_rules where city_id = \(city.rawValue)") }
            batch += rules.map { rule in
                """
                insert into bihuan.routing_rules
                       (city_id, number, levels, matters, words, line, area_unit, target_unit, target_place, role, reason)
                values (\(city.rawValue), \(rule.draft.number), \(rule.draft.levels)::text[],
                        \(rule.draft.matters)::text[], \(rule.draft.words)::text[], \(rule.draft.line), \(rule.area),
                        \(rule.unit), \(rule.place), \(rule.draft.role), \(rule.draft.reason))
                """
            }
            _ = try connection.flight(batch)
        }
    }
}
