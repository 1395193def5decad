import Foundation
import Postgres

/// A PostgreSQL for tests, thrown away afterwards: its data is worth nothing and it keeps nothing safe (`fsync=off`).
///
/// One is started for each test process, or one already running is used, named by the environment:
/// - `BIHUAN_TEST_SOCKET`: the directory of its socket; `BIHUAN_TEST_PORT`: its port, 5432 if absent. Its superuser must be
///   `bihuan` and need no password.
/// - `PG_BINDIR`: where `initdb` and `postgres` are. Otherwise the newest PostgreSQL found, 15 or later.
///
/// Any role may log in without a password, over the Unix socket only.
package struct TestServer: Sendable {
    /// The superuser.
    package static let superuser = "bihuan"

    package let socketDirectory: String
    package let port: Int

    /// Keeps a private server running.
    private var cluster: ThrowawayCluster?

    private static let starting = Task { try await Self.start() }
    private static let templates = Templates()

    /// The server of this process, started at the first call.
    package static func shared() async throws -> TestServer {
        try await self.starting.value
    }

    /// Starts another server, for tests that stop it or change how it works. It ends with the last copy of this value.
    ///
    /// - Parameter settings: As `name=value`, without spaces.
    package static func separate(settings: [String] = []) async throws -> TestServer {
        try await Self.start(ThrowawayCluster(settings: settings))
    }

    /// A connection string for libpq.
    package func conninfo(database: String, user: String = TestServer.superuser) -> String {
        "host=\(self.socketDirectory) port=\(self.port) user=\(user) dbname=\(database)"
    }

    /// Runs a statement as superuser in the database `postgres`.
    package func run(_ statement: String) async throws {
        let connection = try await Connection.open(
            self.conninfo(database: "postgres"),
            settings: SessionSettings(statementTimeout: .seconds(60))
        )
        try await connection.script(statement)
        await connection.close()
    }

    // MARK: Databases

    /// Makes a database of an unused name, empty or a copy of the template. It stays until it is dropped or the server
    /// goes.
    ///
    /// - Returns: its name.
    package func createDatabase(template: String? = nil) async throws -> String {
        let name = "test_\(Self.unique())"
        try await self.run("create database \(name)" + (template.map { " template \($0)" } ?? ""))
        return name
    }

    package func dropDatabase(_ name: String) async throws {
        try await self.run("drop database if exists \(name) with (force)")
    }

    /// Runs `body` with the name of a database of its own, and drops it whatever happens.
    package func withDatabase<R: Sendable>(
        template: String? = nil,
        _ body: @Sendable (String) async throws -> R
    ) async throws -> R {
        let name = try await self.createDatabase(template: template)
        do {
            let value = try await body(name)
            try await self.dropDatabase(name)
            return value
        } catch {
            try? await self.dropDatabase(name)
            throw error
        }
    }

    /// The name of a database to be copied, prepared once for each process and name.
    ///
    /// - Parameter prepare: Gets the superuser's connection string to the new database. It must close what it opens: a
    ///   database somebody is connected to cannot be copied.
    package func template(
        named name: String,
        prepare: @escaping @Sendable (_ conninfo: String) async throws -> Void
    ) async throws -> String {
        try await Self.templates.template(named: "\(self.socketDirectory) \(name)") {
            let database = "template_\(name)_\(Self.unique())"
            try await self.run("create database \(database)")
            try await prepare(self.conninfo(database: database))
            // Whoever is still connected would make every copy fail.
            try await self.run("alter database \(database) with allow_connections false")
            try await self.run(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '\(database)'"
            )
            return database
        }
    }

    private static func unique() -> String {
        String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(20))
    }

    // MARK: Starting

    private static func start() async throws -> TestServer {
        let environment = ProcessInfo.processInfo.environment
        if let directory = environment["BIHUAN_TEST_SOCKET"], !directory.isEmpty {
            let port = environment["BIHUAN_TEST_PORT"].flatMap { Int($0) } ?? 5432
            let server = TestServer(socketDirectory: directory, port: port)
            try await server.waitUntilReady()
            return server
        }
        return try await Self.start(ThrowawayCluster())
    }

    private static func start(_ cluster: ThrowawayCluster) async throws -> TestServer {
        let server = TestServer(
            socketDirectory: cluster.directory,
            port: ThrowawayCluster.port,
            cluster: cluster
        )
        try await server.waitUntilReady()
        return server
    }

    private func waitUntilReady() async throws {
        let clock = ContinuousClock()
        let limit = clock.now.advanced(by: .seconds(60))
        while true {
            do {
                return try await self.run("select 1")
            } catch  where clock.now < limit {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
