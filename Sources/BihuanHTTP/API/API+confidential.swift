import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Who is kept out of a case, who may know of it, who looked, and how the complainant is reached.
extension API {
    var confidentialRoutes: [Route] {
        let cases = "\(Self.base)/cases"
        let contacts = "\(Self.base)/contacts"
        return [
            Route("POST", "\(cases)/{id}/actions/recuse") { call in
                let (unit, reason) = try await self.unitAndReason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .recuse(unit: unit, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/lift_recusal") { call in
                let (unit, reason) = try await self.unitAndReason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .liftRecusal(unit: unit, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/restrict") { call in
                try Query.refuse(call.query)
                let (level, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.integer("secrecy", 0...2), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .restrict(level: Int(level), reason: reason)
                }
            },
            Route("GET", "\(cases)/{id}/recusals") { call in
                try Query.refuse(call.query)
                let recusals = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.recusals(ofCase: call.objectKey, token)
                }
                return Self.list(recusals, zone: recusals.first?.offset) { $0.write($1) }
            },
            Route("GET", "\(cases)/{id}/reads") { call in
                try Query.refuse(call.query)
                let reads = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.reads(ofCase: call.objectKey, token)
                }
                return Self.list(reads, zone: reads.first?.offset) { $0.write($1) }
            },
            Route("GET", "\(cases)/{id}/contacts") { call in
                try Query.refuse(call.query)
                let contacts = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.contacts(ofCase: call.objectKey, token)
                }
                return Self.list(contacts, zone: contacts.first?.offset) { $0.write($1) }
            },
            Route("GET", "\(Self.base)/leads/{id}/contacts") { call in
                try Query.refuse(call.query)
                let id = LeadID(rawValue: try call.uuid())
                let contacts = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.contacts(ofLead: id, token)
                }
                return Self.list(contacts, zone: contacts.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(contacts)/{id}/actions/reveal_contact") { call in
                let reason = try await self.reason(call)
                let id = ContactID(rawValue: try call.uuid())
                // What a key keeps is told again; a contact is told once for each reason.
                guard try call.idempotencyKey() == nil else {
                    throw Problem(
                        .refused(
                            .badFields([
                                FieldFault(
                                    field: "Idempotency-Key", rule: .other(code: "not_keyed", "查看联系方式不用幂等键，每次都留痕"))
                            ])), isCommand: true)
                }
                let contact: RevealedContact
                do throws(DeskError) {
                    contact = try await self.store.desk.reveal(
                        id, reason: reason, by: Self.token(call), via: .json, queries: self.store.queries)
                } catch {
                    throw self.problem(error, call, isCommand: true)
                }
                return Self.reply { writer in
                    writer.object { body in
                        body.member("id", contact.id.rawValue)
                        body.member("case", contact.caseRef)
                        body.member("kind", contact.kind)
                        body.member("value", contact.value)
                    }
                }
            },
        ]
    }

    private func unitAndReason(_ call: Call) async throws(Problem) -> (String, String) {
        try Query.refuse(call.query)
        return try Fields.read(try await call.body()) { fields in
            (fields.text("unit", Self.word), fields.text("reason", Self.words))
        }
    }
}

extension ContactDraft {
    /// As the member `contact` of a body: `{"phone": …, "email": …, "address": …}`, each where it was given.
    static func read(_ fields: inout Fields) -> [ContactDraft] {
        fields.optionalObject("contact") { contact in
            Kind.allCases.compactMap { kind in
                contact.optionalString(kind.rawValue).map { ContactDraft(kind: kind, value: $0) }
            }
        } ?? []
    }
}
