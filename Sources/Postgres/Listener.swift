package import Logging

/// Listens to channels, on a connection and a thread of its own, for as long as somebody reads the events.
///
/// Notifications are hints. What was sent while the connection was down is lost, so at each ``Event/reconnected`` look
/// for the work itself.
package struct Listener: Sendable {
    package enum Event: Sendable, Hashable {
        /// From now on nothing is missed: sent after the first connection and after every other.
        case reconnected
        case notified(PostgresNotification)
    }

    private let conninfo: String
    private let channels: [String]
    private let settings: SessionSettings
    private let backoff: Backoff
    private let idleLimit: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - channels: As in `NOTIFY`; case counts.
    ///   - idleLimit: After a silence of this length the connection is tried with a query.
    package init(
        conninfo: String,
        channels: [String],
        settings: SessionSettings = SessionSettings(),
        backoff: Backoff = Backoff(),
        idleLimit: Duration = .seconds(30),
        logger: Logger
    ) {
        self.conninfo = conninfo
        self.channels = channels
        self.settings = settings
        self.backoff = backoff
        self.idleLimit = idleLimit
        self.logger = logger
    }

    /// Begins to listen. It ends when the reader's task is cancelled or the stream is dropped.
    ///
    /// A reader who falls 1024 events behind loses the oldest.
    package func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1_024))
        let wake = Wake()
        continuation.onTermination = { _ in wake.signal() }
        Thread.start { self.listen(continuation, wake) }
        return stream
    }

    private func listen(_ continuation: AsyncStream<Event>.Continuation, _ wake: Wake) {
        var failures = 0
        while true {
            do throws(PostgresError) {
                let session = try Session(self.conninfo, self.settings)
                defer { session.close() }
                try session.flight(self.channels.map(Self.listen), .write, .after(self.settings.deadline))
                failures = 0
                continuation.yield(.reconnected)
                while true {
                    guard
                        let notifications = try session.notifications(
                            until: .after(self.idleLimit),
                            wake: wake.descriptor
                        )
                    else { return }
                    for notification in notifications { continuation.yield(.notified(notification)) }
                    if notifications.isEmpty {
                        try session.flight(["select 1"], .read, .after(self.settings.deadline))
                    }
                }
            } catch {
                failures += 1
                self.logger.warning(
                    "Listening was interrupted",
                    metadata: ["error": "\(error)", "failures": "\(failures)"]
                )
            }
            if wake.wait(for: self.backoff.delay(afterFailures: failures, jitter: .random(in: 0...1))) { return }
        }
    }

    private static func listen(_ channel: String) -> SQL {
        let doubled = channel.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar == "\"" { text.unicodeScalars.append("\"") }
            text.unicodeScalars.append(scalar)
        }
        return SQL(trusted: "listen \"\(doubled)\"")
    }
}
