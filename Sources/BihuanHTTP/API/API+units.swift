import BihuanDomain
import BihuanStore

extension API {
    var unitRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/units") { call in
                let (under, tier) = try Query.read(call.query) { query in
                    (query.text("under", Self.word), query.choice("tier", Tier.self))
                }
                let units = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.units(token, under: under, tier: tier)
                }
                return Self.reply { writer in
                    writer.object { body in
                        body.member("items", array: units) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
            Route("GET", "\(Self.base)/units/{label}") { call in
                try Query.refuse(call.query)
                let label = call.parameter("label")
                let unit = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.unit(token, label: label)
                }
                return Self.reply { $0.write(unit) }
            },
        ]
    }
}
