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
        ]
    }
}
