import BihuanDomain
import BihuanStore

/// Urging by hand, and what has climbed its ladder to the end.
extension API {
    var ladderRoutes: [Route] {
        let one = "\(Self.base)/cases/{id}"
        return [
            Route("POST", "\(one)/actions/urge") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in .urgeOwner(reason: reason) }
            },
            Route("GET", "\(one)/urges") { call in
                try Query.refuse(call.query)
                let urges = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.urges(token, call.objectKey)
                }
                return Self.reply(zone: urges.offset) { writer in
                    writer.object { body in
                        body.member("case", urges.caseRef)
                        body.member("manual", urges.manual)
                        body.member("items", array: urges.items) { list, urge in
                            list.object { item in
                                item.member("at", urge.at)
                                item.member("manual", urge.isManual)
                                item.member("assignment", urge.assignment)
                                item.member("actor", urge.actor)
                                item.member("unit", urge.unit)
                                item.member("reason", urge.reason)
                            }
                        }
                    }
                }
            },
            Route("GET", "\(Self.base)/escalated") { call in
                let page = try Query.read(call.query) { $0.page("escalated", self.seal) }
                let escalated = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.escalated(token, after: page.key, limit: page.limit)
                }
                return self.page(escalated, of: "escalated", zone: escalated.items.first?.offset, call) { $0.write($1) }
            },
        ]
    }
}

extension JSONWriter {
    mutating func write(_ escalated: EscalatedView) {
        self.object { body in
            body.member("case", escalated.caseRef)
            body.member("title", escalated.title)
            body.member("level", escalated.level)
            body.member("level_name", escalated.levelName)
            body.member("unit", escalated.unit)
            body.member("kind", escalated.kind)
            body.member("due_at", escalated.dueAt)
            body.member("escalated_at", escalated.escalatedAt)
            body.member("clock", escalated.clock.rawValue)
        }
    }
}
