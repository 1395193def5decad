import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ clock: ClockView) {
        self.object { $0.members(of: clock) }
    }

    mutating func members(of clock: ClockView) {
        self.member("id", clock.id.rawValue)
        self.member("kind", clock.kind)
        self.member("rule", clock.rule)
        self.member("name", clock.name)
        self.member("unit", clock.unit)
        self.member("case") { record in
            record.member("id", clock.caseID.rawValue)
            record.member("ref", clock.caseRef)
            record.member("is_drill", clock.isDrill)
            record.member("title", clock.title)
            record.member("level", clock.level)
        }
        self.member("subject", clock.subject)
        self.member("limit", clock.limit)
        self.member("start_event", clock.startEvent)
        self.member("started_at", clock.startedAt)
        self.member("due_at", clock.dueAt)
        self.member("breached_at", clock.breachedAt)
        self.member("stopped_at", clock.stoppedAt)
        self.member("outcome", clock.outcome)
        self.member("next_rung", clock.nextRung)
        self.member("next_at", clock.nextAt)
        self.member("paused_at", clock.pausedAt)
        self.member("asked", clock.asked)
        if let elapsed = clock.elapsed { self.member("elapsed_seconds", elapsed) }
        self.member("light", clock.light)
        self.member("allowed_actions", clock.allowed)
    }
}
