import Foundation
import HistoryChecker
import Postgres
import TestSupport

/// Four servers' sweepers over a great many due clocks, one of them killed every few seconds: each clock fires once.
struct SweepScenario: Sendable {
    var clocks: Int
    var limit: Duration
    var seed: UInt64
    /// A debug build, so that servers can also die at failpoints.
    var hasFailpoints: Bool

    /// Where a sweeper may die, and at the latest at which hit.
    private static let deaths: [(name: String, latest: Int)] = [
        ("sweeper_after_claim", 6), ("sweeper_after_fire", 400), ("after_first_flight", 400),
        ("before_last_flight", 400), ("before_commit", 400), ("after_commit_sent", 400),
        ("after_commit_before_read", 400), ("after_commit_before_reply", 400),
    ]

    func run(_ rig: Rig) async throws -> ScenarioResult {
        var result = ScenarioResult(name: "sweep \(self.clocks)")
        try await rig.postgres.run(Filling.script(self.clocks, isLate: true))
        rig.log.say("\(self.clocks) clocks are due")
        let spree = KillingSpree(
            heap: self.clocks, limit: self.limit, pause: 1_500...3_000, seed: self.seed,
            deaths: self.hasFailpoints ? Self.deaths : [])
        let outcome = try await spree.run(rig, servers: 4) {
            try await rig.postgres.number(
                "select count(*) as n from bihuan.clocks where next_rung = 'reminder' and next_at <= bihuan.now()")
        } orphaned: {
            try await rig.postgres.number(
                """
                select coalesce(max(extract(epoch from clock_timestamp() - claimed_until)), 0)::bigint as n
                  from bihuan.clocks
                 where next_rung = 'reminder' and next_at <= bihuan.now() and claimed_until < clock_timestamp()
                """)
        }
        let fired = try await rig.postgres.number(
            "select count(*) as n from bihuan.clock_firings where rung = 'reminder'")
        let told = try await rig.postgres.number("select count(*) as n from bihuan.events where kind = 'reminded'")
        let report = try await rig.checker.check(rig.history)
        result.acknowledged = fired
        result.findings = report.findings
        result.serverCrashes = outcome.crashes
        result.notes = [
            """
            \(fired) fired, \(told) events, \(outcome.left) missed, longest in wait for another sweeper \
            \(outcome.longestWait.wholeSeconds) s, in \(outcome.took.wholeSeconds) s; all done \
            \(outcome.rescued.wholeSeconds) s after the last kill
            """
        ]
        if outcome.left > 0 || fired != self.clocks || told != self.clocks {
            result.misses.append("\(outcome.left) clocks were not fired")
        }
        if outcome.rescued > .seconds(60) || outcome.longestWait > .seconds(60) {
            result.misses.append("claims of the dead were not taken over within 60 s")
        }
        return result
    }
}
