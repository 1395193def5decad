/// Finds whose area a text speaks of, by the names of units and what else their places are called (属地).
///
/// The place goes before the title and the title before the text. A name that two units have is told as such and never
/// guessed; the name of what stands above one of them decides, wherever it was found.
struct AreaFinder: Sendable {
    private struct Name: Hashable, Sendable {
        var unit: UnitID
        /// Cut out of the unit's name, so that it may be part of another one: the 龙华 of 龙华路.
        var isStem: Bool
    }

    /// One word, wherever it stands in a field.
    private struct Hit {
        var word: String
        var options: [UnitID]
        var isStem: Bool
        var mentions: Int
    }

    private let tree: UnitTree
    /// What the names of the city's units may begin with without saying anything.
    private let prefixes: [String]
    private var names = WordFinder<Name>()
    /// The unit and everything above it, without the city itself.
    private var lineages: [UnitID: [UnitID]] = [:]

    init(_ tree: UnitTree, aliases: [UnitAlias]) {
        self.tree = tree
        let root = tree.root.map { UnitName($0.name) }
        self.prefixes = root.map { [$0.place] + ($0.stem.map { [$0] } ?? []) } ?? []
        let units = tree.units.values.filter { $0.parent != nil && ($0.tier == .district || $0.tier == .station) }
        for unit in units { self.lineages[unit.id] = tree.lineage(of: unit.id).filter { $0.parent != nil }.map(\.id) }
        for unit in units.sorted(by: { $0.id.rawValue < $1.id.rawValue }) where !unit.isDisabled {
            let name = UnitName(unit.name, without: self.prefixes)
            self.names.add(unit.name, Name(unit: unit.id, isStem: false))
            // Of one character nobody could say what it names.
            if name.place.count >= 2 { self.names.add(name.place, Name(unit: unit.id, isStem: false)) }
            if let stem = name.stem, stem != name.place { self.names.add(stem, Name(unit: unit.id, isStem: true)) }
        }
        for alias in aliases where self.lineages[alias.unit] != nil && tree[alias.unit]?.isDisabled == false {
            self.names.add(alias.text, Name(unit: alias.unit, isStem: false))
        }
    }

    func area(_ fields: [(field: RoutingText.Field, text: PlainText)]) -> RoutingProposal.Area {
        var area = RoutingProposal.Area()
        for (field, text) in fields {
            let hits = self.hits(in: text)
            area.matches += hits.map { hit in
                .init(field: field, word: hit.word, meanings: hit.options.compactMap { self.tree[$0]?.label })
            }
            guard !hits.isEmpty else { continue }
            if area.units.isEmpty {
                let strong = hits.filter { !$0.isStem }
                (area.units, area.confidence) = self.choose(strong.isEmpty ? hits : strong)
                if !strong.isEmpty, strong.count < hits.count { self.refine(&area, by: hits.filter(\.isStem)) }
            } else {
                self.refine(&area, by: hits)
            }
        }
        return area
    }

    private func hits(in text: PlainText) -> [Hit] {
        let found = self.names.find(in: text) { name, start, length in
            !name.isStem || !Self.goesOn(text.scalars, start + length)
        }
        var hits: [Hit] = []
        for one in found {
            if let known = hits.firstIndex(where: { $0.word == one.word }) {
                hits[known].mentions += 1
                continue
            }
            let whole = one.meanings.filter { !$0.isStem }
            let units = (whole.isEmpty ? one.meanings : whole).map(\.unit)
            // A district and its own station of the same name: the district is sure.
            let options = units.filter { unit in !units.contains { $0 != unit && self.isBelow(unit, $0) } }
            hits.append(Hit(word: one.word, options: options, isStem: whole.isEmpty, mentions: 1))
        }
        return hits
    }

    /// The units that most words speak for: a unit's own name, or one above it.
    private func choose(_ hits: [Hit]) -> (units: [UnitID], confidence: RoutingProposal.Confidence) {
        var scores: [(unit: UnitID, words: Int, mentions: Int)] = []
        for unit in hits.flatMap(\.options) where !scores.contains(where: { $0.unit == unit }) {
            let speaking = hits.filter { hit in hit.options.contains { $0 == unit || self.isBelow(unit, $0) } }
            scores.append((unit, speaking.count, speaking.reduce(0) { $0 + $1.mentions }))
        }
        let most = scores.map(\.words).max() ?? 0
        var top = scores.filter { $0.words == most }
        var isSure = most == hits.count
        if top.count > 1, !self.isOnePlace(top.map(\.unit)) {
            let often = top.map(\.mentions).max() ?? 0
            let oftener = top.filter { $0.mentions == often }
            if oftener.count < top.count {
                top = oftener
                isSure = false
            }
        }
        let units = top.map(\.unit)
        guard units.count == 1 || self.isOnePlace(units) else { return (units, .ambiguous) }
        return (units, isSure ? .exact : .likely)
    }

    /// What is said further on decides between units of the same name, or names a place within the one found.
    private func refine(_ area: inout RoutingProposal.Area, by hits: [Hit]) {
        if area.confidence == .ambiguous {
            let scores = area.units.map { unit in
                hits.count { hit in
                    hit.options.contains { $0 == unit || self.isBelow(unit, $0) || self.isBelow($0, unit) }
                }
            }
            let most = scores.max() ?? 0
            let chosen = zip(area.units, scores).filter { $0.1 == most }.map(\.0)
            guard most > 0, chosen.count < area.units.count else { return }
            area.units = chosen
            if chosen.count == 1 || self.isOnePlace(chosen) {
                area.confidence = scores.count { $0 > 0 } == chosen.count ? .exact : .likely
            }
        }
        let within = Set(
            hits.flatMap { hit in
                let inside = hit.options.filter { option in area.units.contains { self.isBelow(option, $0) } }
                return inside.count == 1 ? inside : []
            })
        if within.count == 1 { area.units = Array(within) }
    }

    /// Bureaus of several lines under one roof, or next to each other in the same place.
    private func isOnePlace(_ units: [UnitID]) -> Bool {
        let all = units.compactMap { self.tree[$0] }
        let lines = all.compactMap(\.line)
        return lines.count == units.count && Set(lines).count == lines.count && Set(all.map(\.parent)).count == 1
            && Set(all.map { UnitName($0.name, without: self.prefixes).place }).count == 1
    }

    private func isBelow(_ lower: UnitID, _ upper: UnitID) -> Bool {
        lower != upper && self.lineages[lower]?.contains(upper) == true
    }

    /// Whether what follows makes another name of it: roads and buildings are called after places they are not in.
    private static func goesOn(_ scalars: [UInt32], _ end: Int) -> Bool {
        let rest = scalars[min(end, scalars.count)...].prefix(3)
        return Self.tails.contains { rest.starts(with: $0) } && !rest.starts(with: Self.subdistrict)
    }

    private static let subdistrict = PlainText("街道").scalars
    private static let tails = [
        "路", "大道", "街", "巷", "桥", "大桥", "高架", "广场", "大厦", "小区", "花园", "公寓", "家园", "花苑", "医院", "大学", "学院", "中学", "小学",
        "幼儿园", "酒店", "宾馆", "饭店", "超市", "商场", "购物", "银行", "公司", "集团", "牌", "站", "店",
    ].map { PlainText($0).scalars }
}

/// What else a unit, its place or its work is called (别名): streets, towns, short names.
package struct UnitAlias: Sendable, Hashable {
    package var unit: UnitID
    package var text: String

    package init(unit: UnitID, text: String) {
        self.unit = unit
        self.text = text
    }
}

/// A word that speaks for a line of business.
package struct LineWord: Sendable, Hashable {
    package var line: String
    package var word: String

    package init(line: String, word: String) {
        self.line = line
        self.word = word
    }
}
