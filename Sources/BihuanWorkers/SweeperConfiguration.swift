/// How often the clocks are looked at, how many at a time, and what becomes of those that cannot be fired.
package struct SweeperConfiguration: Sendable {
    package let interval: Duration
    package let batchSize: Int
    /// Clocks fired at the same time; more than the worker's pool has connections only wait for each other.
    package let concurrency: Int

    /// How long after its claim a clock may still be fired; well within the lease (``ClockClaims/leaseSeconds``).
    let patience = Duration.seconds(20)

    /// - Parameters:
    ///   - interval: pause between passes that found little to do; at least 100 ms.
    ///   - batchSize: clocks claimed at a time, 1–1000.
    ///   - concurrency: 1–64.
    package init(interval: Duration = .seconds(5), batchSize: Int = 100, concurrency: Int = 4) {
        precondition(interval >= .milliseconds(100) && (1...1000).contains(batchSize))
        precondition((1...64).contains(concurrency))
        self.interval = interval
        self.batchSize = batchSize
        self.concurrency = concurrency
    }

    /// How long a clock rests after its `attempt`th failure: 5 s, 20 s, 80 s and so on, an hour at most.
    static func pause(after attempt: Int) -> Duration {
        let quarters = min(max(attempt, 1) - 1, 8)
        return min(.seconds(5 << (2 * quarters)), .seconds(3_600))
    }
}
