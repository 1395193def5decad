package import struct Foundation.Date

/// What a step changes, for the store to write in the transaction that decided it.
package struct Changes: Sendable {
    /// The case after the step; its version is the number of the last event in `events`.
    package var record: CaseRecord
    /// The states the case went through, the last one it is in; steps taken as one may pass several.
    package var passed: [CaseState] = []
    package var newAssignments: [AssignmentRecord] = []
    package var changedAssignments: [AssignmentRecord] = []
    package var newFeedback: (record: FeedbackRecord, draft: FeedbackDraft)?
    /// What the new feedback answers besides.
    package var answers: [FeedbackAnswer] = []
    package var reviewedFeedback: (id: FeedbackID, state: FeedbackState, reason: String?)?
    package var newComment: CommentRecord?
    package var newTask: (record: TaskRecord, text: String)?
    /// With what shows that it was done, or why it is not to be.
    package var endedTask: (record: TaskRecord, text: String)?
    /// Assignments whose open tasks went with them, and why.
    package var droppedTasks: [(assignment: AssignmentID, reason: String)] = []
    package var newFiling: (record: FilingRecord, fields: [String: String])?
    package var newGrading: GradingRecord?
    package var newSample: SpreadSample?
    package var newWarning: (record: WarningRecord, draft: WarningDraft, raise: SensitivePeriod.Raise?)?
    package var changedWarning: (record: WarningRecord, reason: String)?
    /// Units that were told, or that answered with their measures.
    package var newReceipts: [WarningReceipt] = []
    package var answeredReceipt: (receipt: WarningReceipt, measures: String)?
    package var newSupervisions: [SupervisionRecord] = []
    package var changedSupervisions: [SupervisionRecord] = []
    package var newClocks: [ClockRecord] = []
    /// Running clocks whose level, limit, due time or next rung moved.
    package var changedClocks: [ClockRecord] = []
    package var stoppedClocks: [(clock: ClockRecord, outcome: ClockOutcome)] = []
    package var firing: (clock: ClockID, rung: Rung)?
    /// Pauses and extensions of clocks, each with its reason.
    package var adjustments: [(clock: ClockID, adjustment: ClockAdjustment, reason: String)] = []
    /// Clocks that were stopped while they stood still: their pause ends with them.
    package var endedPauses: [ClockID] = []
    package var newDispute: (record: DisputeRecord, reason: String)?
    /// Disputes that were decided or withdrawn, and in what words.
    package var changedDisputes: [(record: DisputeRecord, decision: String?)] = []
    package var newReferral: (record: ReferralRecord, text: String, reason: String)?
    package var changedReferral: (record: ReferralRecord, answer: ReferralAnswer?, reason: String?)?
    package var newVisit: VisitDraft?
    package var newRecusals: [(unit: UnitID, reason: String)] = []
    package var liftedRecusals: [(unit: UnitID, reason: String)] = []
    /// What cases that were merged into it take over of this.
    package var carried: [CarriedSeal] = []
    package var newExpert: ExpertID?
    package var events: [EventDraft] = []
    package var messages: [MessageDraft] = []
    /// Leads that change their case.
    package var leadMoves: [LeadMove] = []
    /// What the step was about, for the answer.
    package var subject: Subject

    package init(record: CaseRecord) {
        self.record = record
        self.subject = .record
    }

    /// A clock may move by itself; everything else leaves an event.
    package var isEmpty: Bool { self.events.isEmpty && self.changedClocks.isEmpty && self.carried.isEmpty }

    /// The object a step was about.
    package enum Subject: Sendable, Hashable {
        case record
        case assignment(AssignmentID)
        case feedback(FeedbackID)
        case supervision(SupervisionID)
        case clock(ClockID)
        case filing(FilingID)
        case warning(WarningID)
        case dispute(DisputeID)
        case referral(ReferralID)
        case task(TaskID)
    }
}

/// What was done to a running clock.
package enum ClockAdjustment: Sendable, Hashable {
    case paused, resumed
    case extensionAsked(TimeLimit)
    case extensionGranted, extensionRefused
}

/// What happened, before the store gives it its place in the chain.
package struct EventDraft: Sendable {
    package var kind: EventKind
    package var assignment: AssignmentID?
    package var reason: String?
    /// Facts for readers of the log; becomes a JSON object.
    package var detail: [String: String]

    package init(
        _ kind: EventKind, assignment: AssignmentID? = nil, reason: String? = nil, detail: [String: String] = [:]
    ) {
        self.kind = kind
        self.assignment = assignment
        self.reason = reason
        self.detail = detail
    }
}

/// The kinds of events in a case's log (留痕).
package enum EventKind: String, Sendable, CaseIterable, Codable {
    case registered, revised, attached, graded, assigned, received, returned, recalled, forwarded
    case fedBack = "fed_back"
    case accepted
    case sentBack = "sent_back"
    case urged, supervised, replied, lifted, upheld, raised, concluded, dismissed, reopened
    case noticed, reminded, circulated
    /// The time for an order came while one already stood.
    case orderStands = "order_stands"
    /// A form of the plan was put on record.
    case filed
    /// The case's spread was counted.
    case observed
    /// The spread reached what the plan names for a graver level.
    case raiseProposed = "raise_proposed"
    /// The case goes on under a newer version of its plan.
    case replanned
    case warningProposed = "warning_proposed"
    case warned
    case warningDeclined = "warning_declined"
    case responded
    case warningLifted = "warning_lifted"
    case paused, resumed
    case extensionAsked = "extension_asked"
    case extensionGranted = "extension_granted"
    case extensionRefused = "extension_refused"
    case disputed, arbitrated
    case disputeWithdrawn = "dispute_withdrawn"
    case referred
    case referralAnswered = "referral_answered"
    case referralWaived = "referral_waived"
    case visited
    /// A guide said something.
    case commented
    case taskAdded = "task_added"
    case taskFinished = "task_finished"
    case taskDropped = "task_dropped"
    /// A part without an answer of its own is over.
    case closed
    /// A lead was taken out of the case.
    case detached
    /// The case was merged into another; and the other one has taken it up. Each names the other by `case_id`.
    case merged, absorbed
    /// The merge was undone, in the case that was merged and in the other.
    case unmerged, parted
    /// What stood with one unit stands with another: it was merged, closed, split, or gave it away.
    case handedOver = "handed_over"
    /// A unit is kept out of the case.
    case recused
    case recusalLifted = "recusal_lifted"
    /// Who may see the case was changed.
    case restricted
    /// How to reach the complainant was shown whole.
    case contactRevealed = "contact_revealed"
    case expertEngaged = "expert_engaged"
    /// A unit that left the case gave back a task of another's assignment.
    case taskReturned = "task_returned"

    package var label: String {
        switch self {
        case .registered: "登记"
        case .revised: "来源变更"
        case .attached: "并入线索"
        case .graded: "定级"
        case .assigned: "转办"
        case .received: "签收"
        case .returned: "退回"
        case .recalled: "撤回"
        case .forwarded: "再转"
        case .fedBack: "反馈"
        case .accepted: "核验通过"
        case .sentBack: "退改"
        case .urged: "人工催办"
        case .supervised: "督办"
        case .replied: "督办回复"
        case .lifted: "解除督办"
        case .upheld: "维持督办"
        case .raised: "提级督办"
        case .concluded: "办结"
        case .dismissed: "不予受理"
        case .reopened: "重新打开"
        case .noticed: "提醒"
        case .reminded: "超期催办"
        case .circulated: "通报"
        case .orderStands: "督办仍在"
        case .filed: "填报"
        case .observed: "录入态势"
        case .raiseProposed: "建议提级"
        case .replanned: "改用预案新版"
        case .warningProposed: "提请预警"
        case .warned: "发布预警"
        case .warningDeclined: "不予发布预警"
        case .responded: "响应预警"
        case .warningLifted: "解除预警"
        case .paused: "暂停计时"
        case .resumed: "恢复计时"
        case .extensionAsked: "申请延期"
        case .extensionGranted: "同意延期"
        case .extensionRefused: "不同意延期"
        case .disputed: "提出争议"
        case .arbitrated: "裁定争议"
        case .disputeWithdrawn: "撤销争议"
        case .referred: "移送"
        case .referralAnswered: "移送答复"
        case .referralWaived: "不再等待移送"
        case .visited: "回访"
        case .commented: "指导意见"
        case .taskAdded: "添加任务"
        case .taskFinished: "完成任务"
        case .taskDropped: "取消任务"
        case .closed: "结束"
        case .detached: "移出线索"
        case .merged: "并入他案"
        case .absorbed: "并入本案"
        case .unmerged: "撤销并案"
        case .parted: "分出案件"
        case .handedOver: "移交"
        case .recused: "回避"
        case .recusalLifted: "解除回避"
        case .restricted: "限制知悉"
        case .contactRevealed: "查看联系方式"
        case .expertEngaged: "聘请专家"
        case .taskReturned: "收回任务"
        }
    }
}

/// Something a unit is to be told because of the step's last event.
package struct MessageDraft: Sendable {
    package var unit: UnitID
    /// E.g. `assignment.assigned`, `clock.reminder`.
    package var topic: String
    package var subject: String
    package var due: Date?
    package var isUrgent: Bool
    /// When whoever is on duty (值班) is called as well.
    package var duty: DutyCall

    package enum DutyCall: String, Sendable, Hashable {
        case never
        /// Outside office hours.
        case atNight
        case always
    }

    package init(
        unit: UnitID, topic: String, subject: String, due: Date? = nil, isUrgent: Bool = false,
        duty: DutyCall = .never
    ) {
        self.unit = unit
        self.topic = topic
        self.subject = subject
        self.due = due
        self.isUrgent = isUrgent
        self.duty = duty
    }
}
