import Postgres
import TestSupport
import Testing

/// A connection to a database made for one test.
enum Fixture {
    /// Runs `body` with a connection to an empty database and that database's connection string.
    static func connection<R: Sendable>(
        settings: SessionSettings = SessionSettings(),
        prepared script: String = "",
        _ body: @Sendable (Connection, _ conninfo: String) async throws -> R
    ) async throws -> R {
        let server = try await TestServer.shared()
        return try await server.withDatabase { name in
            let conninfo = server.conninfo(database: name)
            let connection = try await Connection.open(conninfo, settings: settings)
            if !script.isEmpty { try await connection.script(script) }
            return try await body(connection, conninfo)
        }
    }

    /// Waits until the query, which must give one Boolean, gives true.
    static func until(_ condition: SQL, on connection: Connection) async throws {
        let clock = ContinuousClock()
        let limit = clock.now.advanced(by: .seconds(20))
        while try await connection.query(condition, intent: .read).rows[0].get(0, as: Bool.self) == false {
            try #require(clock.now < limit, "the condition did not come true: \(condition.text)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
