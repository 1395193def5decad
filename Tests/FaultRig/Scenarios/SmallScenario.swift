import Foundation
import Glibc
import HistoryChecker
import Postgres

/// Faults other than crashes, each for a few seconds on a bench of its own.
enum SmallScenario: String, CaseIterable, Sendable {
    /// Backends are terminated several times a second.
    case backends
    /// One connection for eight clients, and whoever has it dawdles.
    case starved
    /// Commits answered by the warning that the synchronous standby was not waited for.
    case standby
    /// Two servers on one database, every command sent twice at the same time.
    case twins
    /// The clock of one of two servers jumps. Needs libfaketime.
    case steps
    /// The database's disk is full for a while. Needs root.
    case disk

    /// Those that run anywhere.
    static let everywhere: [SmallScenario] = [.backends, .starved, .standby, .twins]

    func run(_ log: RigLog, program: String? = nil, seed: UInt64, length: Duration = .seconds(5)) async throws
        -> ScenarioResult
    {
        log.say("scenario \(self.rawValue)")
        let isDisk = self == .disk
        return try await Rig.with(
            log: log, program: program, smallDisk: isDisk ? 256 : nil,
            settings: isDisk ? ["max_wal_size=64MB", "min_wal_size=32MB"] : []
        ) { rig in
            switch self {
            case .backends: try await Self.backends(rig, seed, length)
            case .starved: try await Self.starved(rig, seed, length)
            case .standby: try await Self.standby(rig, seed, length)
            case .twins: try await Self.twins(rig, seed, length)
            case .steps: try await Self.steps(rig, seed, length)
            case .disk: try await Self.disk(rig, seed, length)
            }
        }
    }

    private static func backends(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.backends.rawValue)
        let servers = try await rig.servers(1)
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(6, seed: seed)
        let end = ContinuousClock.now + length
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            try await CrashScenario.terminateSome(rig)
        }
        try await rig.conclude(&result, fleet, crew, servers)
        if result.unknownSettled == 0 { result.misses.append("no command was interrupted") }
        return result
    }

    private static func starved(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.starved.rawValue)
        let servers = try await rig.servers(
            1, environment: ["BIHUAN_DATABASE_SERVER_CONNECTIONS": "1", "BIHUAN_DATABASE_WAIT_MS": "200"]
        ) { _ in "after_first_flight=delay:300%0.3#\(seed)" }
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(8, seed: seed, pause: 0...1_000)
        try await Task.sleep(for: length)
        try await rig.conclude(&result, fleet, crew, servers)
        let failures = fleet.tally.failures
        let later = failures.filter { $0.key.hasPrefix("status 409 busy") || $0.key.hasPrefix("status 503") }
        if later.isEmpty { result.misses.append("nobody was told to come later") }
        let other = failures.keys.filter { $0.hasPrefix("status 500") }
        if !other.isEmpty { result.misses.append("a full pool was told as \(other)") }
        return result
    }

    private static func standby(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.standby.rawValue)
        let servers = try await rig.servers(1)
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(6, seed: seed)
        try await Task.sleep(for: .seconds(1))
        try await rig.postgres.run("alter system set synchronous_standby_names = 'nobody'")
        try await rig.postgres.run("select pg_reload_conf()")
        let end = ContinuousClock.now + length
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
            try await rig.postgres.run(
                """
                select pg_cancel_backend(pid) from pg_stat_activity
                 where wait_event = 'SyncRep' and usename in ('bihuan_server', 'bihuan_worker')
                """)
        }
        try await rig.postgres.run("alter system reset synchronous_standby_names")
        try await rig.postgres.run("select pg_reload_conf()")
        try await Task.sleep(for: .seconds(1))
        try await rig.conclude(&result, fleet, crew, servers)
        let unknown = fleet.tally.failures["status 503 outcome_unknown", default: 0]
        result.notes.append("\(unknown) commits answered by the warning were told as unknown")
        if unknown == 0 { result.misses.append("no commit was answered by the warning") }
        return result
    }

    private static func twins(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.twins.rawValue)
        let servers = try await rig.servers(2)
        let fleet = Fleet(servers, rig.history, twins: 1)
        let crew = fleet.start(6, seed: seed)
        let end = ContinuousClock.now + length
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(700))
            try await rig.advance(minutes: 15)
        }
        try await rig.conclude(&result, fleet, crew, servers)
        return result
    }

    private static func steps(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.steps.rawValue)
        let clock = try SteppedClock(in: rig.directory)
        defer { clock.remove() }
        let straight = try await rig.servers(1)
        let crooked = try await rig.servers(1, name: "crooked", environment: clock.environment)
        let servers = straight + crooked
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(6, seed: seed)
        for jump in ["-3600s", "+3600s", "+86400s", "-86400s", "+0s"] {
            try clock.step(jump)
            try await Task.sleep(for: length / 5)
            try await rig.advance(minutes: 50)
            let before = crooked[0].lastAnswer
            if try await !Rig.wait(.seconds(10), until: { crooked[0].lastAnswer != before }) {
                result.misses.append("the server whose clock jumped \(jump) answered nobody")
            }
        }
        // Nothing is dated by a server's clock: from domain time to the database's own there is one of few distances.
        let strange = try await rig.postgres.number(
            """
            select count(*) as n from bihuan.events e
             where e.at < e.recorded_at + ((select ahead from bihuan.time_offset) - interval '255 minutes')
                or e.at > e.recorded_at + (select ahead from bihuan.time_offset) + interval '5 seconds'
            """)
        if strange > 0 {
            result.findings.append(Finding(.clockHalfMade, "events", "\(strange) are dated by a server's clock"))
        }
        try await rig.conclude(&result, fleet, crew, servers)
        return result
    }

    private static func disk(_ rig: Rig, _ seed: UInt64, _ length: Duration) async throws -> ScenarioResult {
        var result = ScenarioResult(name: Self.disk.rawValue)
        let servers = try await rig.servers(1)
        let fleet = Fleet(servers, rig.history)
        let crew = fleet.start(6, seed: seed)
        try await Task.sleep(for: .seconds(1))
        let filler = "\(rig.directory)/small/filler"
        try Self.fill(filler)
        let isFull = try await Rig.wait(.seconds(60)) {
            // PostgreSQL frees and takes space as it goes: what comes free is taken again.
            try Self.fill(filler)
            return fleet.tally.failures.contains { $0.key.hasPrefix("status 5") && $0.value >= 5 }
                || !rig.postgres.isRunning
        }
        try await Task.sleep(for: length / 2)
        let health = try? HTTPWire(port: servers[0].port).status(of: "/readyz")
        result.notes.append(
            "while full PostgreSQL \(rig.postgres.isRunning ? "ran on" : "stopped (no room for its log)"), /readyz said \(health.map { "\($0)" } ?? "nothing")"
        )
        if !isFull { result.misses.append("the disk never was full enough to be noticed") }
        unlink(filler)
        let freed = ContinuousClock.now
        if !rig.postgres.isRunning { try await rig.postgres.start() }
        let before = fleet.tally.answered
        guard try await Rig.wait(.seconds(60), until: { fleet.tally.answered > before + 20 }) else {
            throw RigFailure("no recovery within 60 s of space being there again")
        }
        result.postgresRecoveries.append(ContinuousClock.now - freed)
        try await rig.conclude(&result, fleet, crew, servers)
        let wrong = fleet.tally.failures.keys.filter { $0.hasPrefix("status 500") }
        if !wrong.isEmpty { result.misses.append("a full disk was told as \(wrong)") }
        return result
    }

    /// Writes until nothing more fits.
    private static func fill(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RigFailure("open \(path): error \(errno)") }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0x20, count: 65_536)
        var size = block.count
        while size >= 4_096 {
            let written = block.withUnsafeBytes { write(descriptor, $0.baseAddress, size) }
            if written < size { size /= 2 }
        }
    }
}
