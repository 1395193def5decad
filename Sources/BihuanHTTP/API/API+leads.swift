import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var leadRoutes: [Route] {
        [
            Route("POST", "\(Self.base)/leads") { call in
                try Query.refuse(call.query)
                let (draft, contacts) = try Fields.read(try await call.body()) { fields in
                    (LeadDraft(&fields), ContactDraft.read(&fields))
                }
                return try await self.command(call, isCreation: true, tellsLike: true) { token, key throws(DeskError) in
                    try await self.store.desk.take(draft, contacts: contacts, by: token, via: .json, key: key)
                }
            },
            Route("GET", "\(Self.base)/leads") { call in
                let page = try Query.read(call.query) { $0.page("leads", self.seal) }
                let leads = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.looseLeads(token, after: page.key, limit: page.limit)
                }
                return self.page(leads, of: "leads", zone: leads.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(Self.base)/leads/{id}") { call in
                try Query.refuse(call.query)
                let id = LeadID(rawValue: try call.uuid())
                let lead = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.lead(token, id: id)
                }
                return Self.reply(zone: lead.offset) { $0.write(lead) }
            },
        ]
    }
}

extension LeadDraft {
    /// Reads the fields of a lead as they were typed; whether they are fit, the lead's own rules decide.
    init(_ fields: inout Fields) {
        self.init(
            source: fields.optionalString("source"),
            reference: fields.optionalString("reference"),
            channel: fields.optionalString("channel"),
            title: fields.optionalString("title"),
            content: fields.optionalString("content"),
            category: fields.optionalString("category"),
            place: fields.optionalString("place"),
            outlet: fields.optionalString("outlet"),
            link: fields.optionalString("link"),
            reply: fields.optionalString("reply"),
            repliedAt: fields.optionalTime("replied_at").map { .instant($0) },
            occurredAt: fields.optionalTime("occurred_at").map { .instant($0) },
            receivedAt: fields.optionalTime("received_at").map { .instant($0) }
        )
    }
}

extension PageRequest {
    var key: PageKey? { self.after.map { PageKey(at: $0.at, id: $0.id) } }
}
