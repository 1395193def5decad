import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// Who is to be reached, and what there is: looking.
extension LineDispatcher {
    func listEscalated(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let table = self.table(
            ["case", "level", "unit", "kind", "due", "escalated", "title", "clock"], command, logIn, session)
        return try await self.pages(
            Phrase(zh: "已到顶的如下", en: "what has escalated to the end follows"), table, after: nil,
            limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.escalated(logIn.token, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.caseRef), Cell(view.levelName ?? view.level), .text(view.unit.label),
                .text(view.kind.rawValue), .time(view.dueAt), .time(view.escalatedAt), .text(view.title),
                .text(view.clock.text),
            ])
        }
    }

    func listUrges(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let urges = try await self.store.queries.urges(logIn.token, ObjectKey(command["case"] ?? ""))
        let table = self.table(["at", "kind", "ref", "actor", "unit", "reason"], command, logIn, session)
        let rows = urges.items.map { urge in
            table.row([
                .time(urge.at), .text(urge.isManual ? "manual" : "ladder"), Cell(urge.assignment), .text(urge.actor),
                Cell(urge.unit?.label), Cell(urge.reason),
            ])
        }
        return session.block(Phrase(zh: "催办如下", en: "urges follow"), .lines(table.header + rows))
    }

    func showDuty(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let day = try Self.day(command, "date")
        let duty = try await self.store.queries.duty(
            logIn.token, unit: Self.label(command["unit"] ?? ""), from: day, days: command.integer("days") ?? 1)
        let table = self.table(["kind", "unit", "officer", "name", "from", "until"], command, logIn, session)
        func row(_ kind: String, _ shift: ShiftView) -> String {
            table.row([
                .text(kind), .text(shift.unit.label), .text(shift.officer), .text(shift.name), .time(shift.from),
                .time(shift.until),
            ])
        }
        var lines = table.header + duty.shifts.map { row("shift", $0) }
        lines += duty.gaps.map { gap in
            table.row([
                .text("gap"), .text(duty.unit.label), .none, .none, .time(gap.lowerBound), .time(gap.upperBound),
            ])
        }
        lines += duty.onDuty.map { row("on-duty", $0) }
        return session.block(Phrase(zh: "值班如下", en: "duty follows"), .lines(lines))
    }

    func listDutyTests(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let record = command["case"].map { ObjectKey($0) }
        let table = self.table(
            ["test", "unit", "case", "asked", "answer_by", "called", "unreachable", "reason"], command, logIn, session)
        return try await self.pages(
            Phrase(zh: "通联抽查如下", en: "tests follow"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.dutyTests(logIn.token, ofCase: record, after: key, limit: limit)
        } row: { test in
            table.row([
                .text(test.id.text), .text(test.unit.label), Cell(test.caseRef), .time(test.askedAt),
                .time(test.answerBy), .integer(test.calls.count), .integer(test.unreachable.count), .text(test.reason),
            ])
        }
    }

    func showDutyTest(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        guard let id = try Self.id(command, "test") else { throw .notFound }
        let test = try await self.store.queries.dutyTest(logIn.token, id: DutyTestID(rawValue: id))
        let table = self.table(["unit", "officer", "name", "state", "answered", "note"], command, logIn, session)
        let rows = test.calls.map { call in
            table.row([
                .text(call.unit.label), Cell(call.officer), Cell(call.name), .text(call.state.rawValue),
                Cell(call.answeredAt), Cell(call.note),
            ])
        }
        return session.block(Phrase(zh: "抽查结果如下", en: "result follows"), .lines(table.header + rows))
    }

    func listLiaisons(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let liaisons = try await self.store.queries.liaisons(
            logIn.token, unit: command["unit"].map(Self.label), under: command["under"].map(Self.label),
            kind: command["kind"].flatMap { LiaisonKind(rawValue: $0) })
        let table = self.table(
            ["unit", "kind", "name", "officer", "phone", "email", "from", "until"], command, logIn, session)
        let rows = liaisons.items.map { liaison in
            table.row([
                .text(liaison.unit.label), .text(liaison.kind.rawValue), .text(liaison.name), Cell(liaison.officer),
                Cell(liaison.phone), Cell(liaison.email), .time(liaison.from), Cell(liaison.until),
            ])
        }
        return session.block(Phrase(zh: "联络名单如下", en: "liaisons follow"), .lines(table.header + rows))
    }

    func listExperts(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let experts = try await self.store.queries.experts(
            logIn.token, field: command["field"], all: command.flag("all"))
        let table = self.table(
            ["expert", "name", "field", "organisation", "contact", "from", "until"], command, logIn, session)
        let rows = experts.map { expert in
            table.row([
                .text(expert.id.text), .text(expert.name), .text(expert.field), Cell(expert.organisation),
                Cell(expert.contact), .text(expert.from.text), Cell(expert.until?.text),
            ])
        }
        return session.block(Phrase(zh: "专家如下", en: "experts follow"), .lines(table.header + rows))
    }

    func showExpert(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        guard let id = try Self.id(command, "expert") else { throw .notFound }
        let expert = try await self.store.queries.expert(logIn.token, id: ExpertID(rawValue: id))
        let table = self.table(
            ["expert", "name", "field", "organisation", "contact", "from", "until"], command, logIn, session)
        let row = table.row([
            .text(expert.id.text), .text(expert.name), .text(expert.field), Cell(expert.organisation),
            Cell(expert.contact), .text(expert.from.text), Cell(expert.until?.text),
        ])
        return session.block(Phrase(zh: "专家如下", en: "the expert follows"), .lines(table.header + [row]))
    }

    func listSupplies(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let supplies = try await self.store.queries.supplies(
            logIn.token, unit: command["unit"].map(Self.label), under: command["under"].map(Self.label),
            overdue: command.flag("overdue"))
        let table = self.table(
            ["supply", "unit", "item", "quantity", "measure", "place", "next", "inspected", "overdue"], command, logIn,
            session)
        let rows = supplies.items.map { supply in
            table.row([
                .text(supply.id.text), .text(supply.unit.label), .text(supply.item), .integer(supply.quantity),
                Cell(supply.measure), .text(supply.place), Cell(supply.nextInspection?.text), Cell(supply.inspectedAt),
                .text(supply.isOverdue ? "yes" : "no"),
            ])
        }
        return session.block(Phrase(zh: "物资如下", en: "supplies follow"), .lines(table.header + rows))
    }

    // MARK: Keeping

    /// Changes a register.
    func keep(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let desk = self.store.desk
        let (token, key) = (logIn.token, command["key"])
        let unit = Self.label(command["unit"] ?? "")
        let kind = command["kind"].flatMap { LiaisonKind(rawValue: $0) } ?? .liaison
        let outcome: Outcome
        switch command.verb {
        case .dutySet:
            guard let day = try Self.day(command, "date") else { throw .notFound }
            outcome = try await desk.setDuty(
                of: unit, on: day, Self.shifts(command["shifts"] ?? ""), by: token, via: .line, key: key)
        case .dutyTest:
            let draft = DutyTestDraft(
                units: Self.words(command["units"]).map(Self.label), under: command["under"].map(Self.label),
                record: command["case"], within: command["within"].flatMap { ValueForm.seconds($0) } ?? 1_800,
                reason: command["reason"] ?? "")
            outcome = try await desk.testDuty(draft, by: token, via: .line, key: key)
        case .dutyAck:
            guard let id = try Self.id(command, "test") else { throw .notFound }
            outcome = try await desk.answerDuty(
                DutyTestID(rawValue: id), note: command["reason"], by: token, via: .line, key: key)
        case .liaisonEnd:
            outcome = try await desk.setLiaisons(
                of: unit, .end(kind, name: command["name"] ?? ""), by: token, via: .line, key: key)
        case .expertSet:
            let draft = ExpertDraft(
                name: command["name"] ?? "", field: command["field"] ?? "", organisation: command["organisation"],
                contact: command["contact"], from: try Self.day(command, "from"), until: try Self.day(command, "until"))
            outcome = try await desk.setExpert(draft, by: token, via: .line, key: key)
        case .supplySet:
            let draft = SupplyDraft(
                item: command["item"] ?? "", quantity: command.integer("quantity") ?? 0, measure: command["measure"],
                place: command["place"] ?? "", nextInspection: try Self.day(command, "next"))
            outcome = try await desk.setSupply(of: unit, draft, by: token, via: .line, key: key)
        case .supplyInspect:
            guard let id = try Self.id(command, "supply") else { throw .notFound }
            outcome = try await desk.inspectSupply(
                SupplyID(rawValue: id), next: try Self.day(command, "next"), by: token, via: .line, key: key)
        default:
            let draft = LiaisonDraft(
                kind: kind, name: command["name"] ?? "", officer: command["officer"], phone: command["phone"],
                email: command["email"], from: command["from"].flatMap { ValueForm.instant($0) },
                until: command["until"].flatMap { ValueForm.instant($0) })
            outcome = try await desk.setLiaisons(of: unit, .add(draft), by: token, via: .line, key: key)
        }
        let ref = outcome.kind == .duty || outcome.kind == .liaison ? unit : outcome.id.uuidString.lowercased()
        var zh = ["已登记", "状态 \(outcome.state)"]
        var en = [outcome.state]
        if let due = outcome.dueAt {
            zh.append("应答时限 \(logIn.time.text(due))")
            en.append("answer by \(logIn.time.text(due))")
        }
        return session.reply(
            outcome.changed && !outcome.replayed ? .changed : .unchanged, [ref, String(outcome.version)],
            Phrase(zh: zh.joined(separator: ", "), en: en.joined(separator: ", ")))
    }

    /// A day of the line; nil where there is none.
    private static func day(_ command: LineCommand, _ name: String) throws(DeskError) -> CivilDay? {
        guard let text = command[name] else { return nil }
        guard let day = CivilDay(text) else {
            let rule = FieldFault.Rule.other(code: "bad_day", "须为日期，例如 2026-03-02")
            throw .refused(.badFields([FieldFault(field: name, rule: rule)]))
        }
        return day
    }

    /// `login/from/until`, with commas between; `none` for no shift at all.
    private static func shifts(_ text: String) throws(DeskError) -> [ShiftDraft] {
        guard text != "none" else { return [] }
        var shifts: [ShiftDraft] = []
        for part in Self.words(text) {
            let fields = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, let from = ValueForm.instant(fields[1]), let until = ValueForm.instant(fields[2])
            else {
                let rule = FieldFault.Rule.other(
                    code: "bad_shift", "须写作 账号/开始/结束，时间带时区，例如 zhang/2026-03-02T18:00:00+08:00/2026-03-03T08:00:00+08:00"
                )
                throw .refused(.badFields([FieldFault(field: "shifts", rule: rule)]))
            }
            shifts.append(ShiftDraft(officer: fields[0], from: from, until: until))
        }
        return shifts
    }
}
