import BihuanDomain
import BihuanStore
import FoundationEssentials

extension API {
    /// Takes a step with an object and tells what came of it.
    ///
    /// - Parameters:
    ///   - isCreation: whether the step makes something new, which is then answered with 201 and its address.
    ///   - command: makes the step from the id of the object.
    func perform(
        _ call: Call,
        on target: Target,
        isCreation: Bool = false,
        _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws(Problem) -> Reply {
        let expecting = try call.expectedVersion().map { Int($0) }
        return try await self.telling(target, call) { () async throws(Problem) in
            try await self.command(call, isCreation: isCreation) { token, key throws(DeskError) in
                try await self.store.desk.perform(
                    on: target,
                    by: .session(token),
                    via: .json,
                    key: key,
                    expecting: expecting,
                    command
                )
            }
        }
    }

    /// Whoever acted on an older version is told what stands now.
    func telling(
        _ target: Target, _ call: Call, _ body: () async throws(Problem) -> Reply
    ) async throws(Problem) -> Reply {
        do throws(Problem) {
            return try await body()
        } catch {
            var problem = error
            if problem.kind == .versionConflict { problem.current = await self.representation(of: target, call) }
            throw problem
        }
    }

    /// Carries a command out, under the caller's idempotency key if there is one.
    func command(
        _ call: Call,
        isCreation: Bool,
        tellsLike: Bool = false,
        _ command: (_ token: String, _ key: String?) async throws(DeskError) -> Outcome
    ) async throws(Problem) -> Reply {
        let key = try call.idempotencyKey()?.text
        let outcome: Outcome
        do throws(DeskError) {
            outcome = try await command(Self.token(call), key)
        } catch {
            throw self.problem(error, call, isCommand: true)
        }
        let similar = tellsLike ? await self.similar(to: outcome, call) : nil
        var reply = Self.reply(version: outcome.carriesTag ? outcome.version : nil) {
            $0.write(outcome, similar: similar)
        }
        reply.isReplay = outcome.replayed
        if isCreation {
            // What was there before is told, but not called new.
            reply.status = outcome.changed ? 201 : 200
            reply.location = outcome.path
        }
        return reply
    }

    /// What stands now, for somebody who acted on an older version; nil if it cannot be read.
    private func representation(of target: Target, _ call: Call) async -> [UInt8]? {
        var writer = JSONWriter()
        do throws(Problem) {
            switch target {
            case .record(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.record(token, key)
                    }
                )
            case .assignment(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.assignment(token, key)
                    }
                )
            case .feedback(let id):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.feedback(token, id: FeedbackID(rawValue: id))
                    }
                )
            case .supervision(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.supervision(token, key)
                    }
                )
            case .clock(let id):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.clock(token, id: ClockID(rawValue: id))
                    }
                )
            case .survivor: return nil
            case .warning(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.warning(token, key)
                    }
                )
            case .dispute(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.dispute(token, key)
                    }
                )
            case .referral(let key):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.referral(token, key)
                    }
                )
            case .task(let id):
                writer.write(
                    try await self.ask(call) { token throws(DeskError) in
                        try await self.store.queries.task(token, id: TaskID(rawValue: id))
                    }
                )
            case .contact: return nil
            }
        } catch {
            return nil
        }
        return writer.bytes
    }

    /// Reads a body that says a reason and nothing else.
    func reason(_ call: Call) async throws(Problem) -> String {
        try Query.refuse(call.query)
        return try Fields.read(try await call.body()) { $0.text("reason", Self.words) }
    }

    /// The same where a reason may be left out.
    func optionalReason(_ call: Call) async throws(Problem) -> String? {
        try Query.refuse(call.query)
        return try Fields.read(try await call.body()) { $0.optionalText("reason", Self.remark) }
    }

    /// Running text that must say something.
    static let words = TextRule.prose(1...CaseCommand.longestText)
    /// Running text that may be empty.
    static let remark = TextRule.prose(0...CaseCommand.longestText)
    /// A unit's label, a level's key, a ref.
    static let word = TextRule.identifier(1...63)
}

extension Call {
    /// The object that the path names, by id or by ref.
    var objectKey: ObjectKey { ObjectKey(self.parameter("id")) }

    /// The id that the path names.
    func uuid() throws(Problem) -> UUID {
        guard let id = UUID(uuidString: self.parameter("id")) else { throw .notFound }
        return id
    }
}
