import struct Foundation.Date

extension DocketStep {
    // MARK: Starting

    /// Starts a clock of the loop as the plan's rule for it says.
    ///
    /// - Parameters:
    ///   - event: what happened just now. Only a rule that counts from it starts, or from something earlier; nil: the
    ///     work is to be done again, and counts from now whatever the plan counts it from.
    mutating func start(
        _ kind: ClockKind, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        because cause: EventKind, at event: StartEvent? = nil
    ) throws(Refusal) {
        guard let rule = self.docket.plan.rule(for: kind, of: self.docket.record.matter) else { return }
        var start = self.now
        if let event, rule.startsOn != event {
            // What happens to an assignment or an order has no earlier moment to count from.
            guard rule.stopsOn.kind.subject == .record, let moment = self.moment(of: rule.startsOn) else { return }
            start = moment
        }
        try self.start(rule, of: unit, hop: hop, on: order, because: cause.rawValue, from: start)
    }

    private mutating func start(
        _ rule: ClockRule, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        because cause: String, from start: Date
    ) throws(Refusal) {
        guard let limit = rule.limit(for: self.docket.record.level, of: self.docket.plan) else { return }
        var clock = ClockRecord(
            id: self.mint.next(), assignment: hop?.id ?? order?.assignment, supervision: order?.id, unit: unit,
            kind: rule.kind, rule: rule.id, level: self.docket.record.level, limit: limit, startEvent: cause,
            startedAt: start, dueAt: start)
        clock.dueAt = try self.due(of: clock)
        let first = self.rungs(of: clock, by: rule).first
        clock.nextRung = first?.rung
        clock.nextAt = first?.at
        self.docket.clocks.append(clock)
        self.changes.newClocks.append(clock)
    }

    /// When something happened to the case from which clocks may count; nil while it has not, or is not known.
    private func moment(of event: StartEvent) -> Date? {
        switch event {
        case .occurred: self.docket.record.occurredAt
        // Nobody learned of it later than the city did.
        case .discovered: self.docket.record.discoveredAt ?? self.docket.record.receivedAt
        case .received: self.docket.record.receivedAt
        case .registered: self.docket.record.openedAt
        case .graded: self.docket.record.gradedAt
        case .levelRaised, .assigned, .receipted, .fedBack, .accepted, .ordered, .replied, .reported, .published,
            .warned, .concluded:
            nil
        }
    }

    // MARK: Filings that are awaited

    /// Something happened just now from which filings may be due.
    mutating func happened(_ event: StartEvent, because cause: EventKind) throws(Refusal) {
        for rule in self.docket.plan.clocks where rule.kind == .filing && rule.startsOn == event {
            try self.awaitFiling(rule, because: cause.rawValue, from: self.now)
        }
    }

    /// Starts what is due of the case as it stands now, each from the moment that its rule counts from: a level says
    /// which, and it is not always known when the moment comes.
    mutating func awaitFilings() throws(Refusal) {
        for rule in self.docket.plan.clocks where rule.kind == .filing {
            guard let moment = self.moment(of: rule.startsOn) else { continue }
            var start = moment
            if let last = self.docket.filed.filter({ rule.stopsOn.isMet(by: $0) }).map(\.lastAt).max(), last >= moment {
                guard rule.repeats else { continue }
                start = last
            }
            try self.awaitFiling(rule, because: rule.startsOn.rawValue, from: start)
        }
    }

    private mutating func awaitFiling(_ rule: ClockRule, because cause: String, from start: Date) throws(Refusal) {
        guard rule.runs(for: self.docket.record.matter), !self.docket.clocks.contains(where: { $0.rule == rule.id })
        else { return }
        try self.start(rule, of: self.docket.record.owner, because: cause, from: start)
    }

    /// Stops what waited for a form, and starts anew what is due again and again.
    mutating func stopAwaiting(_ filing: FilingRecord) throws(Refusal) {
        let filed = FiledForm(form: filing.form, act: filing.act, count: 1, lastAt: filing.filedAt)
        let met = self.docket.clocks.compactMap { clock in
            self.docket.plan.clock(clock.rule).flatMap { $0.kind == .filing && $0.stopsOn.isMet(by: filed) ? $0 : nil }
        }
        self.stopAll(.met) { clock in met.contains { $0.id == clock.rule } }
        for rule in met where rule.repeats && self.docket.record.state.isOpen {
            try self.awaitFiling(rule, because: EventKind.filed.rawValue, from: self.now)
        }
    }

    // MARK: Deadlines

    /// When a clock runs out: its limit, what was granted on top, and the time it stood still; then what binds it to the
    /// assignment above.
    func due(of clock: ClockRecord) throws(Refusal) -> Date {
        let due = try self.deadline(clock, from: clock.startedAt)
        guard clock.kind == .feedback, let id = clock.assignment, let hop = self.docket.assignment(id) else {
            return due
        }
        if clock.startEvent == EventKind.sentBack.rawValue {
            // The original time stands if there is any; at least a part of the limit is given anew.
            let part = max(
                due.timeIntervalSince(clock.startedAt) * self.docket.plan.resubmission,
                Double(self.docket.plan.resubmissionAtLeast))
            return max(try self.deadline(clock, from: hop.assignedAt), clock.startedAt.addingTimeInterval(part))
        }
        // Whoever passes work on still answers for it in time.
        guard let parent = hop.parent, let above = self.due(.feedback, of: parent), above > clock.startedAt else {
            return due
        }
        return min(due, above)
    }

    private func deadline(_ clock: ClockRecord, from start: Date) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.docket.calendar.deadline(
                clock.limit, extendedBy: clock.extensions, from: start, pauses: clock.pauses)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    func deadline(_ limit: TimeLimit, from start: Date) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.docket.calendar.deadline(limit, from: start)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    /// Running clocks follow the case's level and matter from their own start; what was breached stays breached.
    mutating func reclock() throws(Refusal) {
        let plan = self.docket.plan
        let record = self.docket.record
        // What the level does not ask for is not waited for.
        self.stopAll(.void) { clock in
            plan.clock(clock.rule).map { !$0.runs(for: record.matter) || $0.limit(for: record.level, of: plan) == nil }
                ?? true
        }
        for var clock in self.docket.clocks {
            guard let rule = plan.clock(clock.rule), let limit = rule.limit(for: record.level, of: plan) else {
                continue
            }
            let before = clock
            clock.level = record.level
            if clock.breachedAt == nil, limit != clock.limit {
                clock.limit = limit
                try self.turn(&clock)
            }
            if clock != before { self.keep(clock) }
        }
        for hop in self.docket.assignments
        where hop.state.isOpen && hop.state != .fedBack
            && !self.docket.clocks.contains(where: { $0.assignment == hop.id && $0.kind == .interim })
        {
            try self.start(.interim, of: hop.to, hop: hop, because: .graded)
        }
    }

    /// Puts a running clock's deadline where its limit, pauses and extensions now put it, and its next rung with it.
    mutating func turn(_ clock: inout ClockRecord) throws(Refusal) {
        clock.dueAt = try self.due(of: clock)
        let next = self.next(of: clock, by: self.docket.plan.clock(clock.rule), pending: clock.nextRung)
        clock.nextRung = next?.rung
        clock.nextAt = clock.isPaused ? nil : next?.at
    }

    mutating func keep(_ clock: ClockRecord) {
        if let index = self.docket.clocks.firstIndex(where: { $0.id == clock.id }) { self.docket.clocks[index] = clock }
        if let new = self.changes.newClocks.firstIndex(where: { $0.id == clock.id }) {
            self.changes.newClocks[new] = clock
        } else {
            self.changes.changedClocks.removeAll { $0.id == clock.id }
            self.changes.changedClocks.append(clock)
        }
    }

    // MARK: Stopping

    func isRunning(_ kind: ClockKind, of assignment: AssignmentID) -> Bool {
        self.docket.clocks.contains { $0.assignment == assignment && $0.kind == kind }
    }

    func due(_ kind: ClockKind, of assignment: AssignmentID) -> Date? {
        self.docket.clocks.first { $0.assignment == assignment && $0.kind == kind }?.dueAt
    }

    /// When the clock this step started last runs out.
    var dueOfLastNewClock: Date? { self.changes.newClocks.last?.dueAt }

    mutating func stop(_ kind: ClockKind, of assignment: AssignmentID) {
        self.stopAll(.met) { $0.assignment == assignment && $0.kind == kind }
    }

    mutating func stop(_ kind: ClockKind, ofOrder order: SupervisionID) {
        self.stopAll(.met) { $0.supervision == order && $0.kind == kind }
    }

    /// Stops what matches. `.met` becomes `.late` by the clock's own due time, and the breach is kept.
    mutating func stopAll(_ outcome: ClockOutcome, where matches: (ClockRecord) -> Bool) {
        var running: [ClockRecord] = []
        for var clock in self.docket.clocks {
            guard matches(clock) else {
                running.append(clock)
                continue
            }
            // What stood still was not late meanwhile.
            let moment = clock.pauses.last.flatMap { $0.end == nil ? $0.begin : nil } ?? self.now
            if moment > clock.dueAt, clock.breachedAt == nil { clock.breachedAt = clock.dueAt }
            let isLate = clock.breachedAt != nil
            let frozen: ClockOutcome
            switch outcome {
            case .met: frozen = isLate ? .late : .met
            case .void: frozen = isLate ? .breachedOpen : .void
            case .late, .breachedOpen: frozen = outcome
            }
            clock.nextRung = nil
            clock.nextAt = nil
            if let new = self.changes.newClocks.firstIndex(where: { $0.id == clock.id }) {
                // Started and stopped in one step: it never ran.
                self.changes.newClocks.remove(at: new)
            } else {
                self.changes.stoppedClocks.append((clock, frozen))
            }
        }
        self.docket.clocks = running
    }
}
