extension DocketStep {
    mutating func receive(_ id: AssignmentID, _ reason: String?) throws(Refusal) {
        var hop = try self.require(.receive, on: id)
        hop.receivedAt = self.now
        let isToldOnly = hop.role == .inform
        if isToldOnly { hop.closedAt = self.now }
        self.move(&hop, isToldOnly ? .close : .receive)
        self.stop(.receipt, of: id)
        if isToldOnly { self.lapseOrders(about: id) }
        self.log(EventDraft(.received, assignment: id, reason: reason, detail: ["ref": hop.ref]))
        guard hop.role.answers else {
            self.tell(hop.from, "assignment.received", hop.ref)
            return
        }
        for clock: ClockKind in [.feedback, .interim] where !self.isRunning(clock, of: id) {
            try self.start(clock, of: hop.to, hop: hop, because: .received, at: .receipted)
        }
        self.tell(hop.from, "assignment.received", hop.ref)
    }

    mutating func giveBack(_ id: AssignmentID, _ label: String?, _ reason: String) throws(Refusal) {
        var hop = try self.require(.return, on: id)
        guard !self.docket.facts(of: hop).hasOpenChildren else {
            throw .openWork(.return, refs: self.openChildren(of: id).map(\.ref))
        }
        hop.closedAt = self.now
        hop.returnReason = reason
        var detail: [String: String] = [:]
        if let label {
            let unit = try self.proposed(label, instead: hop.to)
            hop.proposed = unit.id
            detail["proposed"] = unit.label
        }
        try self.end(&hop, .return, EventDraft(.returned, assignment: id, reason: reason, detail: detail))
        self.tell(hop.from, "assignment.returned", hop.ref)
    }

    mutating func recall(_ id: AssignmentID, _ reason: String) throws(Refusal) {
        var hop = try self.require(.recall, on: id)
        hop.closedAt = self.now
        try self.end(&hop, .recall, EventDraft(.recalled, assignment: id, reason: reason))
        self.tell(hop.to, "assignment.recalled", hop.ref)
    }

    mutating func urge(_ id: AssignmentID, _ reason: String) throws(Refusal) {
        let hop = try self.require(.urge, on: id)
        self.log(EventDraft(.urged, assignment: id, reason: reason, detail: ["ref": hop.ref]))
        let unit = self.docket.facts(of: hop).pressed
        self.tell(
            unit, "assignment.urged", hop.ref, due: self.due(hop.state == .fedBack ? .review : .feedback, of: id),
            duty: self.duty(of: unit))
    }

    /// Ends a hop by return or recall: its clocks are void, and whoever assigned it has the work again.
    mutating func end(
        _ hop: inout AssignmentRecord, _ step: AssignmentTransition.Step, _ event: EventDraft
    ) throws(Refusal) {
        let id = hop.id
        // Counted before the step, this hop among them.
        let visible = self.docket.assignments.filter { $0.parent == nil && $0.role == .lead }
        let first =
            self.docket.firstHops
            ?? Docket.FirstHops(
                open: visible.count { $0.state.isOpen }, accepted: visible.count(where: self.wasAcceptedThisTime))
        self.move(&hop, step)
        if step == .return { self.docket.record.isContested = true }
        self.lapseDispute(of: id)
        // An order about work that went away has nothing left to demand.
        self.lapseOrders(about: id)
        self.stopAll(.void) { $0.assignment == id }
        var event = event
        event.detail["ref"] = hop.ref
        self.log(event)
        self.changes.droppedTasks.append((id, event.reason ?? ""))
        self.takeBackTasks(of: hop)
        try self.handBackReviews(of: hop, because: event.kind)
        if hop.parent == nil, hop.role == .lead, first.open <= 1, self.docket.record.state == .assigned {
            if first.accepted > 0 {
                self.move(.accept)
                try self.start(
                    .conclusion, of: self.docket.record.owner, because: event.kind)
                try self.happened(.accepted, because: event.kind)
            } else {
                self.move(.release)
                try self.start(.dispatch, of: self.docket.record.owner, because: event.kind)
            }
        }
    }

    mutating func forward(
        _ id: AssignmentID, _ label: String, _ instruction: String, _ reason: String
    ) throws(Refusal) {
        var hop = try self.require(.forward, on: id)
        let unit = try self.unit(label, below: hop.to)
        if let standing = self.docket.assignments.first(where: {
            $0.parent == id && $0.to == unit.id && $0.state.isOpen
        }) {
            self.changes.subject = .assignment(standing.id)
            return
        }
        self.move(&hop, .forward)
        // Whoever passes work on has taken it.
        self.lapseDispute(of: id)
        let child = AssignmentRecord(
            id: self.mint.next(), ref: self.numbers.assignmentRef, parent: hop.id, role: hop.role, state: .assigned,
            from: hop.to, to: unit.id, reviewer: hop.to, instruction: instruction, assignedAt: self.now)
        try self.open(child, .forwarded, reason)
    }

    mutating func feedBack(_ id: AssignmentID, _ draft: FeedbackDraft, _ reason: String?) throws(Refusal) {
        guard var hop = self.docket.assignment(id) else { throw .notFound }
        var facts = self.docket.facts(of: hop)
        // An interim feedback may be given while others below still work.
        if draft.kind == .interim { facts.hasOpenChildren = false }
        try Permission.require(.feedBack, on: facts, by: self.authority, in: self.docket.tree)
        let answers = try self.answers(in: draft)
        if draft.kind == .final {
            try self.requireNothingOpen(before: hop)
            hop.reviewer = self.docket.reviewer(of: hop)
        }

        let number = (self.docket.feedback.filter { $0.assignment == id }.map(\.number).max() ?? 0) + 1
        let record = FeedbackRecord(
            id: self.mint.next(), assignment: id, number: number, kind: draft.kind,
            state: draft.kind == .final ? .pending : .noted, verdict: draft.verdict, submittedAt: self.now)
        self.docket.feedback.append(record)
        self.changes.newFeedback = (record, draft)
        self.changes.answers = answers
        self.changes.subject = .feedback(record.id)
        var detail = ["ref": hop.ref, "kind": draft.kind.rawValue, "number": "\(number)"]
        detail["verdict"] = draft.verdict?.rawValue
        self.log(EventDraft(.fedBack, assignment: id, reason: reason, detail: detail))
        // Whoever will collect the findings reads them as they come.
        let reader = draft.kind == .final ? hop.reviewer : self.docket.reviewer(of: hop)
        self.tell(reader, "feedback.\(draft.kind.rawValue)", hop.ref)
        // Whoever assigned the work learns of it, whoever reviews it (R102).
        if reader != hop.from { self.tell(hop.from, "feedback.\(draft.kind.rawValue)", hop.ref) }
        self.stop(.interim, of: id)
        switch draft.kind {
        case .interim:
            self.touch(&hop)
            try self.start(.interim, of: hop.to, hop: hop, because: .fedBack)
        case .final:
            self.move(&hop, .feedBack)
            self.lapseDispute(of: id)
            self.stop(.feedback, of: id)
            try self.start(.review, of: hop.reviewer, hop: hop, because: .fedBack, at: .fedBack)
        }
    }

    mutating func accept(_ id: FeedbackID, _ reason: String?) throws(Refusal) {
        var hop = try self.review(id, .accept)
        hop.closedAt = self.now
        self.settle(id, .accepted, reason)
        self.move(&hop, .accept)
        self.stop(.review, of: hop.id)
        self.log(EventDraft(.accepted, assignment: hop.id, reason: reason, detail: ["ref": hop.ref]))
        self.tell(hop.to, "feedback.accepted", hop.ref)
        if hop.reviewer != hop.from { self.tell(hop.from, "feedback.accepted", hop.ref) }
        guard hop.parent == nil, hop.role == .lead else { return }
        // Counted before the step, this hop among them.
        let open =
            self.docket.firstHops.map { $0.open > 1 }
            ?? self.docket.assignments.contains { $0.parent == nil && $0.role == .lead && $0.state.isOpen }
        if !open { try self.closeGuides(of: hop) }
        if !open, self.docket.record.state == .assigned {
            self.move(.accept)
            try self.start(.conclusion, of: self.docket.record.owner, because: .accepted, at: .accepted)
            try self.happened(.accepted, because: .accepted)
        }
    }

    mutating func sendBack(_ id: FeedbackID, _ reason: String) throws(Refusal) {
        var hop = try self.review(id, .sendBack)
        self.settle(id, .sentBack, reason)
        self.move(&hop, .sendBack)
        self.stop(.review, of: hop.id)
        self.log(EventDraft(.sentBack, assignment: hop.id, reason: reason, detail: ["ref": hop.ref]))
        // It takes over what was granted before, see ``due(of:)``.
        try self.start(.feedback, of: hop.to, hop: hop, because: .sentBack)
        try self.start(.interim, of: hop.to, hop: hop, because: .sentBack)
        self.tell(hop.to, "feedback.sent_back", hop.ref, due: self.due(.feedback, of: hop.id))
        if hop.reviewer != hop.from { self.tell(hop.from, "feedback.sent_back", hop.ref) }
    }

    func review(_ id: FeedbackID, _ verb: Verb) throws(Refusal) -> AssignmentRecord {
        guard let feedback = self.docket.feedback.first(where: { $0.id == id }),
            let hop = self.docket.assignment(feedback.assignment)
        else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: hop), by: self.authority, in: self.docket.tree)
        guard feedback.state == .pending else {
            throw .notAllowed(verb, state: feedback.state.rawValue, allowed: [])
        }
        return hop
    }

    mutating func settle(_ id: FeedbackID, _ state: FeedbackState, _ reason: String?) {
        guard let index = self.docket.feedback.firstIndex(where: { $0.id == id }) else { return }
        self.docket.feedback[index].state = state
        self.changes.reviewedFeedback = (id, state, reason)
    }
}
