/// What the server knows of one session.
package struct LineSession: Sendable {
    /// Who is logged in.
    package struct LogIn: Sendable {
        /// `name@city`.
        package var user: String
        /// What every transaction presents. Never written anywhere.
        package var token: String
        /// The time the city keeps.
        package var time: CityTime
    }

    /// `S-41`; stands in the log with every command.
    package let number: Int
    package let peer: Peer
    /// TLS is on.
    package var isSecured: Bool
    /// TLS can be put on with STARTTLS.
    package var canSecure: Bool
    package var logIn: LogIn?
    package var language = Language.zh
    package var format = OutputFormat.text
    /// The name given by AUTHINFO USER, waiting for its password.
    package var pendingUser: String?
    package var failedLogIns = 0

    package var name: String { "S-\(self.number)" }

    /// A log-in may be offered: nothing that is said can be overheard.
    package var isPrivate: Bool {
        switch self.peer {
        case .local: true
        case .remote: self.isSecured
        }
    }

    /// The address of the other end; nil on the Unix socket.
    package var source: String? {
        if case .remote(let address) = self.peer { address } else { nil }
    }

    package func format(of command: LineCommand) -> OutputFormat { command.format ?? self.format }

    package func reply(_ code: ReplyCode, _ phrase: Phrase) -> LineReply {
        LineReply(code, text: phrase.text(in: self.language))
    }

    package func reply(_ code: ReplyCode, _ arguments: [String], _ phrase: Phrase) -> LineReply {
        LineReply(code, arguments, text: phrase.text(in: self.language))
    }

    package func block(_ phrase: Phrase, _ body: LineBody) -> LineReply {
        self.block(.block, phrase, body)
    }

    package func block(_ code: ReplyCode, _ phrase: Phrase, _ body: LineBody) -> LineReply {
        LineReply(code, text: phrase.text(in: self.language), body: body)
    }
}
