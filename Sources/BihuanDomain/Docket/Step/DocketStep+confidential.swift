/// Who must not see a case (回避), who may not (限制), and how the one who asked to be answered is reached.
extension DocketStep {
    // MARK: Recusal

    /// Keeps a unit that the case is about, and everything below it, out of the case: whatever it had to do comes back to
    /// whoever assigned it, and nothing of it waits for the unit any more.
    mutating func recuse(_ label: String, _ reason: String, field: String = "unit") throws(Refusal) {
        try Permission.require(.recuse, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let tree = self.docket.tree
        guard let unit = tree[label] else {
            throw .badFields([FieldFault(field: field, rule: .unknownUnit)])
        }
        guard !tree.contains(unit.id, self.docket.record.owner) else {
            throw .badFields([
                FieldFault(field: field, rule: .other(code: "answers_for_it", "承办案件的单位及其上级不能回避"))
            ])
        }
        try self.carry(recusing: unit, reason)
        // Already so, by itself or with a unit above it.
        guard !self.docket.isRecused(unit.id) else { return }

        self.docket.record.recused.append(unit.id)
        self.changes.newRecusals.append((unit.id, reason))
        self.log(EventDraft(.recused, reason: reason, detail: ["unit": unit.label]))
        try self.takeBack(from: unit.id)
    }

    /// Ends what the unit and those below it have to do in the case, the lowest hops first.
    mutating func takeBack(from unit: UnitID) throws(Refusal) {
        let tree = self.docket.tree
        func isBelow(_ other: UnitID) -> Bool { tree.contains(unit, other) }
        let ended = self.docket.assignments.filter { $0.state.isOpen && (isBelow($0.to) || isBelow($0.from)) }
            .sorted { tree.lineage(of: $0.to).count > tree.lineage(of: $1.to).count }
        for id in ended.map(\.id) {
            // The end of one may have touched another.
            guard var hop = self.docket.assignment(id), hop.state.isOpen else { continue }
            hop.closedAt = self.now
            // Nobody is told: the unit is not to know, and whoever assigned it finds it in the log.
            try self.end(
                &hop, .recuse,
                EventDraft(.recalled, assignment: hop.id, reason: "回避", detail: ["because": EventKind.recused.rawValue])
            )
        }
        // A feedback that the unit would have reviewed goes back to the assigner.
        for var hop in self.docket.assignments where hop.state.isOpen && isBelow(hop.reviewer) {
            let wasUnderReview = self.isRunning(.review, of: hop.id)
            hop.reviewer = hop.from
            self.touch(&hop)
            guard wasUnderReview else { continue }
            self.stopAll(.void) { $0.assignment == hop.id && $0.kind == .review }
            try self.start(.review, of: hop.reviewer, hop: hop, because: .recused, at: .fedBack)
        }
        for order in self.docket.supervisions where order.state.isOpen && isBelow(order.to) { self.lapse(order) }
        self.stopAll(.void) { isBelow($0.unit) }
    }

    mutating func liftRecusal(_ label: String, _ reason: String) throws(Refusal) {
        try Permission.require(.liftRecusal, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard let unit = self.docket.tree[label] else {
            throw .badFields([FieldFault(field: "unit", rule: .unknownUnit)])
        }
        guard let index = self.docket.record.recused.firstIndex(of: unit.id) else {
            throw .badFields([FieldFault(field: "unit", rule: .other(code: "not_recused", "该单位没有回避此案"))])
        }
        self.docket.record.recused.remove(at: index)
        // Their leads are here now.
        let stricter = self.docket.merged.filter { !$0.recused.allSatisfy(self.docket.isRecused) }.map(\.ref)
        guard stricter.isEmpty else {
            throw .badFields([
                FieldFault(
                    field: "unit",
                    rule: .other(
                        code: "merged_case_recuses", "并入的案件也要求其回避，请先在那些案件上解除：\(stricter.joined(separator: "、"))"))
            ])
        }
        self.changes.liftedRecusals.append((unit.id, reason))
        self.log(EventDraft(.recusalLifted, reason: reason, detail: ["unit": unit.label]))
    }

    // MARK: Secrecy

    /// Restricts a case to those who are cleared for it, or lets more of them see it again.
    mutating func restrict(_ level: Int, _ reason: String) throws(Refusal) {
        try Permission.require(.restrict, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        var faults: [FieldFault] = []
        func refuse(_ code: String, _ text: String) {
            faults.append(FieldFault(field: "secrecy", rule: .other(code: code, text)))
        }
        let before = self.docket.record.secrecy
        if let clearance = self.authority.identity?.clearance, level > clearance {
            refuse("above_own_clearance", "高于本岗位的知悉范围（\(clearance)）")
        }
        if self.docket.record.state == .merged, level > before {
            refuse("case_is_merged", Self.shutThroughSurvivor)
        }
        let blind = self.docket.unitsInvolved.filter { self.docket.clearance(of: $0) < level }
        if level > before, !blind.isEmpty {
            let names = blind.compactMap { self.docket.tree[$0]?.name }.sorted().joined(separator: "、")
            refuse("not_cleared", "承办的单位没有知悉此级案件的岗位，办不下去：\(names)")
        }
        // Their leads are here now.
        let stricter = self.docket.merged.filter { $0.secrecy > level }.map(\.ref)
        if !stricter.isEmpty {
            refuse("merged_case_needs_it", "并入的案件限制更严，请先放宽那些案件：\(stricter.joined(separator: "、"))")
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        // Who opens it somewhat shuts nothing.
        if level >= before { try self.carry(restricting: level, reason) }
        guard before != level else { return }
        self.docket.record.secrecy = level
        self.log(EventDraft(.restricted, reason: reason, detail: ["from": "\(before)", "secrecy": "\(level)"]))
    }

    // MARK: What was merged into it

    /// A matter has one seal, whatever number what is told of it stands under: what was merged into the case is shut with
    /// it. It is opened by itself first, since it may have been shut for its own reasons; and it stays shut when it is
    /// parted. Nothing of it moves, so what its units have to do is taken back no sooner than then.
    private mutating func carry(recusing unit: Unit, _ reason: String) throws(Refusal) {
        let tree = self.docket.tree
        for index in self.docket.merged.indices
        where !self.docket.merged[index].recused.contains(where: { tree.contains($0, unit.id) }) {
            self.docket.merged[index].recused.append(unit.id)
            self.docket.merged[index].version += 1
            self.changes.carried.append(
                CarriedSeal(
                    record: self.docket.merged[index], recusal: (unit.id, reason),
                    event: EventDraft(
                        .recused, reason: reason, detail: ["unit": unit.label, "because": EventKind.merged.rawValue])))
        }
    }

    private mutating func carry(restricting level: Int, _ reason: String) throws(Refusal) {
        for index in self.docket.merged.indices where self.docket.merged[index].secrecy < level {
            let before = self.docket.merged[index].secrecy
            self.docket.merged[index].secrecy = level
            self.docket.merged[index].version += 1
            self.changes.carried.append(
                CarriedSeal(
                    record: self.docket.merged[index], secrecy: level,
                    event: EventDraft(
                        .restricted, reason: reason,
                        detail: [
                            "from": "\(before)", "secrecy": "\(level)", "because": EventKind.merged.rawValue,
                        ])))
        }
    }

    // MARK: Contact

    /// Puts on record that a contact is about to be shown whole, and why; the store shows it once this is written.
    mutating func revealContact(_ id: ContactID, _ reason: String) throws(Refusal) {
        if let identity = self.authority.identity {
            guard Verb.revealContact.roles.contains(identity.role) else {
                throw .notPermitted(.revealContact, role: identity.role)
            }
            let isInCharge = self.docket.assignments.contains {
                $0.to == identity.unit && $0.role == .lead && $0.state.isOpen
            }
            guard Permission.mayReveal(identity, owner: self.docket.record.owner, isInCharge: isInCharge) else {
                throw .outsideJurisdiction(.revealContact)
            }
        }
        self.log(EventDraft(.contactRevealed, reason: reason, detail: ["contact": id.text]))
    }

    // MARK: Whom work may be sent to

    /// Why work of the case, or word of it, cannot be sent to a unit; nil: it can.
    ///
    /// Who may not know of a recusal is told of a unit that is not there.
    func fault(ofSendingTo unit: UnitID, field: String) -> FieldFault? {
        if self.docket.isRecused(unit) {
            return FieldFault(
                field: field,
                rule: self.knowsRecusals ? .other(code: "recused", "该单位须回避此案") : .unknownUnit)
        }
        guard self.docket.clearance(of: unit) < self.docket.record.secrecy else { return nil }
        let name = self.docket.tree[unit]?.name ?? ""
        return FieldFault(field: field, rule: .other(code: "not_cleared", "\(name)没有知悉此级案件的岗位"))
    }

    /// The owner of the case and those above it know.
    private var knowsRecusals: Bool {
        self.authority.identity.map { self.docket.tree.contains($0.unit, self.docket.record.owner) } ?? true
    }
}

extension Docket {
    /// Whether a unit is kept out of the case: it, or one above it, is recused.
    func isRecused(_ unit: UnitID) -> Bool {
        !self.record.recused.isEmpty && self.record.recused.contains { self.tree.contains($0, unit) }
    }

    /// Whoever still has something to do in the case, or waits for it: who works, gave the work or reviews it, is under an
    /// order or issued one, decides a dispute, was told a warning, or is to do a task.
    var unitsInvolved: Set<UnitID> {
        var units: Set<UnitID> = []
        for hop in self.assignments where hop.state.isOpen { units.formUnion([hop.to, hop.from, hop.reviewer]) }
        for order in self.supervisions where order.state.isOpen { units.formUnion([order.to, order.from]) }
        for dispute in self.disputes where dispute.state.isOpen {
            units.formUnion([dispute.raisedBy, dispute.assigner, dispute.arbiter])
        }
        for warning in self.warnings where warning.state.isOpen {
            units.formUnion(warning.receipts.map(\.unit))
            units.formUnion(warning.named)
        }
        for task in self.tasks where task.state == .open { units.formUnion([task.unit, task.owner]) }
        return units
    }

    /// The highest clearance of the unit's posts, as far as it was read.
    func clearance(of unit: UnitID) -> Int { self.clearances[unit] ?? 0 }
}

extension Permission {
    /// Dispatcher and duty desk of the owner; handlers of a unit in charge that is not done.
    package static func mayReveal(_ identity: Identity, owner: UnitID, isInCharge: Bool) -> Bool {
        switch identity.role {
        case .dispatcher, .duty: identity.unit == owner
        case .handler: isInCharge
        default: false
        }
    }
}
