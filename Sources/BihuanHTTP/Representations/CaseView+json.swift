import BihuanDomain
import BihuanStore

extension JSONWriter {
    /// A case in a list.
    mutating func write(_ record: CaseView) {
        self.object { $0.members(of: record) }
    }

    /// A case by itself.
    mutating func write(_ detail: CaseDetail) {
        self.object { body in
            body.members(of: detail.view)
            body.member("content", detail.content)
            body.member("occurred_at", detail.occurredAt)
            body.member("discovered_at", detail.discoveredAt)
            body.member("plan") { plan in
                plan.member("id", detail.plan)
                plan.member("version", detail.planVersion)
            }
            body.member("leads", array: detail.leads) { $0.write($1) }
            body.member("assignments", array: detail.assignments) { $0.write($1) }
            body.member("supervisions", array: detail.supervisions) { $0.write($1) }
            body.member("warnings", array: detail.warnings) { $0.write($1) }
            body.member("filings", array: detail.filings) { $0.write($1) }
            body.member("disputes", array: detail.disputes) { $0.write($1) }
            body.member("referrals", array: detail.referrals) { $0.write($1) }
            body.member("return_visits", array: detail.visits) { $0.write($1) }
            body.name("lost")
            body.write(detail.lost)
            body.member("proposes", detail.proposes)
            body.member("units", array: detail.units) { $0.write($1) }
            body.member("merged_into", detail.mergedInto)
            body.member("merged", detail.merged)
            body.member("experts", array: detail.experts) { $0.write($1) }
            body.member("duty_tests", array: detail.dutyTests) { $0.write($1) }
            body.member("urges", detail.urges)
        }
    }

    private mutating func members(of record: CaseView) {
        self.member("id", record.id.rawValue)
        self.member("ref", record.ref)
        self.member("is_drill", record.isDrill)
        self.member("title", record.title)
        self.member("state", record.state)
        self.member("level", record.level)
        self.member("level_name", record.levelName)
        self.member("proposed_level", record.proposedLevel)
        self.member("matter", record.matter)
        self.member("category", record.category)
        self.member("place", record.place)
        self.member("channel", record.channel)
        self.member("owner", record.owner)
        self.member("holders", array: record.holders) { $0.write($1) }
        self.member("received_at", record.receivedAt)
        self.member("opened_at", record.openedAt)
        self.member("graded_at", record.gradedAt)
        self.member("concluded_at", record.concludedAt)
        self.member("outcome", record.outcome)
        self.member("awaiting_lead", record.awaitsLead)
        self.member("due_at", record.dueAt)
        self.member("light", record.light)
        self.member("version", record.version)
        self.member("secrecy", record.secrecy)
        self.member("allowed_actions", record.allowed)
    }
}
