import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var caseRoutes: [Route] {
        let cases = "\(Self.base)/cases"
        return [
            Route("POST", cases) { try await self.register($0) },
            Route("GET", cases) { try await self.list($0) },
            Route("GET", "\(cases)/{id}") { call in
                try Query.refuse(call.query)
                let detail = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.record(token, call.objectKey)
                }
                return Self.reply(version: detail.view.version, zone: detail.offset) { $0.write(detail) }
            },
            Route("GET", "\(cases)/{id}/timeline") { call in
                try Query.refuse(call.query)
                let timeline = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.timeline(token, call.objectKey)
                }
                return Self.reply(zone: timeline.offset) { $0.write(timeline) }
            },
            Route("GET", "\(cases)/{id}/assignments") { call in
                try Query.refuse(call.query)
                let assignments = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.assignments(ofCase: call.objectKey, token)
                }
                return Self.list(assignments, zone: assignments.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(cases)/{id}/assignments") { call in
                try Query.refuse(call.query)
                let (hop, role) = try Self.part(try await call.body())
                return try await self.perform(call, on: .record(call.objectKey), isCreation: true) { _ in
                    .assign(unit: hop.unit, instruction: hop.instruction, role: role, reason: hop.reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/grade") { call in
                try Query.refuse(call.query)
                let (level, matter, assessment, about, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.text("level", Self.word), fields.optionalText("matter", Self.word),
                        Assessment(&fields), fields.texts("about", count: 0...50, Self.word),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .grade(
                        level: level, matter: matter, assessment: assessment, about: about.isEmpty ? nil : about,
                        reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/replan") { call in
                try Query.refuse(call.query)
                let (version, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.integer("version", 1...1_000_000), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .replan(version: Int(version), reason: reason)
                }
            },
            Route("GET", "\(cases)/{id}/filings") { call in
                try Query.refuse(call.query)
                let filings = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.filings(ofCase: call.objectKey, token)
                }
                return Self.list(filings, zone: filings.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(cases)/{id}/filings") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        FilingDraft(
                            form: fields.text("form", Self.word),
                            fields: fields.textsByName("fields", count: 0...100, Self.remark)),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey), isCreation: true) { _ in
                    .file(draft, reason: reason)
                }
            },
            Route("GET", "\(Self.base)/filings/{id}") { call in
                try Query.refuse(call.query)
                let id = FilingID(rawValue: try call.uuid())
                let filing = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.filing(token, id: id)
                }
                return Self.reply(zone: filing.offset) { $0.write(filing) }
            },
            Route("POST", "\(cases)/{id}/actions/conclude") { call in
                try Query.refuse(call.query)
                let (outcome, reason): (CaseOutcome?, String) = try Fields.read(try await call.body()) { fields in
                    (fields.optionalChoice("outcome"), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .conclude(outcome: outcome, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/dismiss") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in .dismiss(reason: reason) }
            },
            Route("POST", "\(cases)/{id}/actions/reopen") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in .reopen(reason: reason) }
            },
        ]
    }

    /// The fields of the lead that the case comes from, and the ids of leads taken in before.
    private func register(_ call: Call) async throws(Problem) -> Reply {
        try Query.refuse(call.query)
        let draft = try Fields.read(try await call.body()) { fields in
            CaseDraft(
                lead: LeadDraft(&fields),
                leads: fields.uuids("leads", count: 0...100).map { LeadID(rawValue: $0) },
                discoveredAt: fields.optionalTime("discovered_at").map { .instant($0) },
                matter: fields.optionalText("matter", Self.word),
                reason: fields.optionalText("reason", Self.remark),
                isDrill: fields.optionalBool("drill") ?? false,
                about: fields.texts("about", count: 0...50, Self.word),
                contacts: ContactDraft.read(&fields)
            )
        }
        return try await self.command(call, isCreation: true, tellsLike: true) { token, key throws(DeskError) in
            try await self.store.desk.register(draft, by: token, via: .json, key: key)
        }
    }

    private func list(_ call: Call) async throws(Problem) -> Reply {
        let (filter, page) = try Query.read(call.query) { query in
            var filter = CaseFilter()
            filter.states = query.choices("state") ?? []
            filter.levels = query.texts("level", Self.word) ?? []
            filter.light = query.choice("light")
            filter.unit = query.text("unit", Self.word)
            filter.under = query.text("under", Self.word)
            filter.receivedAfter = query.time("received_after")
            filter.receivedBefore = query.time("received_before")
            filter.isOpen = query.bool("open")
            filter.isDrill = query.bool("drill")
            return (filter, query.page("cases", self.seal))
        }
        let cases = try await self.ask(call) { token throws(DeskError) in
            try await self.store.queries.cases(token, filter, after: page.key, limit: page.limit)
        }
        return self.page(cases, of: "cases", call) { $0.write($1) }
    }

    /// Where an assignment goes and what is to be done there.
    static func hop(_ body: JSONValue) throws(Problem) -> (unit: String, instruction: String, reason: String) {
        try Fields.read(body) { fields in
            (
                fields.text("unit", Self.word),
                fields.optionalText("instruction", Self.remark) ?? "",
                fields.text("reason", Self.words)
            )
        }
    }
}
