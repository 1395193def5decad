import BihuanStore
import Foundation
import Postgres
import TestSupport
import Testing

struct MigratorTests {
    @Test func `a second run changes nothing, and the database is what the files say`() async throws {
        try await Self.withSchema { migrator, _, owner in
            let again = try await migrator.migrate(owner)

            #expect(again.applied.isEmpty)
            #expect(try await SchemaState.read(owner) == migrator.schema)
        }
    }

    @Test func `a run that fails half way leaves the schema as it was`() async throws {
        try await Self.withSchema { before, folder, owner in
            let number = try Self.next(folder)
            try "alter table bihuan.units add column motto text".write(
                to: folder.appendingPathComponent("migrations/\(number)_motto.sql"), atomically: true, encoding: .utf8)
            try "create or replace function bihuan.now() returns text language sql as $$ select 'never' $$".write(
                to: folder.appendingPathComponent("functions/now.sql"), atomically: true, encoding: .utf8)

            let error = await #expect(throws: MigrationFault.self) {
                _ = try await Migrator(sql: folder).migrate(owner)
            }

            #expect(error?.description.hasPrefix("functions/now.sql: ") == true)
            #expect(try await SchemaState.read(owner) == before.schema)
            let column = try await owner.query(
                "select count(*) as n from pg_attribute where attrelid = 'bihuan.units'::regclass and attname = 'motto'"
            )
            #expect(try column.rows[0].get("n", as: Int.self) == 0)
        }
    }

    @Test func `the same migrations with another function are an older schema until they are migrated`() async throws {
        try await Self.withSchema { before, folder, owner in
            try Self.append("-- Says it otherwise.\n", to: folder.appendingPathComponent("functions/now.sql"))
            let migrator = try Migrator(sql: folder)

            #expect(before.schema.standing(to: migrator.schema) == .older)
            #expect(try await migrator.migrate(owner).applied.isEmpty)
            #expect(try await SchemaState.read(owner) == migrator.schema)
        }
    }

    @Test func `history that was rewritten, and a newer schema, are refused`() async throws {
        try await Self.withSchema { before, folder, owner in
            try "alter table bihuan.units add column motto text".write(
                to: folder.appendingPathComponent("migrations/\(Self.next(folder))_motto.sql"), atomically: true,
                encoding: .utf8)
            let newer = try Migrator(sql: folder)
            _ = try await newer.migrate(owner)

            #expect(newer.schema.standing(to: before.schema) == .newer)
            await #expect(throws: MigrationFault.self) { _ = try await before.migrate(owner) }

            try Self.append("-- Otherwise.\n", to: folder.appendingPathComponent("migrations/0002_key_targets.sql"))
            let error = await #expect(throws: MigrationFault.self) {
                _ = try await Migrator(sql: folder).migrate(owner)
            }
            #expect(error?.description.hasPrefix("migrations/0002_key_targets.sql was changed") == true)
        }
    }

    @Test func `numbers with a gap are refused before anything is asked`() throws {
        let folder = try Self.copy()
        defer { try? FileManager.default.removeItem(at: folder) }
        try "select 1".write(
            to: folder.appendingPathComponent("migrations/0999_far.sql"), atomically: true, encoding: .utf8)

        #expect(throws: MigrationFault.self) { _ = try Migrator(sql: folder) }
    }

    // MARK: A schema to play with

    /// Runs `body` with a migrator, a copy of its files, and the owner's connection to a database that it has migrated.
    private static func withSchema(
        _ body: @Sendable (_ migrator: Migrator, _ folder: URL, _ owner: Connection) async throws -> Void
    ) async throws {
        let folder = try Self.copy()
        defer { try? FileManager.default.removeItem(at: folder) }
        let migrator = try Migrator(sql: folder)
        try await TenancyDatabase.withEmptyCity { database in
            let owner = try await Connection.open(
                TestServer.shared().conninfo(database: database, user: "bihuan_migrate"),
                settings: TenancyDatabase.patient)
            do {
                try await body(migrator, folder, owner)
                await owner.close()
            } catch {
                await owner.close()
                throw error
            }
        }
    }

    private static func copy() throws -> URL {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("bihuan-sql-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: TenancyDatabase.folder, to: copy)
        return copy
    }

    /// The number of the next migration, as its file has it.
    private static func next(_ folder: URL) throws -> String {
        String(format: "%04d", try Migrator(sql: folder).schema.migration + 1)
    }

    private static func append(_ text: String, to file: URL) throws {
        try (String(contentsOf: file, encoding: .utf8) + text).write(to: file, atomically: true, encoding: .utf8)
    }
}
