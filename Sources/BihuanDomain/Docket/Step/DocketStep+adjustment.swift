import FoundationEssentials

/// A running clock stands still for a while, or is given more time: each with a reason, by whoever set its time.
extension DocketStep {
    mutating func pause(_ id: ClockID, _ reason: String) throws(Refusal) {
        var clock = try self.require(.pause, on: id)
        clock.pauses.append(ClockPause(begin: self.now, end: nil))
        clock.nextAt = nil
        try self.adjust(clock, .paused, reason)
        self.tell(clock.unit, "clock.paused", self.subject(of: clock))
    }

    mutating func resume(_ id: ClockID, _ reason: String) throws(Refusal) {
        var clock = try self.require(.resume, on: id)
        self.noteBreach(of: &clock)
        clock.pauses[clock.pauses.count - 1].end = self.now
        try self.turn(&clock)
        try self.adjust(clock, .resumed, reason)
        self.tell(clock.unit, "clock.resumed", self.subject(of: clock), due: clock.dueAt)
    }

    mutating func askExtension(_ id: ClockID, _ by: String, _ reason: String) throws(Refusal) {
        var clock = try self.require(.askExtension, on: id)
        guard let limit = TimeLimit(by), limit.extends else {
            throw .badFields([FieldFault(field: "by", rule: .badLimit)])
        }
        clock.asked = limit
        try self.adjust(clock, .extensionAsked(limit), reason)
        self.tell(
            self.docket.facts(of: clock, at: self.now).setter, "extension.asked", self.subject(of: clock),
            due: clock.dueAt)
    }

    mutating func grantExtension(_ id: ClockID, _ reason: String) throws(Refusal) {
        var clock = try self.require(.grantExtension, on: id)
        if let limit = clock.asked { clock.extensions.append(limit) }
        clock.asked = nil
        try self.turn(&clock)
        // Time that is not there to give would be granted in words only.
        if let above = self.dueAbove(of: clock), try clock.dueAt < self.due(of: clock, boundFromAbove: false) {
            let style = Date.ISO8601FormatStyle(
                timeZoneSeparator: .colon,
                timeZone: TimeZone(secondsFromGMT: self.docket.calendar.offset.seconds) ?? .gmt)
            throw .badFields([
                FieldFault(
                    field: "by",
                    rule: .other(
                        code: "assignment_above_is_due",
                        "上级转办的时限为 \(above.formatted(style))，延期不得晚于此；请先申请延长上级转办的时限"))
            ])
        }
        try self.adjust(clock, .extensionGranted, reason)
        self.tell(clock.unit, "extension.granted", self.subject(of: clock), due: clock.dueAt)
    }

    mutating func refuseExtension(_ id: ClockID, _ reason: String) throws(Refusal) {
        var clock = try self.require(.refuseExtension, on: id)
        clock.asked = nil
        try self.adjust(clock, .extensionRefused, reason)
        self.tell(clock.unit, "extension.refused", self.subject(of: clock), due: clock.dueAt)
    }

    private func require(_ verb: Verb, on id: ClockID) throws(Refusal) -> ClockRecord {
        guard let clock = self.docket.clock(id) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: clock, at: self.now), by: self.authority)
        return clock
    }

    private mutating func adjust(
        _ clock: ClockRecord, _ adjustment: ClockAdjustment, _ reason: String
    ) throws(Refusal) {
        self.keep(clock)
        try self.turnBelow(clock)
        self.changes.adjustments.append((clock.id, adjustment, reason))
        let kind: EventKind
        var detail = ["clock": clock.id.text, "rule": clock.rule, "ref": self.subject(of: clock)]
        switch adjustment {
        case .paused: kind = .paused
        case .resumed: kind = .resumed
        case .extensionAsked(let limit):
            kind = .extensionAsked
            detail["by"] = limit.text
        case .extensionGranted: kind = .extensionGranted
        case .extensionRefused: kind = .extensionRefused
        }
        if kind == .resumed || kind == .extensionGranted { detail["due_at"] = clock.dueAt.ISO8601Format() }
        self.log(EventDraft(kind, assignment: clock.assignment, reason: reason, detail: detail))
    }

    /// The ref of what a clock is about.
    func subject(of clock: ClockRecord) -> String {
        clock.supervision.flatMap { self.docket.supervision($0)?.ref }
            ?? clock.warning.flatMap { self.docket.warning($0)?.ref }
            ?? clock.dispute.flatMap { self.docket.dispute($0)?.ref }
            ?? clock.referral.flatMap { self.docket.referral($0)?.ref }
            ?? clock.assignment.flatMap { self.docket.assignment($0)?.ref } ?? self.docket.record.ref
    }
}
