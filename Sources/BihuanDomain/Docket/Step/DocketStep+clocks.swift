import struct Foundation.Date

extension DocketStep {
    // MARK: Rules in force

    /// A rule with its limit, and where a clock under it counts from.
    typealias Term = (rule: ClockRule, limit: TimeLimit, start: Date)

    /// What times an act of the loop at the case's level and matter; nil where nothing does, or does not yet.
    ///
    /// - Parameter start: where a rule counts from; nil: it does not count yet.
    private func term(
        for kind: ClockKind, at level: String?, from start: (ClockRule) -> Date?
    ) throws(Refusal) -> Term? {
        var terms: [Term] = []
        for rule in self.docket.plan.rules(for: kind, of: self.docket.record.matter, at: level) {
            guard let start = start(rule), let limit = try self.limit(of: rule, at: level, from: start) else {
                continue
            }
            terms.append((rule, limit, start))
        }
        guard terms.count > 1 else { return terms.first }
        let tightest = try self.tightest(terms.map { ($0.limit, $0.start) })
        return tightest.map { terms[$0] }
    }

    /// A rule's limit at a level; before the case is graded, the tightest of all it has.
    private func limit(of rule: ClockRule, at level: String?, from start: Date) throws(Refusal) -> TimeLimit? {
        if let level { return rule.limits[level] }
        let limits = self.docket.plan.levels.compactMap { rule.limits[$0.key] }
        return try self.tightest(limits.map { ($0, start) }).map { limits[$0] }
    }

    /// Which of these runs out first, the first of several that do.
    private func tightest(_ limits: [(limit: TimeLimit, start: Date)]) throws(Refusal) -> Int? {
        guard let first = limits.first else { return nil }
        if limits.allSatisfy({ $0 == first }) { return 0 }
        let calendar = self.docket.calendar
        var best: (index: Int, due: Date)?
        var unknown: (earliest: Date, year: Int)?
        for (index, (limit, start)) in limits.enumerated() {
            do throws(MissingCalendarYear) {
                let due = try calendar.deadline(limit, from: start)
                if best.map({ due < $0.due }) ?? true { best = (index, due) }
            } catch {
                // What cannot end sooner than another need not be known.
                let earliest = start.addingTimeInterval(limit.atLeast)
                if unknown.map({ earliest < $0.earliest }) ?? true { unknown = (earliest, error.year) }
            }
        }
        if let unknown, best.map({ $0.due > unknown.earliest }) ?? true { throw .missingCalendarYear(unknown.year) }
        return best?.index
    }

    /// What times a running clock now, from its own start: of the loop whatever times its act, otherwise the rule that
    /// it is called by.
    func term(of clock: ClockRecord) throws(Refusal) -> Term? {
        guard clock.kind == .filing else {
            let term = try self.term(for: clock.kind, at: self.level(of: clock)) { _ in clock.startedAt }
            return Self.term(
                term, ownLimit: clock.kind == .reply ? clock.supervision.flatMap(self.docket.supervision)?.limit : nil)
        }
        guard let rule = self.docket.plan.clock(clock.rule), rule.kind == .filing else { return nil }
        return try self.term(ofFiling: rule, from: clock.startedAt)
    }

    /// The same term with the limit that the issuer of an order set for it.
    private static func term(_ term: Term?, ownLimit: TimeLimit?) -> Term? {
        guard let term, let ownLimit else { return term }
        return (term.rule, ownLimit, term.start)
    }

    private func term(ofFiling rule: ClockRule, from start: Date) throws(Refusal) -> Term? {
        let record = self.docket.record
        guard rule.runs(for: record.matter), record.level != nil || rule.runs(atEveryLevelOf: self.docket.plan),
            let limit = try self.limit(of: rule, at: record.level, from: start)
        else { return nil }
        return (rule, limit, start)
    }

    /// The level that times a clock: an answer is awaited by the level of the warning, all else by that of the case.
    private func level(of clock: ClockRecord) -> String? {
        guard let warning = clock.warning else { return self.docket.record.level }
        return self.docket.warning(warning)?.level ?? clock.level
    }

    // MARK: Starting

    /// Starts a clock of the loop as the plan's rule for it says.
    ///
    /// - Parameters:
    ///   - event: what happened just now. Only a rule that counts from it starts, or from something earlier; nil: the
    ///     work is to be done again, and counts from now whatever the plan counts it from.
    mutating func start(
        _ kind: ClockKind, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        because cause: EventKind, at event: StartEvent? = nil
    ) throws(Refusal) {
        let term = try self.term(for: kind, at: self.docket.record.level) { rule in
            guard let event, rule.startsOn != event else { return self.now }
            // What happens to an order has no earlier moment to count from.
            return switch rule.stopsOn.kind.subject {
            case .record: self.moment(of: rule)
            case .assignment: hop.flatMap { Self.moment(of: rule.startsOn, $0) }
            case .order, .warning, .dispute, .referral: nil
            }
        }
        guard let term = Self.term(term, ownLimit: kind == .reply ? order?.limit : nil) else { return }
        try self.start(term, of: unit, hop: hop, on: order, because: cause.rawValue)
    }

    private mutating func start(
        _ term: Term, of unit: UnitID, hop: AssignmentRecord? = nil, on order: SupervisionRecord? = nil,
        warning: WarningRecord? = nil, dispute: DisputeRecord? = nil, referral: ReferralRecord? = nil,
        because cause: String
    ) throws(Refusal) {
        let rule = term.rule
        var clock = ClockRecord(
            id: self.mint.next(), assignment: hop?.id ?? order?.assignment, supervision: order?.id,
            warning: warning?.id, dispute: dispute?.id, referral: referral?.id, unit: unit, kind: rule.kind,
            rule: rule.id,
            level: warning?.level ?? self.docket.record.level, limit: term.limit,
            startEvent: cause, startedAt: term.start, dueAt: term.start)
        if clock.isResubmission { clock.origin = clock.assignment.flatMap { self.docket.origins[$0] } }
        clock.dueAt = try self.due(of: clock)
        let first = self.rungs(of: clock, by: rule).first
        clock.nextRung = first?.rung
        clock.nextAt = first?.at
        self.docket.clocks.append(clock)
        self.changes.newClocks.append(clock)
    }

    /// When what a rule counts from happened to the case; nil while it has not, or is not known.
    private func moment(of rule: ClockRule) -> Date? {
        let record = self.docket.record
        func last(_ act: PlanAct.Kind) -> Date? { self.docket.filed.filter { $0.act == act }.map(\.lastAt).max() }
        switch rule.startsOn {
        case .occurred: return record.occurredAt
        // Nobody learned of it later than the city did.
        case .discovered: return min(record.discoveredAt ?? record.receivedAt, record.receivedAt)
        case .received: return record.receivedAt
        case .registered: return record.openedAt
        case .graded:
            let gradings = self.docket.history.gradings
            // Not all that was graded once had its gradings kept.
            return gradings.isEmpty ? record.gradedAt : gradings.first { rule.runs(at: $0.level) }?.at
        case .levelRaised: return self.docket.history.lastRaise(in: self.docket.plan)
        case .reported: return last(.report)
        case .published: return last(.publish)
        case .accepted:
            guard record.state == .accepted else { return nil }
            return self.docket.assignments.filter { $0.parent == nil && $0.role == .lead }.compactMap(\.closedAt).max()
        case .assigned, .receipted, .fedBack, .ordered, .replied, .warned, .concluded, .disputed, .referred: return nil
        }
    }

    /// When something happened to an assignment from which clocks may count.
    private static func moment(of event: StartEvent, _ hop: AssignmentRecord) -> Date? {
        switch event {
        case .assigned: hop.assignedAt
        case .receipted: hop.receivedAt
        default: nil
        }
    }

    // MARK: Filings that are awaited

    /// Something happened just now from which filings may be due.
    ///
    /// - Parameter filed: what was filed; it does not ask for itself once more.
    mutating func happened(_ event: StartEvent, because cause: EventKind, by filed: FiledForm? = nil) throws(Refusal) {
        for rule in self.docket.plan.clocks where rule.kind == .filing && rule.startsOn == event {
            if !rule.repeats, let filed, rule.stopsOn.isMet(by: filed) { continue }
            try self.awaitFiling(rule, because: cause.rawValue, from: self.now)
        }
    }

    /// Starts what is due of the case as it stands now, each from the moment that its rule counts from: a level says
    /// which, and it is not always known when the moment comes.
    mutating func awaitFilings() throws(Refusal) {
        for rule in self.docket.plan.clocks where rule.kind == .filing {
            guard var start = self.moment(of: rule) else { continue }
            if let last = self.docket.filed.filter({ rule.stopsOn.isMet(by: $0) }).map(\.lastAt).max() {
                // Begun by another filing, it counts from its own all the same.
                let isBegun = rule.repeats && (rule.startsOn == .reported || rule.startsOn == .published)
                if last >= start || isBegun {
                    guard rule.repeats else { continue }
                    start = last
                }
            }
            // While the case was over, nothing was due.
            if let reopenedAt = self.docket.history.reopenedAt { start = max(start, reopenedAt) }
            try self.awaitFiling(rule, because: rule.startsOn.rawValue, from: start)
        }
    }

    private mutating func awaitFiling(_ rule: ClockRule, because cause: String, from start: Date) throws(Refusal) {
        guard !self.docket.clocks.contains(where: { $0.kind == .filing && $0.rule == rule.id }),
            self.docket.firstHops?.awaited.contains(rule.id) != true,
            let term = try self.term(ofFiling: rule, from: start)
        else { return }
        try self.start(term, of: self.docket.record.owner, because: cause)
    }

    /// Stops what waited for a form, and starts anew what is due again and again.
    mutating func stopAwaiting(_ filing: FilingRecord) throws(Refusal) {
        let filed = FiledForm(form: filing.form, act: filing.act, count: 1, lastAt: filing.filedAt)
        let met = self.docket.clocks.compactMap { clock in
            self.docket.plan.clock(clock.rule).flatMap { $0.kind == .filing && $0.stopsOn.isMet(by: filed) ? $0 : nil }
        }
        self.stopAll(.met) { clock in met.contains { $0.id == clock.rule } }
        for rule in met where rule.repeats && self.docket.record.state.isOpen {
            try self.awaitFiling(rule, because: EventKind.filed.rawValue, from: self.now)
        }
    }

    // MARK: Warnings

    /// Starts what a unit that was warned has to answer in time; nil where the plan sets no time.
    mutating func awaitResponse(of unit: UnitID, to warning: WarningRecord) throws(Refusal) -> Date? {
        guard let term = try self.term(for: .response, at: warning.level, from: { _ in self.now }) else { return nil }
        try self.start(term, of: unit, warning: warning, because: EventKind.warned.rawValue)
        return self.docket.clocks.last { $0.warning == warning.id && $0.unit == unit }?.dueAt
    }

    // MARK: Disputes and referrals

    /// Starts what an arbiter has to decide in time; nil where the plan sets no time.
    mutating func awaitArbitration(of dispute: DisputeRecord, _ hop: AssignmentRecord) throws(Refusal) -> Date? {
        guard let term = try self.term(for: .arbitration, at: self.docket.record.level, from: { _ in self.now })
        else { return nil }
        try self.start(
            term, of: dispute.arbiter, hop: hop, dispute: dispute, because: EventKind.disputed.rawValue)
        return self.docket.clocks.last { $0.dispute == dispute.id }?.dueAt
    }

    /// Starts the time in which whoever was asked is to answer; the owner sees to it.
    mutating func awaitAnswer(to referral: ReferralRecord) throws(Refusal) {
        guard let term = try self.term(for: .referral, at: self.docket.record.level, from: { _ in self.now })
        else { return }
        try self.start(
            term, of: self.docket.record.owner, referral: referral, because: EventKind.referred.rawValue)
    }

    // MARK: Deadlines

    /// When a clock runs out: its limit, what was granted on top, and the time it stood still; then what binds it to the
    /// assignment above.
    ///
    /// After a feedback was sent back the original time stands, if there is any: as the first clock of the assignment
    /// would run now, with all that the clocks since were granted and stood still. But at least a part of the bare limit
    /// is given anew, and on top of it what this clock was granted and stood still. Nothing of it is kept with the clock:
    /// the clocks before it are, with their pauses and extensions.
    func due(of clock: ClockRecord, boundFromAbove isBound: Bool = true) throws(Refusal) -> Date {
        var original = clock
        if clock.isResubmission, let origin = clock.origin {
            original.startedAt = origin.startedAt
            original.pauses = origin.pauses + clock.pauses
            original.extensions = origin.extensions + clock.extensions
        }
        var due = try self.deadline(original)
        // Whoever passes work on still answers for it in time.
        if isBound, let above = self.dueAbove(of: clock) { due = min(due, above) }
        guard clock.isResubmission else { return due }
        let limit = try self.deadline(clock.limit, from: clock.startedAt).timeIntervalSince(clock.startedAt)
        let part = Int((limit * self.docket.plan.resubmission).rounded(.up))
        var anew = clock
        anew.limit = .wall(max(part, self.docket.plan.resubmissionAtLeast))
        return max(due, try self.deadline(anew))
    }

    /// No feedback is due later than that of the assignment above it. One that stands still binds nobody, nor one that was
    /// due when the clock began; and what stood still itself is not due before it went on.
    func dueAbove(of clock: ClockRecord) -> Date? {
        guard clock.kind == .feedback, let hop = clock.assignment.flatMap({ self.docket.assignment($0) }),
            let parent = hop.parent
        else { return nil }
        let above =
            self.docket.assignment(parent) == nil
            ? self.docket.dueAbove : self.clockAbove(clock).flatMap { $0.isPaused ? nil : $0.dueAt }
        guard let above, above > clock.startedAt else { return nil }
        return clock.pauses.compactMap(\.end).last.map { max(above, $0) } ?? above
    }

    /// The feedback clock of the assignment above a clock's own, where the docket has it.
    private func clockAbove(_ clock: ClockRecord) -> ClockRecord? {
        guard let parent = clock.assignment.flatMap({ self.docket.assignment($0)?.parent }) else { return nil }
        return self.docket.clocks.first { $0.assignment == parent && $0.kind == .feedback }
    }

    /// How many assignments the docket has above a clock's own.
    func depth(of clock: ClockRecord) -> Int {
        var depth = 0
        var parent = clock.assignment.flatMap { self.docket.assignment($0)?.parent }
        while let hop = parent.flatMap({ self.docket.assignment($0) }) {
            depth += 1
            parent = hop.parent
        }
        return depth
    }

    private func deadline(_ clock: ClockRecord) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.docket.calendar.deadline(
                clock.limit, extendedBy: clock.extensions, from: clock.startedAt, pauses: clock.pauses)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    func deadline(_ limit: TimeLimit, from start: Date) throws(Refusal) -> Date {
        do throws(MissingCalendarYear) {
            return try self.docket.calendar.deadline(limit, from: start)
        } catch {
            throw .missingCalendarYear(error.year)
        }
    }

    /// Running clocks follow the case's level, matter and plan, each from its own start: a clock of the loop goes on under
    /// the rule that times its act now. What was breached stays breached, with the deadline that it broke.
    ///
    /// One deadline hangs on another: so what has run out is noted of all clocks first, then all limits are set, and only
    /// then do deadlines move, from above downwards. No clock sees another half way.
    mutating func reclock(because cause: EventKind) throws(Refusal) {
        // What is not asked for is not waited for.
        var idle: Set<ClockID> = []
        for clock in self.docket.clocks where try self.term(of: clock) == nil { idle.insert(clock.id) }
        self.stopAll(.void) { idle.contains($0.id) }
        let before = self.docket.clocks
        var clocks = before
        for index in clocks.indices { self.noteBreach(of: &clocks[index]) }
        var moved: Set<ClockID> = []
        for (index, old) in before.enumerated() {
            guard let term = try self.term(of: old) else { continue }
            clocks[index].rule = term.rule.id
            clocks[index].level = self.level(of: old)
            let isBroken = clocks[index].breachedAt != nil
            if !isBroken { clocks[index].limit = term.limit }
            // Another version may have another ladder, also for what was breached.
            if cause == .replanned || !isBroken && (term.limit != old.limit || term.rule.id != old.rule) {
                moved.insert(old.id)
            }
        }
        self.docket.clocks = clocks
        for index in before.indices.sorted(by: { self.depth(of: before[$0]) < self.depth(of: before[$1]) }) {
            var clock = self.docket.clocks[index]
            let isPulled = clock.breachedAt == nil && self.clockAbove(clock).map { moved.contains($0.id) } ?? false
            if isPulled || moved.contains(clock.id) { try self.turn(&clock) }
            guard clock != before[index] else { continue }
            moved.insert(clock.id)
            self.keep(clock)
        }
        for hop in self.docket.assignments where hop.role.answers && hop.state.isOpen && hop.state != .fedBack {
            // A rule that counts from the receipt may have given way to one that counts from the assignment.
            if !self.isRunning(.feedback, of: hop.id) {
                try self.start(.feedback, of: hop.to, hop: hop, because: cause, at: .graded)
            }
            if !self.isRunning(.interim, of: hop.id) { try self.startInterim(of: hop, because: cause) }
        }
    }

    /// Progress that is asked for from now on, once what its rule counts from has happened: of work that nobody has
    /// received, a rule that counts from the receipt asks nothing yet.
    private mutating func startInterim(of hop: AssignmentRecord, because cause: EventKind) throws(Refusal) {
        let term = try self.term(for: .interim, at: self.docket.record.level) { rule in
            Self.moment(of: rule.startsOn, hop) == nil ? nil : self.now
        }
        guard let term else { return }
        try self.start(term, of: hop.to, hop: hop, because: cause.rawValue)
    }

    /// Time that has run out is a breach from that moment on, and not only once the sweeper has come: before anything moves
    /// the deadline, so that how a clock ends does not hang on how busy a server was.
    func noteBreach(of clock: inout ClockRecord) {
        if clock.breachedAt == nil, clock.isOverdue(at: self.now) { clock.breachedAt = clock.dueAt }
    }

    /// Puts a running clock's deadline where its limit, pauses and extensions now put it, unless it was broken, and its
    /// next rung with it.
    mutating func turn(_ clock: inout ClockRecord) throws(Refusal) {
        if clock.breachedAt == nil { clock.dueAt = try self.due(of: clock) }
        let next = self.next(of: clock, by: self.docket.plan.clock(clock.rule), pending: clock.nextRung)
        clock.nextRung = next?.rung
        clock.nextAt = clock.isPaused ? nil : next?.at
    }

    /// What must end no later than the assignment above moves with it; what was breached stays.
    mutating func turnBelow(_ clock: ClockRecord) throws(Refusal) {
        guard clock.kind == .feedback, let hop = clock.assignment else { return }
        for child in self.docket.assignments where child.parent == hop {
            guard var below = self.docket.clocks.first(where: { $0.assignment == child.id && $0.kind == .feedback })
            else { continue }
            let before = below
            self.noteBreach(of: &below)
            if below.breachedAt == nil { try self.turn(&below) }
            guard below != before else { continue }
            self.keep(below)
            try self.turnBelow(below)
        }
    }

    mutating func keep(_ clock: ClockRecord) {
        if let index = self.docket.clocks.firstIndex(where: { $0.id == clock.id }) { self.docket.clocks[index] = clock }
        if let new = self.changes.newClocks.firstIndex(where: { $0.id == clock.id }) {
            self.changes.newClocks[new] = clock
        } else {
            self.changes.changedClocks.removeAll { $0.id == clock.id }
            self.changes.changedClocks.append(clock)
        }
    }

    // MARK: Stopping

    func isRunning(_ kind: ClockKind, of assignment: AssignmentID) -> Bool {
        self.docket.clocks.contains { $0.assignment == assignment && $0.kind == kind }
    }

    func due(_ kind: ClockKind, of assignment: AssignmentID) -> Date? {
        self.docket.clocks.first { $0.assignment == assignment && $0.kind == kind }?.dueAt
    }

    /// When the clock this step started last runs out.
    var dueOfLastNewClock: Date? { self.changes.newClocks.last?.dueAt }

    mutating func stop(_ kind: ClockKind, of assignment: AssignmentID) {
        self.stopAll(.met) { $0.assignment == assignment && $0.kind == kind }
    }

    mutating func stop(_ kind: ClockKind, ofOrder order: SupervisionID) {
        self.stopAll(.met) { $0.supervision == order && $0.kind == kind }
    }

    /// Stops what matches. `.met` becomes `.late` by the clock's own due time, and the breach is kept.
    mutating func stopAll(_ outcome: ClockOutcome, where matches: (ClockRecord) -> Bool) {
        var running: [ClockRecord] = []
        for var clock in self.docket.clocks {
            guard matches(clock) else {
                running.append(clock)
                continue
            }
            self.noteBreach(of: &clock)
            let isLate = clock.breachedAt != nil && !clock.isImmediate
            if clock.isPaused {
                clock.pauses[clock.pauses.count - 1].end = self.now
                self.changes.endedPauses.append(clock.id)
            }
            if clock.kind == .feedback, let hop = clock.assignment { self.docket.origins[hop] = ClockOrigin(clock) }
            let frozen: ClockOutcome
            switch outcome {
            case .met: frozen = isLate ? .late : .met
            case .void: frozen = isLate ? .breachedOpen : .void
            case .late, .breachedOpen: frozen = outcome
            }
            clock.nextRung = nil
            clock.nextAt = nil
            if let new = self.changes.newClocks.firstIndex(where: { $0.id == clock.id }) {
                // Started and stopped in one step: it never ran.
                self.changes.newClocks.remove(at: new)
            } else {
                self.changes.stoppedClocks.append((clock, frozen))
            }
        }
        self.docket.clocks = running
    }
}

extension ClockRecord {
    /// A feedback that was sent back is to be given again.
    package var isResubmission: Bool { self.kind == .feedback && self.startEvent == EventKind.sentBack.rawValue }
}
