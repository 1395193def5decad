import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Contacts, experts, supplies.
extension API {
    var registerRoutes: [Route] { self.liaisonRoutes + self.expertRoutes + self.supplyRoutes }

    private static let name = TextRule.line(1...200)
    private static let personName = TextRule.line(1...100)

    // MARK: Contacts

    private var liaisonRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/liaisons") { call in
                let (kind, under) = try Query.read(call.query) { query in
                    (query.choice("kind", LiaisonKind.self), query.text("under", Self.word))
                }
                return try await self.liaisons(call, unit: nil, under: under, kind: kind)
            },
            Route("GET", "\(Self.base)/units/{label}/liaisons") { call in
                let kind = try Query.read(call.query) { $0.choice("kind", LiaisonKind.self) }
                return try await self.liaisons(call, unit: call.parameter("label"), under: nil, kind: kind)
            },
            Route("PUT", "\(Self.base)/units/{label}/liaisons") { call in
                try Query.refuse(call.query)
                let liaisons = try Fields.read(try await call.body()) { fields in
                    fields.objects("liaisons", count: 0...Desk.mostLiaisons) { Self.liaison(&$0) }
                }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.setLiaisons(
                        of: call.parameter("label"), .replace(liaisons), by: token, via: .json, key: key)
                }
            },
            Route("POST", "\(Self.base)/units/{label}/liaisons") { call in
                try Query.refuse(call.query)
                let liaison = try Fields.read(try await call.body()) { Self.liaison(&$0) }
                return try await self.command(call, isCreation: true) { token, key throws(DeskError) in
                    try await self.store.desk.setLiaisons(
                        of: call.parameter("label"), .add(liaison), by: token, via: .json, key: key)
                }
            },
            Route("POST", "\(Self.base)/units/{label}/liaisons/actions/end") { call in
                try Query.refuse(call.query)
                let (kind, name) = try Fields.read(try await call.body()) { fields in
                    (fields.choice("kind", LiaisonKind.self), fields.text("name", Self.personName))
                }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.setLiaisons(
                        of: call.parameter("label"), .end(kind, name: name), by: token, via: .json, key: key)
                }
            },
        ]
    }

    private static func liaison(_ fields: inout Fields) -> LiaisonDraft {
        LiaisonDraft(
            kind: fields.choice("kind", LiaisonKind.self), name: fields.optionalText("name", Self.personName) ?? "",
            officer: fields.optionalText("officer", Self.word), phone: fields.optionalText("phone", Self.name),
            email: fields.optionalText("email", Self.name), from: fields.optionalTime("from"),
            until: fields.optionalTime("until"))
    }

    private func liaisons(
        _ call: Call, unit: String?, under: String?, kind: LiaisonKind?
    ) async throws(Problem) -> Reply {
        let (items, offset) = try await self.ask(call) { token throws(DeskError) in
            try await self.store.queries.liaisons(token, unit: unit, under: under, kind: kind)
        }
        return Self.reply(zone: offset) { writer in
            writer.object { body in
                body.member("items", array: items) { $0.write($1) }
                body.member("next", nil as String?)
            }
        }
    }

    // MARK: Experts

    private var expertRoutes: [Route] {
        let list = "\(Self.base)/experts"
        return [
            Route("GET", list) { call in
                let (field, all) = try Query.read(call.query) { query in
                    (query.text("field", Self.personName), query.bool("all") ?? false)
                }
                let experts = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.experts(token, field: field, all: all)
                }
                return Self.reply { writer in
                    writer.object { body in
                        body.member("items", array: experts) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
            Route("GET", "\(list)/{id}") { call in
                try Query.refuse(call.query)
                let id = ExpertID(rawValue: try call.uuid())
                let expert = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.expert(token, id: id)
                }
                return Self.reply { $0.write(expert) }
            },
            Route("POST", list) { call in
                try Query.refuse(call.query)
                let draft = try Fields.read(try await call.body()) { fields in
                    ExpertDraft(
                        name: fields.text("name", Self.personName), field: fields.text("field", Self.personName),
                        organisation: fields.optionalText("organisation", Self.name),
                        contact: fields.optionalText("contact", Self.name), from: fields.optionalDay("valid_from"),
                        until: fields.optionalDay("valid_until"))
                }
                return try await self.command(call, isCreation: true) { token, key throws(DeskError) in
                    try await self.store.desk.setExpert(draft, by: token, via: .json, key: key)
                }
            },
            Route("POST", "\(Self.base)/cases/{id}/experts") { call in
                try Query.refuse(call.query)
                let (expert, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.uuid("expert"), fields.text("reason", Self.words))
                }
                let expecting = try call.expectedVersion().map { Int($0) }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.engage(
                        ExpertID(rawValue: expert), on: call.objectKey, reason: reason, by: token, via: .json, key: key,
                        expecting: expecting, queries: self.store.queries)
                }
            },
            Route("GET", "\(Self.base)/cases/{id}/experts") { call in
                try Query.refuse(call.query)
                let detail = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.record(token, call.objectKey)
                }
                return Self.reply(zone: detail.offset) { writer in
                    writer.object { body in
                        body.member("items", array: detail.experts) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
        ]
    }

    // MARK: Supplies

    private var supplyRoutes: [Route] {
        [
            Route("GET", "\(Self.base)/supplies") { call in
                let (unit, under, overdue) = try Query.read(call.query) { query in
                    (query.text("unit", Self.word), query.text("under", Self.word), query.bool("overdue") ?? false)
                }
                let (items, offset) = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.supplies(token, unit: unit, under: under, overdue: overdue)
                }
                return Self.reply(zone: offset) { writer in
                    writer.object { body in
                        body.member("items", array: items) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
            Route("POST", "\(Self.base)/units/{label}/supplies") { call in
                try Query.refuse(call.query)
                let draft = try Fields.read(try await call.body()) { fields in
                    SupplyDraft(
                        item: fields.text("item", Self.personName),
                        quantity: Int(fields.integer("quantity", 0...1_000_000_000)),
                        measure: fields.optionalText("measure", Self.personName),
                        place: fields.text("place", Self.name),
                        nextInspection: fields.optionalDay("next_inspection_on"))
                }
                return try await self.command(call, isCreation: true) { token, key throws(DeskError) in
                    try await self.store.desk.setSupply(
                        of: call.parameter("label"), draft, by: token, via: .json, key: key)
                }
            },
            Route("POST", "\(Self.base)/supplies/{id}/actions/inspect") { call in
                try Query.refuse(call.query)
                let id = SupplyID(rawValue: try call.uuid())
                let next = try Fields.read(try await call.body()) { $0.optionalDay("next_inspection_on") }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.inspectSupply(id, next: next, by: token, via: .json, key: key)
                }
            },
        ]
    }
}

extension JSONWriter {
    mutating func write(_ contact: UnitLiaison) {
        self.object { body in
            body.member("kind", contact.kind)
            body.member("name", contact.name)
            body.member("phone", contact.phone)
            body.member("email", contact.email)
        }
    }

    mutating func write(_ engagement: EngagementView) {
        self.object { body in
            body.member("expert", engagement.expert.rawValue)
            body.member("name", engagement.name)
            body.member("field", engagement.field)
            body.member("organisation", engagement.organisation)
            body.member("contact", engagement.contact)
            body.member("engaged_at", engagement.engagedAt)
            body.member("unit", engagement.unit)
            body.member("reason", engagement.reason)
        }
    }

    fileprivate mutating func write(_ contact: LiaisonView) {
        self.object { body in
            body.member("id", contact.id.rawValue)
            body.member("unit", contact.unit)
            body.member("kind", contact.kind)
            body.member("name", contact.name)
            body.member("officer", contact.officer)
            body.member("phone", contact.phone)
            body.member("email", contact.email)
            body.member("from", contact.from)
            body.member("until", contact.until)
        }
    }

    fileprivate mutating func write(_ expert: ExpertView) {
        self.object { body in
            body.member("id", expert.id.rawValue)
            body.member("name", expert.name)
            body.member("field", expert.field)
            body.member("organisation", expert.organisation)
            body.member("contact", expert.contact)
            body.member("valid_from", expert.from.text)
            body.member("valid_until", expert.until?.text)
            body.member("is_valid", expert.isValid)
        }
    }

    fileprivate mutating func write(_ supply: SupplyView) {
        self.object { body in
            body.member("id", supply.id.rawValue)
            body.member("unit", supply.unit)
            body.member("item", supply.item)
            body.member("quantity", supply.quantity)
            body.member("measure", supply.measure)
            body.member("place", supply.place)
            body.member("next_inspection_on", supply.nextInspection?.text)
            body.member("inspected_at", supply.inspectedAt)
            body.member("is_overdue", supply.isOverdue)
        }
    }
}
