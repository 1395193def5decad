import BihuanDomain
import BihuanStore

extension JSONWriter {
    /// A clock, and why it is due when it is.
    mutating func write(_ why: ClockWhy) {
        self.object { body in
            body.members(of: why.clock)
            body.member("plan") { plan in
                plan.member("id", why.plan.id)
                plan.member("version", why.plan.version)
                plan.member("name", why.planName)
                plan.member("requirements", why.requirements)
            }
            body.member("days_off", array: why.daysOff) { $0.write($1) }
            body.member("makeup_workdays", array: why.makeUpWorkdays) { $0.write($1) }
            body.member("pauses", array: why.pauses) { writer, pause in
                writer.object { body in
                    body.member("paused_at", pause.pausedAt)
                    body.member("reason", pause.reason)
                    body.member("resumed_at", pause.resumedAt)
                    body.member("resume_reason", pause.resumeReason)
                }
            }
            body.member("extensions", array: why.extensions) { writer, more in
                writer.object { body in
                    body.member("by", more.limit)
                    body.member("asked_at", more.askedAt)
                    body.member("reason", more.reason)
                    body.member("granted", more.isGranted)
                    body.member("decided_at", more.decidedAt)
                    body.member("decision_reason", more.decisionReason)
                }
            }
            body.member("bound_by", why.bound)
        }
    }

    private mutating func write(_ day: ClockWhy.Day) {
        self.object { body in
            body.member("day", day.day.text)
            body.member("name", day.name)
        }
    }

    mutating func write(_ filing: FilingView) {
        self.object { body in
            body.member("id", filing.id.rawValue)
            body.member("case") { record in
                record.member("id", filing.caseID.rawValue)
                record.member("ref", filing.caseRef)
                record.member("is_drill", filing.isDrill)
            }
            body.member("act", filing.act)
            body.member("form", filing.form)
            body.member("name", filing.name)
            body.member("number", filing.number)
            body.member("unit", filing.unit)
            body.member("filed_at", filing.filedAt)
            body.member("fields", array: filing.fields) { writer, field in
                writer.object { body in
                    body.member("key", field.key)
                    body.member("name", field.name)
                    body.member("value", field.value)
                }
            }
        }
    }
}
