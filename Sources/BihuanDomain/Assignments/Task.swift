package import struct Foundation.Date

/// A piece of the work that an assigned unit keeps apart (任务, F33): by whom, by when, and what shows that it was done.
///
/// While one is open its assignment is not fed back finally. Nothing fires when it is late; it is shown.
package struct TaskRecord: Sendable, Hashable {
    package var id: TaskID
    package var assignment: AssignmentID
    /// 1, 2, 3 … within the assignment.
    package var number: Int
    /// The unit that was assigned.
    package var unit: UnitID
    /// The unit that is to do it: the one that was assigned, or a unit below it that works on the case too.
    package var owner: UnitID
    /// Who is to do it, of the unit that was assigned; nil: whoever of the unit.
    package var officer: OfficerID?
    package var state: TaskState
    package var dueAt: Date?

    package init(
        id: TaskID, assignment: AssignmentID, number: Int, unit: UnitID, owner: UnitID, officer: OfficerID? = nil,
        state: TaskState = .open, dueAt: Date? = nil
    ) {
        self.id = id
        self.assignment = assignment
        self.number = number
        self.unit = unit
        self.owner = owner
        self.officer = officer
        self.state = state
        self.dueAt = dueAt
    }
}

package enum TaskState: String, Sendable, CaseIterable, Codable {
    case open, done, dropped
}

/// What is to be done, by whom and by when.
package struct TaskDraft: Sendable, Hashable, Codable {
    package var text: String
    /// Log-in name of an officer of the own unit.
    package var officer: String?
    /// Label of a unit below that works on the case; instead of an officer.
    package var unit: String?
    package var dueAt: Date?

    package init(text: String, officer: String? = nil, unit: String? = nil, dueAt: Date? = nil) {
        self.text = text
        self.officer = officer
        self.unit = unit
        self.dueAt = dueAt
    }
}

/// What a guide says about a piece of work (指导意见).
package struct CommentRecord: Sendable, Hashable {
    package var id: CommentID
    /// What it is about.
    package var assignment: AssignmentID
    /// The assignment by which its writer guides.
    package var guide: AssignmentID
    package var text: String

    package init(id: CommentID, assignment: AssignmentID, guide: AssignmentID, text: String) {
        self.id = id
        self.assignment = assignment
        self.guide = guide
        self.text = text
    }
}

/// An answer to what the plan's form asks besides (R96, R100).
package struct FeedbackAnswer: Sendable, Hashable {
    package var key: String
    /// As the plan called it then.
    package var question: String
    package var value: String
    /// For the reviewing tier and those above alone.
    package var isRestricted: Bool

    package init(key: String, question: String, value: String, isRestricted: Bool) {
        self.key = key
        self.question = question
        self.value = value
        self.isRestricted = isRestricted
    }
}
