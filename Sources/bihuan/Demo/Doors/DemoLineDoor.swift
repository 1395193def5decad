import BihuanLine

/// The line door as a person at the duty desk uses it: one connection each, log-in first, then command after command.
actor DemoLineDoor {
    private struct Request: Sendable {
        var line: String
        var answer: CheckedContinuation<ClientReply, any Error>
    }

    private let address: LineClientAddress
    private let city: String
    private let password: String
    private var lines: [Cast.Player: AsyncStream<Request>.Continuation] = [:]
    private var talks: [Task<Void, Never>] = []

    init(address: LineClientAddress, city: String, password: String) {
        self.address = address
        self.city = city
        self.password = password
    }

    /// Says a command and returns the first argument of the answer: the ref of what was made or changed.
    ///
    /// - Throws: every code but 290, 291 and 292.
    func command(_ line: String, by player: Cast.Player) async throws(DoorFailure) -> String {
        let name = line.split(separator: " ").prefix(2).joined(separator: " ")
        let stream = self.stream(for: player)
        let reply: ClientReply
        do {
            reply = try await withCheckedThrowingContinuation { answer in
                // A conversation that has ended takes nothing more; its request must not wait for ever.
                if case .terminated = stream.yield(Request(line: line, answer: answer)) {
                    answer.resume(throwing: LineClientFault.closed)
                }
            }
        } catch {
            throw DoorFailure(request: name, status: 0, detail: "\(error)")
        }
        guard [290, 291, 292].contains(reply.code) else {
            throw DoorFailure(request: name, status: reply.code, detail: reply.text)
        }
        return reply.text.split(separator: " ").first.map(String.init) ?? ""
    }

    /// Says goodbye on every connection.
    func close() async {
        for stream in self.lines.values { stream.finish() }
        for talk in self.talks { await talk.value }
        self.lines = [:]
        self.talks = []
    }

    /// A text as the grammar takes it inside a line.
    static func quoted(_ text: String) -> String {
        "\""
            + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            .replacing("\t", with: "\\t") + "\""
    }

    private func stream(for player: Cast.Player) -> AsyncStream<Request>.Continuation {
        if let known = self.lines[player] { return known }
        let (requests, stream) = AsyncStream.makeStream(of: Request.self)
        self.lines[player] = stream
        let client = LineClient(self.address)
        let (name, password) = ("\(player.login)@\(self.city)", self.password)
        self.talks.append(
            Task { await Self.talk(client, name, password, requests) { stream.finish() } }
        )
        return stream
    }

    private static func talk(
        _ client: LineClient, _ name: String, _ password: String, _ requests: AsyncStream<Request>,
        atEnd: @escaping @Sendable () -> Void
    ) async {
        do {
            try await client.converse { conversation, _ in
                _ = try await conversation.ask("AUTHINFO USER \(name)")
                let logIn = try await conversation.ask("AUTHINFO PASS \(password)")
                guard logIn.code == 281 else { throw LineClientFault.refused(logIn.line) }
                for await request in requests {
                    do {
                        request.answer.resume(returning: try await conversation.ask(request.line))
                    } catch {
                        request.answer.resume(throwing: error)
                        throw error
                    }
                }
                _ = try? await conversation.ask("QUIT")
            }
        } catch {
            // Whoever still waits hears why; whoever comes later finds the stream closed.
            atEnd()
            for await request in requests { request.answer.resume(throwing: error) }
        }
    }
}
