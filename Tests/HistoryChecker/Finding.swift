/// Something that is not as it was promised.
package struct Finding: Sendable, Hashable {
    /// What kind of promise is broken; the name is for reports and tests.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        // What clients were told, against what there is.
        case lost, doubled
        case halfDone = "half_done"
        case refusedButDone = "refused_but_done"
        /// Told something else than what its key keeps, or what was done.
        case misanswered
        case unexplained
        // One fact without the others that belong to it.
        case eventGap = "event_gap"
        case chain
        case caseNumberGap = "case_number_gap"
        case assignmentHalfMade = "assignment_half_made"
        case feedbackHalfMade = "feedback_half_made"
        case orderHalfMade = "order_half_made"
        case caseHalfMade = "case_half_made"
        case clockHalfMade = "clock_half_made"
        case firedAfterStop = "fired_after_stop"
        case firedTwice = "fired_twice"
        case firingHalfMade = "firing_half_made"
        case outboxUntied = "outbox_untied"
        case messageMissing = "message_missing"
        case messageDoubled = "message_doubled"
        case keyHalfMade = "key_half_made"
        /// A kept table differs from its recount: visibility, counters, overdue, unit closure.
        case drift
    }

    package var kind: Kind
    /// Which case, key or table.
    package var subject: String
    package var detail: String

    package init(_ kind: Kind, _ subject: String, _ detail: String) {
        self.kind = kind
        self.subject = subject
        self.detail = detail
    }
}

extension Finding: CustomStringConvertible {
    package var description: String { "\(self.kind.rawValue) \(self.subject): \(self.detail)" }
}
