extension DocketStep {
    mutating func register(_ reason: String?) throws(Refusal) {
        if let identity = self.authority.identity {
            guard Verb.register.roles.contains(identity.role) else {
                throw .notPermitted(.register, role: identity.role)
            }
            guard Permission.mayRegister(identity, in: self.docket.tree) else {
                throw .outsideJurisdiction(.register)
            }
        }
        var detail = ["ref": self.docket.record.ref]
        if self.docket.record.isDrill { detail["drill"] = "yes" }
        self.log(EventDraft(.registered, reason: reason, detail: detail))
        try self.checkFacts()
        try self.start(.grading, of: self.docket.record.owner, because: .registered, at: .registered)
        try self.awaitFilings()
    }

    /// What the plan counts from must be known, and the matter one of the plan's.
    private func checkFacts() throws(Refusal) {
        var faults: [FieldFault] = []
        let plan = self.docket.plan
        if plan.counts(from: .occurred), self.docket.record.occurredAt == nil {
            faults.append(
                FieldFault(
                    field: "occurred_at",
                    rule: .other(code: "plan_counts_from_it", "必填：本市预案有时限从事发之时起算")))
        }
        if let told = self.docket.record.discoveredAt, let (code, detail) = LeadReader.fault(of: told, now: self.now) {
            faults.append(FieldFault(field: "discovered_at", rule: .other(code: code.rawValue, detail)))
        }
        if let matter = self.docket.record.matter { faults += self.faults(ofMatter: matter) }
        if self.docket.record.isDrill, plan.drills == nil {
            faults.append(
                FieldFault(
                    field: "drill",
                    rule: .other(code: "plan_has_no_drills", "本市现行预案没有规定演练（drills），不能登记演练")))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
    }

    func faults(ofMatter matter: String) -> [FieldFault] {
        let known = self.docket.plan.matters.map(\.key)
        return known.contains(matter) ? [] : [FieldFault(field: "matter", rule: .unknownValue(known))]
    }

    mutating func dismiss(_ reason: String) throws(Refusal) {
        try Permission.require(.dismiss, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard !self.docket.facts.hasOpenWork else { throw .openWork(.dismiss, refs: self.openWork) }
        try self.closeAll(because: .dismissed)
        self.move(.dismiss)
        self.docket.record.concludedAt = self.now
        self.stopAll(.met) { $0.kind == .grading }
        self.stopAll(.void) { _ in true }
        self.log(EventDraft(.dismissed, reason: reason))
    }

    mutating func reopen(_ reason: String) throws(Refusal) {
        try Permission.require(.reopen, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        try self.requireWindow()
        self.move(.reopen)
        self.docket.record.concludedAt = nil
        self.docket.record.outcome = nil
        self.docket.history.reopenedAt = self.now
        self.log(EventDraft(.reopened, reason: reason))
        // What was due after the end is no longer.
        self.stopAll(.void) { _ in true }
        let kind: ClockKind = self.docket.record.state == .registered ? .grading : .dispatch
        try self.start(kind, of: self.docket.record.owner, because: .reopened)
        try self.awaitFilings()
        // Whoever was told of the end.
        let told = self.docket.assignments.filter { $0.state == .accepted || $0.state == .closed }.map(\.to)
        for unit in Set(told).sorted(by: { $0.rawValue < $1.rawValue }) {
            self.tell(unit, "case.reopened", self.docket.record.ref)
        }
    }

    mutating func assign(
        _ label: String, _ instruction: String, _ role: AssignmentRole, _ reason: String
    ) throws(Refusal) {
        try Permission.require(.assign, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let owner = self.docket.record.owner
        let unit = role.answers ? try self.unit(label, below: owner) : try self.unit(label, anywhereBelow: owner)
        if let standing = self.docket.assignments.first(where: {
            $0.to == unit.id && $0.from == owner && $0.state.isOpen
        }) {
            try self.require(role, of: standing)
            // Already so: sent twice is sent once.
            self.changes.subject = .assignment(standing.id)
            return
        }
        // Until somebody leads, the work is not assigned.
        if role == .lead {
            self.move(.assign)
            self.stopAll(.met) { $0.kind == .dispatch || $0.kind == .conclusion }
        }
        let hop = AssignmentRecord(
            id: self.mint.next(), ref: self.numbers.assignmentRef, parent: nil, role: role, state: .assigned,
            from: owner, to: unit.id, reviewer: owner, instruction: instruction,
            assignedAt: self.now)
        try self.open(hop, .assigned, reason)
    }

    mutating func open(_ hop: AssignmentRecord, _ kind: EventKind, _ reason: String) throws(Refusal) {
        self.docket.assignments.append(hop)
        self.changes.newAssignments.append(hop)
        self.changes.subject = .assignment(hop.id)
        let label = self.docket.tree[hop.to]?.label ?? ""
        var detail = ["ref": hop.ref, "unit": label]
        if hop.role != .lead { detail["role"] = hop.role.rawValue }
        self.log(EventDraft(kind, assignment: hop.id, reason: reason, detail: detail))
        for clock: ClockKind in hop.role.answers ? [.receipt, .feedback, .interim] : [.receipt] {
            try self.start(clock, of: hop.to, hop: hop, because: kind, at: .assigned)
        }
        self.tell(hop.to, "assignment.\(kind.rawValue)", hop.ref, due: self.due(.feedback, of: hop.id))
    }

    mutating func conclude(_ said: CaseOutcome?, _ reason: String) throws(Refusal) {
        if self.docket.record.state == .accepted || self.docket.record.state == .graded
            || self.docket.record.state == .assigned, self.docket.facts.hasOpenWork
        {
            if let identity = self.authority.identity {
                guard Verb.conclude.roles.contains(identity.role) else {
                    throw .notPermitted(.conclude, role: identity.role)
                }
                guard identity.unit == self.docket.record.owner else { throw .outsideJurisdiction(.conclude) }
            }
            throw .openWork(.conclude, refs: self.openWork)
        }
        try Permission.require(.conclude, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        try self.requireAnswer()
        try self.requireFilings()
        let outcome = try self.outcome(said)
        try self.closeAll(because: .concluded)
        self.move(.conclude)
        self.docket.record.outcome = outcome
        self.docket.record.concludedAt = self.now
        self.stopAll(.met) { $0.kind == .conclusion }
        self.stopAll(.void) { _ in true }
        self.log(EventDraft(.concluded, reason: reason, detail: ["outcome": outcome.rawValue]))
        try self.happened(.concluded, because: .concluded)
        for hop in self.docket.assignments where hop.state == .accepted || hop.state == .closed {
            self.tell(hop.to, "case.concluded", self.docket.record.ref)
        }
    }

    /// Whoever raised a matter is answered before the end, where the plan asks for it.
    private func requireAnswer() throws(Refusal) {
        let plan = self.docket.plan
        guard let matter = plan.matters.first(where: { $0.key == self.docket.record.matter }), matter.needsAnswer,
            !self.docket.filed.contains(where: { $0.act == .answer })
        else { return }
        throw .unanswered(.conclude, forms: plan.forms.filter { $0.act == .answer }.map(\.id))
    }

    /// What the plan wants on record once is filed before the end; at a milder level it may want less.
    private func requireFilings() throws(Refusal) {
        let plan = self.docket.plan
        let running = Set(self.docket.clocks.filter { $0.kind == .filing }.map(\.rule))
        var forms: [String] = []
        // An evaluation comes after the end, and what is due again and again ends with it.
        for rule in plan.clocks where running.contains(rule.id) && !rule.repeats && rule.stopsOn.kind != .evaluate {
            let act = rule.stopsOn
            for form in act.form.map({ [$0] }) ?? plan.forms.filter({ $0.act == act.kind }).map(\.id)
            where !forms.contains(form) { forms.append(form) }
        }
        guard forms.isEmpty else { throw .unfiled(.conclude, forms: forms) }
    }
}
