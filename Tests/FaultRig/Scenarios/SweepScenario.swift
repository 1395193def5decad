import Foundation
import HistoryChecker
import Postgres
import Synchronization
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
        let random = Mutex(SeededGenerator(seed: self.seed))
        let isArmed = Mutex(self.hasFailpoints)
        let start = ContinuousClock.now
        let servers = try await rig.servers(4) { _ in
            guard isArmed.withLock({ $0 }) else { return nil }
            return random.withLock { random in
                guard let death = Self.deaths.randomElement(using: &random), Bool.random(using: &random) else {
                    return nil
                }
                return "\(death.name)=kill@\(Int.random(in: 1...death.latest, using: &random))"
            }
        }
        let end = start + self.limit
        var left = self.clocks
        var lastKill = ContinuousClock.now
        var isOver = false
        while left > 0, ContinuousClock.now < end {
            let pause = random.withLock { Int.random(in: 1_500...3_000, using: &$0) }
            try await Task.sleep(for: .milliseconds(pause))
            left = try await rig.postgres.number(
                "select count(*) as n from bihuan.clocks where next_rung = 'reminder' and next_at <= bihuan.now()")
            if left > self.clocks / 50 {
                random.withLock { servers[Int.random(in: 0..<4, using: &$0)] }.kill()
                lastKill = .now
            } else if !isOver {
                // All of them once more; what they had in hand must still come, with nobody killed any more.
                isOver = true
                isArmed.withLock { $0 = false }
                for server in servers { server.kill() }
                lastKill = .now
            }
            rig.log.say("\(left) left, \(servers.reduce(0) { $0 + $1.ends.count }) crashes")
        }
        let took = ContinuousClock.now - start
        let rescued = ContinuousClock.now - lastKill
        for server in servers { await server.stop() }
        let fired = try await rig.postgres.number(
            "select count(*) as n from bihuan.clock_firings where rung = 'reminder'")
        let told = try await rig.postgres.number("select count(*) as n from bihuan.events where kind = 'reminded'")
        let report = try await rig.checker.check(rig.history)
        result.acknowledged = fired
        result.findings = report.findings
        result.serverCrashes = servers.reduce(0) { $0 + $1.ends.count }
        result.notes = [
            "\(fired) fired, \(told) events, \(left) missed, in \(Int(took / .seconds(1))) s; all done \(Int(rescued / .seconds(1))) s after the last kill"
        ]
        if left > 0 || fired != self.clocks || told != self.clocks {
            result.misses.append("\(left) clocks were not fired")
        }
        if rescued > .seconds(60) { result.misses.append("claims of the dead were not taken over within 60 s") }
        return result
    }
}
