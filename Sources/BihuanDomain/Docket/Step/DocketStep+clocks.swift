import struct Foundation.Date

extension DocketStep {
    /// What a rung does once it has come.
    mutating func fire(_ id: ClockID, _ rung: Rung) throws(Refusal) {
        guard let index = self.docket.clocks.firstIndex(where: { $0.id == id }),
            self.docket.clocks[index].nextRung == rung, let at = self.docket.clocks[index].nextAt, at <= self.now
        else { return }
        var clock = self.docket.clocks[index]
        let rule = self.docket.plan.clocks[clock.kind]
        if rung == .circular, let after = rule?.ladder.circular {
            // Planned before the calendar of its year was there, it may have come too early.
            let exact = try self.deadline(after, from: clock.dueAt)
            guard exact <= self.now else {
                clock.nextAt = exact
                self.docket.clocks[index] = clock
                self.changes.changedClocks.append(clock)
                return
            }
        }
        if rung != .notice, clock.breachedAt == nil { clock.breachedAt = clock.dueAt }
        let next = self.rungs(of: clock, by: rule).drop { $0.rung != rung }.dropFirst().first
        clock.nextRung = next?.rung
        clock.nextAt = next?.at
        self.docket.clocks[index] = clock
        self.changes.changedClocks.append(clock)
        self.changes.firing = (clock.id, rung)
        try self.tell(of: clock, at: rung)
    }

    private mutating func tell(of clock: ClockRecord, at rung: Rung) throws(Refusal) {
        let hop = clock.assignment.flatMap { self.docket.assignment($0) }
        let order = clock.supervision.flatMap { self.docket.supervision($0) }
        let subject = order?.ref ?? hop?.ref ?? self.docket.record.ref
        let detail = ["clock": clock.id.text, "kind": clock.kind.rawValue, "ref": subject]
        switch rung {
        case .notice:
            self.log(EventDraft(.noticed, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.notice", subject, due: clock.dueAt)
        case .reminder:
            self.log(EventDraft(.reminded, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.reminder", subject, due: clock.dueAt)
        case .supervision:
            let stands = self.docket.supervisions.contains {
                $0.assignment == clock.assignment && $0.to == clock.unit && $0.state.isOpen
            }
            guard let hop, !stands else {
                self.log(EventDraft(.orderStands, assignment: clock.assignment, detail: detail))
                return
            }
            try self.issue(
                SupervisionRecord(
                    id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: hop.id, from: hop.from,
                    to: clock.unit, cause: .overdue, state: .issued,
                    requirement: "\(clock.kind.label)已超时限，请立即办理并说明原因。", issuedAt: self.now),
                nil)
        case .circular:
            self.log(EventDraft(.circulated, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.circular", subject, due: clock.dueAt)
            if let root = self.docket.tree.root, root.id != clock.unit {
                self.tell(root.id, "clock.circular", subject, due: clock.dueAt)
            }
        }
    }

    mutating func start(
        _ kind: ClockKind, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        because event: EventKind
    ) throws(Refusal) {
        guard let rule = self.docket.plan.clocks[kind], let limit = rule.limit(for: self.docket.record.level) else {
            return
        }
        let due = try self.due(kind, limit, of: hop, after: event.rawValue, from: self.now)
        var clock = ClockRecord(
            id: self.mint.next(), assignment: hop?.id ?? order?.assignment, supervision: order?.id, unit: unit,
            kind: kind,
            level: self.docket.record.level, limit: limit, startEvent: event.rawValue, startedAt: self.now, dueAt: due)
        let first = self.rungs(of: clock, by: rule).first
        clock.nextRung = first?.rung
        clock.nextAt = first?.at
        self.docket.clocks.append(clock)
        self.changes.newClocks.append(clock)
    }

    /// When a clock that starts now, or started then, runs out.
    func due(
        _ kind: ClockKind, _ limit: TimeLimit, of hop: AssignmentRecord?, after event: String, from start: Date
    ) throws(Refusal) -> Date {
        let due = try self.deadline(limit, from: start)
        guard kind == .feedback, let hop else { return due }
        if event == EventKind.sentBack.rawValue {
            // The original time stands if there is any; at least a part of the limit is given anew.
            let part = max(
                due.timeIntervalSince(start) * self.docket.plan.resubmission,
                Double(self.docket.plan.resubmissionAtLeast))
            return max(try self.deadline(limit, from: hop.assignedAt), start.addingTimeInterval(part))
        }
        // Whoever passes work on still answers for it in time.
        guard let parent = hop.parent, let above = self.due(.feedback, of: parent), above > start else { return due }
        return min(due, above)
    }

    func deadline(_ limit: TimeLimit, from start: Date) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.docket.calendar.deadline(limit, from: start)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    /// Every rung of a clock in the order of time. The reminder at due is on every ladder: it marks the breach.
    func rungs(of clock: ClockRecord, by rule: ClockRule?) -> [(rung: Rung, at: Date)] {
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
            // A year without a calendar must not stop the clock itself: then this is the earliest it can be, and when
            // that comes the calendar alone decides.
            let at =
                (try? self.docket.calendar.deadline(after, from: clock.dueAt))
                ?? clock.dueAt.addingTimeInterval(after.atLeast)
            rungs.append((.circular, at))
        }
        return rungs
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
            if self.now > clock.dueAt, clock.breachedAt == nil { clock.breachedAt = clock.dueAt }
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
