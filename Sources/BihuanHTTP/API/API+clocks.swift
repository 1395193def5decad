import BihuanDomain
import BihuanStore

extension API {
    var clockRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/clocks") { call in
                let (filter, page) = try Query.read(call.query) { query in
                    var filter = ClockFilter()
                    filter.light = query.choice("light")
                    filter.within = query.seconds("within")
                    filter.unit = query.text("unit", Self.word)
                    filter.isAsked = query.bool("asked")
                    filter.isDrill = query.bool("drill")
                    return (filter, query.page("clocks", self.seal))
                }
                let clocks = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.clocks(token, filter, after: page.key, limit: page.limit)
                }
                return self.page(clocks, of: "clocks", zone: clocks.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(Self.base)/clocks/{id}") { call in
                try Query.refuse(call.query)
                let id = ClockID(rawValue: try call.uuid())
                let clock = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.clock(token, id: id)
                }
                return Self.reply(zone: clock.offset) { $0.write(clock) }
            },
            Route("GET", "\(Self.base)/clocks/{id}/why") { call in
                try Query.refuse(call.query)
                let id = ClockID(rawValue: try call.uuid())
                let why = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.why(token, id: id)
                }
                return Self.reply(zone: why.clock.offset) { $0.write(why) }
            },
            Route("POST", "\(Self.base)/clocks/{id}/actions/pause") { call in
                try await self.adjust(call) { .pause($0, reason: $1) }
            },
            Route("POST", "\(Self.base)/clocks/{id}/actions/resume") { call in
                try await self.adjust(call) { .resume($0, reason: $1) }
            },
            Route("POST", "\(Self.base)/clocks/{id}/actions/ask_extension") { call in
                try Query.refuse(call.query)
                let (by, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("by", Self.word), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .clock(try call.uuid())) {
                    .askExtension(ClockID(rawValue: $0), by: by, reason: reason)
                }
            },
            Route("POST", "\(Self.base)/clocks/{id}/actions/grant_extension") { call in
                try await self.adjust(call) { .grantExtension($0, reason: $1) }
            },
            Route("POST", "\(Self.base)/clocks/{id}/actions/refuse_extension") { call in
                try await self.adjust(call) { .refuseExtension($0, reason: $1) }
            },
        ]
    }

    private func adjust(
        _ call: Call, _ command: @escaping @Sendable (ClockID, String) -> CaseCommand
    ) async throws(Problem) -> Reply {
        let reason = try await self.reason(call)
        return try await self.perform(call, on: .clock(try call.uuid())) { command(ClockID(rawValue: $0), reason) }
    }
}
