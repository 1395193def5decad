import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Units, officers and posts, administered from the own unit downwards (F7–F9).
extension API {
    var organisationRoutes: [Route] {
        let units = "\(Self.base)/units"
        let officers = "\(Self.base)/officers"
        return [
            Route("GET", "\(units)/{label}/changes") { call in
                let at = try Query.read(call.query) { query in query.time("at") }
                let history = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.unitHistory(token, label: call.parameter("label"), at: at)
                }
                return Self.reply(zone: history.offset) { $0.write(history) }
            },
            // Of the whole city as far as it is the own subtree's, newest first.
            Route("GET", "\(Self.base)/changes") { call in
                let (subject, limit) = try Query.read(call.query) { query in
                    (query.choice("of", ChangeSubject.self) ?? .units, query.integer("limit", 1...1_000) ?? 100)
                }
                switch subject {
                case .units:
                    let changes = try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.unitChanges(token, limit: Int(limit))
                    }
                    return Self.list(changes, zone: changes.first?.offset) { $0.write($1) }
                case .officers:
                    let changes = try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.officerChanges(token, limit: Int(limit))
                    }
                    return Self.list(changes, zone: changes.first?.offset) { $0.write($1) }
                }
            },
            Route("POST", units) { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        UnitDraft(
                            label: fields.text("label", Self.word), parent: fields.text("parent", Self.word),
                            tier: fields.text("tier", Self.word), name: fields.text("name", Self.unitName),
                            line: fields.optionalText("line", Self.unitName),
                            divisionCode: fields.optionalText("division_code", Self.word)),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(call, .open(draft), reason, isCreation: true)
            },
            Route("POST", "\(units)/{label}/actions/rename") { call in
                try Query.refuse(call.query)
                let (name, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("name", Self.unitName), fields.text("reason", Self.words))
                }
                return try await self.change(call, .rename(call.parameter("label"), to: name), reason)
            },
            Route("POST", "\(units)/{label}/actions/move") { call in
                try Query.refuse(call.query)
                let (parent, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("parent", Self.word), fields.text("reason", Self.words))
                }
                return try await self.change(call, .move(call.parameter("label"), under: parent), reason)
            },
            Route("POST", "\(units)/{label}/actions/merge") { call in
                try Query.refuse(call.query)
                let (other, posts, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.text("to", Self.word),
                        fields.optionalChoice("posts", PostsOfClosedUnit.self) ?? .move,
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(
                    call, .merge(call.parameter("label"), into: other, posts: posts), reason)
            },
            Route("POST", "\(units)/{label}/actions/close") { call in
                try Query.refuse(call.query)
                let (other, posts, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.optionalText("to", Self.word),
                        fields.optionalChoice("posts", PostsOfClosedUnit.self) ?? .end,
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(
                    call, .close(call.parameter("label"), successor: other, posts: posts), reason)
            },
            Route("POST", "\(units)/{label}/actions/split") { call in
                try Query.refuse(call.query)
                let (step, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        UnitStep.split(
                            call.parameter("label"),
                            into: UnitDraft(
                                label: fields.text("label", Self.word), parent: nil, tier: "",
                                name: fields.text("name", Self.unitName),
                                line: fields.optionalText("line", Self.unitName)),
                            taking: fields.texts("units", count: 0...200, Self.word),
                            cases: fields.texts("cases", count: 0...1_000, Self.word)),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(call, step, reason, isCreation: true)
            },
            Route("POST", "\(units)/{label}/actions/hand_over") { call in
                try Query.refuse(call.query)
                let (other, cases, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.text("to", Self.word), fields.optionalTexts("cases", count: 1...1_000, Self.word),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(
                    call, .handOver(call.parameter("label"), to: other, cases: cases), reason)
            },
            Route("GET", officers) { call in
                let under = try Query.read(call.query) { query in query.text("under", Self.word) }
                let posts = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.posts(token, under: under)
                }
                return Self.reply { writer in
                    writer.object { body in
                        body.member("items", array: posts) { $0.write($1) }
                        body.member("next", nil as String?)
                    }
                }
            },
            Route("POST", officers) { call in
                try Query.refuse(call.query)
                let (step, login, reason) = try Fields.read(try await call.body()) { fields in
                    let login = fields.text("login", Self.word)
                    return (
                        OfficerStep.add(
                            login: login, name: fields.text("name", Self.unitName),
                            password: fields.secret("password", bytes: 1...PasswordHasher.longestPassword),
                            unit: fields.text("unit", Self.word), role: fields.choice("role")),
                        login, fields.text("reason", Self.words)
                    )
                }
                return try await self.change(call, step, login, reason, isCreation: true)
            },
            Route("POST", "\(officers)/{login}/actions/lock") { call in
                let reason = try await self.reason(call)
                return try await self.change(call, .lock(call.parameter("login")), call.parameter("login"), reason)
            },
            Route("POST", "\(officers)/{login}/actions/unlock") { call in
                let reason = try await self.reason(call)
                return try await self.change(call, .unlock(call.parameter("login")), call.parameter("login"), reason)
            },
            Route("POST", "\(officers)/{login}/actions/reset") { call in
                try Query.refuse(call.query)
                let (password, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        fields.secret("password", bytes: 1...PasswordHasher.longestPassword),
                        fields.text("reason", Self.words)
                    )
                }
                let login = call.parameter("login")
                return try await self.change(call, .reset(login, password: password), login, reason)
            },
            Route("POST", "\(officers)/{login}/actions/post") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        PostDraft(
                            unit: fields.text("unit", Self.word), role: fields.choice("role"),
                            appointments: fields.texts("as", count: 0...20, Self.word),
                            from: fields.optionalTime("from"), until: fields.optionalTime("until"),
                            actingFor: fields.optionalText("acting_for", Self.word),
                            clearance: fields.optionalInteger("clearance", 0...2).map { Int($0) }),
                        fields.text("reason", Self.words)
                    )
                }
                let login = call.parameter("login")
                return try await self.change(call, .post(login, draft), login, reason)
            },
            Route("POST", "\(officers)/{login}/actions/end_post") { call in
                try Query.refuse(call.query)
                let login = call.parameter("login")
                let (step, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        OfficerStep.endPost(login, unit: fields.text("unit", Self.word), role: fields.choice("role")),
                        fields.text("reason", Self.words)
                    )
                }
                return try await self.change(call, step, login, reason)
            },
        ]
    }

    /// What a list of changes is about.
    private enum ChangeSubject: String, CaseIterable {
        case units, officers
    }

    /// A name of a unit or a person.
    private static let unitName = TextRule.line(1...100)

    /// Changes the tree and tells how the unit stands then, with how many cases were handed over.
    private func change(
        _ call: Call, _ step: UnitStep, _ reason: String, isCreation: Bool = false
    ) async throws(Problem) -> Reply {
        let unit: UnitView
        let done: Administration.Done
        let key = try call.idempotencyKey()?.text
        do throws(DeskError) {
            let token = try Self.token(call)
            done = try await self.store.administration.perform(step, reason: reason, token, key: key)
            unit = try await self.store.queries.unit(token, label: step.label)
        } catch {
            throw self.problem(error, call, isCommand: true)
        }
        var reply = Self.reply { writer in
            writer.object { body in
                body.member("cases_handed_over", done.handedOver)
                body.member("unit", view: unit)
            }
        }
        reply.isReplay = done.replayed
        if isCreation {
            reply.status = done.replayed ? 200 : 201
            reply.location = "\(Self.base)/units/\(unit.label)"
        }
        return reply
    }

    /// Changes an officer and tells the posts that he or she holds then.
    private func change(
        _ call: Call, _ step: OfficerStep, _ login: String, _ reason: String, isCreation: Bool = false
    ) async throws(Problem) -> Reply {
        let posts: [PostView]
        let done: Administration.Done
        let key = try call.idempotencyKey()?.text
        do throws(DeskError) {
            let token = try Self.token(call)
            done = try await self.store.administration.perform(step, reason: reason, at: Date(), token, key: key)
            posts = try await self.store.queries.posts(token, under: nil).filter { $0.login == login }
        } catch {
            throw self.problem(error, call, isCommand: true)
        }
        var reply = Self.reply { writer in
            writer.object { body in
                body.member("login", login)
                body.member("posts", array: posts) { $0.write($1) }
            }
        }
        reply.isReplay = done.replayed
        if isCreation { reply.status = done.replayed ? 200 : 201 }
        return reply
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, view unit: UnitView) {
        self.name(name)
        self.write(unit)
    }

    mutating func write(_ history: UnitHistory) {
        self.object { body in
            body.member("unit", history.unit)
            if let then = history.then {
                body.member("then") { object in
                    object.member("at", then.at)
                    object.member("name", then.name)
                    object.member("parent", then.parent)
                }
            }
            body.member("items", array: history.changes) { $0.write($1) }
            body.member("next", nil as String?)
        }
    }

    mutating func write(_ change: UnitChangeView) {
        self.object { body in
            body.member("number", change.number)
            body.member("kind", change.kind)
            body.member("unit", change.unit)
            body.member("other", change.other)
            body.member("old_name", change.oldName)
            body.member("new_name", change.newName)
            body.member("old_parent", change.oldParent)
            body.member("new_parent", change.newParent)
            body.member("at", change.at)
            body.member("by", change.by)
            body.member("reason", change.reason)
        }
    }

    mutating func write(_ change: OfficerChangeView) {
        self.object { body in
            body.member("number", change.number)
            body.member("kind", change.kind)
            body.member("login", change.login)
            body.member("unit", change.unit)
            body.member("role", change.role)
            body.member("at", change.at)
            body.member("by", change.by)
            body.member("reason", change.reason)
        }
    }

    mutating func write(_ post: PostView) {
        self.object { body in
            body.member("login", post.login)
            body.member("name", post.name)
            body.member("unit", post.unit)
            body.member("role", post.role)
            body.member("as", post.appointments)
            body.member("from", post.from)
            body.member("until", post.until)
            body.member("acting_for", post.actingFor)
            body.member("clearance", post.clearance)
        }
    }
}
