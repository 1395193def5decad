import Failpoints
import Foundation
import HistoryChecker
import Postgres
import TestSupport

/// A great many messages for webhooks, with couriers killed every few seconds: each arrives, soon after its courier died.
struct OutboxScenario: Sendable {
    var messages: Int
    var limit: Duration
    var seed: UInt64
    /// A debug build, so that servers can also die at failpoints.
    var hasFailpoints: Bool

    /// A courier that died gives its work back after so long at the latest.
    private static let rescue = Duration.seconds(60)

    func run(_ rig: Rig) async throws -> ScenarioResult {
        var result = ScenarioResult(name: "outbox \(self.messages)")
        let sink = try WebhookSink()
        sink.start()
        defer { sink.stop() }
        try await rig.postgres.run(Filling.script(self.messages, isLate: false, messages: true))
        try await sink.subscribe(rig.postgres)
        rig.log.say("\(self.messages) messages wait")
        let deaths = Failpoints.names.filter { $0.hasPrefix("courier_") }.map { name in
            (name: name, latest: name == "courier_after_claim" ? 40 : 1_500)
        }
        let spree = KillingSpree(
            heap: self.messages, limit: self.limit, pause: 2_000...4_000, seed: self.seed,
            deaths: self.hasFailpoints ? deaths : [])
        let outcome = try await spree.run(rig, servers: 3) {
            try await rig.unsent()
        } orphaned: {
            try await rig.postgres.number(
                """
                select coalesce(max(extract(epoch from clock_timestamp() - next_at)), 0)::bigint as n
                  from bihuan.deliveries
                 where attempts > 0 and delivered_at is null and aside_at is null and next_at < clock_timestamp()
                """)
        } note: {
            ", \(sink.summary.messages) came"
        }
        let came = sink.summary
        let report = try await rig.checker.check(rig.history)
        result.acknowledged = came.messages
        result.findings = report.findings
        result.serverCrashes = outcome.crashes
        result.notes = [
            """
            \(came.messages) came (\(came.repeated) more than once, the second time at most \(came.longest.wholeSeconds) s \
            after the first), longest in wait for another courier \(outcome.longestWait.wholeSeconds) s, \(outcome.left) left, in \(outcome.took.wholeSeconds) s; all done \
            \(outcome.rescued.wholeSeconds) s after the last kill
            """
        ]
        if outcome.left > 0 || came.messages != self.messages {
            result.findings.append(
                Finding(
                    .lost, "outbox", "\(self.messages - came.messages) messages never came, \(outcome.left) not done"))
        }
        if outcome.longestWait > Self.rescue || outcome.rescued > Self.rescue {
            result.misses.append("a message waited longer than \(Self.rescue) for another courier")
        }
        return result
    }
}
