extension DocketStep {
    mutating func reply(_ id: SupervisionID, _ text: String, _ reason: String?) throws(Refusal) {
        var order = try self.require(.reply, on: id)
        order.reply = text
        order.repliedAt = self.now
        self.move(&order, .reply)
        self.stop(.reply, ofOrder: id)
        // The order forgets a reply that is not enough; the log does not.
        let detail = ["ref": order.ref, "reply": PersonalNumbers.masked(text)]
        self.log(
            EventDraft(.replied, assignment: order.assignment, reason: reason, detail: detail))
        self.tell(order.from, "supervision.replied", order.ref)
        try self.start(.judgement, of: order.from, on: order, because: .replied, at: .replied)
    }

    mutating func lift(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        var order = try self.require(.lift, on: id)
        order.closedAt = self.now
        self.move(&order, .lift)
        self.stop(.judgement, ofOrder: id)
        self.log(
            EventDraft(.lifted, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        self.tell(order.to, "supervision.lifted", order.ref)
    }

    mutating func uphold(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        var order = try self.require(.uphold, on: id)
        order.reply = nil
        order.repliedAt = nil
        self.move(&order, .uphold)
        self.stop(.judgement, ofOrder: id)
        self.log(
            EventDraft(.upheld, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        try self.start(.reply, of: order.to, on: order, because: .upheld)
        self.tell(order.to, "supervision.upheld", order.ref, due: self.dueOfLastNewClock)
    }

    mutating func supervise(
        _ id: AssignmentID, _ cause: SupervisionCause, _ requirement: String, _ reason: String?
    ) throws(Refusal) {
        let hop = try self.require(.supervise, on: id)
        let issuer = self.authority.identity?.unit ?? hop.from
        if let standing = self.docket.supervisions.first(where: {
            $0.assignment == id && $0.from == issuer && $0.to == hop.to && $0.state.isOpen
        }) {
            self.changes.subject = .supervision(standing.id)
            return
        }
        try self.issue(
            SupervisionRecord(
                id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: id, from: issuer, to: hop.to,
                cause: cause,
                state: .issued, requirement: requirement, issuedAt: self.now),
            reason)
    }

    mutating func issue(_ order: SupervisionRecord, _ reason: String?) throws(Refusal) {
        self.docket.supervisions.append(order)
        self.changes.newSupervisions.append(order)
        self.changes.subject = .supervision(order.id)
        let label = self.docket.tree[order.to]?.label ?? ""
        self.log(
            EventDraft(
                .supervised, assignment: order.assignment, reason: reason,
                detail: ["ref": order.ref, "unit": label, "cause": order.cause.rawValue]))
        try self.start(.reply, of: order.to, on: order, because: .supervised, at: .ordered)
        self.tell(order.to, "supervision.issued", order.ref, due: self.dueOfLastNewClock)
    }

    mutating func raise(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        var order = try self.require(.raise, on: id)
        guard let above = self.docket.tree[order.from]?.parent else { throw .nobodyAbove }
        order.closedAt = self.now
        self.move(&order, .raise)
        self.stop(.judgement, ofOrder: id)
        self.stopAll(.void) { $0.supervision == id }
        self.log(
            EventDraft(.raised, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        // The tier above answers for nothing it was not told: its order goes to the issuer, about the issuer's own hop.
        let about = self.docket.assignment(order.assignment)?.parent ?? order.assignment
        try self.issue(
            SupervisionRecord(
                id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: about, raisedFrom: id, from: above,
                to: order.from, cause: order.cause, state: .issued, requirement: order.requirement, issuedAt: self.now),
            reason)
    }
}
