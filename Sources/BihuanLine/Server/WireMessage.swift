import NIOCore

/// What a session reads from its channel, in the order it happened.
enum WireMessage: Sendable {
    case bytes(ByteBuffer)
    /// Everything before this came in the clear and everything after it through TLS.
    case secured
    /// The server is going down.
    case goingDown
}
