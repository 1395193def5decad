import Failpoints
import Foundation
import HistoryChecker
import Postgres
import Synchronization
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
        let random = Mutex(SeededGenerator(seed: self.seed))
        let points = Failpoints.names.filter { $0.hasPrefix("courier_") }
        let isArmed = Mutex(self.hasFailpoints)
        let start = ContinuousClock.now
        let servers = try await rig.servers(3) { _ in
            guard isArmed.withLock({ $0 }) else { return nil }
            return random.withLock { random in
                guard let name = points.randomElement(using: &random), Bool.random(using: &random) else { return nil }
                return
                    "\(name)=kill@\(Int.random(in: 1...(name == "courier_after_claim" ? 40 : 1_500), using: &random))"
            }
        }
        let end = start + self.limit
        var left = self.messages
        var lastKill = ContinuousClock.now
        var isOver = false
        while left > 0, ContinuousClock.now < end {
            let pause = random.withLock { Int.random(in: 2_000...4_000, using: &$0) }
            try await Task.sleep(for: .milliseconds(pause))
            left = try await rig.unsent()
            if left > self.messages / 50 {
                random.withLock { servers[Int.random(in: 0..<3, using: &$0)] }.kill()
                lastKill = .now
            } else if !isOver {
                // All of them once more; what they had in hand must still come, with nobody killed any more.
                isOver = true
                isArmed.withLock { $0 = false }
                for server in servers { server.kill() }
                lastKill = .now
            }
            rig.log.say(
                "\(left) left, \(sink.summary.messages) came, \(servers.reduce(0) { $0 + $1.ends.count }) crashes")
        }
        let took = ContinuousClock.now - start
        let rescued = ContinuousClock.now - lastKill
        for server in servers { await server.stop() }
        let came = sink.summary
        let report = try await rig.checker.check(rig.history)
        result.acknowledged = came.messages
        result.findings = report.findings
        result.serverCrashes = servers.reduce(0) { $0 + $1.ends.count }
        result.notes = [
            """
            \(came.messages) came (\(came.repeated) more than once, the second time at most \
            \(Int(came.longest / .seconds(1))) s after the first), \(left) left, in \(Int(took / .seconds(1))) s; all done \
            \(Int(rescued / .seconds(1))) s after the last kill
            """
        ]
        if left > 0 || came.messages != self.messages {
            result.findings.append(
                Finding(.lost, "outbox", "\(self.messages - came.messages) messages never came, \(left) not done"))
        }
        if came.longest > Self.rescue || rescued > Self.rescue {
            result.misses.append("a message waited longer than \(Self.rescue) for another courier")
        }
        return result
    }
}
