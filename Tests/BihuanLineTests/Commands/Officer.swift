import BihuanLine
import StoreTestSupport

/// Somebody at the line door of a test.
struct Officer {
    let server: ServerFixture

    /// Logs in over the Unix socket, runs `body`, and leaves.
    func act<Result: Sendable>(
        as login: String, _ body: (inout LineConversation) async throws -> Result
    ) async throws -> Result {
        try await LineClient(.socket(path: self.server.socketPath)).converse { conversation, _ in
            _ = try await conversation.ask("AUTHINFO USER \(login)@\(TestCity.code)")
            let reply = try await conversation.ask("AUTHINFO PASS \(TestCity.password)")
            guard reply.code == 281 else { throw LineClientFault.refused(reply.line) }
            return try await body(&conversation)
        }
    }

    /// Says the commands one after the other and gives the code and the first reply argument of each.
    @discardableResult
    func say(as login: String, _ lines: String...) async throws -> [String] {
        try await self.act(as: login) { conversation in
            var answers: [String] = []
            for line in lines {
                let reply = try await conversation.ask(line)
                answers.append(reply.line.split(separator: " ").prefix(2).joined(separator: " "))
            }
            return answers
        }
    }
}
