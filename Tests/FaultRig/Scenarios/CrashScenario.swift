import Failpoints
import Foundation
import HistoryChecker
import Postgres
import SeededRandom
import Synchronization

/// Servers and PostgreSQL are killed again and again under load: at every named failpoint and at random moments.
///
/// Two servers share the database. Each round kills one thing, waits until clients are answered again, checks what
/// happened since the last check, and moves domain time ahead so that clocks come due.
struct CrashScenario: Sendable {
    var serverCrashes: Int
    var postgresCrashes: Int
    /// For all of it.
    var limit: Duration
    var seed: UInt64
    var clients = 8
    /// A debug build, so that servers can also die at failpoints.
    var hasFailpoints = true

    /// How far into a life a failpoint is to kill: the longest number of hits that it takes.
    ///
    /// What is reached seldom must kill early, or not at all.
    private static let hits: [String: Int] = [
        "pool_after_acquire": 40, "before_send": 60, "after_send_before_read": 60, "before_commit": 20,
        "after_commit_sent": 20, "after_commit_before_read": 20, "after_first_flight": 15, "before_last_flight": 15,
        "after_commit_before_reply": 15, "json_before_reply": 15, "line_before_reply": 6, "sweeper_after_claim": 2,
        "sweeper_after_fire": 3, "housekeeping_after_roll_up": 1, "courier_after_fan_out": 3, "courier_after_claim": 3,
        "courier_after_send_before_mark": 8,
    ]

    /// Draws what each life of a server is armed with: three of four with the next failpoint's death, the others with
    /// errors and delays here and there.
    private final class Armoury: Sendable {
        private let state: Mutex<(random: SeededGenerator, next: Int, isClosed: Bool)>

        init(seed: UInt64) { self.state = Mutex((SeededGenerator(seed: seed), 0, false)) }

        func close() { self.state.withLock { $0.isClosed = true } }

        func draw() -> String? {
            self.state.withLock { state in
                if state.isClosed { return nil }
                if Int.random(in: 0..<4, using: &state.random) == 0 {
                    let seed = UInt32.random(in: 1...9_999, using: &state.random)
                    return "before_send=error%0.01#\(seed);after_commit_sent=error%0.02#\(seed);"
                        + "after_commit_before_read=error%0.02#\(seed);after_first_flight=delay:150%0.05#\(seed);"
                        + "after_commit_before_reply=error%0.02#\(seed)"
                }
                let name = Failpoints.names[state.next % Failpoints.names.count]
                state.next += 1
                let hit = Int.random(in: 1...(CrashScenario.hits[name] ?? 5), using: &state.random)
                return "\(name)=kill@\(hit)"
            }
        }
    }

    func run(_ rig: Rig) async throws -> ScenarioResult {
        var result = ScenarioResult(name: "crashes")
        var random = SeededGenerator(seed: self.seed)
        let sink = try WebhookSink()
        sink.start()
        defer { sink.stop() }
        try await sink.subscribe(rig.postgres)
        let armoury = Armoury(seed: self.seed &+ 1)
        let hasFailpoints = self.hasFailpoints
        let servers = try await rig.servers(2) { _ in hasFailpoints ? armoury.draw() : nil }
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(self.clients, seed: self.seed &+ 2)
        let end = ContinuousClock.now + self.limit
        var round = 0
        while ContinuousClock.now < end {
            let crashes = servers.reduce(0) { $0 + $1.ends.count }
            let left = (
                server: max(0, self.serverCrashes - crashes), postgres: self.postgresCrashes - result.postgresCrashes
            )
            guard left.server + left.postgres > 0 else { break }
            round += 1
            try await Task.sleep(for: .milliseconds(.random(in: 150...600, using: &random)))
            if Int.random(in: 0..<5, using: &random) == 0 { try? await Self.terminateSome(rig) }
            if Int.random(in: 0..<(left.server + left.postgres), using: &random) < left.postgres {
                result.postgresCrashes += 1
                guard let recovery = try await Self.killPostgres(rig, fleet) else {
                    result.misses.append("no answer within 60 s of PostgreSQL's return")
                    break
                }
                result.postgresRecoveries.append(recovery)
            } else {
                try await Self.killServer(servers[Int.random(in: 0..<2, using: &random)])
            }
            guard try await Rig.wait(.seconds(60), until: { !servers.contains { $0.isDown } }) else {
                result.misses.append("a server did not answer within 60 s of its end")
                break
            }
            let report = try await rig.checker.check(rig.history, everything: false)
            result.findings += report.findings
            if round % 10 == 0 {
                let now = servers.reduce(0) { $0 + $1.ends.count }
                rig.log.say(
                    "round \(round): \(now) server and \(result.postgresCrashes) PostgreSQL crashes, \(fleet.tally.answered) answers, \(result.findings.count) findings"
                )
            }
            guard result.findings.count < 20 else { break }
            try await rig.advance(minutes: .random(in: 5...40, using: &random))
        }
        await fleet.stop(crew)
        // The last deaths; those who come now are armed with nothing.
        armoury.close()
        for server in servers { server.kill() }
        // What the last couriers to die had in hand goes out when their leases end.
        let isSent = try await Rig.wait(.seconds(90)) { try await rig.unsent() == 0 }
        try await rig.conclude(&result, fleet, crew, servers)
        let caused = try await rig.postgres.number(
            "select count(distinct outbox_id) as n from bihuan.deliveries where delivered_at is not null")
        let came = sink.summary
        result.notes.append("\(caused) messages, \(came.messages) came, \(came.repeated) more than once")
        if !isSent || came.messages < caused {
            result.findings.append(
                Finding(
                    .lost, "outbox", "\(caused) messages marked as sent, \(came.messages) came; all sent: \(isSent)"))
        }
        let ends = servers.flatMap(\.ends)
        let own = Dictionary(grouping: ends.filter(\.isOwnDoing).compactMap(\.failpoint)) { text in
            String(text.prefix { $0 != "=" })
        }
        result.notes.append(
            "died at failpoints: "
                + Failpoints.names.map { "\($0) \(own[$0]?.count ?? 0)" }.joined(separator: ", ")
                + "; at random: \(ends.count { !$0.isOwnDoing })")
        if result.serverCrashes < self.serverCrashes || result.postgresCrashes < self.postgresCrashes {
            result.misses.append(
                "\(result.serverCrashes) of \(self.serverCrashes) server crashes and \(result.postgresCrashes) of \(self.postgresCrashes) of PostgreSQL in the time given"
            )
        }
        return result
    }

    /// Waits a moment for the server to die of what it is armed with; then kills it.
    private static func killServer(_ server: RigServer) async throws {
        let before = server.ends.count
        if try await Rig.wait(.milliseconds(900), until: { server.ends.count > before }) { return }
        server.kill()
        _ = try await Rig.wait(.seconds(10)) { server.ends.count > before }
    }

    /// - Returns: from the kill to the next answer; nil when there was none.
    private static func killPostgres(_ rig: Rig, _ fleet: Fleet) async throws -> Duration? {
        let start = ContinuousClock.now
        await rig.postgres.kill()
        let down = ContinuousClock.now
        try await rig.postgres.start()
        let recovered = try await Rig.wait(.seconds(60)) { (fleet.lastAnswer ?? start) > down }
        return recovered ? ContinuousClock.now - start : nil
    }

    /// Ends some of the servers' backends.
    static func terminateSome(_ rig: Rig) async throws {
        try await rig.postgres.run(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
             where usename in ('bihuan_server', 'bihuan_worker') and random() < 0.5
            """)
    }
}
