/// How long the line door waits for a client.
package struct LineTimeouts: Sendable, Hashable {
    /// For the next line, before log-in.
    package var stranger = Duration.seconds(30)
    /// For the next line, after log-in (RFC 3977 §3.1 asks for three minutes at least).
    package var idle = Duration.seconds(600)
    /// For the whole time until log-in, however busily it is spent.
    package var logIn = Duration.seconds(120)
    /// For the rest of a line that has begun, before log-in.
    package var strangerLine = Duration.seconds(30)
    /// For the rest of a line that has begun, after log-in; somebody may be typing it.
    package var line = Duration.seconds(120)
    /// For a whole text block.
    package var block = Duration.seconds(3_600)
    /// For a client to read what it asked for.
    package var write = Duration.seconds(30)
    /// For a client to close its side once we have closed ours.
    package var linger = Duration.seconds(2)
    /// How often the deadlines are looked at.
    package var tick = Duration.milliseconds(500)

    package init() {}
}
