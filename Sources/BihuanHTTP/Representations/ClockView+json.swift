import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ clock: ClockView) {
        self.object { body in
            body.member("id", clock.id.rawValue)
            body.member("kind", clock.kind)
            body.member("unit", clock.unit)
            body.member("case") { record in
                record.member("id", clock.caseID.rawValue)
                record.member("ref", clock.caseRef)
                record.member("title", clock.title)
                record.member("level", clock.level)
            }
            body.member("subject", clock.subject)
            body.member("limit", clock.limit)
            body.member("start_event", clock.startEvent)
            body.member("started_at", clock.startedAt)
            body.member("due_at", clock.dueAt)
            body.member("breached_at", clock.breachedAt)
            body.member("stopped_at", clock.stoppedAt)
            body.member("outcome", clock.outcome)
            body.member("next_rung", clock.nextRung)
            body.member("next_at", clock.nextAt)
            body.member("light", clock.light)
            body.member("allowed_actions", clock.allowed)
        }
    }
}
