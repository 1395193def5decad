import BihuanDomain
import BihuanStore

/// One object, whole.
extension LineDispatcher {
    func whoAmI(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let me = try await self.store.queries.me(logIn.token)
        let table = self.table(
            ["user", "name", "unit", "unit_name", "role", "via", "session", "expires"], command, logIn, session)
        let row = table.row([
            .text(logIn.user), .text(me.name), .text(me.unitPath), .text(me.unit.name), .text(me.role.rawValue),
            .text(session.via), .text(session.name), .time(me.expiresAt),
        ])
        return session.block(Phrase(zh: "如下", en: "follows"), .lines(table.header + [row]))
    }

    func show(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let detail = try await self.store.queries.record(logIn.token, try await self.caseKey(command, logIn))
        var record = Record(detail)
        var assignments: [Record] = []
        for view in detail.assignments {
            let feedback = try await self.store.queries.feedback(of: .id(view.id.rawValue), logIn.token)
            var hop = Record(view, feedback)
            let comments = try await self.store.queries.comments(of: .id(view.id.rawValue), logIn.token)
            hop.add("comments", comments.map { Record($0) })
            let tasks = try await self.store.queries.tasks(of: .id(view.id.rawValue), logIn.token)
            hop.add("tasks", tasks.map { Record($0) })
            assignments.append(hop)
        }
        record.add("assignments", assignments)
        record.add("units", detail.units.map { Record($0) })
        record.add("orders", detail.supervisions.map { Record($0) })
        record.add("warnings", detail.warnings.map { Record($0) })
        record.add(
            "filings",
            detail.filings.map { filing in
                var record = Record()
                record.add("form", .text(filing.form))
                record.add("number", .integer(filing.number))
                record.add("name", .text(filing.name))
                record.add("act", .text(filing.act.rawValue))
                record.add("unit", .text(filing.unit.label))
                record.add("filed", .time(filing.filedAt))
                for field in filing.fields { record.add(field.key, text: field.value) }
                return record
            })
        record.addDisputes(of: detail)
        record.add(
            "experts",
            detail.experts.map { expert in
                var record = Record()
                record.add("name", .text(expert.name))
                record.add("field", .text(expert.field))
                record.add("organisation", Cell(expert.organisation))
                record.add("contact", Cell(expert.contact))
                record.add("engaged", .time(expert.engagedAt))
                record.add("reason", text: expert.reason)
                return record
            })
        record.add(
            "duty_tests",
            detail.dutyTests.map { test in
                var record = Record()
                record.add("test", .text(test.id.text))
                record.add("asked", .time(test.askedAt))
                record.add("answer_by", .time(test.answerBy))
                record.add("called", .integer(test.calls.count))
                record.add("unreachable", .words(test.unreachable.map(\.unit.label)))
                return record
            })
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "案件如下", en: "case follows"), .lines(writer.lines(record)))
    }

    func trace(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let timeline = try await self.store.queries.timeline(logIn.token, try await self.caseKey(command, logIn))
        let table = self.table(
            ["seq", "at", "actor", "unit", "action", "ref", "via", "reason", "detail"], command, logIn, session)
        let rows = timeline.events.map { event in
            let detail = event.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return table.row([
                .integer(event.seq), .time(event.at), .text(event.actor), Cell(event.unit?.label),
                .text(event.kind.rawValue), Cell(event.assignment), .text(event.via), Cell(event.reason),
                Cell(detail.joined(separator: " ")),
            ])
        }
        return session.block(Phrase(zh: "留痕如下", en: "trace follows"), .lines(table.header + rows))
    }

    /// Why a clock is due when it is.
    func why(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        guard let id = try Self.id(command, "clock") else { throw .notFound }
        let why = try await self.store.queries.why(logIn.token, id: ClockID(rawValue: id))
        let clock = why.clock
        var record = Record()
        record.add("clock", .text(clock.id.text))
        record.add("case", .text(clock.caseRef))
        record.add("drill", Cell(drill: clock.isDrill))
        record.add("ref", .text(clock.subject))
        record.add("name", .text(clock.name))
        record.add("rule", .text(clock.rule))
        record.add("plan", .text("\(why.plan.id)@\(why.plan.version)"))
        record.add("requirements", .words(why.requirements))
        record.add("level", Cell(clock.level))
        record.add("start_event", .text(clock.startEvent))
        record.add("started", .time(clock.startedAt))
        record.add("limit", .text(clock.limit))
        record.add("due", .time(clock.dueAt))
        record.add("bound_by", Cell(why.bound?.rawValue))
        record.add("elapsed", Cell(clock.elapsed))
        record.add("asked", Cell(clock.asked))
        record.add("breached", clock.breachedAt.map { .time($0) } ?? .none)
        record.add("stopped", clock.stoppedAt.map { .time($0) } ?? .none)
        record.add("outcome", Cell(clock.outcome?.rawValue))
        func days(_ name: String, _ days: [ClockWhy.Day]) {
            record.add(name, .words(days.map { $0.name.isEmpty ? $0.day.text : "\($0.day.text)(\($0.name))" }))
        }
        days("days_off", why.daysOff)
        days("makeup_workdays", why.makeUpWorkdays)
        record.add(
            "pauses",
            why.pauses.map { pause in
                var record = Record()
                record.add("paused", .time(pause.pausedAt))
                record.add("resumed", pause.resumedAt.map { .time($0) } ?? .none)
                record.add("reason", text: pause.reason)
                return record
            })
        record.add(
            "extensions",
            why.extensions.map { more in
                var record = Record()
                record.add("by", .text(more.limit))
                record.add("asked", .time(more.askedAt))
                record.add("granted", Cell(more.isGranted.map { $0 ? "yes" : "no" }))
                record.add("decided", more.decidedAt.map { .time($0) } ?? .none)
                record.add("reason", text: more.reason)
                return record
            })
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "说明如下", en: "explanation follows"), .lines(writer.lines(record)))
    }

    /// A case may also be named by one of its assignments or orders: a unit below knows those best.
    private func caseKey(
        _ command: LineCommand, _ logIn: LineSession.LogIn
    ) async throws(DeskError) -> ObjectKey {
        let ref = command["case"] ?? ""
        switch RefKind(ref) {
        case .assignment:
            return .id(try await self.store.queries.assignment(logIn.token, ObjectKey(ref)).caseID.rawValue)
        case .supervision:
            return ObjectKey(try await self.store.queries.supervision(logIn.token, ObjectKey(ref)).caseRef)
        case .warning:
            return .id(try await self.store.queries.warning(logIn.token, ObjectKey(ref)).caseID.rawValue)
        case .dispute:
            return .id(try await self.store.queries.dispute(logIn.token, ObjectKey(ref)).caseID.rawValue)
        case .referral:
            return .id(try await self.store.queries.referral(logIn.token, ObjectKey(ref)).caseID.rawValue)
        case .record: return ObjectKey(ref)
        }
    }
}

extension LineSession {
    /// How the session reached us.
    var via: String {
        switch self.peer {
        case .local: "unix"
        case .remote: self.isSecured ? "tls" : "tcp"
        }
    }
}

extension Record {
    fileprivate init(_ detail: CaseDetail) {
        self.init()
        let view = detail.view
        self.add("ref", .text(view.ref))
        self.add("drill", Cell(drill: view.isDrill))
        self.add("title", .text(view.title))
        self.add("state", .text(view.state.rawValue))
        self.add("level", Cell(view.level))
        self.add("proposed_level", Cell(view.proposedLevel))
        self.add("matter", Cell(view.matter))
        self.add("light", Cell(view.light?.rawValue))
        self.add("due", Cell(view.dueAt))
        self.add("owner", .text(view.owner.label))
        self.add("holders", .words(view.holders.map(\.label)))
        self.add("category", Cell(view.category))
        self.add("place", Cell(view.place))
        self.add("channel", .text(view.channel))
        self.add("occurred", Cell(detail.occurredAt))
        self.add("discovered", Cell(detail.discoveredAt))
        self.add("received", .time(view.receivedAt))
        self.add("opened", .time(view.openedAt))
        self.add("graded", Cell(view.gradedAt))
        self.add("concluded", Cell(view.concludedAt))
        self.add("outcome", Cell(view.outcome?.rawValue))
        self.add("awaiting_lead", view.awaitsLead ? .flag(true) : .none)
        self.add("proposes", Cell(detail.proposes?.rawValue))
        self.add("plan", .text("\(detail.plan)/\(detail.planVersion)"))
        self.add("leads", .integer(detail.leads.count))
        self.add("merged_into", Cell(detail.mergedInto))
        self.add("merged", .words(detail.merged))
        self.add("urges", .integer(detail.urges))
        self.add("version", .integer(view.version))
        self.add("secrecy", .integer(view.secrecy))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("content", text: detail.content)
    }

    fileprivate init(_ view: AssignmentView, _ feedback: [FeedbackView]) {
        self.init()
        self.add("ref", .text(view.ref))
        self.add("parent", Cell(view.parent))
        self.add("role", .text(view.role.rawValue))
        self.add("state", .text(view.state.rawValue))
        self.add("from", .text(view.from.label))
        self.add("to", .text(view.to.label))
        self.add("reviewer", .text(view.reviewer.label))
        self.add("light", Cell(view.light?.rawValue))
        self.add("due", Cell(view.dueAt))
        self.add("assigned", .time(view.assignedAt))
        self.add("received", Cell(view.receivedAt))
        self.add("closed", Cell(view.closedAt))
        self.add("proposed", Cell(view.proposed?.label))
        self.add("bound_by", Cell(view.boundBy))
        self.add("dispute", Cell(view.dispute))
        self.add("version", .integer(view.version))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("return_reason", text: view.returnReason ?? "")
        self.add(
            "action_required", .words(view.ownDuties.map { LineVerb(step: $0).rawValue }))
        self.add(
            "liaisons",
            .words(
                view.liaisons.map {
                    ["\($0.kind.label) \($0.name)", $0.phone].compactMap(\.self).joined(separator: " ")
                }))
        self.add("note", text: view.instruction)
        self.add("feedback", feedback.map { Record($0) })
    }

    fileprivate init(_ view: FeedbackView) {
        self.init()
        self.add("ref", .text(FeedbackRef(assignment: view.assignment, number: view.number).text))
        self.add("kind", .text(view.kind.rawValue))
        self.add("verdict", Cell(view.verdict?.rawValue))
        self.add("state", .text(view.state.rawValue))
        self.add("submitted", .time(view.submittedAt))
        self.add("reviewed", Cell(view.reviewedAt))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("findings", text: view.findings)
        self.add("measures", text: view.measures ?? "")
        self.add("result", text: view.result ?? "")
        self.add("review_reason", text: view.reviewReason ?? "")
        self.add("answers", view.answers.map { Record($0) })
    }

    fileprivate init(_ view: SupervisionView) {
        self.init()
        self.add("ref", .text(view.ref))
        self.add("assignment", .text(view.assignment))
        self.add("raised_from", Cell(view.raisedFrom))
        self.add("cause", .text(view.cause.rawValue))
        self.add("grade", .text(view.grade.rawValue))
        self.add("copies", .words(view.copies.map(\.label)))
        self.add("state", .text(view.state.rawValue))
        self.add("from", .text(view.from.label))
        self.add("to", .text(view.to.label))
        self.add("due", Cell(view.dueAt))
        self.add("issued", .time(view.issuedAt))
        self.add("replied", Cell(view.repliedAt))
        self.add("closed", Cell(view.closedAt))
        self.add("version", .integer(view.version))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("requirement", text: view.requirement)
        self.add("reply", text: view.reply ?? "")
    }
}
