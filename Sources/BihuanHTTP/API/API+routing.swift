import BihuanDomain
import BihuanStore

/// Where cases go: what is proposed, what would have been proposed, and many assigned at once.
extension API {
    var routingRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/cases/{id}/routing") { call in
                try Query.refuse(call.query)
                let view = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.routing(ofCase: call.objectKey, token)
                }
                return Self.reply { $0.write(view) }
            },
            Route("POST", "\(Self.base)/routing/preview") { call in
                try Query.refuse(call.query)
                let text = try Fields.read(try await call.body()) { fields in
                    RoutingText(
                        title: fields.optionalText("title", .prose(0...500)) ?? "",
                        content: fields.optionalText("content", .prose(0...20_000)) ?? "",
                        place: fields.optionalText("place", .prose(0...500)),
                        category: fields.optionalText("category", .prose(0...500)),
                        level: fields.optionalText("level", Self.word), matter: fields.optionalText("matter", Self.word)
                    )
                }
                let view = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.routing(of: text, token)
                }
                return Self.reply { $0.write(view) }
            },
            Route("GET", "\(Self.base)/routing/preview") { call in
                let month = try Query.read(call.query) { query -> CivilDay in
                    let text = query.text("month", Self.word)
                    if let day = text.flatMap({ CivilDay("\($0)-01") }) { return day }
                    query.fault(
                        "month", text == nil ? "required" : "month.malformed",
                        Phrase(zh: "须写明月份，例如 2026-10", en: "A month is written 2026-10."))
                    return CivilDay(rawValue: 0)
                }
                let preview = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.routingPreview(ofMonth: month, token)
                }
                return Self.reply { $0.write(preview) }
            },
            Route("POST", "\(Self.base)/cases/actions/bulk") { call in try await self.bulk(call) },
        ]
    }

    private func bulk(_ call: Call) async throws(Problem) -> Reply {
        try Query.refuse(call.query)
        let order = try Fields.read(try await call.body()) { fields in
            BulkOrder(
                cases: fields.texts("cases", count: 1...BulkOrder.most, Self.word),
                grade: fields.optionalObject("grade") {
                    BulkOrder.Grade(
                        level: $0.text("level", Self.word), matter: $0.optionalText("matter", Self.word))
                },
                assign: fields.optionalObject("assign") {
                    BulkOrder.Assign(
                        unit: $0.text("unit", Self.word),
                        instruction: $0.optionalText("instruction", Self.remark) ?? "")
                },
                reason: fields.text("reason", Self.words))
        }
        let key = try call.idempotencyKey()?.text
        let rows: [BulkRow]
        do throws(DeskError) {
            rows = try await self.store.desk.bulk(order, by: .session(Self.token(call)), via: .json, key: key)
        } catch {
            throw self.problem(error, call, isCommand: true)
        }
        let results = rows.map { row in
            (name: row.name, result: row.result.mapError { self.problem($0, call, isCommand: true) })
        }
        var reply = Self.reply { writer in
            writer.object { body in
                body.member("items", array: results) { writer, row in
                    writer.object { item in
                        item.member("case", row.name)
                        switch row.result {
                        case .success(let outcome):
                            item.member("replayed", outcome.replayed)
                            item.name("outcome")
                            item.write(outcome)
                        case .failure(let problem):
                            item.name("problem")
                            item.raw(
                                problem.json(
                                    instance: call.path, requestID: call.id.text, language: call.language))
                        }
                    }
                }
                body.member("next", nil as String?)
                body.member("done", results.count { (try? $0.result.get()) != nil })
                body.member("failed", results.count { (try? $0.result.get()) == nil })
            }
        }
        reply.isReplay = !rows.isEmpty && rows.allSatisfy { (try? $0.result.get())?.replayed == true }
        return reply
    }
}
