package import BihuanDomain

extension LineVerb {
    /// How this door spells a step of the loop.
    package init(step verb: Verb) {
        switch verb {
        case .register: self = .caseRegister
        case .grade: self = .caseGrade
        case .conclude: self = .caseConclude
        case .dismiss: self = .caseDismiss
        case .reopen: self = .caseReopen
        case .assign: self = .caseAssign
        case .receive: self = .caseReceive
        case .return: self = .caseReturn
        case .recall: self = .caseRecall
        case .forward: self = .caseForward
        case .urge: self = .caseUrge
        case .feedBack: self = .caseFeedback
        case .accept: self = .caseAccept
        case .sendBack: self = .caseSendBack
        case .supervise: self = .caseSupervise
        case .reply: self = .caseReply
        case .lift: self = .caseLift
        case .uphold: self = .caseUphold
        case .raise: self = .caseRaise
        case .file: self = .caseFile
        case .observe: self = .caseSpread
        case .replan: self = .caseReplan
        case .warn: self = .caseWarn
        case .issueWarning: self = .warningIssue
        case .declineWarning: self = .warningDecline
        case .respond: self = .warningRespond
        case .liftWarning: self = .warningLift
        case .pause: self = .clockPause
        case .resume: self = .clockResume
        case .askExtension: self = .clockExtend
        case .grantExtension: self = .clockGrant
        case .refuseExtension: self = .clockRefuse
        case .dispute: self = .caseDispute
        case .arbitrate: self = .disputeArbitrate
        case .withdraw: self = .disputeWithdraw
        case .refer: self = .caseRefer
        case .answerReferral: self = .referralAnswer
        case .waiveReferral: self = .referralWaive
        case .visit: self = .caseVisit
        case .comment: self = .caseComment
        case .addTask: self = .taskAdd
        case .finishTask: self = .taskFinish
        case .dropTask: self = .taskDrop
        case .attachLead: self = .caseAttach
        case .detachLead: self = .caseDetach
        case .merge: self = .caseMerge
        case .unmerge: self = .caseUnmerge
        case .recuse: self = .caseRecuse
        case .liftRecusal: self = .caseLiftRecusal
        case .restrict: self = .caseRestrict
        case .revealContact: self = .contactReveal
        case .engageExpert: self = .caseEngage
        case .endGuidance: self = .caseEndGuidance
        }
    }
}
