import struct Foundation.Date

/// Leads of a case, and cases that turn out to be one matter (并案).
extension DocketStep {
    // MARK: Leads

    mutating func attach(_ id: LeadID, _ reason: String) throws(Refusal) {
        try Permission.require(.attachLead, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard let lead = self.docket.lead, lead.id == id else {
            throw .badFields([FieldFault(field: "lead", rule: .notFound)])
        }
        // Already so: said twice is said once.
        if lead.record == self.docket.record.id { return }
        guard lead.record == nil else {
            throw .badFields([
                FieldFault(field: "lead", rule: .other(code: "attached_elsewhere", "该线索已属于另一案件"))
            ])
        }
        // A lead in earnest never comes into a drill, and a drill's own lead is never loose.
        guard lead.isDrill == self.docket.record.isDrill else {
            throw .badFields([FieldFault(field: "lead", rule: .other(code: "not_of_a_drill", "演练不能并入真实线索"))])
        }
        self.changes.leadMoves.append(.attach(id, to: self.docket.record.id, reason: reason))
        self.log(EventDraft(.attached, reason: reason, detail: ["lead": id.text]))
    }

    mutating func detach(_ id: LeadID, _ reason: String) throws(Refusal) {
        try Permission.require(.detachLead, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard let lead = self.docket.lead, lead.id == id, lead.record == self.docket.record.id else {
            throw .badFields([FieldFault(field: "lead", rule: .notFound)])
        }
        guard !lead.isDrill else {
            throw .badFields([FieldFault(field: "lead", rule: .other(code: "of_a_drill", "演练的线索不能移出"))])
        }
        // Nor would a merged case be left with one when it is parted again.
        guard lead.count > 1 else {
            throw .badFields([FieldFault(field: "lead", rule: .other(code: "last_lead", "案件（并入的案件也算）至少保留一条线索"))])
        }
        self.changes.leadMoves.append(.detach(id, from: self.docket.record.id, reason: reason))
        self.log(EventDraft(.detached, reason: reason, detail: ["lead": id.text]))
    }

    // MARK: Merging

    /// A case that is merged moves by nothing but the un-merge; who may see it is another matter.
    func requireThawed(_ verb: Verb) throws(Refusal) {
        guard self.docket.record.state == .merged else { return }
        switch verb {
        case .unmerge, .liftRecusal: return
        case .restrict where self.docket.record.secrecy > 0: return
        case .recuse, .restrict:
            throw .badFields([
                FieldFault(
                    field: verb == .recuse ? "unit" : "secrecy",
                    rule: .other(code: "case_is_merged", Self.shutThroughSurvivor))
            ])
        default:
            throw .notAllowed(
                verb, state: CaseState.merged.rawValue,
                allowed: self.authority.identity.map {
                    Permission.allowed(on: self.docket.facts, to: $0, in: self.docket.tree)
                } ?? [])
        }
    }

    static let shutThroughSurvivor = "本案已并入他案，请在承接的案件上办理，会一并适用于本案"

    /// What was asked for formally and is not answered: it has a number, and somebody waits for it.
    ///
    /// A merge is refused while the case that ends has any, or nobody could answer it, and the other case would be
    /// concluded past it. Whoever merges settles it first, or merges the other way round: then it goes on with the case
    /// that has it. An assignment does not count, for units at work on the same matter twice are what cases are merged
    /// for: it rests with what was fed back on it, and an un-merge lets it go on.
    private var formalWork: [String] {
        self.docket.supervisions.filter { $0.state.isOpen && self.docket.demandsWork($0) }.map(\.ref)
            + self.docket.warnings.filter { $0.state.isOpen }.map(\.ref)
            + self.docket.disputes.filter { $0.state.isOpen }.map(\.ref)
            + self.docket.referrals.filter { $0.state.isOpen }.map(\.ref)
    }

    /// Merges this case into another.
    ///
    /// Nothing is destroyed: its hops stay as they are and move no more, its running clocks stand still, its leads go
    /// along. The other case takes the graver level; otherwise it goes on as it was. Both are as shut as each other, or
    /// one would tell what the other hides: ``carry(_:)`` keeps them so.
    mutating func merge(into other: inout DocketStep?, _ reason: String) throws(Refusal) {
        try Permission.require(.merge, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard var survivor = other else { throw .badFields([FieldFault(field: "into", rule: .notFound)]) }
        let own = self.docket.record
        let target = survivor.docket.record
        func refuse(_ code: String, _ text: String) -> Refusal {
            .badFields([FieldFault(field: "into", rule: .other(code: code, text))])
        }
        guard target.id != own.id else { throw refuse("same_case", "不能并入自身") }
        guard target.owner == own.owner else { throw refuse("another_owner", "不是同一单位的案件") }
        guard target.isDrill == own.isDrill else { throw refuse("drill_and_earnest", "演练与真实案件不能并案") }
        guard target.state != .merged else { throw refuse("case_is_merged", "该案件已并入其他案件") }
        guard target.state.isOpen else {
            throw refuse("case_is_over", "该案件\(target.state.label)；如系重复反映，请先重新打开")
        }
        // Its leads go along, and must stay with those who may know of them.
        guard target.secrecy >= own.secrecy else { throw refuse("less_secret", "该案件的知悉范围更宽，请先限制") }
        guard own.recused.allSatisfy(survivor.docket.isRecused) else {
            throw refuse("recusal_missing", "本案有单位回避，该案件没有，请先登记回避")
        }
        // And what it holds must not be read in what is left of this one.
        guard own.secrecy >= target.secrecy else { throw refuse("own_less_secret", "本案的知悉范围更宽，请先限制本案") }
        guard target.recused.allSatisfy(self.docket.isRecused) else {
            throw refuse("own_recusal_missing", "该案件有单位回避，本案没有，请先在本案登记回避")
        }
        let refs = self.formalWork
        guard refs.isEmpty else { throw .openWork(.merge, refs: refs) }
        for var clock in self.docket.clocks {
            self.noteBreach(of: &clock)
            clock.nextAt = nil
            if !clock.isPaused {
                clock.pauses.append(ClockPause(begin: self.now, end: nil))
                self.changes.adjustments.append((clock.id, .paused, "并案：\(reason)"))
            }
            self.keep(clock)
        }
        self.move(.merge)
        self.docket.record.merger = Merger(into: target.id, before: own.state, at: self.now)
        self.changes.leadMoves.append(.merge(from: own.id, into: target.id, reason: reason))
        self.log(EventDraft(.merged, reason: reason, detail: ["case_id": target.id.text, "from": own.state.rawValue]))
        for unit in self.unitsAtWork { self.tell(unit, "case.merged", own.ref) }

        survivor.mint = self.mint
        try survivor.absorb(own, reason)
        other = survivor
    }

    /// Takes up another case.
    private mutating func absorb(_ absorbed: CaseRecord, _ reason: String) throws(Refusal) {
        var detail = ["case_id": absorbed.id.text]
        let plan = self.docket.plan
        func rank(_ level: String?) -> Int { level.flatMap(plan.level)?.rank ?? 0 }
        let isGraver = rank(absorbed.level) > rank(self.docket.record.level)
        if let level = absorbed.level {
            detail["level"] = level
            // The cases may have been opened under plans that name their levels differently.
            if plan.level(level) == nil { detail["level_unknown"] = "yes" }
        }
        self.log(EventDraft(.absorbed, reason: reason, detail: detail))
        if isGraver, let level = absorbed.level { try self.grade(level, nil, .none, "并案：\(reason)") }
        for unit in self.unitsAtWork { self.tell(unit, "case.absorbed", self.docket.record.ref) }
    }

    /// Undoes a merge: the state before comes back, the clocks go on, and the leads that came along go back. The level of
    /// the other case stays: the officer grades it anew.
    mutating func unmerge(from other: inout DocketStep?, _ reason: String) throws(Refusal) {
        try Permission.require(.unmerge, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard let merger = self.docket.record.merger, var survivor = other,
            survivor.docket.record.id == merger.into
        else { throw .notFound }
        // What was merged last is undone first, or its leads would be looked for where they no longer are.
        guard survivor.docket.record.state != .merged else {
            throw .badFields([
                FieldFault(
                    field: "case",
                    rule: .other(
                        code: "survivor_is_merged", "并入的案件 \(survivor.docket.record.ref) 又已并入他案，请先撤销那次并案"))
            ])
        }
        self.move(Self.step(backTo: merger.before))
        self.docket.record.merger = nil
        var resumed: Set<ClockID> = []
        for index in self.docket.clocks.indices {
            let pauses = self.docket.clocks[index].pauses
            // One that stood still before the merge stands still after it.
            guard let last = pauses.last, last.end == nil, last.begin == merger.at else { continue }
            self.docket.clocks[index].pauses[pauses.count - 1].end = self.now
            resumed.insert(self.docket.clocks[index].id)
        }
        // From above downwards: one deadline hangs on another.
        for var clock in self.docket.clocks.sorted(by: { self.depth(of: $0) < self.depth(of: $1) })
        where resumed.contains(clock.id) {
            try self.turn(&clock)
            // Of one that was late already the deadline stays, and the next rung comes so much later.
            if clock.breachedAt != nil, let next = clock.nextAt {
                clock.nextAt = self.now.addingTimeInterval(max(0, next.timeIntervalSince(merger.at)))
            }
            self.keep(clock)
            self.changes.adjustments.append((clock.id, .resumed, "撤销并案：\(reason)"))
        }
        let own = self.docket.record
        self.changes.leadMoves.append(.unmerge(from: merger.into, to: own.id, since: merger.at, reason: reason))
        self.log(
            EventDraft(.unmerged, reason: reason, detail: ["case_id": merger.into.text, "state": own.state.rawValue]))
        // Who was recused meanwhile could not be relieved of its work while nothing moved.
        for unit in own.recused { try self.takeBack(from: unit) }
        for unit in self.unitsAtWork { self.tell(unit, "case.unmerged", own.ref) }

        survivor.mint = self.mint
        var detail = ["case_id": own.id.text]
        if let level = survivor.docket.record.level { detail["level_kept"] = level }
        survivor.log(EventDraft(.parted, reason: reason, detail: detail))
        for unit in survivor.unitsAtWork { survivor.tell(unit, "case.parted", survivor.docket.record.ref) }
        other = survivor
    }

    private static func step(backTo state: CaseState) -> CaseTransition.Step {
        switch state {
        case .graded: .unmergeGraded
        case .assigned: .unmergeAssigned
        case .accepted: .unmergeAccepted
        default: .unmergeRegistered
        }
    }

    /// Units with an assignment that is still open, each once.
    private var unitsAtWork: [UnitID] {
        Set(self.docket.assignments.filter(\.state.isOpen).map(\.to)).sorted { $0.rawValue < $1.rawValue }
    }
}
