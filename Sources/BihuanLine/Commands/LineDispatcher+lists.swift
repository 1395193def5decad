import BihuanDomain
import BihuanStore
import Foundation

/// Lists: one line a row, streamed page by page.
extension LineDispatcher {
    /// Rows asked of the store at once.
    private static let slice = 200

    func listUnits(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var units = try await self.store.queries.units(logIn.token, under: command["under"].map(Self.label))
        if let after = command["after"].map(Self.label) {
            guard let place = units.firstIndex(where: { $0.label == after }) else { throw .notFound }
            units.removeFirst(place + 1)
        }
        let table = self.table(["code", "tier", "name", "open", "overdue"], command, logIn, session)
        let rows = units.prefix(command.integer("limit") ?? .max).map { unit in
            table.row([
                .text(unit.path), .text(unit.tier.rawValue), .text(unit.name), Cell(unit.open), Cell(unit.overdue),
            ])
        }
        return session.block(Phrase(zh: "单位如下", en: "units follow"), .lines(table.header + rows))
    }

    func listCases(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = CaseFilter()
        filter.states = (command["state"] ?? "").split(separator: ",").compactMap { CaseState(rawValue: String($0)) }
        filter.levels = command["level"].map { [$0] } ?? []
        filter.light = command["light"].flatMap { Light(rawValue: $0) }
        filter.under = command["unit"].map(Self.label)
        filter.isOpen = command["open"].map { $0 == "yes" }
        filter.isDrill = command["drill"].map { $0 == "yes" }
        var after: PageKey?
        if let ref = command["after"] {
            let last = try await self.store.queries.record(logIn.token, ObjectKey(ref)).view
            after = PageKey(at: last.openedAt, id: last.id.rawValue)
        }
        let table = self.table(
            ["ref", "level", "light", "unit", "due", "state", "title", "drill"], command, logIn, session)
        let chosen = filter
        return try await self.pages(
            Phrase(zh: "案件如下", en: "cases follow"), table, after: after, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.cases(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            let holders = view.holders.isEmpty ? [view.owner] : view.holders
            return table.row([
                .text(view.ref), Cell(view.level), Cell(view.light?.rawValue),
                .text(holders.map(\.label).joined(separator: ",")), Cell(view.dueAt), .text(view.state.rawValue),
                .text(view.title), Cell(drill: view.isDrill),
            ])
        }
    }

    func listClocks(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = ClockFilter()
        filter.within = command["within"].flatMap { ValueForm.seconds($0) }
        filter.unit = command["unit"].map(Self.label)
        filter.isAsked = command["asked"].map { $0 == "yes" }
        filter.isDrill = command["drill"].map { $0 == "yes" }
        let table = self.table(
            ["ref", "case", "kind", "light", "unit", "due", "remaining", "asked", "next", "name", "drill", "clock"],
            command,
            logIn, session)
        let chosen = filter
        return try await self.pages(
            Phrase(zh: "时限如下", en: "clocks follow"), table, after: nil, limit: nil, session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.clocks(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.subject), .text(view.caseRef), .text(view.kind.rawValue), Cell(view.light?.rawValue),
                .text(view.unit.label), .time(view.dueAt), .text(Self.remaining(view)), Cell(view.asked),
                Cell(view.nextRung?.rawValue), .text(view.name), Cell(drill: view.isDrill),
                .text(view.id.text),
            ])
        }
    }

    func listWork(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let table = self.table(
            ["ref", "case", "kind", "light", "due", "remaining", "do", "title", "name", "drill"], command, logIn,
            session)
        return try await self.pages(
            Phrase(zh: "待办如下", en: "work follows"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.worklist(logIn.token, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.subject), .text(view.caseRef), .text(view.kind.rawValue), Cell(view.light?.rawValue),
                .time(view.dueAt), .text(Self.remaining(view)),
                .words(view.allowed.map { LineVerb(step: $0).rawValue }), .text(view.title), .text(view.name),
                Cell(drill: view.isDrill),
            ])
        }
    }

    // MARK: Newsreaders

    /// RFC 3977 §7.6.6: code and name of each unit.
    func listNewsgroups(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let units = try await self.units(matching: command, logIn)
        let lines = units.map { "\($0.path)\t\(TableWriter.plain($0.name))" }
        return session.block(Phrase(zh: "descriptions 名称如下", en: "descriptions follow"), .lines(lines))
    }

    /// RFC 3977 §7.6.3: code, newest and oldest assignment on which the unit's clock runs, and that nobody posts here.
    func listActive(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let units = try await self.units(matching: command, logIn)
        var numbers: [String: ClosedRange<Int>] = [:]
        var after: PageKey?
        repeat {
            let page = try await self.store.queries.clocks(logIn.token, after: after, limit: Self.slice)
            for clock in page.items where clock.subject.hasPrefix("A-") {
                guard let number = Int(clock.subject.dropFirst(2)) else { continue }
                let known = numbers[clock.unit.label] ?? number...number
                numbers[clock.unit.label] = min(known.lowerBound, number)...max(known.upperBound, number)
            }
            after = page.next
        } while after != nil
        let lines = units.map { unit in
            let range = numbers[unit.label]
            // An empty group: the high mark is one below the low one.
            return "\(unit.path) \(range?.upperBound ?? 0) \(range?.lowerBound ?? 1) n"
        }
        return session.block(Phrase(zh: "list 单位如下", en: "list follows"), .lines(lines))
    }

    private func units(
        matching command: LineCommand, _ logIn: LineSession.LogIn
    ) async throws(DeskError) -> [UnitView] {
        let units = try await self.store.queries.units(logIn.token)
        guard let pattern = command["wildmat"].flatMap({ Wildmat($0) }) else { return units }
        return units.filter { pattern.matches($0.path) }
    }

    // MARK: Parts

    func table(
        _ columns: [String], _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) -> TableWriter {
        TableWriter(columns: columns, format: session.format(of: command), time: logIn.time)
    }

    /// `1h52m`, `-2h15m` when overdue, `3d4h`.
    /// Of what is to be done at once what has passed, as `+1h5m`.
    static func remaining(_ clock: ClockView) -> String {
        clock.elapsed == nil
            ? Self.remaining(clock.dueAt, clock.now) : "+" + Self.remaining(clock.now, clock.startedAt)
    }

    static func remaining(_ due: Date, _ now: Date) -> String {
        let seconds = Int(due.timeIntervalSince(now))
        let minutes = abs(seconds) / 60
        let sign = seconds < 0 ? "-" : ""
        if minutes >= 1_440 { return "\(sign)\(minutes / 1_440)d\(minutes / 60 % 24)h" }
        if minutes >= 60 { return "\(sign)\(minutes / 60)h\(minutes % 60)m" }
        return "\(sign)\(minutes)m"
    }

    /// A list in pages: the first is asked for here, so that a refusal is a reply, the rest as the client reads.
    func pages<Item: Sendable>(
        _ phrase: Phrase, _ table: TableWriter, after: PageKey?, limit: Int?, _ session: LineSession,
        _ ask: @escaping @Sendable (PageKey?, Int) async throws(DeskError) -> Page<Item>,
        row: @escaping @Sendable (Item) -> String
    ) async throws(DeskError) -> LineReply {
        let size = min(limit ?? Self.slice, Self.slice)
        let first = try await ask(after, size)
        let pages = PageWalk(first: first, limit: limit, size: size, ask: ask)
        return session.block(
            phrase,
            .slices {
                guard let (items, isFirst) = try await pages.next() else { return nil }
                return (isFirst ? table.header : []) + items.map(row)
            })
    }
}
