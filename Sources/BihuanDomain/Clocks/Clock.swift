package import struct Foundation.Date

/// What a clock measures. Each is stopped only by its own act.
package enum ClockKind: String, Sendable, CaseIterable, Codable {
    /// 定级 by the owner, after registration.
    case grading
    /// 转办 by the owner, after grading or when nothing is assigned any more.
    case dispatch
    /// 签收 by the assignee.
    case receipt
    /// 最终反馈 by the assignee.
    case feedback
    /// 阶段性反馈 by the assignee, again and again until the final one.
    case interim
    /// 核验 by the reviewer.
    case review
    /// 督办回复 by the unit under the order.
    case reply
    /// 解除 or 维持 by the issuer, after a reply.
    case judgement
    /// 办结 by the owner, after everything was accepted.
    case conclusion
    /// A report, a publication, an answer or an evaluation by the owner, on a form of the plan.
    case filing
    /// 响应 by a unit that was warned.
    case response
    /// 裁定 by the arbiter of a dispute.
    case arbitration
    /// 登记答复 by the owner, of what was referred outside.
    case referral

    package var label: String {
        switch self {
        case .grading: "定级"
        case .dispatch: "转办"
        case .receipt: "签收"
        case .feedback: "最终反馈"
        case .interim: "阶段性反馈"
        case .review: "核验"
        case .reply: "督办回复"
        case .judgement: "督办处理"
        case .conclusion: "办结"
        case .filing: "填报"
        case .response: "响应预警"
        case .arbitration: "裁定争议"
        case .referral: "移送答复"
        }
    }

    /// The posts whose work list (待办) shows it.
    package var roles: Set<PostRole> {
        switch self {
        case .grading: Verb.grade.roles
        case .dispatch: Verb.assign.roles
        case .receipt: Verb.receive.roles
        case .feedback, .interim: Verb.feedBack.roles
        case .review: Verb.accept.roles
        case .reply: Verb.reply.roles
        case .judgement: Verb.lift.roles
        case .conclusion: Verb.conclude.roles
        case .filing: Verb.file.roles
        case .response: Verb.respond.roles
        case .arbitration: Verb.arbitrate.roles
        case .referral: Verb.answerReferral.roles
        }
    }
}

/// How a clock ended, frozen as a fact.
package enum ClockOutcome: String, Sendable, CaseIterable, Codable {
    case met, late
    case breachedOpen = "breached_open"
    /// The work went away: returned, recalled, dismissed.
    case void
}

/// The rungs of the ladder (提醒 → 催办 → 督办 → 通报).
package enum Rung: String, Sendable, CaseIterable, Codable, Comparable {
    case notice, reminder, supervision, circular

    /// In the order in which they are climbed.
    package static func < (a: Rung, b: Rung) -> Bool { a.height < b.height }

    private var height: Int {
        switch self {
        case .notice: 0
        case .reminder: 1
        case .supervision: 2
        case .circular: 3
        }
    }

    package var label: String {
        switch self {
        case .notice: "提醒"
        case .reminder: "催办"
        case .supervision: "督办"
        case .circular: "通报"
        }
    }
}

/// One running deadline of one unit.
package struct ClockRecord: Sendable, Hashable {
    package var id: ClockID
    package var assignment: AssignmentID?
    package var supervision: SupervisionID?
    package var warning: WarningID?
    package var dispute: DisputeID?
    package var referral: ReferralID?
    package var unit: UnitID
    package var kind: ClockKind
    /// Its name in the plan.
    package var rule: String
    package var level: String?
    package var limit: TimeLimit
    package var startEvent: String
    package var startedAt: Date
    package var dueAt: Date
    package var breachedAt: Date?
    /// Since when nobody above is left to whom its ladder could go: it stays before the leaders until it is stopped.
    package var escalatedAt: Date?
    package var nextRung: Rung?
    /// Nil while the clock is paused, and when nothing more will fire.
    package var nextAt: Date?
    /// Times at which it stood still, in order; the last may still last.
    package var pauses: [ClockPause]
    /// What was granted on top of its limit, in order.
    package var extensions: [TimeLimit]
    /// What its unit has asked for on top, and nobody has decided.
    package var asked: TimeLimit?
    /// What went before it, of a feedback that was sent back.
    package var origin: ClockOrigin?

    package var isPaused: Bool { self.pauses.last.map { $0.end == nil } ?? false }

    /// What is to be done at once is shown with the time that has passed: it is never late.
    package var isImmediate: Bool { self.limit == .immediate }

    /// When its time is over. A deadline holds to the end of its second, or the last second of a day would not count.
    package var overAt: Date { self.dueAt.addingTimeInterval(1) }

    /// The moment up to which it has run. What stands still is not late meanwhile.
    func hasRun(until now: Date) -> Date { self.pauses.last.flatMap { $0.end == nil ? $0.begin : nil } ?? now }

    /// Whether its time has run out, whether or not a rung of its ladder has said so.
    package func isOverdue(at now: Date) -> Bool {
        self.breachedAt != nil || !self.isImmediate && self.hasRun(until: now) >= self.overAt
    }

    package init(
        id: ClockID, assignment: AssignmentID?, supervision: SupervisionID?, warning: WarningID? = nil,
        dispute: DisputeID? = nil, referral: ReferralID? = nil, unit: UnitID, kind: ClockKind, rule: String,
        level: String?, limit: TimeLimit, startEvent: String, startedAt: Date,
        dueAt: Date,
        breachedAt: Date? = nil, escalatedAt: Date? = nil, nextRung: Rung? = nil, nextAt: Date? = nil,
        pauses: [ClockPause] = [], extensions: [TimeLimit] = [], asked: TimeLimit? = nil, origin: ClockOrigin? = nil
    ) {
        self.id = id
        self.assignment = assignment
        self.supervision = supervision
        self.warning = warning
        self.dispute = dispute
        self.referral = referral
        self.unit = unit
        self.kind = kind
        self.rule = rule
        self.level = level
        self.limit = limit
        self.startEvent = startEvent
        self.startedAt = startedAt
        self.dueAt = dueAt
        self.breachedAt = breachedAt
        self.escalatedAt = escalatedAt
        self.nextRung = nextRung
        self.nextAt = nextAt
        self.pauses = pauses
        self.extensions = extensions
        self.asked = asked
        self.origin = origin
    }
}

/// What the feedback clocks of an assignment used before its feedback was sent back: from it follows the original time.
package struct ClockOrigin: Sendable, Hashable {
    /// When the first of them started.
    package var startedAt: Date
    package var pauses: [ClockPause]
    package var extensions: [TimeLimit]

    package init(startedAt: Date, pauses: [ClockPause], extensions: [TimeLimit]) {
        self.startedAt = startedAt
        self.pauses = pauses
        self.extensions = extensions
    }

    /// What a clock leaves to the next one of its assignment.
    init(_ clock: ClockRecord) {
        self.startedAt = clock.origin?.startedAt ?? clock.startedAt
        self.pauses = (clock.origin?.pauses ?? []) + clock.pauses
        self.extensions = (clock.origin?.extensions ?? []) + clock.extensions
    }
}

/// A time at which a clock stood still (暂停).
package struct ClockPause: Sendable, Hashable {
    package var begin: Date
    /// Nil while it lasts.
    package var end: Date?

    package init(begin: Date, end: Date?) {
        self.begin = begin
        self.end = end
    }
}
