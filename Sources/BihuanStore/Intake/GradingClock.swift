package import FoundationEssentials

/// The clock that runs from a case's registration until it is graded, as the city's plan sets it.
package struct GradingClock: Hashable, Sendable {
    /// The limit as the plan states it, e.g. `PT2H`.
    package var limit: String
    package var dueAt: Date
    /// The first rung of its ladder and when it is reached; both nil if the plan has none.
    package var nextRung: String?
    package var nextAt: Date?

    package init(limit: String, dueAt: Date, nextRung: String?, nextAt: Date?) {
        self.limit = limit
        self.dueAt = dueAt
        self.nextRung = nextRung
        self.nextAt = nextAt
    }
}
