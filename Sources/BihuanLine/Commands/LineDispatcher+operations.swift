import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// What operators look after: what the workers could not do.
extension LineDispatcher {
    func listOutbox(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        var filter = try Self.filter(command)
        filter.state = command["state"].flatMap { DeliveryState(rawValue: $0) }
        let table = self.table(
            ["id", "webhook", "unit", "topic", "state", "tries", "last_error", "created", "next"], command, logIn,
            session)
        let chosen = filter
        return try await self.pages(
            Phrase(zh: "发件箱如下", en: "outbox follows"), table, after: nil, limit: command.integer("limit"), session
        ) { key, limit throws(DeskError) in
            try await self.store.queries.deliveries(logIn.token, chosen, after: key, limit: limit)
        } row: { view in
            table.row([
                .text(view.message.text), .text(view.webhook.text), .text(view.unit), .text(view.topic),
                .text(view.state.rawValue), .integer(view.attempts), Cell(view.lastError), .time(view.createdAt),
                Cell(view.nextAt),
            ])
        }
    }

    func retryOutbox(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let count = try await self.store.queries.retryDeliveries(logIn.token, Self.filter(command))
        return try self.affected(count, isNamed: command["message"] != nil, session)
    }

    func listAsideClocks(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let clocks = try await self.store.queries.asideClocks(logIn.token, unit: command["unit"].map(Self.label))
        let table = self.table(
            ["clock", "case", "kind", "unit", "rung", "aside", "tries", "last_error"], command, logIn, session)
        let rows = clocks.map { clock in
            table.row([
                .text(clock.id.text), .text(clock.caseRef), .text(clock.kind.rawValue), .text(clock.unit.label),
                Cell(clock.rung?.rawValue), .time(clock.asideAt), .integer(clock.attempts), Cell(clock.error),
            ])
        }
        return session.block(Phrase(zh: "搁置的时限如下", en: "clocks put aside follow"), .lines(table.header + rows))
    }

    func retryClocks(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let count = try await self.store.queries.retryClocks(
            logIn.token, clock: Self.id(command, "clock"), unit: command["unit"].map(Self.label))
        return try self.affected(count, isNamed: command["clock"] != nil, session)
    }

    /// 294, or 490 when one was named and is not there, or not the asker's to put back.
    private func affected(
        _ count: Int, isNamed: Bool, _ session: LineSession
    ) throws(DeskError) -> LineReply {
        if isNamed, count == 0 { throw .notFound }
        return session.reply(
            .affected, [String(count)], Phrase(zh: "项已重新排队", en: "queued again"))
    }

    private static func filter(_ command: LineCommand) throws(DeskError) -> DeliveryFilter {
        var filter = DeliveryFilter()
        filter.message = try Self.id(command, "message")
        filter.webhook = try Self.id(command, "webhook")
        filter.unit = command["unit"].map(Self.label)
        return filter
    }

    /// A UUID of the line; nil where there is none. What is no UUID is nobody's.
    static func id(_ command: LineCommand, _ name: String) throws(DeskError) -> UUID? {
        guard let text = command[name] else { return nil }
        guard let id = UUID(uuidString: text) else { throw .notFound }
        return id
    }
}
