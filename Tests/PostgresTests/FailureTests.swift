import Foundation
import Postgres
import TestSupport
import Testing

/// What a caller learns when the server dies or falls silent at each point of a use.
struct FailureTests {
    private static let table = "create table t (a int)"

    @Test func `a backend killed while it reads is a lost connection`() async throws {
        try await Fixture.connection { connection, conninfo in
            let pid = await connection.backendPID
            let killer = try await Connection.open(conninfo)
            async let outcome = Self.code { try await connection.query("select pg_sleep(20)", intent: .read) }
            try await Fixture.until(Self.isRunning(pid, "select pg_sleep%"), on: killer)
            try await killer.query("select pg_terminate_backend(\(pid))")

            #expect(await outcome == .connection)
            #expect(await !connection.isOpen)
            #expect(await Self.code { try await connection.query("select 1") } == .connection)
        }
    }

    @Test func `a backend killed before the last statement of a write was done has committed nothing`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, conninfo in
            let pid = await connection.backendPID
            let killer = try await Connection.open(conninfo)
            async let outcome = Self.code {
                try await connection.flight(["insert into t values (1)", "select pg_sleep(20)"])
            }
            try await Fixture.until(Self.isRunning(pid, "select pg_sleep%"), on: killer)
            try await killer.query("select pg_terminate_backend(\(pid))")

            // The server's farewell came before the result of the statement, and so before any commit.
            #expect(await outcome == .connection)
            try await expect("select count(*) from t", on: killer, gives: 0)
        }
    }

    @Test func `a backend killed between the flights has committed nothing`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, conninfo in
            let pid = await connection.backendPID
            let killer = Killer(connection: try await Connection.open(conninfo))
            let outcome = await Self.code {
                try await connection.transaction { _, transaction throws(PostgresError) in
                    try transaction.flight(["insert into t values (1)"])
                    killer.kill(pid)
                    try transaction.finish(["insert into t values (2)"])
                }
            }

            // Without a word about the commit nobody can be sure, unless the farewell came first.
            #expect(outcome == .connection || outcome == .outcomeUnknown)
            try await expect("select count(*) from t", on: killer.connection, gives: 0)
        }
    }

    @Test func `a backend that vanishes during a write leaves its outcome unknown`() async throws {
        let server = try await TestServer.separate()
        let connection = try await Connection.open(server.conninfo(database: "postgres"))
        let observer = try await Connection.open(server.conninfo(database: "postgres"))
        try await connection.script(Self.table)
        let pid = await connection.backendPID
        async let outcome = Self.code {
            try await connection.flight(["insert into t values (1)", "select pg_sleep(20)"])
        }
        try await Fixture.until(Self.isRunning(pid, "select pg_sleep%"), on: observer)
        kill(pid, SIGKILL)

        #expect(await outcome == .outcomeUnknown)
    }

    @Test func `a silent server does not hold a caller beyond its deadline`() async throws {
        let server = try await Self.withoutStandby.value
        let settings = SessionSettings(deadline: .milliseconds(300))
        let clock = ContinuousClock()
        for (intent, expected) in [(Intent.read, PostgresError.Code.timeout), (.write, .outcomeUnknown)] {
            let connection = try await Connection.open(server.conninfo(database: "postgres"), settings: settings)
            let pid = await connection.backendPID
            kill(pid, SIGSTOP)
            let start = clock.now
            let outcome = await Self.code { try await connection.query("select 1", intent: intent) }
            #expect(outcome == expected)
            #expect(clock.now - start < .seconds(5))
            #expect(await !connection.isOpen)
            kill(pid, SIGCONT)
        }
    }

    @Test func `a large batch to a silent server ends at the deadline too`() async throws {
        let server = try await Self.withoutStandby.value
        let connection = try await Connection.open(
            server.conninfo(database: "postgres"),
            settings: SessionSettings(deadline: .milliseconds(500))
        )
        let pid = await connection.backendPID
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGCONT) }
        let bytes = [UInt8](repeating: 7, count: 4_000_000)
        let outcome = await Self.code {
            try await connection.transaction { _, transaction throws(PostgresError) in
                try transaction.flight(["select length(\(bytes))"])
            }
        }
        #expect(outcome == .timeout)
    }

    @Test func `past its deadline a read is cancelled at the server`() async throws {
        let settings = SessionSettings(statementTimeout: nil, deadline: .milliseconds(200))
        try await Fixture.connection(settings: settings) { connection, conninfo in
            let pid = await connection.backendPID
            let observer = try await Connection.open(conninfo)

            #expect(await Self.code { try await connection.query("select pg_sleep(60)", intent: .read) } == .timeout)
            try await Fixture.until("select not exists (select from pg_stat_activity where pid = \(pid))", on: observer)
        }
    }

    @Test func `past its deadline a write is left alone and its outcome unknown`() async throws {
        let settings = SessionSettings(deadline: .milliseconds(300))
        try await Fixture.connection(settings: settings) { connection, conninfo in
            let observer = try await Connection.open(conninfo)
            try await observer.script(Self.table)

            let outcome = await Self.code {
                try await connection.flight(["insert into t values (1)", "select pg_sleep(1)"])
            }

            #expect(outcome == .outcomeUnknown)
            #expect(await !connection.isOpen)
            try await Fixture.until("select exists (select from t)", on: observer)
        }
    }

    @Test func `a statement beyond the session's limit is the server's refusal and costs no connection`() async throws {
        let settings = SessionSettings(statementTimeout: .milliseconds(100))
        try await Fixture.connection(settings: settings) { connection, _ in
            #expect(await Self.code { try await connection.query("select pg_sleep(5)") } == .server(.queryCanceled))
            try await expect("select 1", on: connection, gives: 1)
        }
    }

    // MARK: Synchronous replication

    /// A server that waits for a standby nobody runs, if a session asks for that. Some of its backends are stopped, too.
    private static let withoutStandby = Task {
        try await TestServer.separate(settings: ["synchronous_standby_names=nobody"])
    }

    private static func withoutStandby(
        deadline: Duration,
        _ body: @Sendable (_ waiting: Connection, _ observer: Connection) async throws -> Void
    ) async throws {
        let server = try await Self.withoutStandby.value
        try await server.withDatabase { name in
            let conninfo = server.conninfo(database: name)
            let observer = try await Connection.open(conninfo)
            try await observer.script(Self.table)
            let settings = SessionSettings(parameters: ["synchronous_commit": "on"], deadline: deadline)
            try await body(try await Connection.open(conninfo, settings: settings), observer)
        }
    }

    private static func isWaiting(_ pid: Int32) -> SQL {
        "select exists (select from pg_stat_activity where pid = \(pid) and wait_event = 'SyncRep')"
    }

    @Test func `a commit the standby never confirms is unknown at the deadline, and never cancelled`() async throws {
        try await Self.withoutStandby(deadline: .seconds(1)) { connection, observer in
            let pid = await connection.backendPID
            let outcome = await Self.code {
                try await connection.transaction { _, transaction throws(PostgresError) in
                    try transaction.flight(["select 1"])
                    try transaction.finish(["insert into t values (1)"])
                }
            }

            #expect(outcome == .outcomeUnknown)
            #expect(await !connection.isOpen)
            try await Task.sleep(for: .milliseconds(200))
            try await expect(Self.isWaiting(pid), on: observer, gives: true)
        }
    }

    @Test(arguments: ["select pg_cancel_backend", "select pg_terminate_backend"])
    func `a commit whose wait for the standby is broken off is unknown`(function: String) async throws {
        try await Self.withoutStandby(deadline: .seconds(20)) { connection, observer in
            let isScript = function.contains("cancel")
            let pid = await connection.backendPID
            async let outcome = Self.code {
                if isScript {
                    try await connection.script("insert into t values (1)")
                } else {
                    try await connection.query("insert into t values (1)")
                }
            }
            try await Fixture.until(Self.isWaiting(pid), on: observer)
            try await observer.query(SQL(trusted: function) + "(\(pid))")

            #expect(await outcome == .outcomeUnknown)
            #expect(await !connection.isOpen)
            // It is there, and that is why nobody may say it failed.
            try await expect("select count(*) from t", on: observer, gives: 1)
        }
    }

    // MARK: Helpers

    /// The code of the error thrown; nil for none.
    private static func code<R>(_ body: () async throws -> R) async -> PostgresError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? PostgresError)?.code
        }
    }

    private static func isRunning(_ pid: Int32, _ pattern: String) -> SQL {
        """
        select exists (select from pg_stat_activity
                        where pid = \(pid) and state = 'active' and query like \(pattern))
        """
    }
}
