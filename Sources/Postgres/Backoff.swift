/// How long to leave a server alone that could not be reached.
package struct Backoff: Sendable, Hashable {
    /// After the first failure.
    package var base: Duration
    /// Never more than this.
    package var limit: Duration

    package init(base: Duration = .milliseconds(100), limit: Duration = .seconds(5)) {
        self.base = base
        self.limit = limit
    }

    /// Doubles with each failure in a row. The jitter, from 0 to 1, takes up to half of it away, so that many clients of
    /// one server do not come back in step.
    package func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 20)
        let full = min(self.base * (1 << doublings), self.limit)
        return full * (1 - 0.5 * jitter)
    }
}
