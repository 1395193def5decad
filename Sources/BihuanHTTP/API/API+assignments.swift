import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var assignmentRoutes: [Route] {
        let one = "\(Self.base)/assignments/{id}"
        return [
            Route("GET", one) { call in
                try Query.refuse(call.query)
                let assignment = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.assignment(token, call.objectKey)
                }
                return Self.reply(version: assignment.version, zone: assignment.offset) { $0.write(assignment) }
            },
            Route("POST", "\(one)/actions/receive") { call in
                let reason = try await self.optionalReason(call)
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .receive(AssignmentID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(one)/actions/return") { call in
                try Query.refuse(call.query)
                let (proposed, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.optionalText("proposed", Self.word), fields.text("reason", Self.words))
                }
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .return(AssignmentID(rawValue: $0), proposed: proposed, reason: reason)
                }
            },
            Route("POST", "\(one)/actions/recall") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .recall(AssignmentID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(one)/actions/forward") { call in
                try Query.refuse(call.query)
                let (unit, instruction, reason) = try Self.hop(try await call.body())
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .forward(AssignmentID(rawValue: $0), unit: unit, instruction: instruction, reason: reason)
                }
            },
            Route("POST", "\(one)/actions/urge") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .urge(AssignmentID(rawValue: $0), reason: reason)
                }
            },
        ]
    }
}
