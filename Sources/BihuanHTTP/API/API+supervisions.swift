import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var supervisionRoutes: [Route] {
        let list = "\(Self.base)/supervisions"
        return [
            Route("POST", "\(Self.base)/assignments/{id}/supervisions") { call in
                try Query.refuse(call.query)
                let (cause, requirement, reason, terms) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.choice("cause", SupervisionCause.self),
                        fields.text("requirement", Self.words),
                        fields.text("reason", Self.words),
                        SupervisionTerms(
                            grade: fields.optionalChoice("grade", SupervisionGrade.self),
                            limit: fields.optionalText("limit", Self.word), due: fields.optionalTime("due_at"))
                    )
                }
                return try await self.perform(call, on: .assignment(call.objectKey), isCreation: true) {
                    .supervise(
                        AssignmentID(rawValue: $0), cause: cause, requirement: requirement, reason: reason, terms: terms
                    )
                }
            },
            Route("GET", list) { call in
                let (filter, page) = try Query.read(call.query) { query in
                    var filter = SupervisionFilter()
                    filter.states = query.choices("state") ?? []
                    filter.unit = query.text("unit", Self.word)
                    filter.isDrill = query.bool("drill")
                    return (filter, query.page("supervisions", self.seal))
                }
                let orders = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.supervisions(token, filter, after: page.key, limit: page.limit)
                }
                return self.page(orders, of: "supervisions", zone: orders.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(list)/{id}") { call in
                try Query.refuse(call.query)
                let order = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.supervision(token, call.objectKey)
                }
                return Self.reply(version: order.version, zone: order.offset) { $0.write(order) }
            },
            Route("POST", "\(list)/{id}/actions/reply") { call in
                try Query.refuse(call.query)
                let (text, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("reply", Self.words), fields.optionalText("reason", Self.remark))
                }
                return try await self.perform(call, on: .supervision(call.objectKey)) {
                    .reply(SupervisionID(rawValue: $0), text: text, reason: reason)
                }
            },
            Route("POST", "\(list)/{id}/actions/lift") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .supervision(call.objectKey)) {
                    .lift(SupervisionID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(list)/{id}/actions/uphold") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .supervision(call.objectKey)) {
                    .uphold(SupervisionID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(list)/{id}/actions/raise") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .supervision(call.objectKey)) {
                    .raise(SupervisionID(rawValue: $0), reason: reason)
                }
            },
        ]
    }
}
