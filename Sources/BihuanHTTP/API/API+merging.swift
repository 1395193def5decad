import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Many leads of one case, cases that are one matter, and what is like what.
extension API {
    var mergingRoutes: [Route] {
        let cases = "\(Self.base)/cases"
        return [
            Route("GET", "\(cases)/{id}/similar") { call in
                try Query.refuse(call.query)
                let found = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.similar(toCase: call.objectKey, token)
                }
                return Self.list(found, zone: nil) { $0.write($1) }
            },
            Route("GET", "\(Self.base)/leads/{id}/similar") { call in
                try Query.refuse(call.query)
                let id = LeadID(rawValue: try call.uuid())
                let found = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.similar(toLead: id, token)
                }
                return Self.list(found, zone: nil) { $0.write($1) }
            },
            Route("GET", "\(cases)/{id}/leads") { call in
                try Query.refuse(call.query)
                let detail = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.record(token, call.objectKey)
                }
                return Self.list(detail.leads, zone: detail.offset) { $0.write($1) }
            },
            // A new lead of a case that is there.
            Route("POST", "\(cases)/{id}/leads") { call in
                try Query.refuse(call.query)
                let expecting = try call.expectedVersion().map { Int($0) }
                let (draft, contacts, reason) = try Fields.read(try await call.body()) { fields in
                    (LeadDraft(&fields), ContactDraft.read(&fields), fields.text("reason", Self.words))
                }
                return try await self.telling(.record(call.objectKey), call) { () async throws(Problem) in
                    try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                        try await self.store.desk.attach(
                            draft, contacts: contacts, to: call.objectKey, reason: reason, by: token, via: .json,
                            key: key, expecting: expecting)
                    }
                }
            },
            Route("POST", "\(cases)/{id}/actions/attach_lead") { call in
                let (lead, reason) = try await self.lead(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .attachLead(lead, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/detach_lead") { call in
                let (lead, reason) = try await self.lead(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .detachLead(lead, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/merge") { call in
                try Query.refuse(call.query)
                let (into, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("into", Self.word), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .merge(into: into, reason: reason)
                }
            },
            Route("POST", "\(cases)/{id}/actions/unmerge") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .record(call.objectKey)) { _ in .unmerge(reason: reason) }
            },
        ]
    }

    private func lead(_ call: Call) async throws(Problem) -> (LeadID, String) {
        try Query.refuse(call.query)
        let (lead, reason) = try Fields.read(try await call.body()) { fields in
            (fields.uuid("lead"), fields.text("reason", Self.words))
        }
        return (LeadID(rawValue: lead), reason)
    }

    /// The cases that what was taken in is like. It was taken in whether or not this can be told.
    func similar(to outcome: Outcome, _ call: Call) async -> [SuggestionView]? {
        do throws(Problem) {
            return try await self.ask(call) { token throws(DeskError) in
                outcome.kind == .lead
                    ? try await self.store.queries.similar(toLead: LeadID(rawValue: outcome.id), limit: 5, token)
                    : try await self.store.queries.similar(toCase: .id(outcome.id), limit: 5, token)
            }
        } catch {
            return nil
        }
    }
}

extension JSONWriter {
    mutating func write(_ suggestion: SuggestionView) {
        self.object { body in
            body.member("case") { record in
                record.member("id", suggestion.caseID.rawValue)
                record.member("ref", suggestion.caseRef)
            }
            body.member("title", suggestion.title)
            body.member("state", suggestion.state)
            body.name("score")
            body.value(.decimal((suggestion.score * 1000).rounded() / 1000))
            body.member("why", suggestion.why.map(\.rawValue))
            body.member("proposes", suggestion.proposes)
        }
    }
}
