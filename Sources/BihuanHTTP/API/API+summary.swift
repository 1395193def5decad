import BihuanDomain
import BihuanStore

extension API {
    var summaryRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/worklist") { call in
                let page = try Query.read(call.query) { $0.page("worklist", self.seal) }
                let work = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.worklist(token, after: page.key, limit: page.limit)
                }
                return self.page(work, of: "worklist", zone: work.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(Self.base)/summary") { call in
                try Query.refuse(call.query)
                let summary = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.summary(token)
                }
                return Self.reply(zone: summary.offset) { $0.write(summary) }
            },
        ]
    }
}
