import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    var sessionRoutes: [Route] {
        [
            Route("POST", "\(Self.base)/sessions", .open) { try await self.logIn($0) },
            Route("DELETE", "\(Self.base)/sessions/current") { try await self.logOut($0) },
            Route("GET", "\(Self.base)/me") { call in
                try Query.refuse(call.query)
                let me = try await self.ask(call) { token throws(DeskError) in try await self.store.queries.me(token) }
                return Self.reply(zone: me.offset) { $0.write(me) }
            },
        ]
    }

    /// Name, password and, for who holds several, the post to act in. The token is told this once.
    private func logIn(_ call: Call) async throws(Problem) -> Reply {
        try Query.refuse(call.query)
        let (name, password, post) = try Fields.read(try await call.body()) { fields in
            (
                fields.text("name", .identifier(1...260)),
                fields.secret("password", bytes: 1...PasswordHasher.longestPassword),
                fields.optionalUUID("post").map { PostID(rawValue: $0) }
            )
        }
        let login: Gate.Login
        do throws(DeskError) {
            login = try await self.store.gate.logIn(
                name: name, password: password, post: post, via: .json, from: call.source)
        } catch {
            guard case .unauthenticated = error else { throw self.problem(error, call, isCommand: false) }
            throw Self.logInRefused
        }
        var reply = Self.reply { writer in
            writer.object { body in
                body.member("token", login.token)
                body.member("token_type", "Bearer")
                body.member("id", login.session.rawValue)
                body.member("expires_at", login.expiresAt)
            }
        }
        reply.status = 201
        reply.location = "\(Self.base)/sessions/current"
        return reply
    }

    private func logOut(_ call: Call) async throws(Problem) -> Reply {
        try Query.refuse(call.query)
        try await self.ask(call) { token throws(DeskError) in
            // A session that does not hold is told so, here as everywhere.
            _ = try await self.store.queries.me(token)
            try await self.store.gate.logOut(token)
        }
        return Reply(status: 204, .none)
    }

    /// One answer for every reason that there is.
    private static let logInRefused = Problem(
        .unauthenticated,
        code: "session.refused",
        detail: Phrase(
            zh: "用户名、口令或岗位有误，或帐号已锁定",
            en: "Wrong name, password or post, or the account is locked."
        )
    )
}
