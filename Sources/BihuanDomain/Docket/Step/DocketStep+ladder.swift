import struct Foundation.Date

extension DocketStep {
    /// What a rung does once it has come.
    mutating func fire(_ id: ClockID, _ rung: Rung) throws(Refusal) {
        guard self.docket.record.state != .merged,
            let index = self.docket.clocks.firstIndex(where: { $0.id == id }),
            self.docket.clocks[index].nextRung == rung, let at = self.docket.clocks[index].nextAt, at <= self.now
        else { return }
        var clock = self.docket.clocks[index]
        // Planned by other rules than these it may have come too early, or not be to come at all.
        if clock.isImmediate || rung != .notice && !clock.isOverdue(at: self.now) {
            clock.nextRung = clock.isImmediate ? nil : rung
            clock.nextAt = clock.isImmediate ? nil : clock.overAt
            self.docket.clocks[index] = clock
            self.changes.changedClocks.append(clock)
            return
        }
        let rule = self.docket.plan.clock(clock.rule)
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
        let next = self.rungs(of: clock, by: rule).first { $0.rung > rung }
        clock.nextRung = next?.rung
        clock.nextAt = next?.at
        // An order that is not answered goes a tier up as long as there is one.
        let unanswered = rung == .supervision ? clock.supervision.flatMap { self.docket.supervision($0) } : nil
        let above = unanswered.flatMap { self.tierAbove($0) }
        // The order that comes of a late assignment has a clock and a ladder of its own.
        let goesOn = rung == .notice || rung == .supervision && unanswered == nil
        let isEscalated =
            !goesOn && clock.escalatedAt == nil && above == nil
            && (next == nil || clock.unit == self.docket.tree.root?.id
                || unanswered.map { self.docket.tree[$0.from]?.parent == nil } ?? false)
        if isEscalated { clock.escalatedAt = self.now }
        self.docket.clocks[index] = clock
        self.changes.changedClocks.append(clock)
        self.changes.firing = (clock.id, rung)
        if let unanswered, let above {
            try self.climb(unanswered, to: above, by: rule?.ladder)
        } else {
            try self.tell(of: clock, at: rung, by: rule?.ladder, isEscalated: isEscalated)
        }
    }

    private mutating func tell(
        of clock: ClockRecord, at rung: Rung, by ladder: Ladder?, isEscalated: Bool
    ) throws(Refusal) {
        // Nobody orders the unit above: of what it has to decide there is no order.
        let hop = clock.dispute == nil ? clock.assignment.flatMap { self.docket.assignment($0) } : nil
        let subject = self.subject(of: clock)
        var detail = [
            "clock": clock.id.text, "kind": clock.kind.rawValue, "rule": clock.rule, "ref": subject,
        ]
        if isEscalated { detail["escalated"] = "true" }
        let root = self.docket.tree.root?.id
        let duty = self.duty(of: clock.unit)
        switch rung {
        case .notice:
            self.log(EventDraft(.noticed, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.notice", subject, due: clock.dueAt)
        case .reminder:
            self.log(EventDraft(.reminded, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.reminder", subject, due: clock.dueAt, duty: duty)
        case .supervision where clock.supervision != nil:
            // Nobody is left above the issuer, or an order from there stands.
            self.log(EventDraft(.orderStands, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.reminder", subject, due: clock.dueAt)
        case .supervision:
            let stands = self.docket.supervisions.contains {
                $0.assignment == clock.assignment && $0.to == clock.unit && $0.state.isOpen
            }
            // Whoever assigned the work does not order itself to review it; the tier above does.
            let issuer = hop.flatMap { $0.from == clock.unit ? self.docket.tree[$0.from]?.parent : $0.from }
            guard let hop, let issuer, !stands else {
                self.log(EventDraft(.orderStands, assignment: clock.assignment, detail: detail))
                return
            }
            try self.issue(
                SupervisionRecord(
                    id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: hop.id, from: issuer,
                    to: clock.unit, cause: .overdue, grade: ladder?.grade ?? .general, state: .issued,
                    requirement: "\(self.name(of: clock))已超时限，请立即办理并说明原因。",
                    copies: self.copies(ladder?.copyTo ?? [], of: hop, from: issuer, to: clock.unit),
                    issuedAt: self.now),
                nil)
        case .circular:
            self.log(EventDraft(.circulated, assignment: clock.assignment, detail: detail))
            self.tell(clock.unit, "clock.circular", subject, due: clock.dueAt, duty: duty)
            if let root, root != clock.unit {
                self.tell(root, "clock.circular", subject, due: clock.dueAt)
            }
        }
        // It stays before the leaders until its cause ends. What a unit below was only reminded of is its own leader's to
        // see; all else the bureau is told of.
        if isEscalated, let root, root == clock.unit || rung != .reminder {
            self.tell(root, "clock.escalated", subject, due: clock.dueAt, duty: duty)
        }
    }

    /// As the plan calls it.
    private func name(of clock: ClockRecord) -> String {
        self.docket.plan.clock(clock.rule)?.name ?? clock.kind.label
    }

    /// Every rung of a clock in the order of time. The reminder at due is on every ladder: it marks the breach.
    func rungs(of clock: ClockRecord, by rule: ClockRule?) -> [(rung: Rung, at: Date)] {
        guard let ladder = rule?.ladder, !clock.isImmediate else { return [] }
        let span = clock.dueAt.timeIntervalSince(clock.startedAt)
        var rungs: [(rung: Rung, at: Date)] = []
        if let part = ladder.notice { rungs.append((.notice, clock.startedAt.addingTimeInterval(span * part))) }
        rungs.append((.reminder, clock.overAt))
        if let part = ladder.supervision {
            let after = max(span * part, Double(ladder.supervisionAtLeast))
            rungs.append((.supervision, max(clock.overAt, clock.dueAt.addingTimeInterval(after))))
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

    /// The rung to be reached next, once a deadline has moved. A rung that was reached is not climbed again.
    ///
    /// - Parameter pending: the rung that was next before.
    func next(of clock: ClockRecord, by rule: ClockRule?, pending: Rung?) -> (rung: Rung, at: Date)? {
        self.rungs(of: clock, by: rule).first { rung in
            guard let pending, rung.rung >= pending else { return false }
            return rung.rung != .notice || rung.at > self.now
        }
    }
}
