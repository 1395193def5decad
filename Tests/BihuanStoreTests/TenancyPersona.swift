import Postgres

/// Somebody who asks: a log-in role, and what it presents before each statement.
struct TenancyPersona: Hashable, Sendable {
    let name: String
    let login: String
    /// The session's token; empty for none.
    let session: String
    /// The city named; empty for none.
    let city: String

    init(_ row: Row) throws(PostgresError) {
        self.name = try row.get("persona")
        self.login = try row.get("login")
        self.session = try row.get("session")
        self.city = try row.get("city")
    }

    /// What a request says first. Both settings end with its transaction.
    var presenting: SQL {
        "select set_config('bihuan.session', \(self.session), true), set_config('bihuan.city', \(self.city), true)"
    }
}
