import BihuanDomain
import BihuanStore

extension API {
    var disputeRoutes: [Route] {
        let list = "\(Self.base)/disputes"
        return [
            Route("POST", "\(Self.base)/assignments/{id}/disputes") { call in
                try Query.refuse(call.query)
                let (proposed, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("proposed", Self.word), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .assignment(call.objectKey), isCreation: true) {
                    .dispute(AssignmentID(rawValue: $0), proposed: proposed, reason: reason)
                }
            },
            Route("GET", list) { call in
                let (filter, page) = try Query.read(call.query) { query in
                    var filter = DisputeFilter()
                    filter.states = query.choices("state") ?? []
                    filter.isDrill = query.bool("drill")
                    return (filter, query.page("disputes", self.seal))
                }
                let disputes = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.disputes(token, filter, after: page.key, limit: page.limit)
                }
                return self.page(disputes, of: "disputes", zone: disputes.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(list)/{id}") { call in
                try Query.refuse(call.query)
                let dispute = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.dispute(token, call.objectKey)
                }
                return Self.reply(version: dispute.version, zone: dispute.offset) { $0.write(dispute) }
            },
            Route("POST", "\(list)/{id}/actions/arbitrate") { call in
                try Query.refuse(call.query)
                let (unit, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("unit", Self.word), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .dispute(call.objectKey)) {
                    .arbitrate(DisputeID(rawValue: $0), unit: unit, reason: reason)
                }
            },
            Route("POST", "\(list)/{id}/actions/withdraw") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .dispute(call.objectKey)) {
                    .withdraw(DisputeID(rawValue: $0), reason: reason)
                }
            },
        ]
    }
}
