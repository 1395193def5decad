/// What a case came to (办理结果), R97–R107: what was found, or why nothing was to be found out.
package enum CaseOutcome: String, Sendable, Hashable, CaseIterable, Codable {
    case substantiated
    case partlySubstantiated = "partly_substantiated"
    case unsubstantiated
    case unverifiable
    /// Cannot be done, and why was explained.
    case explainedNotMet = "explained_not_met"
    /// A proposal that is followed.
    case adopted

    package init(_ verdict: Verdict) {
        switch verdict {
        case .substantiated: self = .substantiated
        case .partlySubstantiated: self = .partlySubstantiated
        case .unsubstantiated: self = .unsubstantiated
        case .unverifiable: self = .unverifiable
        }
    }

    /// What a case may come to, by what those found whose feedback was accepted.
    ///
    /// - Parameter verdicts: of several units that do not agree; together they may speak for a part.
    package static func possible(after verdicts: Set<Verdict>) -> [CaseOutcome] {
        var found = Set(verdicts.map { CaseOutcome($0) })
        if verdicts.isEmpty { found.insert(.unverifiable) }
        if verdicts.count > 1, !verdicts.isDisjoint(with: [.substantiated, .partlySubstantiated]) {
            found.insert(.partlySubstantiated)
        }
        return self.allCases.filter { $0 == .explainedNotMet || $0 == .adopted || found.contains($0) }
    }

    package var label: String {
        switch self {
        case .substantiated: Verdict.substantiated.label
        case .partlySubstantiated: Verdict.partlySubstantiated.label
        case .unsubstantiated: Verdict.unsubstantiated.label
        case .unverifiable: Verdict.unverifiable.label
        case .explainedNotMet: "解释说明未采纳"
        case .adopted: "采纳"
        }
    }
}
