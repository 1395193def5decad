import BihuanStore

extension JSONWriter {
    mutating func write(_ summary: Summary) {
        self.object { body in
            body.member("unit", summary.unit)
            body.member("at", summary.at)
            body.name("total")
            body.write(summary.total)
            body.member("units", array: summary.units) { $0.write($1) }
            body.member("escalations", array: summary.escalations) { $0.write($1) }
            body.member("escalated", array: summary.escalated) { $0.write($1) }
        }
    }

    private mutating func write(_ line: Summary.UnitLine) {
        self.object { body in
            body.member("unit", line.unit)
            body.member("tier", line.tier)
            body.member("open", line.open)
            body.member("overdue", line.overdue)
            body.member("supervised", line.supervised)
            body.member("circulars", line.circulars)
            body.member("concluded", line.concluded)
            body.member("oldest_due_at", line.oldestDueAt)
            body.member("levels", array: line.counts) { list, count in
                list.object { level in
                    level.member("level", count.level.isEmpty ? nil : count.level)
                    level.member("level_name", count.levelName)
                    level.member("open", count.open)
                    level.member("overdue", count.overdue)
                    level.member("supervised", count.supervised)
                    level.member("circulars", count.circulars)
                    level.member("concluded", count.concluded)
                }
            }
        }
    }

    private mutating func write(_ escalation: Summary.Escalation) {
        self.object { body in
            body.member("case", escalation.caseRef)
            body.member("title", escalation.title)
            body.member("level", escalation.level)
            body.member("level_name", escalation.levelName)
            body.member("unit", escalation.unit)
            body.member("kind", escalation.kind)
            body.member("due_at", escalation.dueAt)
        }
    }
}
