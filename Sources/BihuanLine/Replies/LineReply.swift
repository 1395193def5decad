/// One answer: a code, its fixed arguments, a text for people, and for three codes a block of lines.
package struct LineReply: Sendable {
    package var code: ReplyCode
    /// Fixed per code and free of blanks (RFC 3977 §3.2); programs read these and never the text.
    package var arguments: [String]
    package var text: String
    package var body: LineBody

    package init(_ code: ReplyCode, _ arguments: [String] = [], text: String = "") {
        self.code = code
        self.arguments = arguments
        self.text = text
        self.body = .lines([])
    }

    /// A reply with a block.
    ///
    /// - Precondition: `code` is one of the three that have one.
    package init(_ code: ReplyCode, text: String, body: LineBody) {
        precondition(code.hasBlock, "\(code.rawValue) is not followed by a block")
        self.code = code
        self.arguments = []
        self.text = text
        self.body = body
    }

    /// The first line without CRLF, at most ``LineLimits/status`` octets.
    package var statusLine: String {
        var words = [String(self.code.rawValue)] + self.arguments.map(Self.word)
        if !self.text.isEmpty { words.append(self.text) }
        return LineOutput.fit(words.joined(separator: " "), within: LineLimits.status)
    }

    /// An argument must be one word, whatever it was made from.
    private static func word(_ argument: String) -> String {
        argument.isEmpty ? "-" : String(argument.map { $0.isWhitespace ? "_" : $0 })
    }
}
