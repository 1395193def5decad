extension DocketStep {
    mutating func reply(_ id: SupervisionID, _ text: String, _ reason: String?) throws(Refusal) {
        var order = try self.require(.reply, on: id)
        let wasRaised = order.state == .raised
        order.reply = text
        order.repliedAt = self.now
        self.move(&order, .reply)
        self.stop(.reply, ofOrder: id)
        // The order forgets a reply that is not enough; the log does not.
        let detail = ["ref": order.ref, "reply": PersonalNumbers.masked(text)]
        self.log(
            EventDraft(.replied, assignment: order.assignment, reason: reason, detail: detail))
        self.tell(order.from, "supervision.replied", order.ref)
        // What went a tier up is judged there.
        guard !wasRaised else { return }
        try self.start(.judgement, of: order.from, on: order, because: .replied, at: .replied)
    }

    mutating func lift(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        var order = try self.require(.lift, on: id)
        order.closedAt = self.now
        self.move(&order, .lift)
        self.stop(.judgement, ofOrder: id)
        self.settleRaised(into: order)
        self.log(
            EventDraft(.lifted, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        self.tell(order.to, "supervision.lifted", order.ref)
    }

    mutating func uphold(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        var order = try self.require(.uphold, on: id)
        order.reply = nil
        order.repliedAt = nil
        self.move(&order, .uphold)
        self.stop(.judgement, ofOrder: id)
        self.log(
            EventDraft(.upheld, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        try self.start(.reply, of: order.to, on: order, because: .upheld)
        self.tell(order.to, "supervision.upheld", order.ref, due: self.dueOfLastNewClock)
    }

    mutating func supervise(
        _ id: AssignmentID, _ cause: SupervisionCause, _ requirement: String, _ reason: String?,
        _ terms: SupervisionTerms
    ) throws(Refusal) {
        let hop = try self.require(.supervise, on: id)
        let limit = try terms.limit(from: self.now)
        let issuer = self.authority.identity?.unit ?? hop.from
        let unit = self.docket.facts(of: hop).pressed
        if let standing = self.docket.supervisions.first(where: {
            $0.assignment == id && $0.from == issuer && $0.to == unit && $0.state.isOpen
        }) {
            self.changes.subject = .supervision(standing.id)
            return
        }
        let ladder = self.ladder(pressing: unit, about: id)
        try self.issue(
            SupervisionRecord(
                id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: id, from: issuer, to: unit,
                cause: cause, grade: terms.grade ?? ladder?.grade ?? .general, state: .issued, requirement: requirement,
                limit: limit, copies: self.copies(ladder?.copyTo ?? [], of: hop, from: issuer, to: unit),
                issuedAt: self.now),
            reason)
    }

    /// The ladder by which the plan would have issued an order to a unit about its part: that of the clock that is late, or
    /// will be first.
    private func ladder(pressing unit: UnitID, about hop: AssignmentID) -> Ladder? {
        let clocks = self.docket.clocks.filter {
            $0.assignment == hop && $0.unit == unit && $0.supervision == nil && $0.dispute == nil
        }
        let ladders = clocks.sorted { ($0.dueAt, $0.id.text) < ($1.dueAt, $1.id.text) }
            .compactMap { self.docket.plan.clock($0.rule)?.ladder }
        return ladders.first { $0.supervision != nil }
    }

    /// What times the reply to an order, as the case stands.
    private var replyRule: ClockRule? {
        let record = self.docket.record
        return self.docket.plan.rules(for: .reply, of: record.matter, at: record.level).first
    }

    /// Who gets a copy of an order by the plan: neither who issues it nor who is under it, and each once.
    func copies(_ copyTo: [SupervisionCopy], of hop: AssignmentRecord, from: UnitID, to: UnitID) -> [UnitID] {
        var units: [UnitID] = []
        for copy in copyTo {
            let unit: UnitID? =
                switch copy {
                case .parent: self.docket.tree[to]?.parent
                case .city: self.docket.tree.root?.id
                case .reviewer: hop.reviewer
                }
            if let unit, unit != from, unit != to, !units.contains(unit) { units.append(unit) }
        }
        return units
    }

    mutating func issue(_ order: SupervisionRecord, _ reason: String?) throws(Refusal) {
        self.docket.supervisions.append(order)
        self.changes.newSupervisions.append(order)
        self.changes.subject = .supervision(order.id)
        let label = self.docket.tree[order.to]?.label ?? ""
        var detail = [
            "ref": order.ref, "unit": label, "cause": order.cause.rawValue, "grade": order.grade.rawValue,
        ]
        if !order.copies.isEmpty {
            detail["copies"] = order.copies.compactMap { self.docket.tree[$0]?.label }.joined(separator: ", ")
        }
        self.log(EventDraft(.supervised, assignment: order.assignment, reason: reason, detail: detail))
        try self.start(.reply, of: order.to, on: order, because: .supervised, at: .ordered)
        self.tell(order.to, "supervision.issued", order.ref, due: self.dueOfLastNewClock)
        for unit in order.copies { self.tell(unit, "supervision.copied", order.ref, due: self.dueOfLastNewClock) }
    }

    mutating func raise(_ id: SupervisionID, _ reason: String) throws(Refusal) {
        let order = try self.require(.raise, on: id)
        guard let above = self.docket.tree[order.from]?.parent else { throw .nobodyAbove }
        let running = self.docket.clocks.first { $0.supervision == id && $0.kind == .reply }
        let rule = running.flatMap { self.docket.plan.clock($0.rule) } ?? self.replyRule
        try self.raise(order, to: above, reason, rule?.ladder)
    }

    /// Issues an order anew a tier up, and a grade graver.
    private mutating func raise(
        _ order: SupervisionRecord, to above: UnitID, _ reason: String?, _ ladder: Ladder?
    ) throws(Refusal) {
        let ignored = self.awaitingCircular(of: order)
        var order = order
        order.closedAt = self.now
        self.move(&order, .raise)
        self.stop(.judgement, ofOrder: order.id)
        self.stopAll(.void) { $0.supervision == order.id && $0.id != ignored?.id }
        if let ignored { self.keep(ignored) }
        self.log(
            EventDraft(.raised, assignment: order.assignment, reason: reason, detail: ["ref": order.ref]))
        self.tell(order.to, "supervision.raised", order.ref)
        let about = self.hopOfIssuer(of: order)
        let hop = self.docket.assignment(about)
        try self.issue(
            SupervisionRecord(
                id: self.mint.next(), ref: self.numbers.supervisionRef, assignment: about, raisedFrom: order.id,
                from: above, to: order.from, cause: order.cause,
                grade: max(order.grade.raised, ladder?.grade ?? .general),
                state: .issued, requirement: order.requirement,
                copies: hop.map { self.copies(ladder?.copyTo ?? [], of: $0, from: above, to: order.from) } ?? [],
                issuedAt: self.now),
            reason)
    }

    /// The clock of a reply that did not come in time, as it goes on: an order that is ignored leads to the circular of the
    /// plan (通报), whatever is ordered above meanwhile. Nil where nothing is late, or the plan has no circular left.
    private func awaitingCircular(of order: SupervisionRecord) -> ClockRecord? {
        guard order.state == .issued,
            var clock = self.docket.clocks.first(where: { $0.supervision == order.id && $0.kind == .reply }),
            !clock.isPaused, clock.breachedAt != nil || clock.isOverdue(at: self.now), let pending = clock.nextRung,
            let circular = self.rungs(of: clock, by: self.docket.plan.clock(clock.rule))
                .first(where: { $0.rung == .circular && $0.rung >= pending })
        else { return nil }
        self.noteBreach(of: &clock)
        clock.nextRung = circular.rung
        clock.nextAt = circular.at
        return clock
    }

    /// With an order those end that it was raised from: nobody waits for their replies any more.
    mutating func settleRaised(into order: SupervisionRecord) {
        var lower = order.raisedFrom
        while let id = lower {
            self.stopAll(.void) { $0.supervision == id }
            lower = self.docket.supervision(id)?.raisedFrom
        }
    }

    /// The tier above answers for nothing it was not told: its order goes to the issuer, about the issuer's own hop.
    private func hopOfIssuer(of order: SupervisionRecord) -> AssignmentID {
        self.docket.assignment(order.assignment)?.parent ?? order.assignment
    }

    /// The unit that an unanswered order goes up to; nil where nobody stands above its issuer, or an order from there
    /// stands already.
    func tierAbove(_ order: SupervisionRecord) -> UnitID? {
        guard let above = self.docket.tree[order.from]?.parent else { return nil }
        let about = self.hopOfIssuer(of: order)
        let stands = self.docket.supervisions.contains {
            $0.assignment == about && $0.from == above && $0.to == order.from && $0.state.isOpen
        }
        return stands ? nil : above
    }

    /// An order was not answered in time: it goes a tier up (逐级督办), by nobody's decision but the plan's.
    mutating func climb(_ order: SupervisionRecord, to above: UnitID, by ladder: Ladder?) throws(Refusal) {
        try self.raise(order, to: above, nil, ladder)
    }
}
