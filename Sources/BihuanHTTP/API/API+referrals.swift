import BihuanDomain
import BihuanStore

/// Referrals to bodies outside, and return visits.
extension API {
    var referralRoutes: [Route] {
        let list = "\(Self.base)/referrals"
        return [
            Route("POST", "\(Self.base)/cases/{id}/referrals") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        ReferralDraft(
                            kind: fields.choice("kind"),
                            to: fields.optionalText("to", .prose(0...ReferralDraft.longestName)),
                            text: fields.text("text", Self.words)),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey), isCreation: true) { _ in
                    .refer(draft, reason: reason)
                }
            },
            Route("GET", list) { call in
                let (filter, page) = try Query.read(call.query) { query in
                    var filter = ReferralFilter()
                    filter.states = query.choices("state") ?? []
                    filter.kinds = query.choices("kind") ?? []
                    filter.isDrill = query.bool("drill")
                    return (filter, query.page("referrals", self.seal))
                }
                let referrals = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.referrals(token, filter, after: page.key, limit: page.limit)
                }
                return self.page(referrals, of: "referrals", zone: referrals.items.first?.offset, call) {
                    $0.write($1)
                }
            },
            Route("GET", "\(list)/{id}") { call in
                try Query.refuse(call.query)
                let referral = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.referral(token, call.objectKey)
                }
                return Self.reply(version: referral.version, zone: referral.offset) { $0.write(referral) }
            },
            Route("POST", "\(list)/{id}/actions/answer_referral") { call in
                try Query.refuse(call.query)
                let (answer, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        ReferralAnswer(
                            text: fields.text("answer", Self.words), lead: fields.optionalText("lead", Self.remark)),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .referral(call.objectKey)) {
                    .answerReferral(ReferralID(rawValue: $0), answer, reason: reason)
                }
            },
            Route("POST", "\(list)/{id}/actions/waive_referral") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .referral(call.objectKey)) {
                    .waiveReferral(ReferralID(rawValue: $0), reason: reason)
                }
            },
            Route("POST", "\(Self.base)/cases/{id}/actions/visit") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        VisitDraft(
                            reached: fields.bool("reached"), satisfaction: fields.optionalChoice("satisfaction"),
                            note: fields.optionalText("note", Self.remark)),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in .visit(draft, reason: reason) }
            },
        ]
    }
}
