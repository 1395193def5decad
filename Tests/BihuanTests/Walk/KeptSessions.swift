import BihuanLine
import StoreTestSupport

/// Sessions of the JSON door, kept from one call to the next: a log-in costs more than all that follows it.
actor KeptTokens {
    private var tokens: [String: String] = [:]

    func token(of login: String, else logIn: () async throws -> String) async throws -> String {
        if let token = self.tokens[login] { return token }
        let token = try await logIn()
        self.tokens[login] = token
        return token
    }

    /// The session has ended: its post or its unit is no more, or became another.
    func forget(_ login: String) { self.tokens[login] = nil }
}

/// Conversations of the line door, one for each officer, open until ``close()``.
actor KeptConversations {
    private struct Question: Sendable {
        var line: String
        var answer: CheckedContinuation<ClientReply, any Error>
    }

    private struct Conversation {
        var questions: AsyncStream<Question>.Continuation
        var end: Task<Void, Never>
    }

    private let socket: String
    private var open: [String: Conversation] = [:]

    init(socket: String) {
        self.socket = socket
    }

    func ask(_ line: String, by login: String) async throws -> ClientReply {
        do {
            let reply = try await self.put(line, login)
            guard reply.code == ReplyCode.logInFirst.rawValue else { return reply }
            // The session has ended: its post or its unit is no more, or became another.
            await self.hangUp(login)
            return try await self.put(line, login)
        } catch {
            await self.hangUp(login)
            throw error
        }
    }

    func close() async {
        for login in Array(self.open.keys) { await self.hangUp(login) }
    }

    private func hangUp(_ login: String) async {
        guard let conversation = self.open.removeValue(forKey: login) else { return }
        conversation.questions.finish()
        await conversation.end.value
    }

    private func put(_ line: String, _ login: String) async throws -> ClientReply {
        let conversation = self.open[login] ?? self.begin(login)
        self.open[login] = conversation
        return try await withCheckedThrowingContinuation { answer in
            if case .terminated = conversation.questions.yield(Question(line: line, answer: answer)) {
                answer.resume(throwing: LineClientFault.closed)
            }
        }
    }

    private func begin(_ login: String) -> Conversation {
        let (questions, asking) = AsyncStream<Question>.makeStream()
        let socket = self.socket
        let end = Task {
            do {
                try await LineClient(.socket(path: socket)).converse { conversation, _ in
                    var fault: (any Error)?
                    do { try await LineHand.logIn(login, &conversation) } catch { fault = error }
                    for await question in questions {
                        do {
                            if let fault { throw fault }
                            question.answer.resume(returning: try await conversation.ask(question.line))
                        } catch {
                            fault = fault ?? error
                            question.answer.resume(throwing: error)
                        }
                    }
                    _ = try? await conversation.ask("QUIT")
                }
            } catch {
                for await question in questions { question.answer.resume(throwing: error) }
            }
        }
        return Conversation(questions: asking, end: end)
    }
}
