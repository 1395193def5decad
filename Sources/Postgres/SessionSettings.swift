/// What every session has in common, whatever its connection string says.
///
/// Text encoding (UTF8), time zone (UTC), date style (ISO), `bytea` output (hex) and isolation (read committed) are
/// fixed: the parsers of this module rely on them.
package struct SessionSettings: Sendable {
    /// Shown in `pg_stat_activity`.
    package var applicationName: String
    /// `statement_timeout`: how long one statement may run. It does not bound the wait for a standby, nor the pause
    /// between two flights; the deadline does. Nil: the server's.
    package var statementTimeout: Duration?
    /// `lock_timeout`; nil: the server's.
    package var lockTimeout: Duration?
    /// `idle_in_transaction_session_timeout`: how long a transaction may stand open with nothing asked; nil: the
    /// server's. Between two flights of a pipeline the session does not count as idle; the deadline bounds that.
    package var idleInTransactionTimeout: Duration?
    /// Other parameters of the session, by name.
    package var parameters: [String: String]
    /// The deadline of a use that names none.
    package var deadline: Duration
    /// How many statements stay prepared on one connection. The least recently used gives way.
    package var statementCapacity: Int

    package init(
        applicationName: String = "bihuan",
        statementTimeout: Duration? = .seconds(5),
        lockTimeout: Duration? = nil,
        idleInTransactionTimeout: Duration? = .seconds(10),
        parameters: [String: String] = [:],
        deadline: Duration = .seconds(30),
        statementCapacity: Int = 256
    ) {
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.parameters = parameters
        self.deadline = deadline
        self.statementCapacity = max(1, statementCapacity)
    }

    /// The `options` of the start-up packet, after those the connection string brought.
    func options(after given: String) -> String {
        var settings: [(String, String)] = self.parameters.sorted { $0.key < $1.key }
        if let statementTimeout { settings.append(("statement_timeout", Self.milliseconds(statementTimeout))) }
        if let lockTimeout { settings.append(("lock_timeout", Self.milliseconds(lockTimeout))) }
        if let idleInTransactionTimeout {
            settings.append(("idle_in_transaction_session_timeout", Self.milliseconds(idleInTransactionTimeout)))
        }
        // The last of a name wins, so nothing above can change what the parsers rely on.
        settings += [
            ("timezone", "UTC"), ("datestyle", "ISO"), ("bytea_output", "hex"),
            ("default_transaction_isolation", "read committed"),
        ]
        let words = settings.map { "-c \($0)=\(Self.escaped($1))" }
        return ([given] + words).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// At least 1: zero would mean no limit.
    private static func milliseconds(_ duration: Duration) -> String {
        "\(max(1, Int64(duration / .milliseconds(1))))ms"
    }

    /// The server splits `options` at spaces that no backslash precedes.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            if character == " " || character == "\\" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(character)
        }
        return text
    }
}
