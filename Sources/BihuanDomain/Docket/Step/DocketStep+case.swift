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
        try self.start(.grading, of: self.docket.record.owner, because: .registered)
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
        let kind: ClockKind = self.docket.record.state == .registered ? .grading : .dispatch
        try self.start(kind, of: self.docket.record.owner, because: .reopened)
    }

    mutating func grade(_ key: String, _ reason: String) throws(Refusal) {
        guard let level = self.docket.plan.level(key) else {
            throw .badFields([FieldFault(field: "level", rule: .unknownValue(self.docket.plan.levels.map(\.key)))])
        }
        try Permission.require(.grade, on: self.docket.facts, by: self.authority)
        let before = self.docket.record.level
        let isFirst = self.docket.record.state == .registered
        self.move(.grade)
        self.docket.record.level = level.key
        if self.docket.record.gradedAt == nil { self.docket.record.gradedAt = self.now }
        var detail = ["level": level.key]
        if let before { detail["from"] = before }
        self.log(EventDraft(.graded, reason: reason, detail: detail))
        if isFirst {
            self.stopAll(.met) { $0.kind == .grading }
            try self.start(.dispatch, of: self.docket.record.owner, because: .graded)
        } else if before != level.key {
            try self.reclock(to: level)
        }
    }

    /// Running clocks follow the new level from their own start; what was breached stays breached.
    mutating func reclock(to level: Level) throws(Refusal) {
        // What the new level does not ask for is not waited for.
        let plan = self.docket.plan
        self.stopAll(.void) { plan.clocks[$0.kind]?.limit(for: level.key) == nil }
        for index in self.docket.clocks.indices {
            var clock = self.docket.clocks[index]
            guard let rule = self.docket.plan.clocks[clock.kind], let limit = rule.limit(for: level.key) else {
                continue
            }
            clock.level = level.key
            if clock.breachedAt == nil, limit != clock.limit {
                clock.limit = limit
                let hop = clock.assignment.flatMap { self.docket.assignment($0) }
                clock.dueAt = try self.due(clock.kind, limit, of: hop, after: clock.startEvent, from: clock.startedAt)
                // A rung that was reached is not climbed again.
                let isNoticePending = self.docket.clocks[index].nextRung == .notice
                let next = self.rungs(of: clock, by: rule).first { rung in
                    rung.rung == .notice ? isNoticePending && rung.at > self.now : true
                }
                clock.nextRung = next?.rung
                clock.nextAt = next?.at
            }
            guard clock != self.docket.clocks[index] else { continue }
            self.docket.clocks[index] = clock
            self.changes.changedClocks.append(clock)
        }
        for hop in self.docket.assignments
        where hop.state.isOpen && hop.state != .fedBack
            && !self.docket.clocks.contains(where: { $0.assignment == hop.id && $0.kind == .interim })
        {
            try self.start(.interim, of: hop.to, hop: hop, because: .graded)
        }
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
            try self.start(clock, of: hop.to, hop: hop, because: kind)
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
        self.move(.conclude)
        self.docket.record.concludedAt = self.now
        self.stopAll(.met) { $0.kind == .conclusion }
        self.stopAll(.void) { _ in true }
        self.log(EventDraft(.concluded, reason: reason))
        for hop in self.docket.assignments where hop.state == .accepted {
            self.tell(hop.to, "case.concluded", self.docket.record.ref)
        }
    }
}
