/// What an officer sees in a case before grading it (研判): scores of the plan's factors, and which of its criteria and
/// triggers are met.
package struct Assessment: Sendable, Hashable, Codable {
    /// 0 to 3 by key of a factor.
    package let scores: [String: Int]
    /// Keys of criteria, each once and in order, so that the same assessment is always written alike.
    package let criteria: [String]
    /// Keys of triggers, likewise.
    package let triggers: [String]

    package init(scores: [String: Int] = [:], criteria: [String] = [], triggers: [String] = []) {
        self.scores = scores
        self.criteria = Set(criteria).sorted()
        self.triggers = Set(triggers).sorted()
    }

    package static let none = Assessment()

    package var isEmpty: Bool { self == .none }

    package static let scoreRange = 0...3

    /// What the scheme does not know, or does not allow: every field at once.
    package func faults(against scheme: LevelScheme) -> [FieldFault] {
        let factors = scheme.factors.map(\.key)
        let criteria = scheme.levels.flatMap(\.criteria).map(\.key)
        let triggers = scheme.levels.flatMap(\.triggers).map(\.key)
        var faults: [FieldFault] = []
        for (key, score) in self.scores.sorted(by: { $0.key < $1.key }) {
            if !factors.contains(key) {
                faults.append(FieldFault(field: "factors.\(key)", rule: .unknownValue(factors)))
            } else if !Self.scoreRange.contains(score) {
                faults.append(
                    FieldFault(field: "factors.\(key)", rule: .other(code: "out_of_range", "须为 0 至 3 的整数")))
            }
        }
        for key in self.criteria where !criteria.contains(key) {
            faults.append(
                FieldFault(field: "criteria", rule: .other(code: "unknown_value", Self.unknown(key, criteria))))
        }
        for key in self.triggers where !triggers.contains(key) {
            faults.append(
                FieldFault(field: "triggers", rule: .other(code: "unknown_value", Self.unknown(key, triggers))))
        }
        return faults
    }

    private static func unknown(_ key: String, _ known: [String]) -> String {
        known.isEmpty ? "预案没有这一栏：\(key)" : "预案没有 \(key)；有：\(known.joined(separator: ", "))"
    }
}
