extension DocketStep {
    /// Puts a form of the plan on record; what waited for it stops.
    mutating func file(_ draft: FilingDraft, _ reason: String?) throws(Refusal) {
        try Permission.require(.file, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let draft = draft.canonical
        let forms = self.docket.plan.forms.filter(\.act.isFiling)
        guard let form = forms.first(where: { $0.id == draft.form }) else {
            throw .badFields([FieldFault(field: "form", rule: .unknownValue(forms.map(\.id)))])
        }
        // One evaluates what is over, and reports, publishes and answers what is not.
        guard (form.act == .evaluate) != self.docket.record.state.isOpen else {
            throw .notAllowed(
                .file, state: self.docket.record.state.rawValue,
                allowed: self.authority.identity.map {
                    Permission.allowed(on: self.docket.facts, to: $0, in: self.docket.tree)
                } ?? [])
        }
        let faults = form.faults(of: draft.fields)
        guard faults.isEmpty else { throw .badFields(faults) }

        let before = self.docket.filed.firstIndex { $0.form == form.id }
        let filing = FilingRecord(
            id: self.mint.next(), form: form.id, act: form.act,
            number: (before.map { self.docket.filed[$0].count } ?? 0) + 1, filedAt: self.now)
        let filed = FiledForm(form: form.id, act: form.act, count: filing.number, lastAt: self.now)
        if let before { self.docket.filed[before] = filed } else { self.docket.filed.append(filed) }
        self.changes.newFiling = (filing, draft.fields)
        self.changes.subject = .filing(filing.id)
        self.log(
            EventDraft(
                .filed, reason: reason,
                detail: ["act": form.act.rawValue, "form": form.id, "name": form.name, "number": "\(filing.number)"]))
        try self.stopAwaiting(filing)
        switch form.act {
        case .report: try self.happened(.reported, because: .filed, by: filed)
        case .publish: try self.happened(.published, because: .filed, by: filed)
        default: break
        }
    }
}
