/// Finds which line of business a text speaks of, by its words (业务条线).
///
/// What the source has called it weighs most, then the title, then the text; and a long word more than a short one.
struct LineFinder: Sendable {
    private var words = WordFinder<String>()

    init(_ tree: UnitTree, aliases: [UnitAlias], words: [LineWord]) {
        let departments = tree.units.values.filter { $0.line != nil && !$0.isDisabled }
        for line in Set(departments.compactMap(\.line)).sorted() { self.words.add(line, line) }
        for word in words { self.words.add(word.word, word.line) }
        for alias in aliases {
            if let unit = tree[alias.unit], unit.tier == .department, let line = unit.line, !unit.isDisabled {
                self.words.add(alias.text, line)
            }
        }
    }

    func line(_ fields: [(field: RoutingText.Field, text: PlainText)]) -> RoutingProposal.Line {
        var line = RoutingProposal.Line()
        var scores: [String: Int] = [:]
        for (field, text) in fields {
            var seen: Set<String> = []
            for found in self.words.find(in: text) where seen.insert(found.word).inserted {
                line.matches.append(.init(field: field, word: found.word, meanings: found.meanings))
                for meaning in found.meanings { scores[meaning, default: 0] += Self.weight(of: field) * found.length }
            }
        }
        guard let most = scores.values.max() else { return line }
        line.lines = scores.filter { $0.value == most }.map(\.key).sorted()
        line.confidence = line.lines.count > 1 ? .ambiguous : scores.count > 1 ? .likely : .exact
        return line
    }

    private static func weight(of field: RoutingText.Field) -> Int {
        switch field {
        case .category: 4
        case .title: 2
        case .place, .content: 1
        }
    }
}
