/// What follows from a command: a reply, and what the session does after it.
struct LineAnswer: Sendable {
    enum Next: Sendable {
        case command
        /// Close in order once the reply is flushed.
        case close
        /// TLS begins right behind the reply.
        case secure
        /// The next line is not a command: a SASL response.
        case response(@Sendable (String, inout LineSession) async -> LineAnswer)
        /// A text block comes next.
        case block(@Sendable ([String], inout LineSession) async -> LineAnswer)
    }

    var reply: LineReply
    var next: Next

    init(_ reply: LineReply, next: Next = .command) {
        self.reply = reply
        self.next = next
    }
}
