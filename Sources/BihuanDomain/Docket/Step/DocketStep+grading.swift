import FoundationEssentials

/// How grave a case is: judged by an officer, raised by a sensitive period, questioned by its spread.
extension DocketStep {
    mutating func grade(
        _ key: String, _ matter: String?, _ assessment: Assessment, _ reason: String
    ) throws(Refusal) {
        try Permission.require(.grade, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        var faults: [FieldFault] = []
        let plan = self.docket.plan
        if plan.level(key) == nil {
            faults.append(FieldFault(field: "level", rule: .unknownValue(plan.levels.map(\.key))))
        }
        if let matter { faults += self.faults(ofMatter: matter) }
        faults += assessment.faults(against: plan.cases)
        guard faults.isEmpty else { throw .badFields(faults) }

        let before = self.docket.record
        let raise = plan.raise(of: key, in: .record, on: self.today, during: self.docket.periods)
        let grading = GradingRecord(
            level: raise?.to ?? key, judged: key, assessment: assessment,
            proposal: plan.cases.proposal(for: assessment, spread: self.docket.spread?.counts), raise: raise)
        self.move(.grade)
        self.docket.record.level = grading.level
        self.docket.record.proposedLevel = nil
        if let matter { self.docket.record.matter = matter }
        if before.gradedAt == nil { self.docket.record.gradedAt = self.now }
        self.docket.history.gradings.append(.init(level: grading.level, at: self.now))
        self.changes.newGrading = grading
        self.log(EventDraft(.graded, reason: reason, detail: self.detail(of: grading, before, matter)))

        let isFirst = before.state == .registered
        if isFirst { self.stopAll(.met) { $0.kind == .grading } }
        guard isFirst || before.level != grading.level || before.matter != self.docket.record.matter else { return }
        try self.reclock(because: .graded)
        if isFirst { try self.start(.dispatch, of: self.docket.record.owner, because: .graded, at: .graded) }
        if let old = before.level.flatMap({ plan.level($0) }), let new = plan.level(grading.level), new.rank > old.rank
        {
            try self.happened(.levelRaised, because: .graded)
        }
        try self.awaitFilings()
    }

    private func detail(of grading: GradingRecord, _ before: CaseRecord, _ matter: String?) -> [String: String] {
        var detail = ["level": grading.level]
        if let level = before.level { detail["from"] = level }
        if let matter, matter != before.matter { detail["matter"] = matter }
        if let proposed = grading.proposal.level { detail["proposed"] = proposed }
        if let raise = grading.raise {
            detail["judged"] = grading.judged
            detail["sensitive_period"] = raise.period.name
        }
        return detail
    }

    /// The day in the city.
    var today: CivilDay { CivilDay(self.now, offset: self.docket.calendar.offset) }

    // MARK: Spread

    /// Keeps a count of the case's spread; where it reaches what the plan names for a graver level, that is proposed.
    mutating func observe(_ draft: SpreadDraft, _ reason: String?) throws(Refusal) {
        let observedAt = draft.observedAt ?? self.now
        guard observedAt <= self.now else {
            throw .badFields([FieldFault(field: "observed_at", rule: .inTheFuture)])
        }
        try Permission.require(.observe, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        let isLatest = self.docket.spread.map { observedAt >= $0.observedAt } ?? true
        let sample = SpreadSample(counts: draft.counts, observedAt: observedAt, source: draft.source)
        if isLatest {
            // What is not counted now is as it was counted last.
            let before = self.docket.spread?.counts.counts ?? [:]
            let counts = SpreadCounts(before.merging(draft.counts.counts) { $1 })
            self.docket.spread = SpreadSample(counts: counts, observedAt: observedAt, source: draft.source)
        }
        self.changes.newSample = sample
        var detail = ["observed_at": observedAt.ISO8601Format()]
        for (metric, count) in draft.counts.counts { detail[metric.rawValue] = String(count) }
        self.log(EventDraft(.observed, reason: reason, detail: detail))
        if isLatest { self.proposeRaise() }
    }

    private mutating func proposeRaise() {
        let plan = self.docket.plan
        let proposal = plan.cases.proposal(for: .none, spread: self.docket.spread?.counts)
        func rank(_ key: String?) -> Int { key.flatMap(plan.level)?.rank ?? 0 }
        let record = self.docket.record
        guard let match = proposal.matches.first, rank(match.level) > rank(record.level),
            rank(match.level) > rank(record.proposedLevel)
        else { return }
        self.docket.record.proposedLevel = match.level
        var detail = ["level": match.level, "metric": match.key]
        detail["value"] = match.value.map { String($0) }
        detail["threshold"] = match.threshold.map { String($0) }
        self.log(EventDraft(.raiseProposed, detail: detail))
        self.tell(record.owner, "case.raise_proposed", record.ref)
    }
}
