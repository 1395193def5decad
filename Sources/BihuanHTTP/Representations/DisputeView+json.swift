import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ dispute: DisputeView) {
        self.object { body in
            body.member("id", dispute.id.rawValue)
            body.member("ref", dispute.ref)
            body.member("case") { record in
                record.member("id", dispute.caseID.rawValue)
                record.member("ref", dispute.caseRef)
                record.member("is_drill", dispute.isDrill)
            }
            body.member("assignment", dispute.assignment)
            body.member("state", dispute.state)
            body.member("raised_by", dispute.raisedBy)
            body.member("assigner", dispute.assigner)
            body.member("proposed", dispute.proposed)
            body.member("arbiter", dispute.arbiter)
            body.member("reason", dispute.reason)
            body.member("raised_at", dispute.raisedAt)
            body.member("decided", dispute.decided)
            body.member("decision", dispute.decision)
            body.member("closed_at", dispute.closedAt)
            body.member("due_at", dispute.dueAt)
            body.member("version", dispute.version)
            body.member("allowed_actions", dispute.allowed)
        }
    }

    /// What returns and disputes cost, in seconds.
    mutating func write(_ lost: LostTime) {
        self.object { body in
            body.member("seconds", lost.seconds)
            body.member("returns", array: lost.returns) { writer, item in
                writer.object { body in
                    body.member("assignment", item.assignment)
                    body.member("unit", item.unit)
                    body.member("reason", item.reason)
                    body.member("proposed", item.proposed)
                    body.member("assigned_at", item.assignedAt)
                    body.member("returned_at", item.returnedAt)
                    body.member("seconds", item.seconds)
                }
            }
            body.member("disputes", array: lost.disputes) { writer, item in
                writer.object { body in
                    body.member("ref", item.ref)
                    body.member("assignment", item.assignment)
                    body.member("seconds", item.seconds)
                }
            }
        }
    }
}
