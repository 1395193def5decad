import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// Many leads of one case, and what is like what.
extension LineDispatcher {
    func similar(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let found: [SuggestionView]
        if let lead = command["lead"] {
            guard let id = UUID(uuidString: lead) else { throw .notFound }
            found = try await self.store.queries.similar(toLead: LeadID(rawValue: id), logIn.token)
        } else {
            found = try await self.store.queries.similar(toCase: ObjectKey(command["case"] ?? ""), logIn.token)
        }
        let table = self.table(["case", "score", "why", "state", "proposes", "title"], command, logIn, session)
        let rows = found.map { view in
            table.row([
                .text(view.caseRef), .text(Self.text(view.score)), .words(view.why.map(\.rawValue)),
                .text(view.state.rawValue), .text(view.proposes.rawValue), .text(view.title),
            ])
        }
        return session.block(Phrase(zh: "相似案件如下", en: "similar cases follow"), .lines(table.header + rows))
    }

    func listLeads(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let leads: [LeadView]
        if let record = command["case"] {
            leads = try await self.store.queries.record(logIn.token, ObjectKey(record)).leads
        } else {
            leads = try await self.store.queries.looseLeads(logIn.token, limit: command.integer("limit") ?? 50).items
        }
        let table = self.table(
            ["lead", "case", "received", "source", "reference", "unit", "title"], command, logIn, session)
        let rows = leads.map { view in
            table.row([
                .text(view.id.text), Cell(view.caseRef), .time(view.receivedAt), .text(view.source),
                Cell(view.reference), .text(view.unit.label), .text(view.title),
            ])
        }
        return session.block(Phrase(zh: "线索如下", en: "leads follow"), .lines(table.header + rows))
    }

    /// The lead a command names; what is no id names none.
    static func lead(_ command: LineCommand) -> LeadID {
        LeadID(
            rawValue: command["lead"].flatMap { UUID(uuidString: $0) }
                ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }

    /// A score with two digits.
    static func text(_ score: Double) -> String {
        let hundredths = Int((score * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
}
