import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// Who is kept out of a case, who looked at it, and how the complainant is reached.
extension LineDispatcher {
    func listRecusals(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let recusals = try await self.store.queries.recusals(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let table = self.table(
            ["unit", "recused", "officer", "reason", "lifted", "lift_reason"], command, logIn, session)
        let rows = recusals.map { view in
            table.row([
                .text(view.unit.label), .time(view.recusedAt), .text(view.officer), .text(view.reason),
                Cell(view.liftedAt), Cell(view.liftReason),
            ])
        }
        return session.block(Phrase(zh: "回避如下", en: "recusals follow"), .lines(table.header + rows))
    }

    func listReads(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let reads = try await self.store.queries.reads(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let table = self.table(["at", "officer", "unit", "via", "what"], command, logIn, session)
        let rows = reads.map { view in
            table.row([
                .time(view.at), .text(view.officer), .text(view.unit.label), .text(view.via), .text(view.what),
            ])
        }
        return session.block(Phrase(zh: "查阅记录如下", en: "reads follow"), .lines(table.header + rows))
    }

    /// Masked: the whole is told by CONTACT REVEAL alone.
    func listContacts(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let contacts = try await self.store.queries.contacts(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let table = self.table(
            ["contact", "kind", "masked", "recorded", "purged", "next"], command, logIn, session)
        let rows = contacts.map { view in
            table.row([
                .text(view.id.text), .text(view.kind.rawValue), Cell(view.masked), .time(view.recordedAt),
                Cell(view.purgedAt), .words(view.allowed.map { LineVerb(step: $0).rawValue }),
            ])
        }
        return session.block(Phrase(zh: "联系方式如下", en: "contacts follow"), .lines(table.header + rows))
    }

    func revealContact(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        guard let id = command["contact"].flatMap({ UUID(uuidString: $0) }) else { throw .notFound }
        let contact = try await self.store.desk.reveal(
            ContactID(rawValue: id), reason: command["reason"] ?? "", by: logIn.token, via: .line,
            queries: self.store.queries)
        let table = self.table(["contact", "case", "kind", "value"], command, logIn, session)
        let row = table.row([
            .text(contact.id.text), .text(contact.caseRef), .text(contact.kind.rawValue), .text(contact.value),
        ])
        return session.block(Phrase(zh: "联系方式如下, 已留痕", en: "contact follows, on record"), .lines(table.header + [row]))
    }

    /// `phone=`, `email=`, `address=` of a registration.
    static func contacts(_ command: LineCommand) -> [ContactDraft] {
        ContactDraft.Kind.allCases.compactMap { kind in
            command[kind.rawValue].map { ContactDraft(kind: kind, value: $0) }
        }
    }
}
