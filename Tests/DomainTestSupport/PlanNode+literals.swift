package import BihuanDomain

/// Plans in tests are written as literals; all of them stand on line 1.
extension PlanNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral text: String) { self = .text(text, .start) }

    package init(arrayLiteral items: PlanNode...) { self = .list(items, .start) }

    package init(dictionaryLiteral entries: (String, PlanNode)...) {
        self = .map(entries.map { Entry(key: $0.0, place: .start, value: $0.1) }, .start)
    }

    /// A map with some members replaced or added.
    package func with(_ members: [String: PlanNode]) -> PlanNode {
        guard case .map(var entries, let place) = self else { return self }
        entries.removeAll { members[$0.key] != nil }
        entries += members.sorted { $0.key < $1.key }.map { Entry(key: $0.key, place: .start, value: $0.value) }
        return .map(entries, place)
    }
}
