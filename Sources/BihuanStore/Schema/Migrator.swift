import BihuanDomain
import Crypto
package import Foundation
package import Postgres

/// Brings a database to the schema of this program.
///
/// `sql/migrations/NNNN_subject.sql` are history: numbered without gaps, forward only, checksummed, each applied once.
/// `functions/`, `views/`, `generated/` and `policies/` are meaning: applied again, whole, at every run, in the order of their
/// names. All of a run is one transaction: a server that works beside it never meets new tables with old triggers, and a run
/// that fails leaves the schema as it was. One migrator works at a time (advisory lock); a lock it cannot have in 3 s makes it
/// give up rather than hold up a running server. A schema newer than this program is refused.
package struct Migrator: Sendable {
    let files: SchemaFiles

    package init(sql: URL) throws(MigrationFault) {
        self.files = try SchemaFiles(reading: sql)
    }

    package struct Report: Sendable, Hashable {
        /// Names of the migrations that were applied now.
        package var applied: [String]
        package var current: Int
    }

    /// The number of the last migration this program knows.
    var newest: Int { self.files.migrations.last?.number ?? 0 }

    /// What a database is that this program migrated last.
    package var schema: SchemaState { SchemaState(migration: self.newest, meaning: self.files.meaning) }

    /// - Parameter connection: logged in as `bihuan_migrate`.
    package func migrate(_ connection: Connection) async throws(MigrationFault) -> Report {
        try await self.run(connection) { connection throws(MigrationFault) in
            try Self.step { () throws(PostgresError) in
                // Functions may name what a later file makes.
                try connection.script(
                    """
                    set role bihuan_owner;
                    set lock_timeout = '3s';
                    set statement_timeout = 0;
                    set check_function_bodies = off
                    """)
                _ = try connection.query("select pg_advisory_lock(4729133)")
                try connection.script(self.files.bootstrap)
            }
            let applied = try self.applied(connection)
            try self.check(applied)
            var report = Report(applied: [], current: applied.last?.number ?? 0)
            try Self.step { () throws(PostgresError) in try connection.script("begin") }
            for migration in self.files.migrations where migration.number > report.current {
                try Self.step(migration.file) { () throws(PostgresError) in
                    try connection.script(
                        """
                        \(migration.text)
                        ;
                        -- Tables with checks still to be made cannot be altered by the next one.
                        set constraints all immediate;
                        insert into bihuan.schema_migrations (number, name, sha256)
                        values (\(migration.number), '\(migration.name)', '\\x\(migration.sha256.hexadecimal)')
                        """)
                }
                report.applied.append(migration.name)
                report.current = migration.number
            }
            for file in self.files.replaceable {
                try Self.step(file.file) { () throws(PostgresError) in try connection.script(file.text) }
            }
            try Self.step { () throws(PostgresError) in
                try connection.script(
                    """
                    comment on table bihuan.schema_migrations is '\(self.files.meaning)';
                    commit
                    """)
            }
            return report
        }
    }

    private func run(
        _ connection: Connection,
        _ body: @Sendable (isolated Connection) throws(MigrationFault) -> Report
    ) async throws(MigrationFault) -> Report {
        do throws(MigrationFault) {
            let report = try await body(connection)
            await connection.finishMigration()
            return report
        } catch {
            await connection.finishMigration()
            throw error
        }
    }

    /// What is recorded as applied, in order.
    private func applied(
        _ connection: isolated Connection
    ) throws(MigrationFault) -> [(number: Int, name: String, sha256: [UInt8])] {
        do throws(PostgresError) {
            let rows = try connection.query(
                "select number, name, sha256 from bihuan.schema_migrations order by number"
            ).rows
            var applied: [(number: Int, name: String, sha256: [UInt8])] = []
            for row in rows {
                try applied.append((row.get("number"), row.get("name"), row.get("sha256")))
            }
            return applied
        } catch {
            throw .failed(file: "schema_migrations", error)
        }
    }

    private func check(_ applied: [(number: Int, name: String, sha256: [UInt8])]) throws(MigrationFault) {
        if let last = applied.last, last.number > self.newest {
            throw .newer(found: last.number, known: self.newest)
        }
        for entry in applied {
            guard let migration = self.files.migrations.first(where: { $0.number == entry.number }) else {
                throw .unknown(entry.number)
            }
            guard migration.sha256 == entry.sha256 else { throw .changed(migration.file) }
        }
    }

    private static func step(
        _ file: String = "schema", _ body: () throws(PostgresError) -> Void
    ) throws(MigrationFault) {
        do throws(PostgresError) { try body() } catch { throw .failed(file: file, error) }
    }
}

extension Connection {
    /// Leaves the connection as it was; a broken one has nothing left to give back.
    fileprivate func finishMigration() {
        try? self.script("rollback")
        try? self.script("select pg_advisory_unlock_all(); reset all; reset role")
    }
}

/// Why the schema could not be brought up to date.
package enum MigrationFault: Error, CustomStringConvertible {
    case unreadable(String, reason: String)
    /// Numbers of migrations have a gap, a double or a bad name.
    case misnumbered(String)
    case changed(String)
    case unknown(Int)
    case newer(found: Int, known: Int)
    case failed(file: String, PostgresError)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .misnumbered(let name): "migrations are numbered 0001, 0002, … without gaps: \(name)"
        case .changed(let file): "\(file) was changed after it was applied; write a new migration instead"
        case .unknown(let number): "the database has migration \(number), which this program does not know"
        case .newer(let found, let known):
            "the database is at migration \(found), this program knows \(known): run the newer program"
        case .failed(let file, let error): "\(file): \(error)"
        }
    }
}
