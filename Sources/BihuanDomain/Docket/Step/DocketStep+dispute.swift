/// Disputes: a unit says that work is another's, and the tier above the assigner decides. The decision binds.
extension DocketStep {
    /// Time goes on meanwhile: nothing is gained by a dispute.
    mutating func dispute(_ id: AssignmentID, _ proposed: String, _ reason: String) throws(Refusal) {
        let hop = try self.require(.dispute, on: id)
        guard !self.docket.facts(of: hop).hasOpenChildren else {
            throw .openWork(.dispute, refs: self.openChildren(of: id).map(\.ref))
        }
        let unit = try self.proposed(proposed, instead: hop.to)
        let dispute = DisputeRecord(
            id: self.mint.next(), ref: self.numbers.disputeRef, assignment: id, raisedBy: hop.to, assigner: hop.from,
            proposed: unit.id, arbiter: self.docket.tree[hop.from]?.parent ?? hop.from, state: .open,
            raisedAt: self.now)
        self.docket.disputes.append(dispute)
        self.docket.record.isContested = true
        self.changes.newDispute = (dispute, reason)
        self.changes.subject = .dispute(dispute.id)
        self.log(
            EventDraft(
                .disputed, assignment: id, reason: reason,
                detail: [
                    "ref": dispute.ref, "assignment": hop.ref, "proposed": unit.label,
                    "arbiter": self.docket.tree[dispute.arbiter]?.label ?? "",
                ]))
        let due = try self.awaitArbitration(of: dispute, hop)
        self.tell(dispute.arbiter, "dispute.raised", dispute.ref, due: due)
        if hop.from != dispute.arbiter { self.tell(hop.from, "dispute.raised", dispute.ref) }
    }

    /// Decides who holds the work.
    ///
    /// - Parameter label: of the unit that has it: its hop goes on. Of another unit below the assigner: it gets a hop of
    ///   its own, and the disputed one counts as returned. Of the assigner: it has the work again itself.
    mutating func arbitrate(_ id: DisputeID, _ label: String, _ reason: String) throws(Refusal) {
        guard var dispute = self.docket.dispute(id) else { throw .notFound }
        try Permission.require(
            .arbitrate, on: self.docket.facts(of: dispute), by: self.authority, in: self.docket.tree)
        guard var hop = self.docket.assignment(dispute.assignment) else { throw .notFound }
        let unit = try self.holder(label, of: hop)
        dispute.decided = unit.id
        dispute.closedAt = self.now
        self.close(&dispute, .arbitrate, reason)
        self.stop(.arbitration, of: hop.id)
        self.log(
            EventDraft(
                .arbitrated, assignment: hop.id, reason: reason,
                detail: ["ref": dispute.ref, "assignment": hop.ref, "unit": unit.label]))
        if unit.id == hop.to {
            hop.boundBy = id
            self.touch(&hop)
        } else {
            // The new hop comes first: the case is not left without one in between.
            if unit.id != hop.from { try self.bind(unit, to: hop, by: dispute, reason) }
            hop.closedAt = self.now
            hop.returnReason = reason
            hop.proposed = unit.id
            try self.end(
                &hop, .return,
                EventDraft(.returned, assignment: hop.id, reason: reason, detail: ["dispute": dispute.ref]))
        }
        self.changes.subject = .dispute(id)
        self.tell(dispute.raisedBy, "dispute.decided", dispute.ref)
        self.tell(dispute.assigner, "dispute.decided", dispute.ref)
    }

    mutating func withdraw(_ id: DisputeID, _ reason: String) throws(Refusal) {
        guard var dispute = self.docket.dispute(id) else { throw .notFound }
        try Permission.require(
            .withdraw, on: self.docket.facts(of: dispute), by: self.authority, in: self.docket.tree)
        dispute.closedAt = self.now
        self.close(&dispute, .withdraw, reason)
        self.noteWithdrawal(of: dispute, reason)
    }

    /// The unit took the work on after all, or it went away: there is nothing left to decide.
    mutating func lapseDispute(of hop: AssignmentID) {
        guard var dispute = self.docket.dispute(openOn: hop) else { return }
        dispute.closedAt = self.now
        self.close(&dispute, .lapse, nil)
        self.noteWithdrawal(of: dispute, nil)
    }

    private mutating func noteWithdrawal(of dispute: DisputeRecord, _ reason: String?) {
        self.stopAll(.void) { $0.dispute == dispute.id }
        self.log(
            EventDraft(
                .disputeWithdrawn, assignment: dispute.assignment, reason: reason, detail: ["ref": dispute.ref]))
        self.tell(dispute.arbiter, "dispute.withdrawn", dispute.ref)
        if dispute.assigner != dispute.arbiter { self.tell(dispute.assigner, "dispute.withdrawn", dispute.ref) }
    }

    private mutating func close(
        _ dispute: inout DisputeRecord, _ step: DisputeTransition.Step, _ decision: String?
    ) {
        if let next = DisputeTransition.next(from: dispute.state, on: step) { dispute.state = next }
        dispute.version += 1
        if let index = self.docket.disputes.firstIndex(where: { $0.id == dispute.id }) {
            self.docket.disputes[index] = dispute
        }
        self.changes.changedDisputes.append((dispute, decision))
    }

    /// The decided unit holds the work: it gets a hop like the disputed one, or what it has already counts as that.
    private mutating func bind(
        _ unit: Unit, to hop: AssignmentRecord, by dispute: DisputeRecord, _ reason: String
    ) throws(Refusal) {
        if var standing = self.docket.assignments.first(where: {
            $0.parent == hop.parent && $0.from == hop.from && $0.to == unit.id && $0.state.isOpen
        }) {
            try self.require(hop.role, of: standing)
            standing.boundBy = dispute.id
            self.touch(&standing)
            return
        }
        try self.open(
            AssignmentRecord(
                id: self.mint.next(), ref: self.numbers.assignmentRef, parent: hop.parent, role: hop.role,
                state: .assigned, from: hop.from, to: unit.id, reviewer: hop.reviewer, instruction: hop.instruction,
                assignedAt: self.now, boundBy: dispute.id),
            hop.parent == nil ? .assigned : .forwarded, reason)
    }

    private func holder(_ label: String, of hop: AssignmentRecord) throws(Refusal) -> Unit {
        guard let unit = self.docket.tree[label] else {
            throw .badFields([FieldFault(field: "unit", rule: .unknownUnit)])
        }
        guard !unit.isDisabled else { throw .badFields([FieldFault(field: "unit", rule: .disabledUnit)]) }
        // Whoever has it may keep it, wherever in the tree it was moved meanwhile.
        guard unit.id == hop.from || unit.id == hop.to || unit.parent == hop.from else {
            throw .badFields([
                FieldFault(
                    field: "unit", rule: .other(code: "not_below_assigner", "须为转办单位或其直接下级单位"))
            ])
        }
        if let fault = self.fault(ofSendingTo: unit.id, field: "unit") { throw .badFields([fault]) }
        return unit
    }

    // MARK: Returns

    /// The unit that should have the work instead.
    func proposed(_ label: String, instead own: UnitID) throws(Refusal) -> Unit {
        guard let unit = self.docket.tree[label] else {
            throw .badFields([FieldFault(field: "proposed", rule: .unknownUnit)])
        }
        guard !unit.isDisabled else { throw .badFields([FieldFault(field: "proposed", rule: .disabledUnit)]) }
        guard unit.id != own else {
            throw .badFields([FieldFault(field: "proposed", rule: .other(code: "own_unit", "不能是本单位"))])
        }
        return unit
    }
}
