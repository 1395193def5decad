import BihuanDomain
import BihuanStore

/// How grave cases are, and what is warned of.
extension LineDispatcher {
    func proposal(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let view = try await self.store.queries.proposal(
            ofCase: ObjectKey(command["case"] ?? ""), Self.assessment(command), logIn.token)
        var record = Record()
        record.add("case", .text(view.caseRef))
        record.add("level", Cell(view.proposal.level))
        record.add("sensitive_period", Cell(view.raise?.period.name))
        record.add("raised_to", Cell(view.raise?.to))
        record.add(
            "matches",
            view.proposal.matches.map { match in
                var record = Record()
                record.add("kind", .text(match.kind.rawValue))
                record.add("key", .text(match.key))
                record.add("name", .text(match.name))
                record.add("level", .text(match.level))
                record.add("value", Cell(match.value))
                record.add("threshold", Cell(match.threshold))
                return record
            })
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "建议如下", en: "proposal follows"), .lines(writer.lines(record)))
    }

    func listGradings(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let gradings = try await self.store.queries.gradings(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let table = self.table(
            ["number", "graded", "level", "judged", "proposed", "sensitive_period", "unit", "officer", "reason"],
            command, logIn, session)
        let rows = gradings.map { view in
            table.row([
                .integer(view.number), .time(view.gradedAt), .text(view.level), .text(view.judged),
                Cell(view.proposed), Cell(view.sensitivePeriod), .text(view.unit.label), .text(view.officer),
                .text(view.reason),
            ])
        }
        return session.block(Phrase(zh: "定级如下", en: "gradings follow"), .lines(table.header + rows))
    }

    func listSpread(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let samples = try await self.store.queries.spread(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let table = self.table(
            ["number", "observed"] + SpreadMetric.allCases.map(\.rawValue) + ["source"], command, logIn, session)
        let rows = samples.map { view in
            table.row(
                [.integer(view.number), .time(view.observedAt)]
                    + SpreadMetric.allCases.map { Cell(view.counts.counts[$0]) } + [Cell(view.source)])
        }
        return session.block(Phrase(zh: "态势如下", en: "spread follows"), .lines(table.header + rows))
    }

    func listWarnings(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = WarningFilter()
        filter.states = Self.words(command["state"]).compactMap { WarningState(rawValue: $0) }
        filter.levels = command["level"].map { [$0] } ?? []
        let chosen = filter
        let table = self.table(
            ["ref", "case", "level", "state", "proposed", "told", "answered", "text", "drill"], command, logIn, session)
        return try await self.pages(
            Phrase(zh: "预警如下", en: "warnings follow"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.warnings(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.ref), .text(view.caseRef), .text(view.level), .text(view.state.rawValue),
                .time(view.proposedAt), .integer(view.receipts.count),
                .integer(view.receipts.count { $0.receivedAt != nil }), .text(view.text), Cell(drill: view.isDrill),
            ])
        }
    }

    func showWarning(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let view = try await self.store.queries.warning(logIn.token, ObjectKey(command["warning"] ?? ""))
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "预警如下", en: "warning follows"), .lines(writer.lines(Record(view))))
    }
}

extension Record {
    init(_ view: WarningView) {
        self.init()
        self.add("ref", .text(view.ref))
        self.add("case", .text(view.caseRef))
        self.add("drill", Cell(drill: view.isDrill))
        self.add("level", .text(view.level))
        self.add("name", .text(view.levelName))
        self.add("colour", Cell(view.colour?.rawValue))
        self.add("judged", .text(view.judged))
        self.add("sensitive_period", Cell(view.sensitivePeriod))
        self.add("state", .text(view.state.rawValue))
        self.add("happened", Cell(view.grounds.happened))
        self.add("possible", Cell(view.grounds.possible))
        self.add("elsewhere", Cell(view.grounds.elsewhere))
        self.add("proposed_by", .text(view.proposedBy.label))
        self.add("proposed", .time(view.proposedAt))
        self.add("decided", Cell(view.decidedAt))
        self.add("lifted", Cell(view.liftedAt))
        self.add("version", .integer(view.version))
        self.add("next", .words(view.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("text", text: view.text)
        self.add("measures", text: view.measures ?? "")
        self.add("decision", text: view.decisionReason ?? "")
        self.add("lift_reason", text: view.liftReason ?? "")
        self.add(
            "receipts",
            view.receipts.map { receipt in
                var record = Record()
                record.add("unit", .text(receipt.unit.label))
                record.add("roles", .text(receipt.roles.joined(separator: "、")))
                record.add("urgency", .text(receipt.urgency.rawValue))
                record.add("told", .time(receipt.toldAt))
                record.add("due", Cell(receipt.dueAt))
                record.add("received", Cell(receipt.receivedAt))
                record.add("measures", text: receipt.measures ?? "")
                return record
            })
    }
}
