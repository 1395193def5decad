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
        self.log(EventDraft(.registered, reason: reason, detail: ["ref": self.docket.record.ref]))
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
        if let matter = self.docket.record.matter { faults += self.faults(ofMatter: matter) }
        guard faults.isEmpty else { throw .badFields(faults) }
    }

    private func faults(ofMatter matter: String) -> [FieldFault] {
        let known = self.docket.plan.matters.map(\.key)
        return known.contains(matter) ? [] : [FieldFault(field: "matter", rule: .unknownValue(known))]
    }

    mutating func dismiss(_ reason: String) throws(Refusal) {
        try Permission.require(.dismiss, on: self.docket.facts, by: self.authority)
        guard !self.docket.facts.hasOpenWork else { throw .openWork(.dismiss, refs: self.openWork) }
        self.move(.dismiss)
        self.docket.record.concludedAt = self.now
        self.stopAll(.met) { $0.kind == .grading }
        self.stopAll(.void) { _ in true }
        self.log(EventDraft(.dismissed, reason: reason))
    }

    mutating func reopen(_ reason: String) throws(Refusal) {
        try Permission.require(.reopen, on: self.docket.facts, by: self.authority)
        self.move(.reopen)
        self.docket.record.concludedAt = nil
        self.log(EventDraft(.reopened, reason: reason))
        // What was due after the end is no longer.
        self.stopAll(.void) { _ in true }
        let kind: ClockKind = self.docket.record.state == .registered ? .grading : .dispatch
        try self.start(kind, of: self.docket.record.owner, because: .reopened)
    }

    mutating func grade(_ key: String, _ matter: String?, _ reason: String) throws(Refusal) {
        var faults: [FieldFault] = []
        let plan = self.docket.plan
        if plan.level(key) == nil {
            faults.append(FieldFault(field: "level", rule: .unknownValue(plan.levels.map(\.key))))
        }
        if let matter { faults += self.faults(ofMatter: matter) }
        guard faults.isEmpty else { throw .badFields(faults) }
        try Permission.require(.grade, on: self.docket.facts, by: self.authority)
        let before = self.docket.record
        self.move(.grade)
        self.docket.record.level = key
        if let matter { self.docket.record.matter = matter }
        if before.gradedAt == nil { self.docket.record.gradedAt = self.now }
        var detail = ["level": key]
        if let level = before.level { detail["from"] = level }
        if let matter, matter != before.matter { detail["matter"] = matter }
        self.log(EventDraft(.graded, reason: reason, detail: detail))
        let isFirst = before.state == .registered
        if isFirst { self.stopAll(.met) { $0.kind == .grading } }
        guard isFirst || before.level != key || before.matter != self.docket.record.matter else { return }
        try self.reclock()
        if isFirst { try self.start(.dispatch, of: self.docket.record.owner, because: .graded, at: .graded) }
        if let old = before.level.flatMap({ plan.level($0) }), let new = plan.level(key), new.rank > old.rank {
            try self.happened(.levelRaised, because: .graded)
        }
        try self.awaitFilings()
    }

    mutating func assign(_ label: String, _ instruction: String, _ reason: String) throws(Refusal) {
        try Permission.require(.assign, on: self.docket.facts, by: self.authority)
        let unit = try self.unit(label, below: self.docket.record.owner)
        if let standing = self.docket.assignments.first(where: {
            $0.to == unit.id && $0.from == self.docket.record.owner && $0.state.isOpen
        }) {
            // Already so: sent twice is sent once.
            self.changes.subject = .assignment(standing.id)
            return
        }
        self.move(.assign)
        self.stopAll(.met) { $0.kind == .dispatch || $0.kind == .conclusion }
        let hop = AssignmentRecord(
            id: self.mint.next(), ref: self.numbers.assignmentRef, parent: nil, role: .lead, state: .assigned,
            from: self.docket.record.owner, to: unit.id, reviewer: self.docket.record.owner, instruction: instruction,
            assignedAt: self.now)
        try self.open(hop, .assigned, reason)
    }

    mutating func open(_ hop: AssignmentRecord, _ kind: EventKind, _ reason: String) throws(Refusal) {
        self.docket.assignments.append(hop)
        self.changes.newAssignments.append(hop)
        self.changes.subject = .assignment(hop.id)
        let label = self.docket.tree[hop.to]?.label ?? ""
        self.log(
            EventDraft(kind, assignment: hop.id, reason: reason, detail: ["ref": hop.ref, "unit": label]))
        for clock: ClockKind in [.receipt, .feedback, .interim] {
            try self.start(clock, of: hop.to, hop: hop, because: kind, at: .assigned)
        }
        self.tell(hop.to, "assignment.\(kind.rawValue)", hop.ref, due: self.due(.feedback, of: hop.id))
    }

    mutating func conclude(_ reason: String) throws(Refusal) {
        if self.docket.record.state == .accepted || self.docket.record.state == .assigned, self.docket.facts.hasOpenWork
        {
            if let identity = self.authority.identity {
                guard Verb.conclude.roles.contains(identity.role) else {
                    throw .notPermitted(.conclude, role: identity.role)
                }
                guard identity.unit == self.docket.record.owner else { throw .outsideJurisdiction(.conclude) }
            }
            throw .openWork(.conclude, refs: self.openWork)
        }
        try Permission.require(.conclude, on: self.docket.facts, by: self.authority)
        try self.requireAnswer()
        self.move(.conclude)
        self.docket.record.concludedAt = self.now
        self.stopAll(.met) { $0.kind == .conclusion }
        self.stopAll(.void) { _ in true }
        self.log(EventDraft(.concluded, reason: reason))
        try self.happened(.concluded, because: .concluded)
        for hop in self.docket.assignments where hop.state == .accepted {
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
}
