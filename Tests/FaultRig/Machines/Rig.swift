import BihuanStore
import Foundation
import Glibc
import HistoryChecker
import Postgres
import StoreTestSupport
import Synchronization
import TestSupport

/// One bench: a PostgreSQL of its own with a small city in it, servers, clients, a history and its checker.
final class Rig: Sendable {
    let directory: String
    let postgres: RigPostgres
    let history: History
    let checker: HistoryChecker
    let log: RigLog
    let program: String
    private let lifeline: Lifeline

    /// Runs `body` on a bench of its own, and leaves nothing behind.
    ///
    /// - Parameters:
    ///   - smallDisk: megabytes of a disk in memory for the database's files; nil: a folder. Needs root.
    ///   - program: the `bihuan` to be run; nil: the one beside this program.
    static func with<R: Sendable>(
        log: RigLog, program: String? = nil, smallDisk: Int? = nil, settings: [String] = [],
        _ body: @Sendable (Rig) async throws -> R
    ) async throws -> R {
        var template = Array("/tmp/bihuan-rig-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RigFailure("mkdtemp: error \(errno)") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard chmod(directory, 0o711) == 0 else { throw RigFailure("chmod \(directory): error \(errno)") }
        let lifeline = try Lifeline(removing: directory)
        do {
            let rig = try await Rig(directory, lifeline, log, program, smallDisk, settings)
            let value = try await body(rig)
            await rig.postgres.stop()
            lifeline.close()
            return value
        } catch {
            if ProcessInfo.processInfo.environment["RIG_KEEP_LOGS"] != nil {
                for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
                where name.hasSuffix(".log") {
                    let text = (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
                    log.say("\(name): \(text.suffix(3_000))")
                }
            }
            lifeline.close()
            throw error
        }
    }

    private init(
        _ directory: String, _ lifeline: Lifeline, _ log: RigLog, _ program: String?, _ smallDisk: Int?,
        _ settings: [String]
    ) async throws {
        self.directory = directory
        self.lifeline = lifeline
        self.log = log
        self.program = program ?? Self.programBeside
        var place: String?
        if let smallDisk {
            let small = "\(directory)/small"
            guard mkdir(small, 0o755) == 0, mount("tmpfs", small, "tmpfs", 0, "size=\(smallDisk)m") == 0 else {
                throw RigFailure("mount a small disk at \(small): error \(errno); it needs root")
            }
            place = small
        }
        self.postgres = try await RigPostgres(in: directory, place: place, settings: settings, lifeline)
        self.history = try History(path: "\(directory)/history.jsonl")
        self.checker = HistoryChecker(conninfo: self.postgres.conninfo())
        try await self.postgres.start()
        try await self.postgres.run("create database rig", database: "postgres")
        try await TestCity.found(self.postgres.conninfo())
        try await self.setTime(TestCity.monday)
    }

    /// The program lies beside the one that is running.
    private static var programBeside: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "bihuan").path
    }

    // MARK: Servers

    /// Servers on the bench's database, started and open.
    func servers(
        _ count: Int, name: String = "server", environment: [String: String] = [:],
        arming: @escaping @Sendable (Int) -> String? = { _ in nil }
    ) async throws -> [RigServer] {
        let servers = try (0..<count).map { number in
            try RigServer(
                "\(name)\(number)", program: self.program, in: self.directory,
                environment: [
                    "BIHUAN_DATABASE_URL": self.postgres.serverURL, "BIHUAN_WEBHOOKS_ALLOW": "127.0.0.0/8",
                ].merging(environment) { $1 },
                self.lifeline
            ) { arming(number) }
        }
        for server in servers { server.start() }
        for server in servers { try await server.untilOpen() }
        return servers
    }

    /// Messages that are still to be handed on or delivered.
    func unsent() async throws -> Int {
        try await self.postgres.number(
            """
            select (select count(*) from bihuan.outbox where fanned_at is null)
                   + (select count(*) from bihuan.deliveries where delivered_at is null) as n
            """)
    }

    // MARK: Time

    func setTime(_ now: Date) async throws {
        let connection = try await Connection.open(self.postgres.conninfo())
        _ = try await connection.query("select bihuan.set_time_offset(\(now)::timestamptz - clock_timestamp())")
        await connection.close()
    }

    /// Moves domain time ahead, so that clocks come due.
    func advance(minutes: Int) async throws {
        let connection = try await Connection.open(self.postgres.conninfo())
        _ = try await connection.query(
            """
            select bihuan.set_time_offset((select ahead from bihuan.time_offset) + make_interval(mins => \(Int32(minutes))))
            """)
        await connection.close()
    }

    // MARK: The end of a scenario

    /// Stops clients and servers, checks everything, and fills in the result.
    func conclude(
        _ result: inout ScenarioResult, _ fleet: Fleet, _ crew: [Task<Void, Never>], _ servers: [RigServer]
    ) async throws {
        await fleet.stop(crew)
        for server in servers { await server.stop() }
        let report = try await self.checker.check(self.history)
        let tally = fleet.tally
        result.acknowledged = report.acknowledged
        result.refused = report.refused
        result.unknownLeft = report.unknownDone + report.unknownNotDone
        result.unknownSettled = tally.settled
        result.findings += report.findings
        result.findings += try await self.deadlinesThatDiffer()
        result.findings += tally.contradictions.map { Finding(.halfDone, "two answers to one command", $0) }
        result.serverCrashes += servers.reduce(0) { $0 + $1.ends.count }
        result.serverRecoveries += servers.flatMap(\.recoveries)
        result.notes.append("\(report.cases) cases, \(report.refused) refused")
        let failures = tally.failures.sorted { $0.value > $1.value }.prefix(8)
        if !failures.isEmpty {
            result.notes.append(
                "attempts without an answer: \(failures.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        }
        if report.acknowledged == 0 { result.misses.append("nothing was acknowledged") }
    }

    /// What the database holds of running clocks, against what the rules make of its other rows.
    private func deadlinesThatDiffer() async throws -> [Finding] {
        let connection = try await Connection.open(self.postgres.conninfo())
        do {
            let registry = Registry(connection)
            var findings: [Finding] = []
            for city in try await registry.cities() {
                findings += try await registry.clocksThatDiffer(of: city.id).map {
                    Finding(.drift, $0.caseRef, "\($0)")
                }
            }
            await connection.close()
            return findings
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Waits for something, a bounded time.
    static func wait(_ limit: Duration, until done: @Sendable () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if try await done() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}
