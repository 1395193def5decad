package import struct Foundation.Date

/// A case with everything that decides about its next step (案卷).
///
/// No clock, no database: time, identities and numbers come in as arguments; what must be written comes back.
/// It holds what the acting unit may see. That is enough for every step the unit may take: a district sees its own
/// hop and those below it, the owner sees all.
package struct Docket: Sendable {
    package private(set) var record: CaseRecord
    package private(set) var assignments: [AssignmentRecord]
    /// The feedback of the visible assignments.
    package private(set) var feedback: [FeedbackRecord]
    package private(set) var supervisions: [SupervisionRecord]
    /// Running clocks only.
    package private(set) var clocks: [ClockRecord]
    package let tree: UnitTree
    package let plan: Plan
    package let calendar: WorkingCalendar
    /// The first hops of the whole case, those hidden from the acting unit included.
    private let firstHops: FirstHops?

    /// How many first-hop lead assignments of a case are open, and how many were accepted since it was last reopened.
    package struct FirstHops: Sendable, Hashable {
        package var open: Int
        package var accepted: Int

        package init(open: Int, accepted: Int) {
            self.open = open
            self.accepted = accepted
        }
    }

    /// - Parameter firstHops: nil when the acting unit sees every first hop of the case, as its owner does.
    package init(
        record: CaseRecord, assignments: [AssignmentRecord] = [], feedback: [FeedbackRecord] = [],
        supervisions: [SupervisionRecord] = [], clocks: [ClockRecord] = [], tree: UnitTree, plan: Plan,
        calendar: WorkingCalendar, firstHops: FirstHops? = nil
    ) {
        self.record = record
        self.assignments = assignments
        self.feedback = feedback
        self.supervisions = supervisions
        self.clocks = clocks
        self.tree = tree
        self.plan = plan
        self.calendar = calendar
        self.firstHops = firstHops
    }

    // MARK: Facts

    package var facts: Permission.CaseFacts {
        .init(
            state: self.record.state, owner: self.record.owner,
            hasOpenWork: self.assignments.contains { $0.state.isOpen } || self.supervisions.contains { $0.state.isOpen }
        )
    }

    package func facts(of assignment: AssignmentRecord) -> Permission.AssignmentFacts {
        .init(
            state: assignment.state, from: assignment.from, to: assignment.to, reviewer: assignment.reviewer,
            hasOpenChildren: self.assignments.contains { $0.parent == assignment.id && $0.state.isOpen })
    }

    package func facts(of order: SupervisionRecord) -> Permission.SupervisionFacts {
        .init(state: order.state, from: order.from, to: order.to)
    }

    package func assignment(_ id: AssignmentID) -> AssignmentRecord? { self.assignments.first { $0.id == id } }

    package func supervision(_ id: SupervisionID) -> SupervisionRecord? { self.supervisions.first { $0.id == id } }

    // MARK: Steps

    /// Opens a case: the first event and the clock for its grading.
    ///
    /// - Parameter draft: a record in state `registered` with version 0.
    package static func register(
        _ draft: CaseRecord, tree: UnitTree, plan: Plan, calendar: WorkingCalendar, by authority: Authority,
        reason: String?, at now: Date, mint: inout UUIDv7Mint
    ) throws(Refusal) -> (docket: Docket, changes: Changes) {
        if let identity = authority.identity {
            guard Verb.register.roles.contains(identity.role) else {
                throw .notPermitted(.register, role: identity.role)
            }
            guard Permission.mayRegister(identity, in: tree) else { throw .outsideJurisdiction(.register) }
        }
        var docket = Docket(record: draft, tree: tree, plan: plan, calendar: calendar)
        var changes = Changes(record: draft)
        docket.log(EventDraft(.registered, reason: reason, detail: ["ref": draft.ref]), &changes)
        try docket.start(.grading, of: draft.owner, because: .registered, at: now, &changes, &mint)
        changes.record = docket.record
        return (docket, changes)
    }

    /// Takes a step.
    ///
    /// - Parameter numbers: a fresh number for each object that may be made, used or not.
    /// - Returns: what to write; empty when the step had been taken before and changes nothing.
    package mutating func perform(
        _ command: CaseCommand, by authority: Authority, at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint
    ) throws(Refusal) -> Changes {
        try command.check()
        // A refused docket is unchanged: the steps below work on a copy.
        var copy = self
        var changes = Changes(record: self.record)
        try copy.take(command, authority, now, numbers, &changes, &mint)
        changes.record = copy.record
        self = copy
        return changes
    }

    private mutating func take(
        _ command: CaseCommand, _ authority: Authority, _ now: Date, _ numbers: FreshNumbers, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        changes.subject = command.subject
        switch command {
        case .grade(let level, let reason):
            try self.grade(level, reason, authority, now, &changes, &mint)
        case .assign(let unit, let instruction, let reason):
            try self.assign(unit, instruction, reason, authority, now, numbers, &changes, &mint)
        case .conclude(let reason):
            try self.conclude(reason, authority, now, &changes)
        case .dismiss(let reason):
            try Permission.require(.dismiss, on: self.facts, by: authority)
            guard !self.facts.hasOpenWork else { throw .openWork(.dismiss, refs: self.openWork) }
            self.move(.dismiss)
            self.record.concludedAt = now
            self.stopAll(.met, at: now, &changes) { $0.kind == .grading }
            self.stopAll(.void, at: now, &changes) { _ in true }
            self.log(EventDraft(.dismissed, reason: reason), &changes)
        case .reopen(let reason):
            try Permission.require(.reopen, on: self.facts, by: authority)
            self.move(.reopen)
            self.record.concludedAt = nil
            self.log(EventDraft(.reopened, reason: reason), &changes)
            let kind: ClockKind = self.record.state == .registered ? .grading : .dispatch
            try self.start(kind, of: self.record.owner, because: .reopened, at: now, &changes, &mint)
        case .receive(let id, let reason):
            var hop = try self.require(.receive, on: id, by: authority)
            hop.receivedAt = now
            self.move(&hop, .receive, &changes)
            self.stop(.receipt, of: id, at: now, &changes)
            self.log(EventDraft(.received, assignment: id, reason: reason, detail: ["ref": hop.ref]), &changes)
            self.tell(hop.from, "assignment.received", hop.ref, &changes)
        case .return(let id, let reason):
            var hop = try self.require(.return, on: id, by: authority)
            guard !self.facts(of: hop).hasOpenChildren else {
                throw .openWork(.return, refs: self.openChildren(of: id).map(\.ref))
            }
            hop.closedAt = now
            try self.end(&hop, .return, EventDraft(.returned, assignment: id, reason: reason), now, &changes, &mint)
            self.tell(hop.from, "assignment.returned", hop.ref, &changes)
        case .recall(let id, let reason):
            var hop = try self.require(.recall, on: id, by: authority)
            hop.closedAt = now
            try self.end(&hop, .recall, EventDraft(.recalled, assignment: id, reason: reason), now, &changes, &mint)
            self.tell(hop.to, "assignment.recalled", hop.ref, &changes)
        case .forward(let id, let unit, let instruction, let reason):
            try self.forward(id, unit, instruction, reason, authority, now, numbers, &changes, &mint)
        case .feedBack(let id, let draft, let reason):
            try self.feedBack(id, draft, reason, authority, now, &changes, &mint)
        case .accept(let id, let reason):
            try self.accept(id, reason, authority, now, &changes, &mint)
        case .sendBack(let id, let reason):
            try self.sendBack(id, reason, authority, now, &changes, &mint)
        case .urge(let id, let reason):
            let hop = try self.require(.urge, on: id, by: authority)
            self.log(EventDraft(.urged, assignment: id, reason: reason, detail: ["ref": hop.ref]), &changes)
            self.tell(hop.to, "assignment.urged", hop.ref, due: self.due(.feedback, of: id), &changes)
        case .supervise(let id, let cause, let requirement, let reason):
            try self.supervise(id, cause, requirement, reason, authority, now, numbers, &changes, &mint)
        case .reply(let id, let text, let reason):
            var order = try self.require(.reply, on: id, by: authority)
            order.reply = text
            order.repliedAt = now
            self.move(&order, .reply, &changes)
            self.stop(.reply, ofOrder: id, at: now, &changes)
            // The order forgets a reply that is not enough; the log does not.
            let detail = ["ref": order.ref, "reply": PersonalNumbers.masked(text)]
            self.log(
                EventDraft(.replied, assignment: order.assignment, reason: reason, detail: detail), &changes)
            self.tell(order.from, "supervision.replied", order.ref, &changes)
            try self.start(.judgement, of: order.from, on: order, because: .replied, at: now, &changes, &mint)
        case .lift(let id, let reason):
            var order = try self.require(.lift, on: id, by: authority)
            order.closedAt = now
            self.move(&order, .lift, &changes)
            self.stop(.judgement, ofOrder: id, at: now, &changes)
            self.log(
                EventDraft(.lifted, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]), &changes)
            self.tell(order.to, "supervision.lifted", order.ref, &changes)
        case .uphold(let id, let reason):
            var order = try self.require(.uphold, on: id, by: authority)
            order.reply = nil
            order.repliedAt = nil
            self.move(&order, .uphold, &changes)
            self.stop(.judgement, ofOrder: id, at: now, &changes)
            self.log(
                EventDraft(.upheld, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]), &changes)
            try self.start(.reply, of: order.to, on: order, because: .upheld, at: now, &changes, &mint)
            self.tell(order.to, "supervision.upheld", order.ref, due: self.dueOfLastNewClock(changes), &changes)
        case .raise(let id, let reason):
            try self.raise(id, reason, authority, now, numbers, &changes, &mint)
        }
    }

    // MARK: Case steps

    private mutating func grade(
        _ key: String, _ reason: String, _ authority: Authority, _ now: Date, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        guard let level = self.plan.level(key) else {
            throw .badFields([FieldFault(field: "level", rule: .unknownValue(self.plan.levels.map(\.key)))])
        }
        try Permission.require(.grade, on: self.facts, by: authority)
        let before = self.record.level
        let isFirst = self.record.state == .registered
        self.move(.grade)
        self.record.level = level.key
        if self.record.gradedAt == nil { self.record.gradedAt = now }
        var detail = ["level": level.key]
        if let before { detail["from"] = before }
        self.log(EventDraft(.graded, reason: reason, detail: detail), &changes)
        if isFirst {
            self.stopAll(.met, at: now, &changes) { $0.kind == .grading }
            try self.start(.dispatch, of: self.record.owner, because: .graded, at: now, &changes, &mint)
        } else if before != level.key {
            try self.reclock(to: level, at: now, &changes, &mint)
        }
    }

    /// Running clocks follow the new level from their own start; what was breached stays breached.
    private mutating func reclock(
        to level: Level, at now: Date, _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        // What the new level does not ask for is not waited for.
        let plan = self.plan
        self.stopAll(.void, at: now, &changes) { plan.clocks[$0.kind]?.limit(for: level.key) == nil }
        for index in self.clocks.indices {
            var clock = self.clocks[index]
            guard let rule = self.plan.clocks[clock.kind], let limit = rule.limit(for: level.key) else { continue }
            clock.level = level.key
            if clock.breachedAt == nil, limit != clock.limit {
                clock.limit = limit
                let hop = clock.assignment.flatMap { self.assignment($0) }
                clock.dueAt = try self.due(clock.kind, limit, of: hop, after: clock.startEvent, from: clock.startedAt)
                // A rung that was reached is not climbed again.
                let isNoticePending = self.clocks[index].nextRung == .notice
                let next = self.rungs(of: clock, by: rule).first { rung in
                    rung.rung == .notice ? isNoticePending && rung.at > now : true
                }
                clock.nextRung = next?.rung
                clock.nextAt = next?.at
            }
            guard clock != self.clocks[index] else { continue }
            self.clocks[index] = clock
            changes.changedClocks.append(clock)
        }
        for hop in self.assignments
        where hop.state.isOpen && hop.state != .fedBack
            && !self.clocks.contains(where: { $0.assignment == hop.id && $0.kind == .interim })
        {
            try self.start(.interim, of: hop.to, hop: hop, because: .graded, at: now, &changes, &mint)
        }
    }

    private mutating func assign(
        _ label: String, _ instruction: String, _ reason: String, _ authority: Authority, _ now: Date,
        _ numbers: FreshNumbers, _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        try Permission.require(.assign, on: self.facts, by: authority)
        let unit = try self.unit(label, below: self.record.owner)
        if let standing = self.assignments.first(where: {
            $0.to == unit.id && $0.from == self.record.owner && $0.state.isOpen
        }) {
            // Already so: sent twice is sent once.
            changes.subject = .assignment(standing.id)
            return
        }
        self.move(.assign)
        self.stopAll(.met, at: now, &changes) { $0.kind == .dispatch || $0.kind == .conclusion }
        let hop = AssignmentRecord(
            id: mint.next(), ref: numbers.assignmentRef, parent: nil, role: .lead, state: .assigned,
            from: self.record.owner, to: unit.id, reviewer: self.record.owner, instruction: instruction,
            assignedAt: now)
        try self.open(hop, .assigned, reason, now, &changes, &mint)
    }

    private mutating func open(
        _ hop: AssignmentRecord, _ kind: EventKind, _ reason: String, _ now: Date, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        self.assignments.append(hop)
        changes.newAssignments.append(hop)
        changes.subject = .assignment(hop.id)
        let label = self.tree[hop.to]?.label ?? ""
        self.log(
            EventDraft(kind, assignment: hop.id, reason: reason, detail: ["ref": hop.ref, "unit": label]), &changes)
        for clock: ClockKind in [.receipt, .feedback, .interim] {
            try self.start(clock, of: hop.to, hop: hop, because: kind, at: now, &changes, &mint)
        }
        self.tell(hop.to, "assignment.\(kind.rawValue)", hop.ref, due: self.due(.feedback, of: hop.id), &changes)
    }

    private mutating func conclude(
        _ reason: String, _ authority: Authority, _ now: Date, _ changes: inout Changes
    ) throws(Refusal) {
        if self.record.state == .accepted || self.record.state == .assigned, self.facts.hasOpenWork {
            if let identity = authority.identity {
                guard Verb.conclude.roles.contains(identity.role) else {
                    throw .notPermitted(.conclude, role: identity.role)
                }
                guard identity.unit == self.record.owner else { throw .outsideJurisdiction(.conclude) }
            }
            throw .openWork(.conclude, refs: self.openWork)
        }
        try Permission.require(.conclude, on: self.facts, by: authority)
        self.move(.conclude)
        self.record.concludedAt = now
        self.stopAll(.met, at: now, &changes) { $0.kind == .conclusion }
        self.stopAll(.void, at: now, &changes) { _ in true }
        self.log(EventDraft(.concluded, reason: reason), &changes)
        for hop in self.assignments where hop.state == .accepted {
            self.tell(hop.to, "case.concluded", self.record.ref, &changes)
        }
    }

    // MARK: Assignment steps

    /// Ends a hop by return or recall: its clocks are void, and whoever assigned it has the work again.
    private mutating func end(
        _ hop: inout AssignmentRecord, _ step: AssignmentTransition.Step, _ event: EventDraft, _ now: Date,
        _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        let id = hop.id
        // Counted before the step, this hop among them.
        let visible = self.assignments.filter { $0.parent == nil && $0.role == .lead }
        let first =
            self.firstHops
            ?? FirstHops(
                open: visible.count { $0.state.isOpen }, accepted: visible.count { $0.state == .accepted })
        self.move(&hop, step, &changes)
        // An order about work that went away has nothing left to demand.
        for var order in self.supervisions where order.assignment == id && order.state.isOpen {
            order.closedAt = now
            self.move(&order, .lapse, &changes)
        }
        self.stopAll(.void, at: now, &changes) { $0.assignment == id }
        var event = event
        event.detail["ref"] = hop.ref
        self.log(event, &changes)
        if hop.parent == nil, first.open <= 1, self.record.state == .assigned {
            if first.accepted > 0 {
                self.move(.accept)
                try self.start(
                    .conclusion, of: self.record.owner, because: event.kind, at: now, &changes, &mint)
            } else {
                self.move(.release)
                try self.start(.dispatch, of: self.record.owner, because: event.kind, at: now, &changes, &mint)
            }
        }
    }

    private mutating func forward(
        _ id: AssignmentID, _ label: String, _ instruction: String, _ reason: String, _ authority: Authority,
        _ now: Date, _ numbers: FreshNumbers, _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        var hop = try self.require(.forward, on: id, by: authority)
        let unit = try self.unit(label, below: hop.to)
        if let standing = self.assignments.first(where: { $0.parent == id && $0.to == unit.id && $0.state.isOpen }) {
            changes.subject = .assignment(standing.id)
            return
        }
        self.move(&hop, .forward, &changes)
        let child = AssignmentRecord(
            id: mint.next(), ref: numbers.assignmentRef, parent: hop.id, role: hop.role, state: .assigned,
            from: hop.to, to: unit.id, reviewer: hop.to, instruction: instruction, assignedAt: now)
        try self.open(child, .forwarded, reason, now, &changes, &mint)
    }

    private mutating func feedBack(
        _ id: AssignmentID, _ draft: FeedbackDraft, _ reason: String?, _ authority: Authority, _ now: Date,
        _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        guard var hop = self.assignment(id) else { throw .notFound }
        var facts = self.facts(of: hop)
        // An interim feedback may be given while others below still work.
        if draft.kind == .interim { facts.hasOpenChildren = false }
        try Permission.require(.feedBack, on: facts, by: authority, in: self.tree)

        let number = (self.feedback.filter { $0.assignment == id }.map(\.number).max() ?? 0) + 1
        let record = FeedbackRecord(
            id: mint.next(), assignment: id, number: number, kind: draft.kind,
            state: draft.kind == .final ? .pending : .noted, submittedAt: now)
        self.feedback.append(record)
        changes.newFeedback = (record, draft)
        changes.subject = .feedback(record.id)
        var detail = ["ref": hop.ref, "kind": draft.kind.rawValue, "number": "\(number)"]
        detail["verdict"] = draft.verdict?.rawValue
        self.log(EventDraft(.fedBack, assignment: id, reason: reason, detail: detail), &changes)
        self.tell(hop.reviewer, "feedback.\(draft.kind.rawValue)", hop.ref, &changes)
        self.stop(.interim, of: id, at: now, &changes)
        switch draft.kind {
        case .interim:
            self.touch(&hop, &changes)
            try self.start(.interim, of: hop.to, hop: hop, because: .fedBack, at: now, &changes, &mint)
        case .final:
            self.move(&hop, .feedBack, &changes)
            self.stop(.feedback, of: id, at: now, &changes)
            try self.start(.review, of: hop.reviewer, hop: hop, because: .fedBack, at: now, &changes, &mint)
        }
    }

    private mutating func accept(
        _ id: FeedbackID, _ reason: String?, _ authority: Authority, _ now: Date, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        var hop = try self.review(id, .accept, authority)
        hop.closedAt = now
        self.settle(id, .accepted, reason, &changes)
        self.move(&hop, .accept, &changes)
        self.stop(.review, of: hop.id, at: now, &changes)
        self.log(EventDraft(.accepted, assignment: hop.id, reason: reason, detail: ["ref": hop.ref]), &changes)
        self.tell(hop.to, "feedback.accepted", hop.ref, &changes)
        let open = self.assignments.contains { $0.parent == nil && $0.role == .lead && $0.state.isOpen }
        if hop.parent == nil, !open, self.record.state == .assigned {
            self.move(.accept)
            try self.start(.conclusion, of: self.record.owner, because: .accepted, at: now, &changes, &mint)
        }
    }

    private mutating func sendBack(
        _ id: FeedbackID, _ reason: String, _ authority: Authority, _ now: Date, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        var hop = try self.review(id, .sendBack, authority)
        self.settle(id, .sentBack, reason, &changes)
        self.move(&hop, .sendBack, &changes)
        self.stop(.review, of: hop.id, at: now, &changes)
        self.log(EventDraft(.sentBack, assignment: hop.id, reason: reason, detail: ["ref": hop.ref]), &changes)
        try self.start(.feedback, of: hop.to, hop: hop, because: .sentBack, at: now, &changes, &mint)
        try self.start(.interim, of: hop.to, hop: hop, because: .sentBack, at: now, &changes, &mint)
        self.tell(hop.to, "feedback.sent_back", hop.ref, due: self.due(.feedback, of: hop.id), &changes)
    }

    private func review(
        _ id: FeedbackID, _ verb: Verb, _ authority: Authority
    ) throws(Refusal) -> AssignmentRecord {
        guard let feedback = self.feedback.first(where: { $0.id == id }),
            let hop = self.assignment(feedback.assignment)
        else { throw .notFound }
        try Permission.require(verb, on: self.facts(of: hop), by: authority, in: self.tree)
        guard feedback.state == .pending else {
            throw .notAllowed(verb, state: feedback.state.rawValue, allowed: [])
        }
        return hop
    }

    private mutating func settle(
        _ id: FeedbackID, _ state: FeedbackState, _ reason: String?, _ changes: inout Changes
    ) {
        guard let index = self.feedback.firstIndex(where: { $0.id == id }) else { return }
        self.feedback[index].state = state
        changes.reviewedFeedback = (id, state, reason)
    }

    // MARK: Supervision

    private mutating func supervise(
        _ id: AssignmentID, _ cause: SupervisionCause, _ requirement: String, _ reason: String?,
        _ authority: Authority, _ now: Date, _ numbers: FreshNumbers, _ changes: inout Changes,
        _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        let hop = try self.require(.supervise, on: id, by: authority)
        let issuer = authority.identity?.unit ?? hop.from
        if let standing = self.supervisions.first(where: {
            $0.assignment == id && $0.from == issuer && $0.to == hop.to && $0.state.isOpen
        }) {
            changes.subject = .supervision(standing.id)
            return
        }
        try self.issue(
            SupervisionRecord(
                id: mint.next(), ref: numbers.supervisionRef, assignment: id, from: issuer, to: hop.to, cause: cause,
                state: .issued, requirement: requirement, issuedAt: now),
            reason, now, &changes, &mint)
    }

    private mutating func issue(
        _ order: SupervisionRecord, _ reason: String?, _ now: Date, _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        self.supervisions.append(order)
        changes.newSupervisions.append(order)
        changes.subject = .supervision(order.id)
        let label = self.tree[order.to]?.label ?? ""
        self.log(
            EventDraft(
                .supervised, assignment: order.assignment, reason: reason,
                detail: ["ref": order.ref, "unit": label, "cause": order.cause.rawValue]), &changes)
        try self.start(.reply, of: order.to, on: order, because: .supervised, at: now, &changes, &mint)
        self.tell(order.to, "supervision.issued", order.ref, due: self.dueOfLastNewClock(changes), &changes)
    }

    private mutating func raise(
        _ id: SupervisionID, _ reason: String, _ authority: Authority, _ now: Date, _ numbers: FreshNumbers,
        _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        var order = try self.require(.raise, on: id, by: authority)
        guard let above = self.tree[order.from]?.parent else { throw .nobodyAbove }
        order.closedAt = now
        self.move(&order, .raise, &changes)
        self.stop(.judgement, ofOrder: id, at: now, &changes)
        self.stopAll(.void, at: now, &changes) { $0.supervision == id }
        self.log(
            EventDraft(.raised, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]), &changes)
        // The tier above answers for nothing it was not told: its order goes to the issuer, about the issuer's own hop.
        let about = self.assignment(order.assignment)?.parent ?? order.assignment
        try self.issue(
            SupervisionRecord(
                id: mint.next(), ref: numbers.supervisionRef, assignment: about, raisedFrom: id, from: above,
                to: order.from, cause: order.cause, state: .issued, requirement: order.requirement, issuedAt: now),
            reason, now, &changes, &mint)
    }

    // MARK: Clocks

    /// A rung of the ladder has come.
    ///
    /// Nothing happens when the clock no longer runs, another rung is next, or it is not time yet: whoever comes second
    /// finds the work done.
    package mutating func fire(
        _ clockID: ClockID, _ rung: Rung, at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint
    ) throws(Refusal) -> Changes {
        var copy = self
        var changes = Changes(record: self.record)
        guard let index = copy.clocks.firstIndex(where: { $0.id == clockID }), copy.clocks[index].nextRung == rung,
            let at = copy.clocks[index].nextAt, at <= now
        else { return changes }
        var clock = copy.clocks[index]
        let ladder = copy.rungs(of: clock, by: self.plan.clocks[clock.kind])
        if rung != .notice, clock.breachedAt == nil { clock.breachedAt = clock.dueAt }
        let next = ladder.drop { $0.rung != rung }.dropFirst().first
        clock.nextRung = next?.rung
        clock.nextAt = next?.at
        copy.clocks[index] = clock
        changes.changedClocks.append(clock)
        changes.firing = (clock.id, rung)

        let hop = clock.assignment.flatMap { copy.assignment($0) }
        var detail = ["clock": clock.id.text, "kind": clock.kind.rawValue]
        detail["ref"] =
            clock.supervision.flatMap { id in copy.supervisions.first { $0.id == id }?.ref } ?? hop?.ref
            ?? self.record.ref
        let subject = detail["ref"] ?? self.record.ref
        switch rung {
        case .notice:
            copy.log(EventDraft(.noticed, assignment: clock.assignment, detail: detail), &changes)
            copy.tell(clock.unit, "clock.notice", subject, due: clock.dueAt, &changes)
        case .reminder:
            copy.log(EventDraft(.reminded, assignment: clock.assignment, detail: detail), &changes)
            copy.tell(clock.unit, "clock.reminder", subject, due: clock.dueAt, &changes)
        case .supervision:
            let stands = copy.supervisions.contains {
                $0.assignment == clock.assignment && $0.to == clock.unit && $0.state.isOpen
            }
            if let hop, !stands {
                let requirement = "\(clock.kind.label)已超时限，请立即办理并说明原因。"
                try copy.issue(
                    SupervisionRecord(
                        id: mint.next(), ref: numbers.supervisionRef, assignment: hop.id, from: hop.from,
                        to: clock.unit, cause: .overdue, state: .issued, requirement: requirement, issuedAt: now),
                    nil, now, &changes, &mint)
            } else {
                copy.log(EventDraft(.orderStands, assignment: clock.assignment, detail: detail), &changes)
            }
        case .circular:
            copy.log(EventDraft(.circulated, assignment: clock.assignment, detail: detail), &changes)
            copy.tell(clock.unit, "clock.circular", subject, due: clock.dueAt, &changes)
            if let root = copy.tree.root, root.id != clock.unit {
                copy.tell(root.id, "clock.circular", subject, due: clock.dueAt, &changes)
            }
        }
        changes.record = copy.record
        self = copy
        return changes
    }

    private mutating func start(
        _ kind: ClockKind, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        because event: EventKind, at now: Date, _ changes: inout Changes, _ mint: inout UUIDv7Mint
    ) throws(Refusal) {
        guard let rule = self.plan.clocks[kind], let limit = rule.limit(for: self.record.level) else { return }
        let due = try self.due(kind, limit, of: hop, after: event.rawValue, from: now)
        var clock = ClockRecord(
            id: mint.next(), assignment: hop?.id ?? order?.assignment, supervision: order?.id, unit: unit, kind: kind,
            level: self.record.level, limit: limit, startEvent: event.rawValue, startedAt: now, dueAt: due)
        let first = self.rungs(of: clock, by: rule).first
        clock.nextRung = first?.rung
        clock.nextAt = first?.at
        self.clocks.append(clock)
        changes.newClocks.append(clock)
    }

    /// When a clock that starts now, or started then, runs out.
    private func due(
        _ kind: ClockKind, _ limit: TimeLimit, of hop: AssignmentRecord?, after event: String, from start: Date
    ) throws(Refusal) -> Date {
        let due = try self.deadline(limit, from: start)
        guard kind == .feedback, let hop else { return due }
        if event == EventKind.sentBack.rawValue {
            // The original time stands if there is any; at least a part of the limit is given anew.
            let part = max(due.timeIntervalSince(start) * self.plan.resubmission, Double(self.plan.resubmissionAtLeast))
            return max(try self.deadline(limit, from: hop.assignedAt), start.addingTimeInterval(part))
        }
        // Whoever passes work on still answers for it in time.
        guard let parent = hop.parent, let above = self.due(.feedback, of: parent), above > start else { return due }
        return min(due, above)
    }

    private func deadline(_ limit: TimeLimit, from start: Date) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.calendar.deadline(limit, from: start)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    /// Every rung of a clock in the order of time. The reminder at due is on every ladder: it marks the breach.
    private func rungs(of clock: ClockRecord, by rule: ClockRule?) -> [(rung: Rung, at: Date)] {
        guard let ladder = rule?.ladder else { return [] }
        let span = clock.dueAt.timeIntervalSince(clock.startedAt)
        var rungs: [(rung: Rung, at: Date)] = []
        if let part = ladder.notice { rungs.append((.notice, clock.startedAt.addingTimeInterval(span * part))) }
        rungs.append((.reminder, clock.dueAt))
        if let part = ladder.supervision {
            rungs.append(
                (.supervision, clock.dueAt.addingTimeInterval(max(span * part, Double(ladder.supervisionAtLeast)))))
        }
        if let after = ladder.circular {
            // A year without a calendar must not stop the clock itself: then the circular waits in wall days.
            let wall: Date
            if case .workingDays(let days) = after {
                wall = clock.dueAt.addingTimeInterval(Double(days) * 86_400)
            } else {
                wall = clock.dueAt
            }
            rungs.append((.circular, (try? self.calendar.deadline(after, from: clock.dueAt)) ?? wall))
        }
        return rungs
    }

    private func due(_ kind: ClockKind, of assignment: AssignmentID) -> Date? {
        self.clocks.first { $0.assignment == assignment && $0.kind == kind }?.dueAt
    }

    private func dueOfLastNewClock(_ changes: Changes) -> Date? { changes.newClocks.last?.dueAt }

    private mutating func stop(
        _ kind: ClockKind, of assignment: AssignmentID, at now: Date, _ changes: inout Changes
    ) {
        self.stopAll(.met, at: now, &changes) { $0.assignment == assignment && $0.kind == kind }
    }

    private mutating func stop(
        _ kind: ClockKind, ofOrder order: SupervisionID, at now: Date, _ changes: inout Changes
    ) {
        self.stopAll(.met, at: now, &changes) { $0.supervision == order && $0.kind == kind }
    }

    /// Stops what matches. `.met` becomes `.late` by the clock's own due time, and the breach is kept.
    private mutating func stopAll(
        _ outcome: ClockOutcome, at now: Date, _ changes: inout Changes, where matches: (ClockRecord) -> Bool
    ) {
        var running: [ClockRecord] = []
        for var clock in self.clocks {
            guard matches(clock) else {
                running.append(clock)
                continue
            }
            if now > clock.dueAt, clock.breachedAt == nil { clock.breachedAt = clock.dueAt }
            let isLate = clock.breachedAt != nil
            let frozen: ClockOutcome
            switch outcome {
            case .met: frozen = isLate ? .late : .met
            case .void: frozen = isLate ? .breachedOpen : .void
            case .late, .breachedOpen: frozen = outcome
            }
            clock.nextRung = nil
            clock.nextAt = nil
            if let new = changes.newClocks.firstIndex(where: { $0.id == clock.id }) {
                // Started and stopped in one step: it never ran.
                changes.newClocks.remove(at: new)
            } else {
                changes.stoppedClocks.append((clock, frozen))
            }
        }
        self.clocks = running
    }

    // MARK: Bookkeeping

    private func unit(_ label: String, below upper: UnitID) throws(Refusal) -> Unit {
        guard let unit = self.tree[label] else { throw .badFields([FieldFault(field: "unit", rule: .unknownUnit)]) }
        guard !unit.isDisabled else { throw .badFields([FieldFault(field: "unit", rule: .disabledUnit)]) }
        guard unit.parent == upper else {
            throw .badFields([FieldFault(field: "unit", rule: .notDirectlyBelow)])
        }
        return unit
    }

    /// Refs of what is still open.
    private var openWork: [String] {
        self.assignments.filter { $0.state.isOpen }.map(\.ref)
            + self.supervisions.filter { $0.state.isOpen }.map(\.ref)
    }

    private func openChildren(of id: AssignmentID) -> [AssignmentRecord] {
        self.assignments.filter { $0.parent == id && $0.state.isOpen }
    }

    private func require(
        _ verb: Verb, on id: AssignmentID, by authority: Authority
    ) throws(Refusal) -> AssignmentRecord {
        guard let hop = self.assignment(id) else { throw .notFound }
        try Permission.require(verb, on: self.facts(of: hop), by: authority, in: self.tree)
        return hop
    }

    private func require(
        _ verb: Verb, on id: SupervisionID, by authority: Authority
    ) throws(Refusal) -> SupervisionRecord {
        guard let order = self.supervision(id) else { throw .notFound }
        try Permission.require(verb, on: self.facts(of: order), by: authority, in: self.tree)
        return order
    }

    private mutating func move(_ step: CaseTransition.Step) {
        if let next = CaseTransition.next(from: self.record.state, on: step) { self.record.state = next }
    }

    private mutating func move(
        _ hop: inout AssignmentRecord, _ step: AssignmentTransition.Step, _ changes: inout Changes
    ) {
        if let next = AssignmentTransition.next(from: hop.state, on: step) { hop.state = next }
        self.touch(&hop, &changes)
    }

    private mutating func touch(_ hop: inout AssignmentRecord, _ changes: inout Changes) {
        hop.version += 1
        if let index = self.assignments.firstIndex(where: { $0.id == hop.id }) { self.assignments[index] = hop }
        changes.changedAssignments.append(hop)
    }

    private mutating func move(
        _ order: inout SupervisionRecord, _ step: SupervisionTransition.Step, _ changes: inout Changes
    ) {
        if let next = SupervisionTransition.next(from: order.state, on: step) { order.state = next }
        order.version += 1
        if let index = self.supervisions.firstIndex(where: { $0.id == order.id }) { self.supervisions[index] = order }
        changes.changedSupervisions.append(order)
    }

    private mutating func log(_ event: EventDraft, _ changes: inout Changes) {
        self.record.version += 1
        changes.events.append(event)
    }

    private func tell(
        _ unit: UnitID, _ topic: String, _ subject: String, due: Date? = nil, _ changes: inout Changes
    ) {
        changes.messages.append(MessageDraft(unit: unit, topic: topic, subject: subject, due: due))
    }
}

/// Numbers drawn before a step for what it may make.
package struct FreshNumbers: Sendable, Hashable {
    package var assignmentRef: String
    package var supervisionRef: String

    package init(assignment: Int, supervision: Int) {
        self.assignmentRef = Self.ref("A", assignment)
        self.supervisionRef = Self.ref("D", supervision)
    }

    /// `A-000412`: six digits at least, so that refs of one series sort as text for long.
    package static func ref(_ series: String, _ number: Int) -> String {
        let digits = String(number)
        return series + "-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
