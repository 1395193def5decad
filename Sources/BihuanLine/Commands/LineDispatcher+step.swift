import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// The steps of the loop.
extension LineDispatcher {
    /// Takes a step, asking for its text first where the line did not bring it.
    func step(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineAnswer {
        // A case made of leads is told by the first of them.
        let hasText = command.verb == .caseRegister && command["leads"] != nil
        guard let name = command.spec.block, command[name] == nil, !hasText else {
            return LineAnswer(try await self.take(command, logIn, session))
        }
        let phrase = Phrase(
            zh: "请输入文本, 以单独一行 \".\" 结束", en: "send the text, end it with \".\" on a line of its own")
        return LineAnswer(
            session.reply(.sendBlock, phrase),
            next: .block { lines, session in
                let text = lines.joined(separator: "\n")
                guard let whole = command.with(name, text) else {
                    let phrase = Phrase(zh: "文本为空或太长", en: "text empty or too long")
                    return LineAnswer(session.reply(.blockRefused, ["block.length"], phrase))
                }
                do throws(DeskError) {
                    return LineAnswer(try await self.take(whole, logIn, session))
                } catch {
                    return LineAnswer(self.refuse(whole.spelled(error), about: whole.kindOfObject, &session))
                }
            }
        )
    }

    private func take(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let outcome: Outcome
        switch command.verb {
        case .caseRegister:
            outcome = try await self.store.desk.register(
                try Self.draft(command), by: logIn.token, via: .line, key: command["key"])
        case .caseAttach where command["lead"] == nil:
            let draft = try Self.draft(command)
            outcome = try await self.store.desk.attach(
                draft.lead, contacts: draft.contacts, to: ObjectKey(command["case"] ?? ""),
                reason: command["reason"] ?? "", by: logIn.token, via: .line, key: command["key"],
                expecting: command.integer("version"))
        case .caseAttach where !Self.contacts(command).isEmpty:
            // The lead that is named was taken in without it.
            let rule = FieldFault.Rule.other(code: "needs_content", "联系方式须随新线索的正文一起登记")
            throw .refused(.badFields([FieldFault(field: "contact", rule: rule)]))
        case .leadTake:
            let draft = try Self.draft(command)
            outcome = try await self.store.desk.take(
                draft.lead, contacts: draft.contacts, by: logIn.token, via: .line, key: command["key"])
        case .caseAccept, .caseSendBack:
            guard let feedback = try await self.feedback(command, logIn) else {
                return session.reply(
                    .wrongState, ["feedback.none"], Phrase(zh: "还没有反馈", en: "there is no feedback yet"))
            }
            outcome = try await self.perform(command, on: .feedback(feedback), logIn)
        case .taskFinish, .taskDrop:
            outcome = try await self.perform(command, on: .task(try await self.task(command, logIn)), logIn)
        case .caseEngage:
            guard let expert = try Self.id(command, "expert") else { throw .notFound }
            outcome = try await self.store.desk.engage(
                ExpertID(rawValue: expert), on: ObjectKey(command["case"] ?? ""), reason: command["reason"] ?? "",
                by: logIn.token, via: .line, key: command["key"], expecting: command.integer("version"),
                queries: self.store.queries)
        default:
            if command.verb == .caseFile || command.verb == .caseFeedback {
                try Self.requireEachOnce(Self.fields(command["fields"] ?? ""))
            }
            guard let target = Self.target(command) else { throw .notFound }
            outcome = try await self.perform(command, on: target, logIn)
        }
        // What was taken in may be known already; it was taken in whether or not this can be told.
        let similar: [SuggestionView]? =
            switch command.verb {
            case .caseRegister: try? await self.store.queries.similar(toCase: .id(outcome.id), limit: 3, logIn.token)
            case .leadTake where outcome.kind == .lead:
                try? await self.store.queries.similar(toLead: LeadID(rawValue: outcome.id), limit: 3, logIn.token)
            default: nil
            }
        return self.reply(outcome, similar ?? [], command, logIn, session)
    }

    private func perform(
        _ command: LineCommand, on target: Target, _ logIn: LineSession.LogIn
    ) async throws(DeskError) -> Outcome {
        try await self.store.desk.perform(
            on: target, by: .session(logIn.token), via: .line, key: command["key"],
            expecting: command.integer("version")
        ) { id in
            Self.command(command, id)
        }
    }

    // MARK: From words to a command

    private static func target(_ command: LineCommand) -> Target? {
        if let ref = command["case"] { return .record(ObjectKey(ref)) }
        // The owner of a case is urged by the case's number.
        if command.verb == .caseUrge, let ref = command["assignment"], Self.isCase(ref) {
            return .record(ObjectKey(ref))
        }
        if let ref = command["assignment"] { return .assignment(ObjectKey(ref)) }
        if let ref = command["order"] { return .supervision(ObjectKey(ref)) }
        if let ref = command["warning"] { return .warning(ObjectKey(ref)) }
        if let ref = command["dispute"] { return .dispute(ObjectKey(ref)) }
        if let ref = command["referral"] { return .referral(ObjectKey(ref)) }
        if let id = command["clock"].flatMap({ UUID(uuidString: $0) }) { return .clock(id) }
        return nil
    }

    private static func isCase(_ ref: String) -> Bool { UUID(uuidString: ref) == nil && RefKind(ref) == .record }

    /// The command a line means, once it is known what it is about.
    ///
    /// - Parameter id: of the target. The table of commands guarantees what is required.
    private static func command(_ command: LineCommand, _ id: UUID) -> CaseCommand {
        let reason = command["reason"] ?? ""
        let unit = command["unit"].map(Self.label) ?? ""
        let note = command["note"] ?? ""
        switch command.verb {
        case .caseGrade:
            return .grade(
                level: command["level"] ?? "", matter: command["matter"], assessment: Self.assessment(command),
                about: command["about"].map { Self.words($0).map(Self.label) }, reason: reason)
        case .caseSpread: return .observe(Self.spread(command), reason: reason)
        case .caseReplan: return .replan(version: command.integer("plan") ?? 0, reason: reason)
        case .caseWarn:
            return .warn(
                WarningDraft(
                    level: command["level"],
                    grounds: WarningGrounds(
                        happened: command["happened"], possible: command["possible"], elsewhere: command["elsewhere"]),
                    text: command["text"] ?? "", measures: command["measures"],
                    units: Self.words(command["units"]).map(Self.label)),
                reason: reason)
        case .warningIssue: return .issueWarning(WarningID(rawValue: id), reason: reason)
        case .warningDecline: return .declineWarning(WarningID(rawValue: id), reason: reason)
        case .warningRespond:
            return .respond(WarningID(rawValue: id), measures: command["measures"] ?? "", reason: reason)
        case .warningLift: return .liftWarning(WarningID(rawValue: id), reason: reason)
        case .caseAssign:
            return .assign(
                unit: unit, instruction: note, role: command["role"].flatMap { AssignmentRole(rawValue: $0) } ?? .lead,
                reason: reason)
        case .caseReceive: return .receive(AssignmentID(rawValue: id), reason: reason)
        case .caseReturn:
            return .return(
                AssignmentID(rawValue: id), proposed: command["proposed"].map(Self.label), reason: reason)
        case .caseRecall: return .recall(AssignmentID(rawValue: id), reason: reason)
        case .caseForward:
            return .forward(AssignmentID(rawValue: id), unit: unit, instruction: note, reason: reason)
        case .caseFeedback:
            let draft = FeedbackDraft(
                kind: command["kind"] == FeedbackKind.final.rawValue ? .final : .interim,
                verdict: command["verdict"].flatMap { Verdict(rawValue: $0) },
                findings: command["findings"] ?? "", measures: command["measures"], result: command["result"],
                fields: Dictionary(Self.fields(command["fields"] ?? "").map { ($0.key, $0.value) }) { $1 })
            return .feedBack(AssignmentID(rawValue: id), draft, reason: reason)
        case .caseAccept: return .accept(FeedbackID(rawValue: id), reason: reason)
        case .caseSendBack: return .sendBack(FeedbackID(rawValue: id), reason: reason)
        case .caseDismiss: return .dismiss(reason: reason)
        case .caseReopen: return .reopen(reason: reason)
        case .caseUrge:
            return Self.isCase(command["assignment"] ?? "")
                ? .urgeOwner(reason: reason) : .urge(AssignmentID(rawValue: id), reason: reason)
        case .caseSupervise:
            let cause = command["cause"].flatMap { SupervisionCause(rawValue: $0) } ?? .overdue
            return .supervise(
                AssignmentID(rawValue: id), cause: cause, requirement: command["requirement"] ?? "", reason: reason,
                terms: SupervisionTerms(
                    grade: command["grade"].flatMap { SupervisionGrade(rawValue: $0) }, limit: command["limit"],
                    due: command["due"].flatMap { ValueForm.instant($0) }))
        case .caseReply: return .reply(SupervisionID(rawValue: id), text: command["text"] ?? "", reason: reason)
        case .caseLift: return .lift(SupervisionID(rawValue: id), reason: reason)
        case .caseUphold: return .uphold(SupervisionID(rawValue: id), reason: reason)
        case .caseRaise: return .raise(SupervisionID(rawValue: id), reason: reason)
        case .caseFile:
            let fields = Dictionary(Self.fields(command["fields"] ?? "").map { ($0.key, $0.value) }) { $1 }
            return .file(FilingDraft(form: command["form"] ?? "", fields: fields), reason: reason)
        case .clockPause: return .pause(ClockID(rawValue: id), reason: reason)
        case .clockResume: return .resume(ClockID(rawValue: id), reason: reason)
        case .clockExtend: return .askExtension(ClockID(rawValue: id), by: command["by"] ?? "", reason: reason)
        case .clockGrant: return .grantExtension(ClockID(rawValue: id), reason: reason)
        case .clockRefuse: return .refuseExtension(ClockID(rawValue: id), reason: reason)
        case .caseRecuse: return .recuse(unit: unit, reason: reason)
        case .caseLiftRecusal: return .liftRecusal(unit: unit, reason: reason)
        case .caseRestrict: return .restrict(level: command.integer("level") ?? 0, reason: reason)
        case .caseComment:
            return .comment(AssignmentID(rawValue: id), text: command["text"] ?? "", reason: reason)
        case .taskAdd:
            let draft = TaskDraft(
                text: command["text"] ?? "", officer: command["officer"], unit: command["unit"].map(Self.label),
                dueAt: command["due"].flatMap { ValueForm.instant($0) })
            return .addTask(AssignmentID(rawValue: id), draft, reason: reason)
        case .taskFinish:
            return .finishTask(TaskID(rawValue: id), evidence: command["evidence"] ?? "", reason: reason)
        case .taskDrop: return .dropTask(TaskID(rawValue: id), reason: reason)
        case .caseEndGuidance: return .endGuidance(AssignmentID(rawValue: id), reason: reason)
        case .caseAttach: return .attachLead(Self.lead(command), reason: reason)
        case .caseDetach: return .detachLead(Self.lead(command), reason: reason)
        case .caseMerge: return .merge(into: command["into"] ?? "", reason: reason)
        case .caseUnmerge: return .unmerge(reason: reason)
        default: return Self.dispute(command, id, reason)
        }
    }

    /// `key: value` lines; a line that begins with a blank goes on with the one before. What is neither comes under its
    /// own text, which no form knows, so that it is refused and not lost.
    static func fields(_ text: String) -> [(key: String, value: String)] {
        var fields: [(key: String, value: String)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            if line.first == " ", !fields.isEmpty {
                fields[fields.count - 1].value += "\n" + line.drop { $0 == " " }
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let key = parts[0].trimmingPrefix { $0 == " " }
            fields.append((String(key), parts.count == 2 ? String(parts[1].trimmingPrefix { $0 == " " }) : ""))
        }
        return fields
    }

    /// Of a key that stands there twice nobody could say which was meant.
    private static func requireEachOnce(_ fields: [(key: String, value: String)]) throws(DeskError) {
        var seen: Set<String> = []
        let faults = fields.map(\.key).filter { !seen.insert($0).inserted }.map {
            FieldFault(field: "fields.\($0)", rule: .other(code: "repeated", "同一项写了两次"))
        }
        guard faults.isEmpty else { throw .refused(.badFields(faults)) }
    }

    static func words(_ list: String?) -> [String] { (list ?? "").split(separator: ",").map(String.init) }

    /// `factors=sensitivity:2,media:1`; a score that is no number is left for the rules to refuse.
    static func assessment(_ command: LineCommand) -> Assessment {
        var scores: [String: Int] = [:]
        for pair in Self.words(command["factors"]) {
            let parts = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            scores[String(parts[0])] = (parts.count == 2 ? Int(parts[1]) : nil) ?? -1
        }
        return Assessment(
            scores: scores, criteria: Self.words(command["criteria"]), triggers: Self.words(command["triggers"]))
    }

    private static func spread(_ command: LineCommand) -> SpreadDraft {
        var counts: [SpreadMetric: Int] = [:]
        for metric in SpreadMetric.allCases { counts[metric] = command.integer(metric.rawValue) }
        return SpreadDraft(
            counts: SpreadCounts(counts), observedAt: command["observed"].flatMap { ValueForm.instant($0) },
            source: command["source"])
    }

    /// A unit may be named by its path; its label is the last part and unique in the city.
    static func label(_ unit: String) -> String {
        unit.split(separator: ".").last.map(String.init) ?? unit
    }

    private static func draft(_ command: LineCommand) throws(DeskError) -> CaseDraft {
        CaseDraft(
            lead: LeadDraft(
                source: command["source"] ?? "duty-desk", reference: command["reference"], channel: command["channel"],
                title: command["title"], content: command["content"], category: command["category"],
                place: command["place"], outlet: command["outlet"], link: command["link"],
                occurredAt: Self.time(command["occurred"])),
            leads: try Self.leads(command), discoveredAt: Self.time(command["discovered"]), matter: command["matter"],
            reason: command["reason"],
            isDrill: command["drill"] == "yes", about: command["about"].map { Self.words($0).map(Self.label) },
            contacts: Self.contacts(command))
    }

    /// `leads=` of a registration: ids of leads taken in before.
    private static func leads(_ command: LineCommand) throws(DeskError) -> [LeadID] {
        let words = Self.words(command["leads"])
        let ids = words.compactMap { UUID(uuidString: $0) }.map { LeadID(rawValue: $0) }
        guard ids.count == words.count else {
            throw .refused(.badFields([FieldFault(field: "leads", rule: .notFound)]))
        }
        return ids
    }

    private static func time(_ text: String?) -> LeadDraft.Time? {
        text.flatMap { ValueForm.instant($0) }.map { .instant($0) }
    }

    /// The feedback a reviewer means: the one named (`A-000412-F2`), else the one that waits, else the last.
    private func feedback(_ command: LineCommand, _ logIn: LineSession.LogIn) async throws(DeskError) -> UUID? {
        let named = FeedbackRef(command["assignment"] ?? "")
        let list = try await self.store.queries.feedback(of: ObjectKey(named.assignment), logIn.token)
        if let number = named.number {
            guard let found = list.first(where: { $0.number == number }) else { throw .notFound }
            return found.id.rawValue
        }
        return (list.last { $0.state == .pending } ?? list.last)?.id.rawValue
    }

    // MARK: From an outcome to words

    private func reply(
        _ outcome: Outcome, _ similar: [SuggestionView], _ command: LineCommand, _ logIn: LineSession.LogIn,
        _ session: LineSession
    ) -> LineReply {
        let ref: String
        if outcome.kind == .feedback {
            let assignment = FeedbackRef(command["assignment"] ?? "").assignment
            ref = FeedbackRef(assignment: assignment, number: outcome.version).text
        } else {
            ref = outcome.ref ?? outcome.id.uuidString.lowercased()
        }
        let verb = Verb.allCases.first { LineVerb(step: $0) == command.verb }
        let label = command.verb == .leadTake ? "收下线索" : verb?.label ?? ""
        var zh = ["\(outcome.changed ? "已" : "早已")\(label)", "状态 \(outcome.state)"]
        var en = [outcome.state]
        if outcome.caseIsDrill == true {
            zh.insert("演练", at: 0)
            en.insert("drill", at: 0)
        }
        if let unit = outcome.unit {
            zh.append("单位 \(unit)")
            en.append("unit \(unit)")
        }
        if let due = outcome.dueAt {
            zh.append("时限 \(logIn.time.text(due))")
            en.append("due \(logIn.time.text(due))")
        }
        if !outcome.allowed.isEmpty {
            let next = outcome.allowed.map { LineVerb(step: $0).rawValue }.joined(separator: ", ")
            zh.append("下一步 \(next)")
            en.append("next \(next)")
        }
        if !similar.isEmpty {
            zh.append(
                "相似 "
                    + similar.map { "\($0.caseRef) \(Self.text($0.score)) \($0.proposes.rawValue)" }.joined(
                        separator: "; "))
            en.append(
                "like "
                    + similar.map { "\($0.caseRef) \(Self.text($0.score)) \($0.proposes.rawValue)" }.joined(
                        separator: "; "))
        }
        let isNew = outcome.changed && !outcome.replayed
        return session.reply(
            isNew ? .changed : .unchanged, [ref, String(outcome.version)],
            Phrase(zh: zh.joined(separator: ", "), en: en.joined(separator: ", ")))
    }
}
