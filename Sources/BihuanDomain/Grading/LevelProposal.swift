/// The level that a plan proposes (建议等级), and everything that speaks for it. An officer decides.
package struct LevelProposal: Sendable, Hashable, Codable {
    /// The gravest level that anything speaks for, by key; nil: nothing speaks for any.
    package var level: String?
    /// Gravest first.
    package var matches: [Match]

    /// One thing that speaks for a level.
    package struct Match: Sendable, Hashable, Codable {
        package var kind: Kind
        /// Of the criterion, the trigger or the metric; `score` for the sum of the factors.
        package var key: String
        package var name: String
        /// By key.
        package var level: String
        /// What was counted, and from how much on it counts; nil for what is just there.
        package var value: Int?
        package var threshold: Int?

        package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
            case score, criterion, trigger, spread
        }
    }
}

extension LevelScheme {
    /// What an assessment and the latest count of a case's spread propose.
    ///
    /// Any one criterion or trigger of a level speaks for it, as does a metric that reached the level's threshold. The
    /// scores speak together, for the gravest level whose sum they reach. The gravest level spoken for is proposed: a
    /// proposal that is too grave is corrected by who grades, one that is too mild may go unnoticed.
    package func proposal(for assessment: Assessment, spread: SpreadCounts? = nil) -> LevelProposal {
        var matches: [LevelProposal.Match] = []
        let sum = assessment.scores.values.reduce(0, +)
        if !assessment.scores.isEmpty,
            let level = self.levels.last(where: { level in level.score.map { sum >= $0 } ?? false })
        {
            matches.append(
                .init(
                    kind: .score, key: "score", name: "各项评分之和", level: level.key, value: sum,
                    threshold: level.score))
        }
        for level in self.levels {
            matches += level.criteria.filter { assessment.criteria.contains($0.key) }.map {
                .init(kind: .criterion, key: $0.key, name: $0.name, level: level.key)
            }
            matches += level.triggers.filter { assessment.triggers.contains($0.key) }.map {
                .init(kind: .trigger, key: $0.key, name: $0.name, level: level.key)
            }
        }
        if let spread { matches += self.matches(of: spread) }
        let ranks = Dictionary(self.levels.map { ($0.key, $0.rank) }, uniquingKeysWith: { first, _ in first })
        let sorted = matches.enumerated().sorted { a, b in
            let (rankA, rankB) = (ranks[a.element.level] ?? 0, ranks[b.element.level] ?? 0)
            return rankA == rankB ? a.offset < b.offset : rankA > rankB
        }.map(\.element)
        return LevelProposal(level: sorted.first?.level, matches: sorted)
    }

    /// Of each metric the gravest level whose threshold was reached.
    private func matches(of spread: SpreadCounts) -> [LevelProposal.Match] {
        SpreadMetric.allCases.compactMap { metric in
            guard let value = spread.counts[metric],
                let level = self.levels.last(where: { level in level.spread[metric].map { value >= $0 } ?? false })
            else { return nil }
            return .init(
                kind: .spread, key: metric.rawValue, name: metric.label, level: level.key, value: value,
                threshold: level.spread[metric])
        }
    }
}
