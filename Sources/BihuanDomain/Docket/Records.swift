package import struct Foundation.Date

/// A case as the rules need it.
package struct CaseRecord: Sendable, Hashable {
    package var id: CaseID
    package var ref: String
    /// A drill (演练) runs under the same plan, clocks and rules. It has numbers of its own, is never counted, and tells
    /// nobody outside. Set when it is registered, and never changed.
    package var isDrill: Bool
    package var title: String
    package var owner: UnitID
    package var state: CaseState
    package var level: String?
    /// Its kind of matter, by key of the plan.
    package var matter: String?
    package var occurredAt: Date?
    package var discoveredAt: Date?
    package var receivedAt: Date
    package var openedAt: Date
    package var gradedAt: Date?
    package var concludedAt: Date?
    /// What it came to; nil until it is concluded.
    package var outcome: CaseOutcome?
    /// Someone was asked to name the department that leads, and has not.
    package var awaitsLead: Bool
    /// The graver level that the spread of the case speaks for, until somebody grades it.
    package var proposedLevel: String?
    /// Of the plan it is handled under.
    package var planVersion: Int
    /// The number of its last event.
    package var version: Int
    /// Where it was merged, while it is.
    package var merger: Merger?
    /// 0: everybody on it may see it; 1 (限制) and 2: only posts cleared for that.
    package var secrecy: Int
    /// Units that are kept out of it (回避), without those below them.
    package var recused: [UnitID]
    /// Work of it was returned or disputed at least once. Only then is it looked up how often.
    package var isContested: Bool

    package init(
        id: CaseID, ref: String, isDrill: Bool = false, title: String, owner: UnitID, state: CaseState,
        level: String? = nil, matter: String? = nil, proposedLevel: String? = nil, planVersion: Int = 1,
        occurredAt: Date? = nil, discoveredAt: Date? = nil, receivedAt: Date, openedAt: Date, gradedAt: Date? = nil,
        concludedAt: Date? = nil, outcome: CaseOutcome? = nil, awaitsLead: Bool = false, version: Int,
        merger: Merger? = nil, secrecy: Int = 0, recused: [UnitID] = [], isContested: Bool = false
    ) {
        self.id = id
        self.ref = ref
        self.isDrill = isDrill
        self.title = title
        self.owner = owner
        self.state = state
        self.level = level
        self.matter = matter
        self.proposedLevel = proposedLevel
        self.planVersion = planVersion
        self.occurredAt = occurredAt
        self.discoveredAt = discoveredAt
        self.receivedAt = receivedAt
        self.openedAt = openedAt
        self.gradedAt = gradedAt
        self.concludedAt = concludedAt
        self.outcome = outcome
        self.awaitsLead = awaitsLead
        self.version = version
        self.merger = merger
        self.secrecy = secrecy
        self.recused = recused
        self.isContested = isContested
    }
}

/// One hop of a case.
package struct AssignmentRecord: Sendable, Hashable {
    package var id: AssignmentID
    package var ref: String
    package var parent: AssignmentID?
    package var role: AssignmentRole
    package var state: AssignmentState
    package var from: UnitID
    package var to: UnitID
    package var reviewer: UnitID
    package var instruction: String
    package var assignedAt: Date
    package var receivedAt: Date?
    package var closedAt: Date?
    /// Of one that was returned: why, and which unit should have it instead.
    package var returnReason: String?
    package var proposed: UnitID?
    /// The dispute whose decision binds the unit to it.
    package var boundBy: DisputeID?
    package var version: Int

    package init(
        id: AssignmentID, ref: String, parent: AssignmentID?, role: AssignmentRole, state: AssignmentState,
        from: UnitID, to: UnitID, reviewer: UnitID, instruction: String, assignedAt: Date, receivedAt: Date? = nil,
        closedAt: Date? = nil, returnReason: String? = nil, proposed: UnitID? = nil, boundBy: DisputeID? = nil,
        version: Int = 1
    ) {
        self.id = id
        self.ref = ref
        self.parent = parent
        self.role = role
        self.state = state
        self.from = from
        self.to = to
        self.reviewer = reviewer
        self.instruction = instruction
        self.assignedAt = assignedAt
        self.receivedAt = receivedAt
        self.closedAt = closedAt
        self.returnReason = returnReason
        self.proposed = proposed
        self.boundBy = boundBy
        self.version = version
    }
}

/// A feedback as the rules need it; its texts do not move anything.
package struct FeedbackRecord: Sendable, Hashable {
    package var id: FeedbackID
    package var assignment: AssignmentID
    package var number: Int
    package var kind: FeedbackKind
    package var state: FeedbackState
    package var verdict: Verdict?
    package var submittedAt: Date

    package init(
        id: FeedbackID, assignment: AssignmentID, number: Int, kind: FeedbackKind, state: FeedbackState,
        verdict: Verdict? = nil, submittedAt: Date
    ) {
        self.id = id
        self.assignment = assignment
        self.number = number
        self.kind = kind
        self.state = state
        self.verdict = verdict
        self.submittedAt = submittedAt
    }
}

/// A supervision order.
package struct SupervisionRecord: Sendable, Hashable {
    package var id: SupervisionID
    package var ref: String
    package var assignment: AssignmentID
    package var raisedFrom: SupervisionID?
    package var from: UnitID
    package var to: UnitID
    package var cause: SupervisionCause
    package var grade: SupervisionGrade
    package var state: SupervisionState
    package var requirement: String
    /// The time its issuer set for the reply; nil: as the plan has it.
    package var limit: TimeLimit?
    /// Units that were given a copy.
    package var copies: [UnitID]
    package var reply: String?
    package var issuedAt: Date
    package var repliedAt: Date?
    package var closedAt: Date?
    package var version: Int

    package init(
        id: SupervisionID, ref: String, assignment: AssignmentID, raisedFrom: SupervisionID? = nil, from: UnitID,
        to: UnitID, cause: SupervisionCause, grade: SupervisionGrade = .general, state: SupervisionState,
        requirement: String, limit: TimeLimit? = nil, copies: [UnitID] = [], reply: String? = nil, issuedAt: Date,
        repliedAt: Date? = nil, closedAt: Date? = nil, version: Int = 1
    ) {
        self.id = id
        self.ref = ref
        self.assignment = assignment
        self.raisedFrom = raisedFrom
        self.from = from
        self.to = to
        self.cause = cause
        self.grade = grade
        self.state = state
        self.requirement = requirement
        self.limit = limit
        self.copies = copies
        self.reply = reply
        self.issuedAt = issuedAt
        self.repliedAt = repliedAt
        self.closedAt = closedAt
        self.version = version
    }
}

/// What was put on record on a form of the plan (报告、发布、答复、评估).
package struct FilingRecord: Sendable, Hashable {
    package var id: FilingID
    /// The form, by id of the plan.
    package var form: String
    package var act: PlanAct.Kind
    /// 1 for the first of its form in the case.
    package var number: Int
    package var filedAt: Date

    package init(id: FilingID, form: String, act: PlanAct.Kind, number: Int, filedAt: Date) {
        self.id = id
        self.form = form
        self.act = act
        self.number = number
        self.filedAt = filedAt
    }
}

/// The filings of one form, as far as the rules need them.
package struct FiledForm: Sendable, Hashable {
    package var form: String
    package var act: PlanAct.Kind
    package var count: Int
    package var lastAt: Date

    package init(form: String, act: PlanAct.Kind, count: Int, lastAt: Date) {
        self.form = form
        self.act = act
        self.count = count
        self.lastAt = lastAt
    }
}

/// How grave a case was when, and whether it was taken up again: what its clocks count from.
package struct CaseHistory: Sendable, Hashable {
    /// Every grading, first to last.
    package var gradings: [Grading]
    /// When it was reopened last.
    package var reopenedAt: Date?

    package struct Grading: Sendable, Hashable {
        /// By key.
        package var level: String
        package var at: Date

        package init(level: String, at: Date) {
            self.level = level
            self.at = at
        }
    }

    package init(gradings: [Grading] = [], reopenedAt: Date? = nil) {
        self.gradings = gradings
        self.reopenedAt = reopenedAt
    }

    /// When the level was raised last.
    func lastRaise(in plan: Plan) -> Date? {
        Array(zip(self.gradings, self.gradings.dropFirst())).last { before, after in
            guard let old = plan.level(before.level), let new = plan.level(after.level) else { return false }
            return new.rank > old.rank
        }?.1.at
    }
}

/// One grading of a case as it is kept: what was judged, on what, and what became of it.
package struct GradingRecord: Sendable, Hashable {
    /// The level the case has from then on.
    package var level: String
    /// The level the officer judged it to have, before a sensitive period raised it.
    package var judged: String
    package var assessment: Assessment
    /// What the plan proposed.
    package var proposal: LevelProposal
    package var raise: SensitivePeriod.Raise?

    package init(
        level: String, judged: String, assessment: Assessment, proposal: LevelProposal, raise: SensitivePeriod.Raise?
    ) {
        self.level = level
        self.judged = judged
        self.assessment = assessment
        self.proposal = proposal
        self.raise = raise
    }
}
