package import Postgres

/// What a database's schema is, or what a program's files make of it.
package struct SchemaState: Sendable, Hashable, CustomStringConvertible {
    /// The number of the newest migration; 0 if there is none.
    package let migration: Int
    /// SHA-256 of functions, views and policies, in hexadecimal; kept as the comment on the table of migrations. Nil if a
    /// program from before that was noted migrated last.
    package let meaning: String?

    package init(migration: Int, meaning: String?) {
        self.migration = migration
        self.meaning = meaning
    }

    /// How a database stands to the program that would use it.
    package enum Standing: Sendable { case same, older, newer }

    /// The same number with other functions is older: `migrate` makes them this program's.
    package func standing(to program: SchemaState) -> Standing {
        if self == program { return .same }
        return self.migration > program.migration ? .newer : .older
    }

    package var description: String { "\(self.migration)\(self.meaning.map { "/" + $0.prefix(8) } ?? "")" }

    static let columns: SQL = """
        coalesce((select max(number) from bihuan.schema_migrations), 0)::bigint as migration,
        obj_description('bihuan.schema_migrations'::regclass, 'pg_class') as meaning
        """

    init(_ row: Row) throws(PostgresError) {
        self.init(migration: try row.get("migration"), meaning: try row.get("meaning"))
    }

    /// Nil if the database has no schema of ours.
    package static func read(_ connection: isolated Connection) throws(PostgresError) -> SchemaState? {
        let isThere =
            try connection.query(
                "select to_regclass('bihuan.schema_migrations') is not null as is_there", intent: .read
            ).rows[0].get("is_there") as Bool
        guard isThere else { return nil }
        return try SchemaState(connection.query("select \(Self.columns)", intent: .read).rows[0])
    }
}
