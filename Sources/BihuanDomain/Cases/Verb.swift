/// The verbs of the product (动词), the same in rules, SQL, both doors and the console.
package enum Verb: String, Sendable, CaseIterable, Codable, Hashable {
    // Case
    case register, grade, conclude, dismiss, reopen
    // Assignment
    case assign, receive, `return`, recall, forward, urge
    case feedBack = "feed_back"
    case accept
    case sendBack = "send_back"
    // Supervision order
    case supervise, reply, lift, uphold, raise
    // Spread, plan form, plan
    case observe, file, replan
    // Warning
    case warn
    case issueWarning = "issue_warning"
    case declineWarning = "decline_warning"
    case respond
    case liftWarning = "lift_warning"
    // Clock
    case pause, resume
    case askExtension = "ask_extension"
    case grantExtension = "grant_extension"
    case refuseExtension = "refuse_extension"
    // Dispute, referral, return visit
    case dispute, arbitrate, withdraw
    case refer
    case answerReferral = "answer_referral"
    case waiveReferral = "waive_referral"
    case visit
    // Guidance, and tasks of an assignment
    case comment
    case addTask = "add_task"
    case finishTask = "finish_task"
    case dropTask = "drop_task"
    // Leads of a case, and cases of one matter
    case attachLead = "attach_lead"
    case detachLead = "detach_lead"
    case merge, unmerge
    // Who may see a case
    case recuse
    case liftRecusal = "lift_recusal"
    case restrict
    case revealContact = "reveal_contact"
    // Expert
    case engageExpert = "engage_expert"
    // Guidance that nobody waits for any longer
    case endGuidance = "end_guidance"

    /// 登记, 定级, 转办 …
    package var label: String {
        switch self {
        case .register: "登记"
        case .grade: "定级"
        case .conclude: "办结"
        case .dismiss: "不予受理"
        case .reopen: "重新打开"
        case .assign: "转办"
        case .receive: "签收"
        case .return: "退回"
        case .recall: "撤回"
        case .forward: "再转"
        case .urge: "催办"
        case .feedBack: "反馈"
        case .accept: "核验通过"
        case .sendBack: "退改"
        case .supervise: "督办"
        case .reply: "督办回复"
        case .lift: "解除督办"
        case .uphold: "维持督办"
        case .raise: "提级督办"
        case .observe: "录入态势"
        case .file: "填报"
        case .replan: "改用预案新版"
        case .warn: "提请预警"
        case .issueWarning: "发布预警"
        case .declineWarning: "不予发布预警"
        case .respond: "响应预警"
        case .liftWarning: "解除预警"
        case .pause: "暂停计时"
        case .resume: "恢复计时"
        case .askExtension: "申请延期"
        case .grantExtension: "同意延期"
        case .refuseExtension: "不同意延期"
        case .dispute: "提出争议"
        case .arbitrate: "裁定争议"
        case .withdraw: "撤销争议"
        case .refer: "移送"
        case .answerReferral: "登记移送答复"
        case .waiveReferral: "不再等待移送"
        case .visit: "回访"
        case .comment: "指导意见"
        case .addTask: "添加任务"
        case .finishTask: "完成任务"
        case .dropTask: "取消任务"
        case .attachLead: "并入线索"
        case .detachLead: "移出线索"
        case .merge: "并案"
        case .unmerge: "撤销并案"
        case .recuse: "回避"
        case .liftRecusal: "解除回避"
        case .restrict: "限制知悉"
        case .revealContact: "查看联系方式"
        case .engageExpert: "聘请专家"
        case .endGuidance: "结束指导"
        }
    }

    /// The posts that may take this step, wherever their unit may take it.
    package var roles: Set<PostRole> {
        switch self {
        case .register: [.dispatcher, .duty]
        case .grade, .conclude, .dismiss, .reopen: [.dispatcher, .leader]
        case .assign, .recall, .forward: [.dispatcher]
        case .receive: [.dispatcher, .handler, .duty]
        case .return, .feedBack: [.dispatcher, .handler]
        case .accept, .sendBack: [.reviewer, .dispatcher]
        case .urge: [.dispatcher, .duty, .reviewer, .leader]
        case .supervise, .lift, .uphold, .raise: [.dispatcher, .leader]
        case .reply, .askExtension: [.dispatcher, .handler, .leader]
        case .observe: [.dispatcher, .duty, .handler]
        case .file: [.dispatcher, .duty, .leader]
        case .replan: [.dispatcher, .leader]
        // By the role that the plan gives.
        case .warn, .issueWarning, .declineWarning, .liftWarning: Set(PostRole.allCases).subtracting([.operator])
        case .respond: [.dispatcher, .handler, .duty, .leader]
        case .pause, .resume, .grantExtension, .refuseExtension: [.dispatcher, .leader]
        case .dispute, .withdraw: [.dispatcher, .handler]
        // The arbiter's leader; a dispatcher only where ``Permission`` says so.
        case .arbitrate: [.leader, .dispatcher]
        case .refer, .answerReferral: [.dispatcher, .leader]
        case .waiveReferral: [.leader]
        case .visit: [.dispatcher, .duty]
        case .comment: [.dispatcher, .handler, .reviewer, .leader]
        case .addTask, .dropTask: [.dispatcher, .handler, .leader]
        case .finishTask: [.dispatcher, .handler, .duty]
        case .attachLead, .detachLead: [.dispatcher, .duty]
        case .merge, .unmerge: [.dispatcher]
        case .recuse, .liftRecusal, .restrict: [.dispatcher, .leader]
        case .revealContact: [.dispatcher, .duty, .handler]
        case .engageExpert: [.dispatcher, .leader]
        case .endGuidance: [.dispatcher, .leader]
        }
    }
}
