/// How often the outbox is looked at, and how much is under way at a time.
package struct CourierConfiguration: Sendable {
    package let interval: Duration
    /// Webhooks served at the same time. A city never has more than half of them, so that none can take them all.
    package let lanes: Int
    /// Requests at the same time to one webhook; one while it fails.
    package let width: Int
    /// Deliveries claimed at a time; one while the webhook fails.
    package let batchSize: Int

    /// How long after its claim a delivery may still be sent: what remains of the lease is for the request.
    let patience = Duration.seconds(14)

    /// - Parameters:
    ///   - interval: pause between looks that found nothing to do; at least 50 ms.
    ///   - lanes: 2–256.
    ///   - width: 1–16.
    ///   - batchSize: 1–500.
    package init(
        interval: Duration = .seconds(1), lanes: Int = 64, width: Int = 4, batchSize: Int = 50
    ) {
        precondition(interval >= .milliseconds(50) && (2...256).contains(lanes))
        precondition((1...16).contains(width) && (1...500).contains(batchSize))
        self.interval = interval
        self.lanes = lanes
        self.width = width
        self.batchSize = batchSize
    }

    /// How long a webhook rests after so many failures in a row, whatever message they were about: 1 s, 2 s, 4 s and so
    /// on, half a minute at most.
    static func rest(after failures: Int) -> Duration {
        min(.seconds(1 << min(max(failures, 1) - 1, 5)), .seconds(30))
    }
}
