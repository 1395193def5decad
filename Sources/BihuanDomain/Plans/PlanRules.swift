/// A kind of matter, and how its handling differs (咨询、质疑、诉求、举报 …).
package struct Matter: Sendable, Hashable {
    package var key: String
    package var name: String
    /// Whoever raised it must be answered before the case is concluded.
    package var needsAnswer: Bool
    /// Who reviews the feedback of whoever leads; nil: as the plan has it for all matters.
    package var reviewer: Reviewer?
    /// Whose matter it is when the plan gives it to somebody, by role.
    package var lead: String?
    package var requirements: [String]

    package enum Reviewer: String, Sendable, Hashable, CaseIterable {
        case assigner, guide
    }
}

/// Who reviews the final feedback of whoever leads (核验), where the matter does not say.
package struct ReviewRule: Sendable, Hashable {
    package var by: Matter.Reviewer
    package var requirements: [String]
}

/// Who gets a case, where no better rule stands before it.
package struct RoutingRule: Sendable, Hashable {
    package var levels: Set<String>
    package var matters: Set<String>?
    /// Roles, by key.
    package var lead: String
    package var guides: [String]
    package var inform: [String]
    package var requirements: [String]
}

/// How warnings are issued (预警).
package struct WarningRules: Sendable, Hashable {
    /// By role key.
    package var proposedBy: String?
    /// Who may issue which level: role by level key.
    package var issuedBy: [String: String]
    /// Who is told of which level, and how urgently.
    package var fanOut: [String: [Recipient]]
    /// Which level follows from what happened, may happen, and where; the gravest that matches counts.
    package var colours: [ColourRule]
    package var requirements: [String]

    package struct Recipient: Sendable, Hashable {
        package var role: String
        package var urgency: Urgency
    }

    package enum Urgency: String, Sendable, Hashable, CaseIterable, Encodable {
        case normal, urgent
    }

    package struct ColourRule: Sendable, Hashable {
        package var level: String
        /// Level of what has happened here, at least.
        package var happened: String?
        /// Level of what may happen here, at least.
        package var possible: String?
        /// Level of what has happened elsewhere in the country, at least.
        package var elsewhere: String?
    }
}

/// Who outside must be told of which cases.
package struct OutsideNotice: Sendable, Hashable {
    package var levels: Set<String>
    /// Bodies outside, by key.
    package var tell: [String]
    /// Role whose consent it needs first.
    package var consent: String?
    package var requirements: [String]
}

/// What a sensitive period (敏感时期) does to a level.
package struct SensitivePeriodRule: Sendable, Hashable {
    package var raiseBy: Int
    package var scheme: Scheme
    package var requirements: [String]

    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        case record = "case"
        case warning
    }
}

/// What a drill (演练) of the plan goes through. A plan without it has no drills.
package struct DrillRule: Sendable, Hashable {
    /// Prefix of its own number series.
    package var series: String
    package var covers: [String]
    package var requirements: [String]
}

/// How work comes back from the units it was assigned to (退回).
package struct RulesOfReturn: Sendable, Hashable {
    /// After so many returns of the same work, what is left is a dispute.
    package var limit: Int
    package var requirements: [String]

    package static let usualLimit = 2
}
