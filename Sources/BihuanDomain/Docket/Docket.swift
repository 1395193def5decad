package import struct Foundation.Date

/// A case with everything that decides about its next step (案卷).
///
/// No clock, no database: time, identities and numbers come in as arguments; what must be written comes back.
/// It holds what the acting unit may see. That is enough for every step the unit may take: a district sees its own
/// hop and those below it, the owner sees all.
package struct Docket: Sendable {
    package internal(set) var record: CaseRecord
    package internal(set) var assignments: [AssignmentRecord]
    /// The feedback of the visible assignments.
    package internal(set) var feedback: [FeedbackRecord]
    package internal(set) var supervisions: [SupervisionRecord]
    /// Running clocks only.
    package internal(set) var clocks: [ClockRecord]
    /// What has been filed, form by form.
    package internal(set) var filed: [FiledForm]
    package internal(set) var warnings: [WarningRecord]
    package internal(set) var disputes: [DisputeRecord]
    package internal(set) var referrals: [ReferralRecord]
    /// What was counted of its spread last, where the step needs it.
    package internal(set) var spread: SpreadSample?
    /// How grave the case was when, where the step needs it.
    package internal(set) var history: CaseHistory
    /// What the feedback clocks stopped so far leave to the next of their assignment, where the step needs it.
    package internal(set) var origins: [AssignmentID: ClockOrigin]
    package let tree: UnitTree
    package internal(set) var plan: Plan
    /// The version of the same plan that is in force, where it is a newer one.
    package internal(set) var successor: (version: Int, plan: Plan)?
    package let periods: [SensitivePeriod]
    package let calendar: WorkingCalendar
    /// The tasks of the visible assignments, where the step needs them.
    package internal(set) var tasks: [TaskRecord]
    /// Who besides the assigner may have to review the acting unit's assignment, where the docket does not tell itself.
    let reviewers: Reviewers?
    /// The officer of the acting unit whom the step names, if there is one of that name.
    let namedOfficer: OfficerID?
    /// The first hops of the whole case, those hidden from the acting unit included.
    let firstHops: FirstHops?
    /// When the assignment above the acting unit's must be fed back, where the unit does not see it and the step needs it.
    let dueAbove: Date?
    /// How often the work that the step is about was returned before, since the last decision on it and the last
    /// reopening; nil: the docket has it all.
    let returnsBefore: Int?
    /// The lead a step is about, and how many its case has, where the step needs them.
    var lead: LeadStanding?
    /// The highest clearance among a unit's posts, of units that have any; read where the case is or becomes restricted.
    let clearances: [UnitID: Int]
    /// The cases that were merged into it, and into those, where the step needs them.
    package internal(set) var merged: [MergedCase]

    /// How many first-hop lead assignments of a case are open, and how many were accepted since it was last reopened.
    package struct FirstHops: Sendable, Hashable {
        package var open: Int
        package var accepted: Int
        /// Clocks of the plan that wait for a filing, by name: they are not the acting unit's to see either.
        package var awaited: Set<String>

        package init(open: Int, accepted: Int, awaited: Set<String> = []) {
            self.open = open
            self.accepted = accepted
            self.awaited = awaited
        }
    }

    /// - Parameter firstHops: nil when the acting unit sees every first hop of the case, as its owner does.
    package init(
        record: CaseRecord, assignments: [AssignmentRecord] = [], feedback: [FeedbackRecord] = [],
        supervisions: [SupervisionRecord] = [], clocks: [ClockRecord] = [], filed: [FiledForm] = [],
        warnings: [WarningRecord] = [], disputes: [DisputeRecord] = [], referrals: [ReferralRecord] = [],
        spread: SpreadSample? = nil, history: CaseHistory = CaseHistory(),
        origins: [AssignmentID: ClockOrigin] = [:],
        tree: UnitTree, plan: Plan, successor: (version: Int, plan: Plan)? = nil, periods: [SensitivePeriod] = [],
        calendar: WorkingCalendar, firstHops: FirstHops? = nil, dueAbove: Date? = nil,
        returnsBefore: Int? = nil, tasks: [TaskRecord] = [], reviewers: Reviewers? = nil,
        namedOfficer: OfficerID? = nil, lead: LeadStanding? = nil,
        clearances: [UnitID: Int] = [:], merged: [MergedCase] = []
    ) {
        self.record = record
        self.assignments = assignments
        self.feedback = feedback
        self.supervisions = supervisions
        self.clocks = clocks
        self.filed = filed
        self.warnings = warnings
        self.disputes = disputes
        self.referrals = referrals
        self.spread = spread
        self.history = history
        self.origins = origins
        self.tree = tree
        self.plan = plan
        self.successor = successor
        self.periods = periods
        self.calendar = calendar
        self.firstHops = firstHops
        self.dueAbove = dueAbove
        self.returnsBefore = returnsBefore
        self.tasks = tasks
        self.reviewers = reviewers
        self.namedOfficer = namedOfficer
        self.lead = lead
        self.clearances = clearances
        self.merged = merged
    }

    // MARK: Facts

    package var facts: Permission.CaseFacts {
        .init(
            state: self.record.state, owner: self.record.owner,
            hasOpenWork: self.hasOpenWork,
            warning: Permission.WarningProposal(self.plan), isOutdated: self.successor != nil,
            isRecused: !self.record.recused.isEmpty, isRestricted: self.record.secrecy > 0)
    }

    package func facts(of warning: WarningRecord) -> Permission.WarningFacts {
        .init(
            state: warning.state, issuers: self.plan.issuers(ofWarning: warning.level),
            told: Set(warning.receipts.map(\.unit)), isFrozen: self.record.state == .merged)
    }

    package func facts(of assignment: AssignmentRecord) -> Permission.AssignmentFacts {
        .init(
            state: assignment.state, from: assignment.from, to: assignment.to, reviewer: assignment.reviewer,
            hasOpenChildren: self.assignments.contains { $0.parent == assignment.id && $0.state.isOpen },
            isBound: assignment.boundBy != nil, dispute: self.dispute(openOn: assignment.id)?.ref,
            role: assignment.role, guides: self.guides(of: assignment),
            isFrozen: self.record.state == .merged, reachedReturnLimit: self.reachedReturnLimit(of: assignment))
    }

    package func facts(of dispute: DisputeRecord) -> Permission.DisputeFacts {
        .init(
            state: dispute.state, raisedBy: dispute.raisedBy, assigner: dispute.assigner, arbiter: dispute.arbiter,
            isFrozen: self.record.state == .merged)
    }

    package func facts(of referral: ReferralRecord) -> Permission.ReferralFacts {
        .init(state: referral.state, owner: self.record.owner, isFrozen: self.record.state == .merged)
    }

    package func facts(of order: SupervisionRecord) -> Permission.SupervisionFacts {
        .init(
            state: order.state, from: order.from, to: order.to, isAnswered: order.reply != nil,
            isFrozen: self.record.state == .merged)
    }

    package func facts(of clock: ClockRecord, at now: Date) -> Permission.ClockFacts {
        let order = clock.supervision.flatMap { self.supervision($0) }
        // What an arbiter has to decide, no assigner below it sets the time for.
        let hop = clock.dispute == nil ? clock.assignment.flatMap { self.assignment($0) } : nil
        return .init(
            unit: clock.unit,
            setter: order?.from ?? hop?.from ?? (clock.dispute == nil ? self.record.owner : clock.unit),
            isOfCase: order == nil && hop == nil, isOfAssignment: order == nil && hop != nil, isPaused: clock.isPaused,
            isAsked: clock.asked != nil,
            // The last second is enough to act in, not to be given more.
            isOverdue: clock.breachedAt != nil || clock.hasRun(until: now) > clock.dueAt,
            isImmediate: clock.isImmediate, isFrozen: self.record.state == .merged)
    }

    package func clock(_ id: ClockID) -> ClockRecord? { self.clocks.first { $0.id == id } }

    package func assignment(_ id: AssignmentID) -> AssignmentRecord? { self.assignments.first { $0.id == id } }

    package func supervision(_ id: SupervisionID) -> SupervisionRecord? { self.supervisions.first { $0.id == id } }

    package func warning(_ id: WarningID) -> WarningRecord? { self.warnings.first { $0.id == id } }

    package func dispute(_ id: DisputeID) -> DisputeRecord? { self.disputes.first { $0.id == id } }

    /// The dispute that an assignment is in.
    package func dispute(openOn id: AssignmentID) -> DisputeRecord? {
        self.disputes.first { $0.assignment == id && $0.state.isOpen }
    }

    package func referral(_ id: ReferralID) -> ReferralRecord? { self.referrals.first { $0.id == id } }

    /// When a running clock is due by its rule, limit, start, pauses and extensions: what is stored must say the same.
    package func recomputedDue(of clock: ClockRecord) throws(Refusal) -> Date {
        let step = DocketStep(
            self, by: .system, at: clock.startedAt, numbers: .none, mint: UUIDv7Mint(now: clock.startedAt))
        return try step.due(of: clock)
    }

    /// What a running clock has by the rows that it follows from.
    package struct ClockTerm: Sendable, Hashable {
        package var limit: TimeLimit
        package var dueAt: Date
    }

    /// The limit of a running clock by the plan and the case's level and matter, and with it when it is due; nil: no rule
    /// times it. Of what was breached nothing is said: it keeps the deadline that it broke.
    package func recomputed(_ clock: ClockRecord) throws(Refusal) -> ClockTerm? {
        let step = DocketStep(
            self, by: .system, at: clock.startedAt, numbers: .none, mint: UUIDv7Mint(now: clock.startedAt))
        guard let term = try step.term(of: clock) else { return nil }
        var clock = clock
        clock.limit = term.limit
        return ClockTerm(limit: term.limit, dueAt: try step.due(of: clock))
    }

    // MARK: Steps

    /// Opens a case: the first event and the clock for its grading.
    ///
    /// - Parameters:
    ///   - draft: a record in state `registered` with version 0.
    ///   - about: labels of units that it is about, which are recused from it.
    package static func register(
        _ draft: CaseRecord, tree: UnitTree, plan: Plan, periods: [SensitivePeriod] = [], calendar: WorkingCalendar,
        by authority: Authority, reason: String?, about: [String] = [], at now: Date, mint: inout UUIDv7Mint
    ) throws(Refusal) -> (docket: Docket, changes: Changes) {
        var docket = Docket(record: draft, tree: tree, plan: plan, periods: periods, calendar: calendar)
        let changes = try docket.step(by: authority, at: now, numbers: FreshNumbers.none, mint: &mint) {
            step throws(Refusal) in
            try step.register(reason)
            for unit in about { try step.recuse(unit, reason ?? "案件涉及该单位", field: "about") }
        }
        return (docket, changes)
    }

    /// Takes a step.
    ///
    /// - Parameter numbers: a fresh number for each object that may be made, used or not.
    /// - Returns: what to write; empty when the step had been taken before and changes nothing.
    package mutating func perform(
        _ command: CaseCommand, by authority: Authority, at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint
    ) throws(Refusal) -> Changes {
        try command.check()
        return try self.step(by: authority, at: now, numbers: numbers, mint: &mint) { step throws(Refusal) in
            try step.take(command)
        }
    }

    /// Takes several steps as one: all, or none of them.
    ///
    /// - Parameter next: makes each from its place, counted from 0, and the case as the one before has left it; nil: that
    ///   was all.
    package mutating func perform(
        inTurn next: (_ place: Int, _ docket: Docket) throws(Refusal) -> CaseCommand?, by authority: Authority,
        at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint
    ) throws(Refusal) -> Changes {
        try self.step(by: authority, at: now, numbers: numbers, mint: &mint) { step throws(Refusal) in
            var place = 0
            while let command = try next(place, step.docket) {
                try command.check()
                try step.take(command)
                place += 1
            }
        }
    }

    /// A rung of the ladder has come.
    ///
    /// Nothing happens when the clock no longer runs, another rung is next, or it is not time yet: whoever comes second
    /// finds the work done.
    package mutating func fire(
        _ clock: ClockID, _ rung: Rung, at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint
    ) throws(Refusal) -> Changes {
        try self.step(by: .system, at: now, numbers: numbers, mint: &mint) { step throws(Refusal) in
            try step.fire(clock, rung)
        }
    }

    /// A refused docket is unchanged: a step works on a copy.
    private mutating func step(
        by authority: Authority, at now: Date, numbers: FreshNumbers, mint: inout UUIDv7Mint,
        _ body: (inout DocketStep) throws(Refusal) -> Void
    ) throws(Refusal) -> Changes {
        var step = DocketStep(self, by: authority, at: now, numbers: numbers, mint: mint)
        try body(&step)
        if self.record.isDrill { step.noteUnsent() }
        self = step.docket
        mint = step.mint
        step.changes.record = self.record
        return step.changes
    }
}
