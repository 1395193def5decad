package import struct Foundation.Date

/// How far a case has spread at one moment (传播态势), as somebody counted it.
package struct SpreadCounts: Sendable, Hashable, Codable {
    /// Whole numbers, not negative.
    package var counts: [SpreadMetric: Int]

    package init(_ counts: [SpreadMetric: Int]) { self.counts = counts }

    /// More than all the readers there are; beyond it a number is a slip of the hand.
    package static let most = 1_000_000_000_000

    var faults: [FieldFault] {
        guard !self.counts.isEmpty else {
            return [
                FieldFault(
                    field: "counts",
                    rule: .other(
                        code: "required",
                        "至少给出一项：\(SpreadMetric.allCases.map(\.rawValue).joined(separator: ", "))"))
            ]
        }
        return SpreadMetric.allCases.compactMap { metric in
            guard let count = self.counts[metric], !(0...Self.most).contains(count) else { return nil }
            return FieldFault(
                field: metric.rawValue, rule: .other(code: "out_of_range", "须为 0 至 \(Self.most) 的整数"))
        }
    }
}

/// One count of a case's spread, as it is kept.
package struct SpreadSample: Sendable, Hashable {
    package var counts: SpreadCounts
    /// When it was so; earlier than the moment it was recorded.
    package var observedAt: Date
    /// Where it was counted, in words.
    package var source: String?

    package init(counts: SpreadCounts, observedAt: Date, source: String? = nil) {
        self.counts = counts
        self.observedAt = observedAt
        self.source = source
    }
}

/// What somebody counted.
package struct SpreadDraft: Sendable, Hashable, Codable {
    package var counts: SpreadCounts
    /// Nil: now.
    package var observedAt: Date?
    package var source: String?

    package init(counts: SpreadCounts, observedAt: Date? = nil, source: String? = nil) {
        self.counts = counts
        self.observedAt = observedAt
        self.source = source
    }
}
