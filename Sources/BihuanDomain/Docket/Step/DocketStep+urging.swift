extension DocketStep {
    /// Urges whoever owns the case (催办): at any time while it is open, assigned or not.
    mutating func urgeOwner(_ reason: String) throws(Refusal) {
        try Permission.require(.urge, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let record = self.docket.record
        self.log(EventDraft(.urged, reason: reason, detail: ["ref": record.ref]))
        let due = self.docket.clocks.filter { $0.assignment == nil && $0.unit == record.owner && !$0.isImmediate }
            .map(\.dueAt).min()
        self.tell(record.owner, "case.urged", record.ref, due: due, duty: self.duty(of: record.owner))
    }

    /// Puts an expert of the city's register (专家库, R55) on the case.
    mutating func engageExpert(_ id: ExpertID, _ name: String, _ reason: String) throws(Refusal) {
        try Permission.require(.engageExpert, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        self.changes.newExpert = id
        self.log(EventDraft(.expertEngaged, reason: reason, detail: ["expert": name]))
    }
}
