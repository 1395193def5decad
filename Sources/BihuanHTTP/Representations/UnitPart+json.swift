import BihuanDomain
import BihuanStore

extension JSONWriter {
    /// What is to be done next; null: nothing.
    mutating func member(duties: [Verb]) {
        if duties.isEmpty {
            self.member("action_required", nil as String?)
        } else {
            self.member("action_required", duties)
        }
    }

    mutating func write(_ part: UnitPart) {
        self.object { body in
            body.member("assignment", part.assignment)
            body.member("unit", part.unit)
            body.member("role", part.role)
            body.member("state", part.state)
            body.member(duties: part.actionRequired ?? [])
            body.member("done_at", part.doneAt)
        }
    }

    mutating func write(_ comment: CommentView) {
        self.object { body in
            body.member("id", comment.id.rawValue)
            body.member("assignment", comment.assignment)
            body.member("number", comment.number)
            body.member("unit", comment.unit)
            body.member("officer", comment.officer)
            body.member("text", comment.text)
            body.member("commented_at", comment.commentedAt)
        }
    }

    mutating func write(_ task: TaskView) {
        self.object { body in
            body.member("id", task.id.rawValue)
            body.member("ref", task.ref)
            body.member("assignment", task.assignment)
            body.member("case", task.caseRef)
            body.member("is_drill", task.isDrill)
            body.member("number", task.number)
            body.member("text", task.text)
            body.member("unit", task.owner)
            body.member("officer", task.officer)
            body.member("state", task.state)
            body.member("due_at", task.dueAt)
            body.member("is_overdue", task.isOverdue)
            body.member("added_at", task.addedAt)
            body.member("ended_at", task.endedAt)
            body.member("evidence", task.evidence)
            body.member("drop_reason", task.dropReason)
            body.member("allowed_actions", task.allowed)
        }
    }
}
