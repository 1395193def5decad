import BihuanStore
import Foundation
import Postgres
import TestSupport

/// Databases of the tests of the schema: migrated, and with the matrix's world or without.
enum TenancyDatabase {
    /// For scripts that take longer than a request may.
    static let patient = SessionSettings(statementTimeout: .seconds(120), deadline: .seconds(180))

    /// `sql/`, found from this file whatever the build folder.
    static var folder: URL {
        get throws { try Installation.find(executable: URL(fileURLWithPath: #filePath)).sql }
    }

    /// Runs `body` in a database just migrated, without a row.
    static func withEmptyCity<R: Sendable>(_ body: @Sendable (_ database: String) async throws -> R) async throws -> R {
        let server = try await TestServer.shared()
        let template = try await server.template(named: "schema") { try await Self.migrate($0) }
        return try await server.withDatabase(template: template) { database in
            // The privileges of a database are not copied with it.
            try await Self.runFiles(["roles.sql"], at: server.conninfo(database: database))
            return try await body(database)
        }
    }

    /// Runs `body` in a database that holds the matrix's world and what the oracle says of it.
    static func withWorld<R: Sendable>(_ body: @Sendable (_ database: String) async throws -> R) async throws -> R {
        let server = try await TestServer.shared()
        let template = try await server.template(named: "tenancy") { conninfo in
            try await Self.migrate(conninfo)
            try await Self.runFiles(
                ["matrix_world", "oracle", "expectations"].map { "tests/support/\($0).sql" },
                at: conninfo,
                analyzing: true
            )
        }
        return try await server.withDatabase(template: template, body)
    }

    /// Runs files of `sql/` as superuser, each as one transaction.
    static func runFiles(_ files: [String], at conninfo: String, analyzing: Bool = false) async throws {
        let folder = try Self.folder
        let connection = try await Connection.open(conninfo, settings: Self.patient)
        do {
            for file in files {
                let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
                try await connection.script(text)
            }
            if analyzing { try await connection.script("analyze") }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private static func migrate(_ conninfo: String) async throws {
        try await Self.runFiles(["roles.sql"], at: conninfo)
        // The last user libpq reads is the one it takes.
        let connection = try await Connection.open("\(conninfo) user=bihuan_migrate", settings: Self.patient)
        _ = try await Migrator(sql: Self.folder).migrate(connection)
        await connection.close()
    }
}
