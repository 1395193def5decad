/// A pool at one moment, for health checks and metrics.
package struct PoolStatus: Sendable, Hashable {
    package var idle: Int
    package var inUse: Int
    package var opening: Int
    package var waiting: Int
    /// Attempts to connect that failed, one after the other, up to now. 0: the last succeeded.
    package var failures: Int

    package init(idle: Int, inUse: Int, opening: Int, waiting: Int, failures: Int) {
        self.idle = idle
        self.inUse = inUse
        self.opening = opening
        self.waiting = waiting
        self.failures = failures
    }
}
