import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ order: SupervisionView) {
        self.object { body in
            body.member("id", order.id.rawValue)
            body.member("ref", order.ref)
            body.member("case", order.caseRef)
            body.member("is_drill", order.isDrill)
            body.member("assignment", order.assignment)
            body.member("raised_from", order.raisedFrom)
            body.member("from", order.from)
            body.member("unit", order.to)
            body.member("cause", order.cause)
            body.member("grade", order.grade)
            body.member("copies", array: order.copies) { $0.write($1) }
            body.member("state", order.state)
            body.member("requirement", order.requirement)
            body.member("reply", order.reply)
            body.member("issued_at", order.issuedAt)
            body.member("replied_at", order.repliedAt)
            body.member("closed_at", order.closedAt)
            body.member("due_at", order.dueAt)
            body.member("limit", order.limit)
            body.member("version", order.version)
            body.member("allowed_actions", order.allowed)
        }
    }
}
