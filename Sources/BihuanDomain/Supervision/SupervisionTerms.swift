package import struct Foundation.Date

/// How grave a supervision order is: ordinary (一般督办), or one that leaders follow themselves (重点督办). It rises when the
/// order is raised (R109, R110).
package enum SupervisionGrade: String, Sendable, CaseIterable, Codable, Comparable {
    case general, serious

    package static func < (a: SupervisionGrade, b: SupervisionGrade) -> Bool { a == .general && b == .serious }

    /// The grade of the order that is issued a tier up.
    package var raised: SupervisionGrade { .serious }

    package var label: String {
        switch self {
        case .general: "一般督办"
        case .serious: "重点督办"
        }
    }
}

/// Who gets a copy of an order, by the plan's ladder, whether time issues it or an officer (抄送).
package enum SupervisionCopy: String, Sendable, CaseIterable, Codable {
    /// The unit directly above the one under the order.
    case parent
    /// The city bureau.
    case city
    /// The unit that reviews the feedback of the assignment.
    case reviewer

    package var label: String {
        switch self {
        case .parent: "上级单位"
        case .city: "市局"
        case .reviewer: "核验单位"
        }
    }
}

/// What an officer sets of an order beyond its text; what is nil is as the plan has it.
package struct SupervisionTerms: Sendable, Hashable, Codable {
    package var grade: SupervisionGrade?
    /// How long the unit has to reply, as a plan writes a limit: `PT4H`, `P2WD`, `EOD`.
    package var limit: String?
    /// By when it has to reply; instead of a limit.
    package var due: Date?

    package static let asPlanned = SupervisionTerms()

    package init(grade: SupervisionGrade? = nil, limit: String? = nil, due: Date? = nil) {
        self.grade = grade
        self.limit = limit
        self.due = due
    }

    var faults: [FieldFault] {
        if self.limit != nil, self.due != nil {
            return [FieldFault(field: "due_at", rule: .other(code: "one_of", "回复的期限只写一处：limit 或某一时刻"))]
        }
        guard let text = self.limit else { return [] }
        guard let limit = TimeLimit(text), limit != .immediate, limit.isWithinReason else {
            return [FieldFault(field: "limit", rule: .badLimit)]
        }
        return []
    }

    /// The order's own limit from now on; nil: as the plan has it. A moment is kept as the seconds until then.
    func limit(from now: Date) throws(Refusal) -> TimeLimit? {
        if let limit = self.limit.flatMap({ TimeLimit($0) }) { return limit }
        guard let due = self.due else { return nil }
        let seconds = Int(due.timeIntervalSince(now).rounded(.down))
        guard seconds > 0, TimeLimit.wall(seconds).isWithinReason else {
            throw .badFields([
                FieldFault(field: "due_at", rule: .other(code: "not_in_the_future", "须晚于当前时间，一年之内"))
            ])
        }
        return .wall(seconds)
    }
}
