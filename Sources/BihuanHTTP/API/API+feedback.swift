import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var feedbackRoutes: [Route] {
        let list = "\(Self.base)/assignments/{id}/feedback"
        let one = "\(Self.base)/feedback/{id}"
        return [
            Route("GET", list) { call in
                try Query.refuse(call.query)
                let feedback = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.feedback(of: call.objectKey, token)
                }
                return Self.reply(zone: feedback.first?.offset ?? .china) { writer in
                    writer.object { body in
                        body.member("items", array: feedback) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
            Route("POST", list) { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    let draft = FeedbackDraft(
                        kind: fields.choice("kind"),
                        verdict: fields.optionalChoice("verdict"),
                        findings: fields.text("findings", Self.words),
                        measures: fields.optionalText("measures", Self.remark),
                        result: fields.optionalText("result", Self.remark),
                        fields: fields.optionalTextsByName("fields", count: 0...100, Self.remark)
                    )
                    return (draft, fields.optionalText("reason", Self.remark))
                }
                return try await self.perform(call, on: .assignment(call.objectKey), isCreation: true) {
                    .feedBack(AssignmentID(rawValue: $0), draft, reason: reason)
                }
            },
            Route("GET", one) { call in
                try Query.refuse(call.query)
                let id = FeedbackID(rawValue: try call.uuid())
                let feedback = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.feedback(token, id: id)
                }
                return Self.reply(zone: feedback.offset) { $0.write(feedback) }
            },
            Route("POST", "\(one)/actions/accept") { call in
                let reason = try await self.optionalReason(call)
                return try await self.perform(call, on: .feedback(try call.uuid())) {
                    .accept(FeedbackID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(one)/actions/send_back") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .feedback(try call.uuid())) {
                    .sendBack(FeedbackID(rawValue: $0), reason: reason)
                }
            },
        ]
    }
}
