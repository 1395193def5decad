import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ referral: ReferralView) {
        self.object { body in
            body.member("id", referral.id.rawValue)
            body.member("ref", referral.ref)
            body.member("case") { record in
                record.member("id", referral.caseID.rawValue)
                record.member("ref", referral.caseRef)
                record.member("is_drill", referral.isDrill)
            }
            body.member("kind", referral.kind)
            body.member("to", referral.to)
            body.member("text", referral.text)
            body.member("reason", referral.reason)
            body.member("state", referral.state)
            body.member("unit", referral.unit)
            body.member("referred_at", referral.referredAt)
            body.member("answer", referral.answer)
            body.member("lead", referral.lead)
            body.member("waive_reason", referral.waiveReason)
            body.member("closed_at", referral.closedAt)
            body.member("due_at", referral.dueAt)
            body.member("version", referral.version)
            body.member("allowed_actions", referral.allowed)
        }
    }

    mutating func write(_ visit: VisitView) {
        self.object { body in
            body.member("number", visit.number)
            body.member("visited_at", visit.visitedAt)
            body.member("reached", visit.reached)
            body.member("satisfaction", visit.satisfaction)
            body.member("note", visit.note)
            body.member("unit", visit.unit)
        }
    }
}
