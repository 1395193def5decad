/// A step somebody wants to take, with everything that was said about it.
package enum CaseCommand: Sendable, Hashable, Codable {
    /// - Parameters:
    ///   - level: as the officer judges; a sensitive period may raise it by the plan's rule.
    ///   - matter: the kind of matter by key of the plan; nil: as it is.
    ///   - assessment: what the judgement rests on.
    ///   - about: labels of units that the case is about, which are recused from it; nil: none.
    case grade(
        level: String, matter: String? = nil, assessment: Assessment = .none, about: [String]? = nil, reason: String)
    case observe(SpreadDraft, reason: String? = nil)
    /// - Parameter version: of the case's plan, the one in force.
    case replan(version: Int, reason: String)
    /// - Parameter outcome: nil: the verdict of the final feedback that was accepted.
    case conclude(outcome: CaseOutcome? = nil, reason: String)
    case dismiss(reason: String)
    case reopen(reason: String)
    case assign(unit: String, instruction: String, role: AssignmentRole = .lead, reason: String)
    case receive(AssignmentID, reason: String?)
    /// - Parameter proposed: label of the unit that should have it instead.
    case `return`(AssignmentID, proposed: String? = nil, reason: String)
    case recall(AssignmentID, reason: String)
    case forward(AssignmentID, unit: String, instruction: String, reason: String)
    case feedBack(AssignmentID, FeedbackDraft, reason: String? = nil)
    case accept(FeedbackID, reason: String?)
    case sendBack(FeedbackID, reason: String)
    case urge(AssignmentID, reason: String)
    case supervise(
        AssignmentID, cause: SupervisionCause, requirement: String, reason: String,
        terms: SupervisionTerms = .asPlanned)
    case reply(SupervisionID, text: String, reason: String? = nil)
    case lift(SupervisionID, reason: String)
    case uphold(SupervisionID, reason: String)
    case raise(SupervisionID, reason: String)
    case file(FilingDraft, reason: String? = nil)
    case warn(WarningDraft, reason: String? = nil)
    case issueWarning(WarningID, reason: String)
    case declineWarning(WarningID, reason: String)
    /// - Parameter measures: what the unit has done or will do.
    case respond(WarningID, measures: String, reason: String? = nil)
    case liftWarning(WarningID, reason: String)
    case pause(ClockID, reason: String)
    case resume(ClockID, reason: String)
    /// - Parameter by: how much longer, as a plan writes a limit: `PT4H`, `P2WD`.
    case askExtension(ClockID, by: String, reason: String)
    case grantExtension(ClockID, reason: String)
    case refuseExtension(ClockID, reason: String)
    /// - Parameter proposed: label of the unit whose the work is.
    case dispute(AssignmentID, proposed: String, reason: String)
    /// - Parameter unit: label of the unit that holds the work from now on.
    case arbitrate(DisputeID, unit: String, reason: String)
    case withdraw(DisputeID, reason: String)
    case refer(ReferralDraft, reason: String)
    case answerReferral(ReferralID, ReferralAnswer, reason: String? = nil)
    case waiveReferral(ReferralID, reason: String)
    case visit(VisitDraft, reason: String? = nil)
    /// - Parameter text: what a guide says of the work (指导意见).
    case comment(AssignmentID, text: String, reason: String? = nil)
    case addTask(AssignmentID, TaskDraft, reason: String? = nil)
    /// - Parameter evidence: what shows that it was done.
    case finishTask(TaskID, evidence: String, reason: String? = nil)
    case dropTask(TaskID, reason: String)
    case attachLead(LeadID, reason: String)
    case detachLead(LeadID, reason: String)
    /// - Parameter into: the case that goes on, by id or ref.
    case merge(into: String, reason: String)
    case unmerge(reason: String)
    case recuse(unit: String, reason: String)
    case liftRecusal(unit: String, reason: String)
    /// - Parameter level: 0 ordinary, 1 restricted, 2 confidential.
    case restrict(level: Int, reason: String)
    case revealContact(ContactID, reason: String)
    /// Urges the owner of a case, whether or not it is assigned.
    case urgeOwner(reason: String)
    /// - Parameter name: of the expert, for the log.
    case engageExpert(ExpertID, name: String, reason: String)
    /// Ends the part of a unit that guides.
    case endGuidance(AssignmentID, reason: String)

    package var verb: Verb {
        switch self {
        case .grade: .grade
        case .conclude: .conclude
        case .dismiss: .dismiss
        case .reopen: .reopen
        case .assign: .assign
        case .receive: .receive
        case .return: .return
        case .recall: .recall
        case .forward: .forward
        case .feedBack: .feedBack
        case .accept: .accept
        case .sendBack: .sendBack
        case .urge: .urge
        case .supervise: .supervise
        case .reply: .reply
        case .lift: .lift
        case .uphold: .uphold
        case .raise: .raise
        case .file: .file
        case .observe: .observe
        case .replan: .replan
        case .warn: .warn
        case .issueWarning: .issueWarning
        case .declineWarning: .declineWarning
        case .respond: .respond
        case .liftWarning: .liftWarning
        case .pause: .pause
        case .resume: .resume
        case .askExtension: .askExtension
        case .grantExtension: .grantExtension
        case .refuseExtension: .refuseExtension
        case .dispute: .dispute
        case .arbitrate: .arbitrate
        case .withdraw: .withdraw
        case .refer: .refer
        case .answerReferral: .answerReferral
        case .waiveReferral: .waiveReferral
        case .visit: .visit
        case .comment: .comment
        case .addTask: .addTask
        case .finishTask: .finishTask
        case .dropTask: .dropTask
        case .attachLead: .attachLead
        case .detachLead: .detachLead
        case .merge: .merge
        case .unmerge: .unmerge
        case .recuse: .recuse
        case .liftRecusal: .liftRecusal
        case .restrict: .restrict
        case .revealContact: .revealContact
        case .urgeOwner: .urge
        case .engageExpert: .engageExpert
        case .endGuidance: .endGuidance
        }
    }

    /// The same command with remarks that say nothing left out: doors differ in whether they send an empty one.
    package var canonical: CaseCommand {
        func said(_ remark: String?) -> String? {
            remark.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        }
        switch self {
        case .receive(let id, let reason): return .receive(id, reason: said(reason))
        case .accept(let id, let reason): return .accept(id, reason: said(reason))
        case .feedBack(let id, var draft, let reason):
            draft.measures = said(draft.measures)
            draft.result = said(draft.result)
            draft.fields = draft.fields.filter { said($0.value) != nil }
            return .feedBack(id, draft, reason: said(reason))
        case .reply(let id, let text, let reason): return .reply(id, text: text, reason: said(reason))
        case .file(let draft, let reason): return .file(draft.canonical, reason: said(reason))
        case .observe(var draft, let reason):
            draft.source = said(draft.source)
            return .observe(draft, reason: said(reason))
        case .warn(var draft, let reason):
            draft.measures = said(draft.measures)
            return .warn(draft, reason: said(reason))
        case .respond(let id, let measures, let reason):
            return .respond(id, measures: measures, reason: said(reason))
        case .return(let id, let proposed, let reason): return .return(id, proposed: said(proposed), reason: reason)
        case .refer(var draft, let reason):
            draft.to = said(draft.to)
            return .refer(draft, reason: reason)
        case .answerReferral(let id, var answer, let reason):
            answer.lead = said(answer.lead)
            return .answerReferral(id, answer, reason: said(reason))
        case .visit(var draft, let reason):
            draft.note = said(draft.note)
            return .visit(draft, reason: said(reason))
        case .dispute, .arbitrate, .withdraw, .waiveReferral: return self
        case .comment(let id, let text, let reason): return .comment(id, text: text, reason: said(reason))
        case .addTask(let id, var draft, let reason):
            draft.officer = said(draft.officer)
            draft.unit = said(draft.unit)
            return .addTask(id, draft, reason: said(reason))
        case .finishTask(let id, let evidence, let reason):
            return .finishTask(id, evidence: evidence, reason: said(reason))
        case .pause, .resume, .askExtension, .grantExtension, .refuseExtension, .grade, .assign, .forward,
            .recall, .sendBack, .urge, .supervise, .lift, .uphold, .raise, .replan, .issueWarning, .declineWarning,
            .liftWarning, .conclude, .dismiss, .reopen, .dropTask, .attachLead, .detachLead, .merge, .unmerge, .recuse,
            .liftRecusal, .restrict, .revealContact, .urgeOwner, .engageExpert, .endGuidance:
            return self
        }
    }

    /// Longest text of a reason, an instruction, a requirement or a reply, in characters.
    package static let longestText = 4000

    /// Refuses what is said badly, before anything is locked: every fault at once.
    package func check() throws(Refusal) {
        var faults: [FieldFault] = []
        func text(_ field: String, _ value: String?, required: Bool = true) {
            guard let value, !value.allSatisfy(\.isWhitespace) else {
                if required { faults.append(FieldFault(field: field, rule: .required)) }
                return
            }
            if value.unicodeScalars.count > Self.longestText {
                faults.append(FieldFault(field: field, rule: .tooLong(Self.longestText)))
            }
            if value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" && $0 != "\r" }) {
                faults.append(FieldFault(field: field, rule: .controlCharacter))
            }
        }
        switch self {
        case .grade(let level, _, _, _, let reason):
            text("level", level)
            text("reason", reason)
        case .conclude(_, let reason), .dismiss(let reason), .reopen(let reason), .urgeOwner(let reason),
            .engageExpert(_, _, let reason):
            text("reason", reason)
        case .assign(let unit, let instruction, _, let reason), .forward(_, let unit, let instruction, let reason):
            text("unit", unit)
            text("instruction", instruction, required: false)
            text("reason", reason)
        case .receive(_, let reason), .accept(_, let reason): text("reason", reason, required: false)
        case .return(_, _, let reason), .dispute(_, _, let reason), .arbitrate(_, _, let reason),
            .withdraw(_, let reason), .waiveReferral(_, let reason), .recall(_, let reason), .sendBack(_, let reason),
            .urge(_, let reason),
            .lift(_, let reason), .uphold(_, let reason), .raise(_, let reason), .pause(_, let reason),
            .resume(_, let reason), .grantExtension(_, let reason), .refuseExtension(_, let reason),
            .issueWarning(_, let reason), .declineWarning(_, let reason), .liftWarning(_, let reason),
            .replan(_, let reason), .dropTask(_, let reason), .attachLead(_, let reason), .detachLead(_, let reason),
            .unmerge(let reason), .endGuidance(_, let reason):
            text("reason", reason)
        case .merge(let into, let reason):
            text("into", into)
            text("reason", reason)
        case .refer(let draft, let reason):
            text("text", draft.text)
            text("to", draft.to, required: draft.kind == .outside)
            if let to = draft.to, to.unicodeScalars.count > ReferralDraft.longestName {
                faults.append(FieldFault(field: "to", rule: .tooLong(ReferralDraft.longestName)))
            }
            text("reason", reason)
        case .answerReferral(_, let answer, let reason):
            text("answer", answer.text)
            text("lead", answer.lead, required: false)
            text("reason", reason, required: false)
        case .visit(let draft, let reason):
            if draft.reached != (draft.satisfaction != nil) {
                faults.append(
                    FieldFault(
                        field: "satisfaction",
                        rule: .other(
                            code: draft.reached ? "required" : "nobody_reached",
                            draft.reached ? "必填：回访到了人" : "没有回访到人，不能有满意度")))
            }
            text("note", draft.note, required: false)
            text("reason", reason, required: false)
        case .observe(let draft, let reason):
            faults += draft.counts.faults
            text("source", draft.source, required: false)
            text("reason", reason, required: false)
        case .warn(let draft, let reason):
            if draft.level == nil, draft.grounds.isEmpty {
                faults.append(
                    FieldFault(
                        field: "level",
                        rule: .other(code: "required", "须给出 level，或由 happened、possible、elsewhere 推定")))
            }
            text("text", draft.text)
            text("measures", draft.measures, required: false)
            text("reason", reason, required: false)
        case .respond(_, let measures, let reason):
            text("measures", measures)
            text("reason", reason, required: false)
        case .askExtension(_, let by, let reason):
            if TimeLimit(by)?.extends != true { faults.append(FieldFault(field: "by", rule: .badLimit)) }
            text("reason", reason)
        case .file(let draft, let reason):
            text("form", draft.form)
            for (key, value) in draft.fields.sorted(by: { $0.key < $1.key }) {
                text("fields.\(key)", value, required: false)
            }
            text("reason", reason, required: false)
        case .feedBack(_, let draft, let reason):
            text("reason", reason, required: false)
            text("findings", draft.findings)
            text("measures", draft.measures, required: draft.kind == .final)
            text("result", draft.result, required: draft.kind == .final)
            if draft.kind == .final, draft.verdict == nil {
                faults.append(FieldFault(field: "verdict", rule: .required))
            }
            for (key, value) in draft.fields.sorted(by: { $0.key < $1.key }) {
                text("fields.\(key)", value, required: false)
            }
        case .comment(_, let said, let reason):
            text("text", said)
            text("reason", reason, required: false)
        case .addTask(_, let draft, let reason):
            text("text", draft.text)
            if draft.officer != nil, draft.unit != nil {
                faults.append(
                    FieldFault(field: "unit", rule: .other(code: "officer_or_unit", "officer 与 unit 只能写一个")))
            }
            text("reason", reason, required: false)
        case .finishTask(_, let evidence, let reason):
            text("evidence", evidence)
            text("reason", reason, required: false)
        case .supervise(_, _, let requirement, let reason, let terms):
            faults += terms.faults
            text("requirement", requirement)
            text("reason", reason)
        case .reply(_, let reply, let reason):
            text("reply", reply)
            text("reason", reason, required: false)
        case .recuse(let unit, let reason), .liftRecusal(let unit, let reason):
            text("unit", unit)
            text("reason", reason)
        case .restrict(let level, let reason):
            if !(0...2).contains(level) {
                faults.append(FieldFault(field: "secrecy", rule: .unknownValue(["0", "1", "2"])))
            }
            text("reason", reason)
        case .revealContact(_, let reason): text("reason", reason)
        }
        guard faults.isEmpty else { throw .badFields(faults) }
    }

    /// Log-in name of somebody that the command names.
    package var namedOfficer: String? {
        if case .addTask(_, let draft, _) = self { draft.officer } else { nil }
    }

    /// Whether it keeps units out of the case besides what its verb says.
    package var recusesBesides: Bool {
        if case .grade(_, _, _, let about?, _) = self { !about.isEmpty } else { false }
    }

    /// What the answer tells of, unless the step makes something new.
    var subject: Changes.Subject {
        switch self {
        case .grade, .observe, .replan, .conclude, .dismiss, .reopen, .assign, .file, .warn, .refer, .visit,
            .attachLead, .detachLead, .merge,
            .unmerge, .recuse, .liftRecusal,
            .restrict, .revealContact, .urgeOwner,
            .engageExpert:
            .record
        case .issueWarning(let id, _), .declineWarning(let id, _), .respond(let id, _, _), .liftWarning(let id, _):
            .warning(id)
        case .receive(let id, _), .return(let id, _, _), .dispute(let id, _, _), .recall(let id, _),
            .forward(let id, _, _, _),
            .feedBack(let id, _, _), .urge(let id, _), .supervise(let id, _, _, _, _), .comment(let id, _, _),
            .addTask(let id, _, _), .endGuidance(let id, _):
            .assignment(id)
        case .finishTask(let id, _, _), .dropTask(let id, _): .task(id)
        case .accept(let id, _), .sendBack(let id, _): .feedback(id)
        case .reply(let id, _, _), .lift(let id, _), .uphold(let id, _), .raise(let id, _): .supervision(id)
        case .pause(let id, _), .resume(let id, _), .askExtension(let id, _, _), .grantExtension(let id, _),
            .refuseExtension(let id, _):
            .clock(id)
        case .arbitrate(let id, _, _), .withdraw(let id, _): .dispute(id)
        case .answerReferral(let id, _, _), .waiveReferral(let id, _): .referral(id)
        }
    }
}

/// What somebody puts on record on a form of the plan.
package struct FilingDraft: Sendable, Hashable, Codable {
    /// The form, by id of the plan.
    package var form: String
    /// By key of the form's fields.
    package var fields: [String: String]

    package init(form: String, fields: [String: String]) {
        self.form = form
        self.fields = fields
    }

    /// Without the fields that say nothing.
    var canonical: FilingDraft {
        FilingDraft(form: self.form, fields: self.fields.filter { !$0.value.allSatisfy(\.isWhitespace) })
    }
}
