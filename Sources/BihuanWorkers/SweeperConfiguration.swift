/// How often the clocks are looked at, and how many at a time.
package struct SweeperConfiguration: Sendable {
    package let interval: Duration
    package let batchSize: Int

    /// - Parameters:
    ///   - interval: pause between passes that found little to do; at least 100 ms.
    ///   - batchSize: clocks claimed at a time, 1–1000.
    package init(interval: Duration = .seconds(5), batchSize: Int = 100) {
        precondition(interval >= .milliseconds(100) && (1...1000).contains(batchSize))
        self.interval = interval
        self.batchSize = batchSize
    }
}
