import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ assignment: AssignmentView) {
        self.object { body in
            body.member("id", assignment.id.rawValue)
            body.member("ref", assignment.ref)
            body.member("case") { record in
                record.member("id", assignment.caseID.rawValue)
                record.member("ref", assignment.caseRef)
                record.member("is_drill", assignment.isDrill)
                record.member("title", assignment.title)
                record.member("level", assignment.level)
            }
            body.member("parent", assignment.parent)
            body.member("role", assignment.role)
            body.member("state", assignment.state)
            body.member("from", assignment.from)
            body.member("unit", assignment.to)
            body.member("reviewer", assignment.reviewer)
            body.member("instruction", assignment.instruction)
            body.member("assigned_at", assignment.assignedAt)
            body.member("received_at", assignment.receivedAt)
            body.member("closed_at", assignment.closedAt)
            body.member("return_reason", assignment.returnReason)
            body.member("proposed", assignment.proposed)
            body.member("bound_by", assignment.boundBy)
            body.member("dispute", assignment.dispute)
            body.member("due_at", assignment.dueAt)
            body.member("light", assignment.light)
            body.member("version", assignment.version)
            body.member("allowed_actions", assignment.allowed)
            body.member(duties: assignment.ownDuties)
            body.member("liaisons", array: assignment.liaisons) { $0.write($1) }
        }
    }
}
