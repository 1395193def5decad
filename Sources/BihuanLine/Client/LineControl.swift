/// One command from a shell: `bihuan ctl CASE ASSIGN HRB-2026-000123 nangang reason="按 预案"`.
package struct LineControl: Sendable {
    /// Who logs in, where the connection alone does not say it.
    package struct Credentials: Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var client: LineClient
    package var credentials: Credentials?
    /// Asks for JSON Lines.
    package var json = false

    package init(client: LineClient, credentials: Credentials? = nil, json: Bool = false) {
        self.client = client
        self.credentials = credentials
        self.json = json
    }

    /// Says the command and prints the answer: a block alone when there is one, else the reply line.
    ///
    /// - Parameters:
    ///   - words: as the shell cut them; blanks inside one are quoted again. A single word is a whole line.
    ///   - input: gives the lines of a text block when the server asks for one.
    ///   - output: takes what goes to standard output, a line at a time.
    ///   - errors: takes the reply line of a command that was not done.
    /// - Returns: the exit status: 0 for 2xx, 4 for 4xx, 5 for 5xx.
    package func run(
        _ words: [String],
        input: () throws -> [String],
        output: (String) -> Void,
        errors: (String) -> Void
    ) async throws -> Int32 {
        try await self.client.converse { conversation, _ in
            if let credentials {
                // PASS takes the rest of the line as it is, and a line break would end it.
                let isOneLine = [credentials.user, credentials.password].allSatisfy { secret in
                    !secret.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
                }
                guard isOneLine else {
                    throw LineClientFault.refused("a line break in name or password")
                }
                _ = try await conversation.ask("AUTHINFO USER \(credentials.user)")
                let reply = try await conversation.ask("AUTHINFO PASS \(credentials.password)")
                guard reply.code == ReplyCode.loggedIn.rawValue else {
                    errors(reply.line)
                    return reply.exitStatus
                }
            }
            var reply = try await conversation.ask(Self.line(words, json: self.json))
            if reply.code == ReplyCode.sendBlock.rawValue { reply = try await conversation.answer(block: try input()) }
            if let block = reply.block {
                block.forEach(output)
            } else {
                (reply.exitStatus == 0 ? output : errors)(reply.line)
            }
            _ = try? await conversation.ask("QUIT")
            return reply.exitStatus
        }
    }

    /// The command line that says `words`.
    package static func line(_ words: [String], json: Bool) -> String {
        let line = words.count == 1 ? words[0] : words.map(Self.quoted).joined(separator: " ")
        return json ? line + " format=json" : line
    }

    /// A word as the grammar wants it: `name=` stays bare, a value with blanks or quotes is quoted.
    private static func quoted(_ word: String) -> String {
        let bytes = Array(word.utf8)
        var start = 0
        if let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0,
            bytes[..<equals].allSatisfy({ Lexer.isNameOctet($0) })
        {
            start = equals + 1
        }
        let value = bytes[start...]
        let isPlain = !value.isEmpty && value.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
        guard !isPlain else { return word }
        var quoted = Array(bytes[..<start]) + [UInt8(ascii: "\"")]
        for byte in value {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): quoted += Array("\\n".utf8)
            case UInt8(ascii: "\t"): quoted += Array("\\t".utf8)
            default: quoted.append(byte)
            }
        }
        return String(decoding: quoted + [UInt8(ascii: "\"")], as: UTF8.self)
    }
}
