/// One way of grading: the levels of a plan's cases (等级), or of its warnings (预警).
package struct LevelScheme: Sendable, Hashable {
    package var name: String
    /// From the mildest to the gravest.
    package var levels: [Level]
    /// What is scored from 0 to 3 before a level is proposed.
    package var factors: [Factor]

    package struct Factor: Sendable, Hashable {
        package var key: String
        package var name: String
    }

    package func level(_ key: String) -> Level? { self.levels.first { $0.key == key } }

    /// What the plan says of a case without levels: 003 starts its response “by nature and severity”.
    package static let plain = LevelScheme(
        name: "不分级", levels: [Level(key: "ungraded", name: "不分级", rank: 1, colour: .blue)], factors: [])
}

/// A level of a scheme; a higher rank is graver.
package struct Level: Sendable, Hashable {
    package var key: String
    package var name: String
    package var rank: Int
    package var colour: Colour
    /// What one sees of such a case; shown where it is graded.
    package var criteria: [Criterion] = []
    /// Any one of these proposes at least this level.
    package var triggers: [Criterion] = []
    /// Sum of the factors' scores from which this level is proposed; nil: scores do not propose it.
    package var score: Int?
    /// A sample of the spread from which this level is proposed.
    package var spread: [SpreadMetric: Int] = [:]

    package struct Criterion: Sendable, Hashable {
        package var key: String
        package var name: String
    }

    package enum Colour: String, Sendable, Hashable, CaseIterable {
        case blue, yellow, orange, red
    }
}

/// What is counted of a case's spread (传播态势), sample by sample.
package enum SpreadMetric: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
    case reads, comments, outlets, heat

    package var label: String {
        switch self {
        case .reads: "阅读量"
        case .comments: "评论量"
        case .outlets: "媒体数"
        case .heat: "热度"
        }
    }
}
