/// Watches what the server remarks upon, for the two remarks that matter.
///
/// A backend that stops waiting for its synchronous standby reports success and warns. The transaction is durable here
/// and perhaps nowhere else, so its outcome counts as unknown.
final class Notices {
    /// Set by the warning; cleared by whoever acts on it.
    var replicationInDoubt = false

    /// Set when the server, while nothing was asked of it, said that it ends the session.
    private(set) var hasFarewell = false

    /// Looks at a notice that libpq hands over on the connection's own thread.
    ///
    /// The function of the server's source (`syncrep.c`) is named in every language; the message is not, and
    /// decides only where a server was built without source positions.
    func receive(_ notice: OpaquePointer) {
        switch unsafe ResultMemory.field(.severity, of: notice) {
        case "WARNING": break
        case "FATAL", "PANIC":
            self.hasFarewell = true
            return
        default: return
        }
        let function = unsafe ResultMemory.field(.sourceFunction, of: notice)
        let message = unsafe ResultMemory.field(.message, of: notice) ?? ""
        if function == "SyncRepWaitForLSN"
            || message.hasPrefix("canceling wait for synchronous replication")
            || message.hasPrefix("canceling the wait for synchronous replication")
        {
            self.replicationInDoubt = true
        }
    }
}
