import struct Foundation.Date

/// One step under way: the working copy of a docket, on whose authority and when, and what has changed so far.
///
/// What the steps do is told in files of their own, by what they are about: the case, an assignment, a supervision
/// order, a clock.
struct DocketStep {
    var docket: Docket
    let authority: Authority
    let now: Date
    let numbers: FreshNumbers
    var changes: Changes
    var mint: UUIDv7Mint

    init(
        _ docket: Docket, by authority: Authority, at now: Date, numbers: FreshNumbers, mint: UUIDv7Mint
    ) {
        self.docket = docket
        self.authority = authority
        self.now = now
        self.numbers = numbers
        self.changes = Changes(record: docket.record)
        self.mint = mint
    }

    mutating func take(_ command: CaseCommand) throws(Refusal) {
        self.changes.subject = command.subject
        try self.requireThawed(command.verb)
        switch command {
        case .grade(let level, let matter, let assessment, let about, let reason):
            try self.grade(level, matter, assessment, reason)
            for unit in about ?? [] { try self.recuse(unit, reason, field: "about") }
        case .observe(let draft, let reason): try self.observe(draft, reason)
        case .replan(let version, let reason): try self.replan(version, reason)
        case .assign(let unit, let instruction, let role, let reason):
            try self.assign(unit, instruction, role, reason)
        case .conclude(let outcome, let reason): try self.conclude(outcome, reason)
        case .dismiss(let reason): try self.dismiss(reason)
        case .reopen(let reason): try self.reopen(reason)
        case .receive(let id, let reason): try self.receive(id, reason)
        case .return(let id, let proposed, let reason): try self.giveBack(id, proposed, reason)
        case .recall(let id, let reason): try self.recall(id, reason)
        case .forward(let id, let unit, let instruction, let reason): try self.forward(id, unit, instruction, reason)
        case .feedBack(let id, let draft, let reason): try self.feedBack(id, draft, reason)
        case .accept(let id, let reason): try self.accept(id, reason)
        case .sendBack(let id, let reason): try self.sendBack(id, reason)
        case .urge(let id, let reason): try self.urge(id, reason)
        case .supervise(let id, let cause, let requirement, let reason, let terms):
            try self.supervise(id, cause, requirement, reason, terms)
        case .reply(let id, let text, let reason): try self.reply(id, text, reason)
        case .lift(let id, let reason): try self.lift(id, reason)
        case .uphold(let id, let reason): try self.uphold(id, reason)
        case .raise(let id, let reason): try self.raise(id, reason)
        case .file(let draft, let reason): try self.file(draft, reason)
        case .warn(let draft, let reason): try self.warn(draft, reason)
        case .issueWarning(let id, let reason): try self.issueWarning(id, reason)
        case .declineWarning(let id, let reason): try self.declineWarning(id, reason)
        case .respond(let id, let measures, let reason): try self.respond(id, measures, reason)
        case .liftWarning(let id, let reason): try self.liftWarning(id, reason)
        case .pause(let id, let reason): try self.pause(id, reason)
        case .resume(let id, let reason): try self.resume(id, reason)
        case .askExtension(let id, let by, let reason): try self.askExtension(id, by, reason)
        case .grantExtension(let id, let reason): try self.grantExtension(id, reason)
        case .refuseExtension(let id, let reason): try self.refuseExtension(id, reason)
        case .dispute(let id, let proposed, let reason): try self.dispute(id, proposed, reason)
        case .arbitrate(let id, let unit, let reason): try self.arbitrate(id, unit, reason)
        case .withdraw(let id, let reason): try self.withdraw(id, reason)
        case .refer(let draft, let reason): try self.refer(draft, reason)
        case .answerReferral(let id, let answer, let reason): try self.answerReferral(id, answer, reason)
        case .waiveReferral(let id, let reason): try self.waiveReferral(id, reason)
        case .visit(let draft, let reason): try self.visit(draft, reason)
        case .comment(let id, let text, let reason): try self.comment(id, text, reason)
        case .addTask(let id, let draft, let reason): try self.addTask(id, draft, reason)
        case .finishTask(let id, let evidence, let reason): try self.finishTask(id, evidence, reason)
        case .dropTask(let id, let reason): try self.dropTask(id, reason)
        case .attachLead(let id, let reason): try self.attach(id, reason)
        case .detachLead(let id, let reason): try self.detach(id, reason)
        // These are about two cases: ``Docket/perform(_:with:by:at:numbers:mint:)``.
        case .merge, .unmerge: throw .notFound
        case .recuse(let unit, let reason): try self.recuse(unit, reason)
        case .liftRecusal(let unit, let reason): try self.liftRecusal(unit, reason)
        case .restrict(let level, let reason): try self.restrict(level, reason)
        case .revealContact(let id, let reason): try self.revealContact(id, reason)
        case .urgeOwner(let reason): try self.urgeOwner(reason)
        case .engageExpert(let id, let name, let reason): try self.engageExpert(id, name, reason)
        case .endGuidance(let id, let reason): try self.endGuidance(id, reason)
        }
    }

    // MARK: Bookkeeping

    func unit(_ label: String, below upper: UnitID) throws(Refusal) -> Unit {
        guard let unit = self.docket.tree[label] else {
            throw .badFields([FieldFault(field: "unit", rule: .unknownUnit)])
        }
        guard !unit.isDisabled else { throw .badFields([FieldFault(field: "unit", rule: .disabledUnit)]) }
        guard unit.parent == upper else {
            throw .badFields([FieldFault(field: "unit", rule: .notDirectlyBelow)])
        }
        if let fault = self.fault(ofSendingTo: unit.id, field: "unit") { throw .badFields([fault]) }
        return unit
    }

    /// Refs of what is still open.
    var openWork: [String] {
        self.docket.assignments.filter { $0.state.isOpen && $0.role.answers }.map(\.ref)
            + self.docket.supervisions.filter { $0.state.isOpen && self.docket.demandsWork($0) }.map(\.ref)
            + self.docket.warnings.filter { $0.state.isOpen }.map(\.ref)
            + self.docket.disputes.filter { $0.state.isOpen }.map(\.ref)
            + self.docket.referrals.filter { $0.state.isOpen }.map(\.ref)
    }

    func openChildren(of id: AssignmentID) -> [AssignmentRecord] {
        self.docket.assignments.filter { $0.parent == id && $0.state.isOpen }
    }

    func require(_ verb: Verb, on id: AssignmentID) throws(Refusal) -> AssignmentRecord {
        guard let hop = self.docket.assignment(id) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: hop), by: self.authority, in: self.docket.tree)
        return hop
    }

    func require(_ verb: Verb, on id: SupervisionID) throws(Refusal) -> SupervisionRecord {
        guard let order = self.docket.supervision(id) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: order), by: self.authority, in: self.docket.tree)
        return order
    }

    mutating func move(_ step: CaseTransition.Step) {
        guard let next = CaseTransition.next(from: self.docket.record.state, on: step) else { return }
        if next != self.docket.record.state { self.changes.passed.append(next) }
        self.docket.record.state = next
    }

    mutating func move(_ hop: inout AssignmentRecord, _ step: AssignmentTransition.Step) {
        if let next = AssignmentTransition.next(from: hop.state, on: step) { hop.state = next }
        self.touch(&hop)
    }

    mutating func touch(_ hop: inout AssignmentRecord) {
        hop.version += 1
        if let index = self.docket.assignments.firstIndex(where: { $0.id == hop.id }) {
            self.docket.assignments[index] = hop
        }
        self.changes.changedAssignments.append(hop)
    }

    mutating func move(_ order: inout SupervisionRecord, _ step: SupervisionTransition.Step) {
        if let next = SupervisionTransition.next(from: order.state, on: step) { order.state = next }
        order.version += 1
        if let index = self.docket.supervisions.firstIndex(where: { $0.id == order.id }) {
            self.docket.supervisions[index] = order
        }
        self.changes.changedSupervisions.append(order)
    }

    mutating func log(_ event: EventDraft) {
        self.docket.record.version += 1
        self.changes.events.append(event)
    }

    mutating func tell(
        _ unit: UnitID, _ topic: String, _ subject: String, due: Date? = nil, isUrgent: Bool = false,
        duty: MessageDraft.DutyCall? = nil
    ) {
        let duty = duty ?? (isUrgent || Self.urgentTopics.contains(topic) ? .atNight : .never)
        self.changes.messages.append(
            MessageDraft(unit: unit, topic: topic, subject: subject, due: due, isUrgent: isUrgent, duty: duty))
    }

    /// What whoever is on duty is told of at night: the urgent rungs of the ladder, climbed by time or by hand.
    private static let urgentTopics: Set<String> = [
        "clock.reminder", "clock.circular", "clock.escalated", "supervision.issued", "assignment.urged", "case.urged",
    ]

    /// Nobody stands above the bureau itself: then it is whoever is on duty, at any hour. Nil: as the topic says.
    func duty(of unit: UnitID) -> MessageDraft.DutyCall? { unit == self.docket.tree.root?.id ? .always : nil }

    /// What a drill would have told is never sent; the step's last event, its cause, says what that was.
    mutating func noteUnsent() {
        guard !self.changes.messages.isEmpty, let last = self.changes.events.indices.last else { return }
        self.changes.events[last].detail["not_sent"] = self.changes.messages.map { message in
            "\(self.docket.tree[message.unit]?.label ?? "") \(message.topic)"
        }.joined(separator: ", ")
    }
}
