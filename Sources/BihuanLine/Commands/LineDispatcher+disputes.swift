import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// Disputes, referrals, return visits, and how a case ends.
extension LineDispatcher {
    /// The command a line means; what is none of these is a conclusion.
    static func dispute(_ command: LineCommand, _ id: UUID, _ reason: String) -> CaseCommand {
        switch command.verb {
        case .caseDispute:
            return .dispute(
                AssignmentID(rawValue: id), proposed: command["proposed"].map(Self.label) ?? "", reason: reason)
        case .disputeArbitrate:
            return .arbitrate(
                DisputeID(rawValue: id), unit: command["unit"].map(Self.label) ?? "", reason: reason)
        case .disputeWithdraw: return .withdraw(DisputeID(rawValue: id), reason: reason)
        case .caseRefer:
            let kind = command["kind"].flatMap { ReferralKind(rawValue: $0) } ?? .outside
            return .refer(
                ReferralDraft(kind: kind, to: command["to"], text: command["text"] ?? ""), reason: reason)
        case .referralAnswer:
            let answer = ReferralAnswer(text: command["answer"] ?? "", lead: command["lead"])
            return .answerReferral(ReferralID(rawValue: id), answer, reason: reason)
        case .referralWaive: return .waiveReferral(ReferralID(rawValue: id), reason: reason)
        case .caseVisit:
            let draft = VisitDraft(
                reached: command["reached"] == "yes",
                satisfaction: command["satisfaction"].flatMap { Satisfaction(rawValue: $0) }, note: command["note"])
            return .visit(draft, reason: reason)
        default:
            return .conclude(outcome: command["outcome"].flatMap { CaseOutcome(rawValue: $0) }, reason: reason)
        }
    }

    func listDisputes(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = DisputeFilter()
        filter.states = Self.words(command["state"]).compactMap { DisputeState(rawValue: $0) }
        filter.isDrill = command["drill"].map { $0 == "yes" }
        let chosen = filter
        let table = self.table(
            [
                "ref", "case", "assignment", "state", "raised_by", "proposed", "arbiter", "raised", "due", "decided",
                "drill",
            ],
            command, logIn, session)
        return try await self.pages(
            Phrase(zh: "争议如下", en: "disputes follow"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.disputes(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.ref), .text(view.caseRef), .text(view.assignment), .text(view.state.rawValue),
                .text(view.raisedBy.label), .text(view.proposed.label), .text(view.arbiter.label),
                .time(view.raisedAt), Cell(view.dueAt), Cell(view.decided?.label), Cell(drill: view.isDrill),
            ])
        }
    }

    func showDispute(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let view = try await self.store.queries.dispute(logIn.token, ObjectKey(command["dispute"] ?? ""))
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "争议如下", en: "dispute follows"), .lines(writer.lines(Record(view))))
    }

    func listReferrals(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = ReferralFilter()
        filter.states = Self.words(command["state"]).compactMap { ReferralState(rawValue: $0) }
        filter.kinds = Self.words(command["kind"]).compactMap { ReferralKind(rawValue: $0) }
        filter.isDrill = command["drill"].map { $0 == "yes" }
        let chosen = filter
        let table = self.table(
            ["ref", "case", "kind", "to", "state", "referred", "due", "lead", "drill"], command, logIn, session)
        return try await self.pages(
            Phrase(zh: "移送如下", en: "referrals follow"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.referrals(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.ref), .text(view.caseRef), .text(view.kind.rawValue), .text(view.to),
                .text(view.state.rawValue), .time(view.referredAt), Cell(view.dueAt), Cell(view.lead),
                Cell(drill: view.isDrill),
            ])
        }
    }

    func showReferral(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let view = try await self.store.queries.referral(logIn.token, ObjectKey(command["referral"] ?? ""))
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "移送如下", en: "referral follows"), .lines(writer.lines(Record(view))))
    }
}

extension Record {
    init(_ view: DisputeView) {
        self.init()
        self.add("ref", .text(view.ref))
        self.add("case", .text(view.caseRef))
        self.add("drill", Cell(drill: view.isDrill))
        self.add("assignment", .text(view.assignment))
        self.add("state", .text(view.state.rawValue))
        self.add("raised_by", .text(view.raisedBy.label))
        self.add("assigner", .text(view.assigner.label))
        self.add("proposed", .text(view.proposed.label))
        self.add("arbiter", .text(view.arbiter.label))
        self.add("raised", .time(view.raisedAt))
        self.add("due", Cell(view.dueAt))
        self.add("decided", Cell(view.decided?.label))
        self.add("closed", Cell(view.closedAt))
        self.add("version", .integer(view.version))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("reason", text: view.reason)
        self.add("decision", text: view.decision ?? "")
    }

    init(_ view: ReferralView) {
        self.init()
        self.add("ref", .text(view.ref))
        self.add("case", .text(view.caseRef))
        self.add("drill", Cell(drill: view.isDrill))
        self.add("kind", .text(view.kind.rawValue))
        self.add("to", .text(view.to))
        self.add("state", .text(view.state.rawValue))
        self.add("unit", .text(view.unit.label))
        self.add("referred", .time(view.referredAt))
        self.add("due", Cell(view.dueAt))
        self.add("lead", Cell(view.lead))
        self.add("closed", Cell(view.closedAt))
        self.add("version", .integer(view.version))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("text", text: view.text)
        self.add("reason", text: view.reason)
        self.add("answer", text: view.answer ?? "")
        self.add("waive_reason", text: view.waiveReason ?? "")
    }

    init(_ view: VisitView) {
        self.init()
        self.add("number", .integer(view.number))
        self.add("visited", .time(view.visitedAt))
        self.add("reached", .text(view.reached ? "yes" : "no"))
        self.add("satisfaction", Cell(view.satisfaction?.rawValue))
        self.add("unit", .text(view.unit.label))
        self.add("note", text: view.note ?? "")
    }

    /// What a case shows besides, at its end.
    mutating func addDisputes(of detail: CaseDetail) {
        self.add("disputes", detail.disputes.map { Record($0) })
        self.add("referrals", detail.referrals.map { Record($0) })
        self.add("visits", detail.visits.map { Record($0) })
        self.add("lost_seconds", .integer(detail.lost.seconds))
        self.add(
            "returns",
            detail.lost.returns.map { item in
                var record = Record()
                record.add("assignment", .text(item.assignment))
                record.add("unit", .text(item.unit.label))
                record.add("proposed", Cell(item.proposed?.label))
                record.add("assigned", .time(item.assignedAt))
                record.add("returned", .time(item.returnedAt))
                record.add("lost_seconds", .integer(item.seconds))
                record.add("reason", text: item.reason ?? "")
                return record
            })
        self.add(
            "disputed",
            detail.lost.disputes.map { item in
                var record = Record()
                record.add("ref", .text(item.ref))
                record.add("assignment", .text(item.assignment))
                record.add("lost_seconds", .integer(item.seconds))
                return record
            })
    }
}
