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
    // Expert
    case engageExpert = "engage_expert"

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
        case .engageExpert: "聘请专家"
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
        case .engageExpert: [.dispatcher, .leader]
        }
    }
}
