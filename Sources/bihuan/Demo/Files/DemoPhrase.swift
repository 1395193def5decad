/// A row of `phrases.csv`: what officers write beside a step.
struct DemoPhrase: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        case gradeReason = "grade_reason"
        case instruction, forward
        case `return`, recall, interim
        case sendBack = "send_back"
        case accept, urge, requirement, reply, lift, uphold, raise, conclude, dismiss, reopen
        case guide, comment, dispute, arbitrate, refer
        case answerReferral = "answer_referral"
    }

    var kind: Kind
    /// Departments or levels that it fits; empty: all.
    var fits: Set<String>
    var text: String
}
