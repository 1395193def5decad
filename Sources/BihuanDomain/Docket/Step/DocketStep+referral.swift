/// Referrals to bodies outside, and return visits: records of what was done. Nothing leaves the server.
extension DocketStep {
    mutating func refer(_ draft: ReferralDraft, _ reason: String) throws(Refusal) {
        try Permission.require(.refer, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let to = draft.to.map { key in self.docket.plan.outside.first { $0.key == key }?.name ?? key }
        let referral = ReferralRecord(
            id: self.mint.next(), ref: self.numbers.referralRef, kind: draft.kind, to: to ?? "属地党委政府", state: .open,
            referredAt: self.now)
        self.docket.referrals.append(referral)
        self.changes.newReferral = (referral, draft.text, reason)
        self.changes.subject = .referral(referral.id)
        self.noteAwaitedLead()
        self.log(
            EventDraft(
                .referred, reason: reason,
                detail: [
                    "ref": referral.ref, "kind": referral.kind.rawValue, "to": PersonalNumbers.masked(referral.to),
                ]))
        try self.awaitAnswer(to: referral)
    }

    mutating func answerReferral(
        _ id: ReferralID, _ answer: ReferralAnswer, _ reason: String?
    ) throws(Refusal) {
        var referral = try self.require(.answerReferral, on: id)
        if referral.kind == .leadDepartment, answer.lead == nil {
            throw .badFields([FieldFault(field: "lead", rule: .required)])
        }
        self.close(&referral, .answer)
        self.changes.changedReferral = (referral, answer, reason)
        self.stopAll(.met) { $0.referral == id }
        var detail = ["ref": referral.ref, "answer": PersonalNumbers.masked(answer.text)]
        detail["lead"] = answer.lead.map(PersonalNumbers.masked)
        self.log(EventDraft(.referralAnswered, reason: reason, detail: detail))
    }

    mutating func waiveReferral(_ id: ReferralID, _ reason: String) throws(Refusal) {
        var referral = try self.require(.waiveReferral, on: id)
        self.close(&referral, .waive)
        self.changes.changedReferral = (referral, nil, reason)
        self.stopAll(.void) { $0.referral == id }
        self.log(EventDraft(.referralWaived, reason: reason, detail: ["ref": referral.ref]))
    }

    private func require(_ verb: Verb, on id: ReferralID) throws(Refusal) -> ReferralRecord {
        guard let referral = self.docket.referral(id) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: referral), by: self.authority)
        return referral
    }

    private mutating func close(_ referral: inout ReferralRecord, _ step: ReferralTransition.Step) {
        if let next = ReferralTransition.next(from: referral.state, on: step) { referral.state = next }
        referral.closedAt = self.now
        referral.version += 1
        if let index = self.docket.referrals.firstIndex(where: { $0.id == referral.id }) {
            self.docket.referrals[index] = referral
        }
        self.noteAwaitedLead()
    }

    private mutating func noteAwaitedLead() {
        self.docket.record.awaitsLead = self.docket.referrals.contains {
            $0.kind == .leadDepartment && $0.state.isOpen
        }
    }

    // MARK: Return visits

    mutating func visit(_ draft: VisitDraft, _ reason: String?) throws(Refusal) {
        try Permission.require(.visit, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        self.changes.newVisit = draft
        var detail = ["reached": draft.reached ? "yes" : "no"]
        detail["satisfaction"] = draft.satisfaction?.rawValue
        self.log(EventDraft(.visited, reason: reason, detail: detail))
    }
}
