import Failpoints

/// A connection to PostgreSQL, with a thread of its own because libpq blocks.
///
/// Code isolated to it needs no `await`, so between the flights of a transaction there is no place to wait for a network,
/// another lock or another actor. When the last reference goes, connection and thread end.
///
/// A connection that broke, or whose state is in doubt, is closed and stays closed: every call throws `.connection`.
package actor Connection {
    private let executor: ThreadExecutor
    private let conninfo: String
    private let settings: SessionSettings
    private var session: Session?
    /// The limit of the use under way, when a pool lent the connection.
    private var limit: Deadline?
    /// A failure after which the pool does better to reconnect.
    private var isUnfit = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.executor.asUnownedSerialExecutor()
    }

    private init(_ conninfo: String, _ settings: SessionSettings) {
        self.executor = ThreadExecutor()
        self.conninfo = conninfo
        self.settings = settings
    }

    deinit {
        self.executor.stop()
    }

    /// Connects, on the connection's own thread.
    ///
    /// The string is libpq's, keywords or URI, with as many hosts as it likes; nothing in it is read here. Each address
    /// is given `connect_timeout` seconds, 3 unless the string says otherwise.
    ///
    /// - Throws: `.connection`.
    package static func open(
        _ conninfo: String,
        settings: SessionSettings = SessionSettings()
    ) async throws(PostgresError) -> Connection {
        let connection = Connection(conninfo, settings)
        try await connection.connect()
        return connection
    }

    private func connect() throws(PostgresError) {
        self.session = try Session(self.conninfo, self.settings)
    }

    /// Closes the socket. Closing twice is nothing.
    package func close() {
        self.session?.close()
    }

    package var isOpen: Bool { self.session?.isOpen ?? false }

    /// As `server_version_num`: 150020 is 15.20. 0 before a connection was made.
    package var serverVersion: Int { self.session?.serverVersion ?? 0 }

    /// The process that serves this connection, as in `pg_stat_activity`.
    package var backendPID: Int32 { self.session?.backendPID ?? 0 }

    package var preparedStatementCount: Int { self.session?.preparedStatementCount ?? 0 }

    // MARK: Statements

    /// Runs one statement as a transaction of its own, in one round trip.
    ///
    /// - Throws: see ``flight(_:intent:)``.
    @discardableResult
    package func query(_ sql: SQL, intent: Intent = .write) throws(PostgresError) -> QueryResult {
        let results = try self.flight([sql], intent: intent)
        guard let result = results.first else { throw PostgresError(.misuse, "the statement is empty") }
        return result
    }

    /// Runs the statements as one transaction, in one round trip. One result for each.
    ///
    /// Statements are prepared at their first use. After `begin` in SQL the transaction is that one.
    ///
    /// - Throws: `.server` with the first error, and everything is rolled back; `.encoding` before anything is sent;
    ///   `.timeout`, `.connection`; `.outcomeUnknown` if `intent` is `.write` and the answer to the commit is missing.
    @discardableResult
    package func flight(_ batch: [SQL], intent: Intent = .write) throws(PostgresError) -> [QueryResult] {
        let session = try self.openSession()
        return try self.noting { () throws(PostgresError) in try session.flight(batch, intent, self.deadline) }
    }

    /// Runs a text of many statements, such as a file of the schema, through the simple protocol.
    ///
    /// It is one transaction unless the text begins and commits its own. Results are dropped.
    /// `statement_timeout` bounds all of it together.
    ///
    /// - Throws: see ``flight(_:intent:)``.
    package func script(_ text: String, deadline: Duration = .seconds(600)) throws(PostgresError) {
        let session = try self.openSession()
        try self.noting { () throws(PostgresError) in try session.script(text, .after(deadline)) }
    }

    /// Runs `body` as one transaction, on this connection's thread and without a suspension point.
    ///
    /// The transaction commits with ``Transaction/finish(_:)``, or when `body` returns. If `body` throws before, all of
    /// it is rolled back. If `body` caught a failed flight and returned, that error is thrown all the same. Inside `body`
    /// the connection's own ``query(_:intent:)``, ``flight(_:intent:)`` and ``script(_:deadline:)`` are refused, for each
    /// of them would commit.
    ///
    /// - Parameters:
    ///   - deadline: For all of it. Before the commit is sent it cancels and rolls back (`.timeout`); after that nothing
    ///     is cancelled and a missing answer is `.outcomeUnknown`.
    ///   - orFail: Makes the caller's error of a failed begin or commit.
    @discardableResult
    package func transaction<R: Sendable, Failure: Error>(
        deadline: Duration = .seconds(5),
        _ body: @Sendable (isolated Connection, borrowing Transaction) throws(Failure) -> R,
        orFail: @Sendable (PostgresError) -> Failure
    ) throws(Failure) -> R {
        let session: Session
        do throws(PostgresError) {
            session = try self.openSession()
            try session.beginTransaction(min(self.deadline, .after(deadline)))
        } catch {
            throw orFail(error)
        }
        let value: R
        do throws(Failure) {
            value = try body(self, Transaction(session))
        } catch {
            session.abandonTransaction()
            throw error
        }
        do throws(PostgresError) {
            try self.noting { () throws(PostgresError) in try session.completeTransaction() }
        } catch {
            throw orFail(error)
        }
        return value
    }

    /// As ``transaction(deadline:_:orFail:)`` for a body that throws this module's error.
    @discardableResult
    package func transaction<R: Sendable>(
        deadline: Duration = .seconds(5),
        _ body: @Sendable (isolated Connection, borrowing Transaction) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        try self.transaction(deadline: deadline, body, orFail: { $0 })
    }

    // MARK: Lending

    /// Runs `body` for a user of the pool. Nil, and nothing done, if the server has hung up meanwhile.
    ///
    /// - Parameter giveBack: Called on this thread at the end, with whether the connection is fit for the next user;
    ///   it says whether to keep it open.
    func lend<R: Sendable, Failure: Error>(
        until limit: Deadline,
        _ body: @Sendable (isolated Connection) throws(Failure) -> R,
        giveBack: @Sendable (_ isFit: Bool) -> Bool
    ) throws(Failure) -> R? {
        guard let session, session.isAlive(), !failpoint("pool_after_acquire") else {
            self.session?.close()
            _ = giveBack(false)
            return nil
        }
        self.limit = limit
        defer {
            self.limit = nil
            let isFit = session.isIdle && !self.isUnfit
            // Closed before it is given back: a place in the pool is a place at the server.
            if !isFit { session.close() }
            if !giveBack(isFit) { session.close() }
        }
        return try body(self)
    }

    // MARK: Small things

    private var deadline: Deadline { self.limit ?? .after(self.settings.deadline) }

    private func openSession() throws(PostgresError) -> Session {
        guard let session else { throw PostgresError(.connection, "the connection is closed") }
        return session
    }

    /// A server that became a standby answers with `25006`; a new connection may find the primary.
    private func noting<R>(_ body: () throws(PostgresError) -> R) throws(PostgresError) -> R {
        do throws(PostgresError) {
            return try body()
        } catch {
            if error.sqlState == .readOnlyTransaction { self.isUnfit = true }
            throw error
        }
    }
}
