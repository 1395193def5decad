import BihuanDomain
import BihuanStore

extension API {
    var warningRoutes: [Route] {
        let list = "\(Self.base)/warnings"
        return [
            Route("POST", "\(Self.base)/cases/{id}/warnings") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        WarningDraft(
                            level: fields.optionalText("level", Self.word),
                            grounds: WarningGrounds(
                                happened: fields.optionalText("happened", Self.word),
                                possible: fields.optionalText("possible", Self.word),
                                elsewhere: fields.optionalText("elsewhere", Self.word)),
                            text: fields.text("text", Self.words),
                            measures: fields.optionalText("measures", Self.remark),
                            units: fields.texts("units", count: 0...200, Self.word)),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey), isCreation: true) { _ in
                    .warn(draft, reason: reason)
                }
            },
            Route("GET", list) { call in
                let (filter, page) = try Query.read(call.query) { query in
                    var filter = WarningFilter()
                    filter.states = query.choices("state") ?? []
                    filter.levels = query.texts("level", Self.word) ?? []
                    return (filter, query.page("warnings", self.seal))
                }
                let warnings = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.warnings(token, filter, after: page.key, limit: page.limit)
                }
                return self.page(warnings, of: "warnings", zone: warnings.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(list)/{id}") { call in
                try Query.refuse(call.query)
                let warning = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.warning(token, call.objectKey)
                }
                // Without a tag: units answer without making another version of the warning.
                return Self.reply(zone: warning.offset) { $0.write(warning) }
            },
            Route("POST", "\(list)/{id}/actions/issue_warning") { call in
                try await self.decide(call) { .issueWarning($0, reason: $1) }
            },
            Route("POST", "\(list)/{id}/actions/decline_warning") { call in
                try await self.decide(call) { .declineWarning($0, reason: $1) }
            },
            Route("POST", "\(list)/{id}/actions/lift_warning") { call in
                try await self.decide(call) { .liftWarning($0, reason: $1) }
            },
            Route("POST", "\(list)/{id}/actions/respond") { call in
                try Query.refuse(call.query)
                let (measures, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("measures", Self.words), fields.optionalText("reason", Self.remark))
                }
                return try await self.perform(call, on: .warning(call.objectKey)) {
                    .respond(WarningID(rawValue: $0), measures: measures, reason: reason)
                }
            },
        ]
    }

    private func decide(
        _ call: Call, _ command: @escaping @Sendable (WarningID, String) -> CaseCommand
    ) async throws(Problem) -> Reply {
        let reason = try await self.reason(call)
        return try await self.perform(call, on: .warning(call.objectKey)) { command(WarningID(rawValue: $0), reason) }
    }
}
