/// Warnings: proposed, issued by the authority for their level, answered by every unit that is told, lifted.
extension DocketStep {
    mutating func warn(_ draft: WarningDraft, _ reason: String?) throws(Refusal) {
        try Permission.require(.warn, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let plan = self.docket.plan
        var faults = draft.grounds.faults(against: plan.cases)
        var units: [UnitID] = []
        for label in draft.units {
            if let unit = self.docket.tree[label] {
                if unit.isDisabled { faults.append(FieldFault(field: "units", rule: .disabledUnit)) }
                if let fault = self.fault(ofSendingTo: unit.id, field: "units") { faults.append(fault) }
                units.append(unit.id)
            } else {
                faults.append(FieldFault(field: "units", rule: .unknownUnit))
            }
        }
        if let level = draft.level, plan.warningScheme.level(level) == nil {
            faults.append(FieldFault(field: "level", rule: .unknownValue(plan.warningLevels.map(\.key))))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        guard let judged = draft.level ?? plan.warningLevel(for: draft.grounds) else {
            throw .badFields([
                FieldFault(
                    field: "level", rule: .other(code: "required", "预案没有由此推定级别的规则，须给出 level"))
            ])
        }
        let raise = plan.raise(of: judged, in: .warning, on: self.today, during: self.docket.periods)
        let warning = WarningRecord(
            id: self.mint.next(), ref: self.numbers.warningRef, level: raise?.to ?? judged, state: .proposed,
            named: Set(units).sorted { $0.rawValue < $1.rawValue })
        // Whoever proposes is told now whom to name, not when it is to be issued.
        _ = try self.recipients(of: warning)
        self.docket.warnings.append(warning)
        self.changes.newWarning = (warning, draft, raise)
        self.changes.subject = .warning(warning.id)
        var detail = ["ref": warning.ref, "level": warning.level]
        if let raise {
            detail["judged"] = judged
            detail["sensitive_period"] = raise.period.name
        }
        detail["happened"] = draft.grounds.happened
        detail["possible"] = draft.grounds.possible
        detail["elsewhere"] = draft.grounds.elsewhere
        self.log(EventDraft(.warningProposed, reason: reason, detail: detail))
        self.tell(self.docket.record.owner, "warning.proposed", warning.ref)
    }

    mutating func issueWarning(_ id: WarningID, _ reason: String) throws(Refusal) {
        var warning = try self.require(.issueWarning, on: id)
        warning.receipts = try self.recipients(of: warning)
        warning.state = .issued
        self.changes.newReceipts = warning.receipts
        self.keep(warning, reason)
        self.log(
            EventDraft(
                .warned, reason: reason,
                detail: ["ref": warning.ref, "level": warning.level, "told": "\(warning.receipts.count)"]))
        for receipt in warning.receipts {
            let due = try self.awaitResponse(of: receipt.unit, to: warning)
            self.tell(
                receipt.unit, "warning.issued", warning.ref, due: due, isUrgent: receipt.urgency == .urgent)
        }
        try self.happened(.warned, because: .warned)
    }

    mutating func declineWarning(_ id: WarningID, _ reason: String) throws(Refusal) {
        var warning = try self.require(.declineWarning, on: id)
        warning.state = .declined
        self.keep(warning, reason)
        self.log(EventDraft(.warningDeclined, reason: reason, detail: ["ref": warning.ref]))
        self.tell(self.docket.record.owner, "warning.declined", warning.ref)
    }

    /// A unit's receipt of a warning, with what it has done or will do. It may say more later: what it said is in the
    /// log, what it says last in the receipt.
    mutating func respond(_ id: WarningID, _ measures: String, _ reason: String?) throws(Refusal) {
        var warning = try self.require(.respond, on: id)
        guard let unit = self.authority.identity?.unit,
            let index = warning.receipts.firstIndex(where: { $0.unit == unit })
        else { throw .outsideJurisdiction(.respond) }
        if warning.receipts[index].receivedAt == nil { warning.receipts[index].receivedAt = self.now }
        self.changes.answeredReceipt = (warning.receipts[index], measures)
        if let place = self.docket.warnings.firstIndex(where: { $0.id == id }) { self.docket.warnings[place] = warning }
        self.stopAll(.met) { $0.warning == id && $0.unit == unit }
        self.log(
            EventDraft(
                .responded, reason: reason,
                detail: [
                    "ref": warning.ref, "unit": self.docket.tree[unit]?.label ?? "",
                    "measures": PersonalNumbers.masked(measures),
                ]))
        self.tell(self.docket.record.owner, "warning.responded", warning.ref)
    }

    mutating func liftWarning(_ id: WarningID, _ reason: String) throws(Refusal) {
        var warning = try self.require(.liftWarning, on: id)
        warning.state = .lifted
        self.keep(warning, reason)
        self.stopAll(.void) { $0.warning == id }
        self.log(EventDraft(.warningLifted, reason: reason, detail: ["ref": warning.ref]))
        for receipt in warning.receipts { self.tell(receipt.unit, "warning.lifted", warning.ref) }
    }

    // MARK: Who is told

    /// The units a warning of this level goes to by the plan, each once.
    ///
    /// A role of the city stands for the city itself. All others stand for another unit in every case: one that was
    /// named, or that has an assignment of the case.
    private func recipients(of warning: WarningRecord) throws(Refusal) -> [WarningReceipt] {
        let tree = self.docket.tree
        let plan = self.docket.plan
        // One that was closed meanwhile has nobody left to answer.
        let known = (warning.named + self.docket.assignments.filter(\.state.isOpen).map(\.to)).filter {
            tree[$0]?.isDisabled == false && !self.docket.isRecused($0)
        }
        var receipts: [WarningReceipt] = []
        var missing: [String] = []
        for recipient in plan.warningRules?.fanOut[warning.level] ?? [] {
            guard let role = plan.role(recipient.role) else { continue }
            let units =
                role.unit == .city
                ? [tree.root?.id].compactMap(\.self) : known.filter { role.unit.admits(tree[$0]?.tier) }
            if units.isEmpty { missing.append(role.name) }
            for unit in units {
                if let index = receipts.firstIndex(where: { $0.unit == unit }) {
                    if !receipts[index].roles.contains(role.key) { receipts[index].roles.append(role.key) }
                    if recipient.urgency == .urgent { receipts[index].urgency = .urgent }
                } else {
                    receipts.append(
                        WarningReceipt(unit: unit, roles: [role.key], urgency: recipient.urgency))
                }
            }
        }
        var faults: [FieldFault] = []
        if !missing.isEmpty {
            faults.append(
                FieldFault(
                    field: "units",
                    rule: .other(code: "recipient_missing", "须给出对应的单位：\(missing.joined(separator: "、"))")))
        }
        let blind = receipts.map(\.unit).filter { self.docket.clearance(of: $0) < self.docket.record.secrecy }
        if !blind.isEmpty {
            let names = blind.compactMap { tree[$0]?.name }.joined(separator: "、")
            faults.append(
                FieldFault(field: "units", rule: .other(code: "not_cleared", "没有知悉此级案件的岗位：\(names)")))
        }
        let idle = warning.named.filter { unit in
            !self.docket.isRecused(unit) && !receipts.contains { $0.unit == unit }
        }
        if !idle.isEmpty {
            let labels = idle.compactMap { tree[$0]?.label }.joined(separator: ", ")
            faults.append(
                FieldFault(
                    field: "units", rule: .other(code: "not_a_recipient", "预案对该级预警不通知这类单位：\(labels)")))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        return receipts
    }

    // MARK: Bookkeeping

    private func require(_ verb: Verb, on id: WarningID) throws(Refusal) -> WarningRecord {
        guard let warning = self.docket.warning(id) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: warning), by: self.authority, in: self.docket.tree)
        return warning
    }

    private mutating func keep(_ warning: WarningRecord, _ reason: String) {
        var warning = warning
        warning.version += 1
        if let index = self.docket.warnings.firstIndex(where: { $0.id == warning.id }) {
            self.docket.warnings[index] = warning
        }
        self.changes.changedWarning = (warning, reason)
    }
}
