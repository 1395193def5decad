/// The roles that this program logs in as; `sql/roles.sql` makes them.
enum DatabaseRole: String, CaseIterable, Sendable {
    /// Owns the schema through membership; migrations and the commands of the local operator.
    case migrate = "bihuan_migrate"
    /// The doors; sees what the session it presents may see.
    case server = "bihuan_server"
    /// Clocks and outbox.
    case worker = "bihuan_worker"
}
