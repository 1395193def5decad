import CLibPQ
import Failpoints

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One libpq connection and everything known about it.
///
/// It blocks, and belongs to one thread at a time. ``Connection`` gives it a thread; nothing else uses it, so another
/// way to drive libpq would replace this file and that one.
///
/// The connection lives in pipeline mode. A flight is what is sent before waiting: statements not yet prepared are
/// prepared in the flight that first executes them. Between one Sync and the next the server runs one implicit
/// transaction, which the Sync commits.
@safe
final class Session {
    /// How a flight ends.
    private enum End {
        /// Sync: commits, and answers with the state of the session.
        case sync(Intent)
        /// A flush request: answers come and the transaction stays open.
        case flush
    }

    /// One command of the pipeline, in the order of answers.
    private enum Step {
        case reset
        case deallocate(name: String)
        case prepare(StatementCache.Key, StatementCache.Statement)
        case execute(StatementCache.Statement)
    }

    /// Why waiting for the server ended without an answer.
    private enum Interruption: Error {
        case deadline
        case lost(String)
    }

    /// Where the transaction of ``Transaction`` stands.
    private enum Progress {
        case none
        case open(hasFlown: Bool, Deadline)
        case finished
        case failed(PostgresError)
    }

    /// Nil once closed.
    private var handle: OpaquePointer?
    private let notices: Notices
    private var statements: StatementCache
    private var progress = Progress.none
    private var hasLostServer = false
    /// The server has been sent commands and, as yet, no Sync that was answered.
    private var isUnsynced = false

    // Kept between flights for their memory.
    private var arena: [UInt8] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []

    let serverVersion: Int
    let backendPID: Int32

    // MARK: Opening and closing

    /// Connects. It blocks for at most `connect_timeout` seconds (3 unless the string says otherwise) for each address
    /// of each host of the string, which libpq tries in turn.
    init(_ conninfo: String, _ settings: SessionSettings) throws(PostgresError) {
        let given = try Self.options(in: conninfo)
        // What stands before the string is a default, what stands after it is law.
        let parameters: [(String, String)] = [
            ("connect_timeout", "3"), ("tcp_user_timeout", "5000"),
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("dbname", conninfo),
            ("application_name", settings.applicationName), ("client_encoding", "UTF8"),
            ("options", settings.options(after: given)),
        ]
        let keywords = unsafe parameters.map { unsafe strdup($0.0) } + [nil]
        let values = unsafe parameters.map { unsafe strdup($0.1) } + [nil]
        defer {
            for index in 0...parameters.count {
                unsafe free(keywords[index])
                unsafe free(values[index])
            }
        }
        let handle = unsafe keywords.map { unsafe UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
            unsafe values.map { unsafe UnsafePointer($0) }.withUnsafeBufferPointer { values in
                unsafe PQconnectdbParams(keywords.baseAddress, values.baseAddress, 1)
            }
        }
        guard let handle = unsafe handle else { throw PostgresError(.connection, "libpq is out of memory") }
        let version = unsafe Int(PQserverVersion(handle))
        let fault: PostgresError? =
            if unsafe PQstatus(handle) != CONNECTION_OK {
                PostgresError(.connection, unsafe Self.message(of: handle))
            } else if version < 150_000 {
                PostgresError(.connection, "PostgreSQL 15 or later is needed; the server is \(version)")
            } else if unsafe PQsetnonblocking(handle, 1) != 0 || PQenterPipelineMode(handle) != 1 {
                PostgresError(.connection, unsafe Self.message(of: handle))
            } else {
                nil
            }
        if let fault {
            unsafe PQfinish(handle)
            throw fault
        }
        let notices = Notices()
        unsafe PQsetNoticeReceiver(
            handle,
            { context, notice in
                guard let context = unsafe context, let notice = unsafe notice else { return }
                unsafe Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().receive(notice)
            },
            Unmanaged.passUnretained(notices).toOpaque()
        )
        unsafe self.handle = handle
        self.notices = notices
        self.statements = StatementCache(capacity: settings.statementCapacity)
        self.serverVersion = version
        self.backendPID = unsafe PQbackendPID(handle)
    }

    deinit {
        self.close()
    }

    var isOpen: Bool { unsafe self.handle != nil }

    /// Open, in no transaction and with nothing under way: fit for the next user.
    var isIdle: Bool {
        guard let handle = unsafe self.handle, !self.hasLostServer, !self.isUnsynced,
            case .none = self.progress
        else { return false }
        return unsafe PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    var preparedStatementCount: Int { self.statements.count }

    /// Looks, without waiting, whether the server has hung up since the last use.
    func isAlive() -> Bool {
        guard self.isIdle, let handle = unsafe self.handle else { return false }
        var socket = unsafe pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // A notice or a change of a parameter may be waiting as well as the end of the stream, or before it.
        while unsafe poll(&socket, 1, 0) > 0 {
            guard unsafe PQconsumeInput(handle) == 1 else { return false }
            _ = unsafe PQisBusy(handle)  // Reads the messages.
        }
        return unsafe !self.notices.hasFarewell && PQstatus(handle) == CONNECTION_OK
    }

    /// Says goodbye and closes the socket. What is under way, if anything, must not matter.
    func close() {
        guard let handle = unsafe self.handle else { return }
        if !self.isIdle {
            // libpq would first send what it still holds, and that may be the Sync of a transaction already given up.
            _ = unsafe shutdown(PQsocket(handle), CInt(SHUT_RDWR))
        }
        unsafe self.handle = nil
        unsafe PQfinish(handle)
        self.statements = StatementCache(capacity: self.statements.capacity)
    }

    /// Closes, and asks the server to stop what it is doing, from a thread that may wait for that.
    private func cancelAndClose() {
        guard let handle = unsafe self.handle else { return }
        if let request = unsafe PQgetCancel(handle) {
            unsafe CancelRequest(request).send()
        }
        self.close()
    }

    /// The `options` a connection string brings along.
    ///
    /// libpq's own words about a string it cannot read are not passed on: they may quote a password.
    private static func options(in conninfo: String) throws(PostgresError) -> String {
        guard let list = unsafe PQconninfoParse(conninfo, nil) else {
            throw PostgresError(.connection, "libpq cannot read the connection string")
        }
        defer { unsafe PQconninfoFree(list) }
        var index = 0
        while let keyword = unsafe list[index].keyword {
            if unsafe strcmp(keyword, "options") == 0, let value = unsafe list[index].val {
                return unsafe String(cString: value)
            }
            index += 1
        }
        return ""
    }

    // MARK: Flights

    /// One round trip and one implicit transaction.
    @discardableResult
    func flight(_ batch: [SQL], _ intent: Intent, _ deadline: Deadline) throws(PostgresError) -> [QueryResult] {
        guard case .none = self.progress else {
            throw PostgresError(.misuse, "inside a transaction use the transaction's own flights")
        }
        guard unsafe self.openHandle() != nil else { throw Self.closed }
        let isAlone = unsafe PQtransactionStatus(self.handle) == PQTRANS_IDLE
        do throws(PostgresError) {
            return try self.send(batch, .sync(intent), deadline)
        } catch {
            // All of it was rolled back: with new plans it can be done over.
            guard self.statements.mustReset, isAlone, self.isIdle else { throw error }
            return try self.send(batch, .sync(intent), deadline)
        }
    }

    /// Runs many statements in the simple protocol, as one implicit transaction unless the text says otherwise.
    func script(_ text: String, _ deadline: Deadline) throws(PostgresError) {
        guard case .none = self.progress else {
            throw PostgresError(.misuse, "a script cannot run inside a transaction's flights")
        }
        guard let handle = unsafe self.openHandle() else { throw Self.closed }
        guard !text.utf8.contains(0) else { throw PostgresError(.encoding, "the script holds U+0000") }
        guard !deadline.hasPassed else { throw Self.late }
        self.notices.replicationInDoubt = false
        var failure: PostgresError?
        do throws(Interruption) {
            guard unsafe PQexitPipelineMode(handle) == 1, unsafe PQsendQuery(handle, text) == 1 else {
                throw unsafe .lost(Self.message(of: handle))
            }
            while let memory = try self.nextResult(deadline) {
                switch memory.status {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: continue
                case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                    let report = Self.report(memory)
                    guard report.sqlState != nil else { throw .lost(report.message) }
                    failure = failure ?? report
                default:
                    // COPY would wait for data that never comes.
                    throw .lost("the script asks for COPY, which is not supported")
                }
            }
            guard unsafe PQstatus(handle) == CONNECTION_OK, unsafe PQenterPipelineMode(handle) == 1 else {
                throw unsafe .lost(Self.message(of: handle))
            }
        } catch {
            throw self.abandon(after: error, isCommitting: failure == nil, saying: failure)
        }
        if let failure { throw failure }
        try self.settleDoubt()
    }

    // MARK: Transactions of several flights

    func beginTransaction(_ deadline: Deadline) throws(PostgresError) {
        guard case .none = self.progress else { throw PostgresError(.misuse, "a transaction is open already") }
        guard let handle = unsafe self.openHandle() else { throw Self.closed }
        guard unsafe PQtransactionStatus(handle) == PQTRANS_IDLE else {
            throw PostgresError(.misuse, "a transaction was begun in SQL")
        }
        self.progress = .open(hasFlown: false, deadline)
    }

    /// Sends a flight that leaves the transaction open, or with `isLast` one that commits it.
    func transactionFlight(_ batch: [SQL], isLast: Bool) throws(PostgresError) -> [QueryResult] {
        let hasFlown: Bool
        let deadline: Deadline
        switch self.progress {
        case .open(let flown, let limit): (hasFlown, deadline) = (flown, limit)
        case .failed(let error): throw error
        case .finished, .none: throw PostgresError(.misuse, "the transaction is finished")
        }
        guard unsafe self.openHandle() != nil else { throw Self.closed }
        let end: End = isLast ? .sync(.write) : .flush
        do throws(PostgresError) {
            let results: [QueryResult]
            do throws(PostgresError) {
                results = try self.send(batch, end, deadline)
            } catch {
                // Nothing came before this flight, so nothing but it is done over.
                guard self.statements.mustReset, !hasFlown, self.isOpen else { throw error }
                results = try self.send(batch, end, deadline)
            }
            self.progress = isLast ? .finished : .open(hasFlown: true, deadline)
            return results
        } catch {
            self.rollBack(deadline)
            self.progress = .failed(error)
            throw error
        }
    }

    /// Commits what ``transactionFlight(_:isLast:)`` left open.
    func completeTransaction() throws(PostgresError) {
        defer { self.progress = .none }
        switch self.progress {
        case .open(hasFlown: true, let deadline):
            do throws(PostgresError) {
                _ = try self.send([], .sync(.write), deadline)
            } catch {
                self.rollBack(deadline)
                throw error
            }
        case .open, .finished, .none: break
        case .failed(let error): throw error
        }
    }

    /// Rolls back what ``transactionFlight(_:isLast:)`` left open.
    func abandonTransaction() {
        if case .open(_, let deadline) = self.progress { self.rollBack(deadline) }
        self.progress = .none
    }

    /// Rolls back what the server still holds open, if anything; closes the connection if that cannot be done soon.
    ///
    /// `rollback` ends an implicit transaction as it would an explicit one: the server warns that none was begun and
    /// aborts it all the same (`UserAbortTransactionBlock` in `xact.c`). The Sync that follows finds nothing to commit.
    private func rollBack(_ deadline: Deadline) {
        guard self.isUnsynced, let handle = unsafe self.openHandle() else { return }
        let grace = max(deadline, .after(.seconds(1)))
        do throws(Interruption) {
            guard
                unsafe PQsendQueryParams(handle, "rollback", 0, nil, nil, nil, nil, 0) == 1,
                unsafe PQpipelineSync(handle) == 1
            else { throw unsafe .lost(Self.message(of: handle)) }
            while let memory = try self.nextResult(grace) {
                guard memory.status == PGRES_COMMAND_OK else { throw .lost("rollback failed") }
            }
            guard try self.nextResult(grace)?.status == PGRES_PIPELINE_SYNC else { throw .lost("rollback failed") }
            self.isUnsynced = false
        } catch {
            self.hasLostServer = true
            self.cancelAndClose()
        }
    }

    // MARK: Notifications

    /// Waits until the server says something, `wake` becomes readable, or the time is over.
    ///
    /// - Returns: what was notified; nil when `wake` is readable.
    func notifications(until deadline: Deadline, wake: Int32) throws(PostgresError) -> [PostgresNotification]? {
        guard let handle = unsafe self.openHandle() else { throw Self.closed }
        // A flight may have picked some up on its way.
        let waiting = unsafe self.takeNotifications(handle)
        guard waiting.isEmpty else { return waiting }
        var sockets = unsafe [
            pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        let ready = unsafe poll(&sockets, 2, deadline.milliseconds)
        if sockets[1].revents != 0, ready > 0 { return nil }
        if ready > 0, unsafe PQconsumeInput(handle) != 1 {
            let message = unsafe Self.message(of: handle)
            self.hasLostServer = true
            self.close()
            throw PostgresError(.connection, message)
        }
        return unsafe self.takeNotifications(handle)
    }

    private func takeNotifications(_ handle: OpaquePointer) -> [PostgresNotification] {
        var notifications: [PostgresNotification] = []
        while let notification = unsafe PQnotifies(handle) {
            unsafe notifications.append(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)
                )
            )
            unsafe PQfreemem(notification)
        }
        return notifications
    }

    // MARK: The pipeline

    private func send(_ batch: [SQL], _ end: End, _ deadline: Deadline) throws(PostgresError) -> [QueryResult] {
        guard let handle = unsafe self.openHandle() else { throw Self.closed }
        for sql in batch {
            guard sql.parameters.count <= Self.parameterLimit else {
                throw PostgresError(.encoding, "\(sql.parameters.count) parameters are more than a statement can have")
            }
            for parameter in sql.parameters {
                if let fault = parameter.value.fault { throw PostgresError(.encoding, fault) }
            }
        }
        guard !deadline.hasPassed else { throw Self.late }
        self.notices.replicationInDoubt = false

        var results: [QueryResult] = []
        results.reserveCapacity(batch.count)
        var failure: PostgresError?
        var hasSynced = false
        do throws(Interruption) {
            if failpoint("before_send") { throw .lost("failpoint before_send") }
            self.isUnsynced = true
            let steps = try unsafe self.queue(batch, on: handle)
            switch end {
            case .sync(let intent):
                if intent == .write, failpoint("before_commit") { throw .lost("failpoint before_commit") }
                hasSynced = true
                guard unsafe PQpipelineSync(handle) == 1 else { throw unsafe .lost(Self.message(of: handle)) }
                if intent == .write, failpoint("after_commit_sent") { throw .lost("failpoint after_commit_sent") }
            case .flush:
                guard unsafe PQsendFlushRequest(handle) == 1 else { throw unsafe .lost(Self.message(of: handle)) }
            }
            if failpoint("after_send_before_read") { throw .lost("failpoint after_send_before_read") }
            for step in steps {
                while let memory = try self.nextResult(deadline) {
                    guard let error = try self.take(memory, for: step, into: &results) else { continue }
                    failure = failure ?? error
                }
            }
            if failure != nil, !hasSynced {
                // The server skips everything up to a Sync, and libpq answers in its place. Between a result and the
                // end of its command a Sync would put libpq's queue out of step, so it comes only now.
                hasSynced = true
                guard unsafe PQpipelineSync(handle) == 1 else { throw unsafe .lost(Self.message(of: handle)) }
            }
            if hasSynced { failure = try self.readSync(deadline) ?? failure }
            if case .sync(.write) = end, failure == nil, failpoint("after_commit_before_read") {
                throw .lost("failpoint after_commit_before_read")
            }
        } catch {
            // An error, once told, has rolled everything back.
            let isCommitting: Bool = if case .sync(.write) = end { hasSynced && failure == nil } else { false }
            throw self.abandon(after: error, isCommitting: isCommitting, saying: failure)
        }
        if let failure {
            if failure.sqlState == .completionUnknown { throw self.doubt(failure.message) }
            throw failure
        }
        if hasSynced { try self.settleDoubt() }
        return results
    }

    /// Hands the commands to libpq, which sends what the socket takes and keeps the rest.
    private func queue(_ batch: [SQL], on handle: OpaquePointer) throws(Interruption) -> [Step] {
        var steps: [Step] = []
        steps.reserveCapacity(batch.count * 2)
        func check(_ code: Int32) throws(Interruption) {
            guard code == 1 else { throw unsafe .lost(Self.message(of: handle)) }
        }
        if self.statements.mustReset {
            try check(unsafe PQsendQueryParams(handle, "deallocate all", 0, nil, nil, nil, nil, 0))
            steps.append(.reset)
        }
        for name in self.statements.superseded {
            try check(unsafe PQsendQueryParams(handle, "deallocate \(name)", 0, nil, nil, nil, nil, 0))
            steps.append(.deallocate(name: name))
        }
        var prepared: [StatementCache.Key: StatementCache.Statement] = [:]
        for sql in batch {
            let key = StatementCache.Key(sql)
            let statement: StatementCache.Statement
            if let known = self.statements.find(key) ?? prepared[key] {
                statement = known
            } else {
                statement = self.statements.make()
                prepared[key] = statement
                let types = key.types.map(\.rawValue)
                try check(unsafe PQsendPrepare(handle, statement.name, sql.text, Int32(types.count), types))
                steps.append(.prepare(key, statement))
            }
            try check(unsafe self.execute(statement, sql.parameters, on: handle))
            steps.append(.execute(statement))
        }
        return steps
    }

    private func execute(
        _ statement: StatementCache.Statement,
        _ parameters: [Parameter],
        on handle: OpaquePointer
    ) -> Int32 {
        guard !parameters.isEmpty else {
            return unsafe PQsendQueryPrepared(handle, statement.name, 0, nil, nil, nil, 0)
        }
        self.arena.removeAll(keepingCapacity: true)
        self.offsets.removeAll(keepingCapacity: true)
        self.lengths.removeAll(keepingCapacity: true)
        for parameter in parameters {
            let offset = self.arena.count
            let isPresent = parameter.value.append(to: &self.arena)
            self.offsets.append(isPresent ? offset : -1)
            self.lengths.append(Int32(self.arena.count - offset))
        }
        // An empty value needs an address too: nil would make it null.
        self.arena.append(0)
        let formats = [Int32](repeating: 1, count: parameters.count)
        return unsafe self.arena.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = unsafe self.offsets.map { unsafe $0 < 0 ? nil : start?.advanced(by: $0) }
            return unsafe PQsendQueryPrepared(
                handle,
                statement.name,
                Int32(parameters.count),
                values,
                self.lengths,
                formats,
                0
            )
        }
    }

    /// Books one result; an error if it is the server's.
    private func take(
        _ memory: ResultMemory,
        for step: Step,
        into results: inout [QueryResult]
    ) throws(Interruption) -> PostgresError? {
        switch memory.status {
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_TUPLES_OK:
            switch step {
            case .reset: self.statements.wasReset()
            case .deallocate(let name): self.statements.dropped(name)
            case .prepare(let key, let statement): self.statements.insert(statement, for: key)
            case .execute(let statement):
                if memory.status == PGRES_TUPLES_OK {
                    let columns = statement.columns ?? Columns(of: memory)
                    statement.columns = columns
                    results.append(QueryResult(memory, columns: columns))
                } else {
                    results.append(QueryResult(memory, columns: nil))
                }
            }
            return nil
        case PGRES_PIPELINE_ABORTED:
            // The command before it said why.
            return nil
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE:
            let error = Self.report(memory)
            guard error.sqlState != nil else { throw .lost(error.message) }
            if Self.meansStalePlan(error, memory) { self.statements.reset() }
            return error
        default:
            throw .lost("COPY is not supported")
        }
    }

    /// Reads up to the answer to Sync. An error here is that of the commit itself.
    private func readSync(_ deadline: Deadline) throws(Interruption) -> PostgresError? {
        var failure: PostgresError?
        var hasEnded = false
        while true {
            guard let memory = try self.nextResult(deadline) else {
                // One end belongs to an error of the commit. Another means that no Sync is under way.
                guard !hasEnded else { throw .lost(failure?.message ?? "the server closed the connection") }
                hasEnded = true
                continue
            }
            if memory.status == PGRES_PIPELINE_SYNC {
                self.isUnsynced = false
                return failure
            }
            guard memory.status == PGRES_FATAL_ERROR else { continue }
            let error = Self.report(memory)
            // With its last words the server does not say whether the commit came before them.
            guard error.sqlState != nil, memory.field(.severity) == "ERROR" else {
                throw .lost(error.message)
            }
            failure = failure ?? error
        }
    }

    /// The next result, or nil at the end of a command's results.
    private func nextResult(_ deadline: Deadline) throws(Interruption) -> ResultMemory? {
        guard let handle = unsafe self.handle else { throw .lost("the connection is closed") }
        while unsafe PQisBusy(handle) == 1 {
            // What came before the end of the stream has been parsed by now, and was not enough.
            guard !self.hasLostServer else { throw unsafe .lost(Self.message(of: handle)) }
            try unsafe self.wait(handle, deadline)
        }
        guard let result = unsafe PQgetResult(handle) else { return nil }
        return unsafe ResultMemory(result)
    }

    /// Sends what can be sent and reads what can be read, so that neither side waits for the other.
    private func wait(_ handle: OpaquePointer, _ deadline: Deadline) throws(Interruption) {
        let isUnsent = unsafe PQflush(handle) == 1
        var socket = unsafe pollfd(
            fd: PQsocket(handle),
            events: Int16(isUnsent ? POLLIN | POLLOUT : POLLIN),
            revents: 0
        )
        guard socket.fd >= 0 else {
            self.hasLostServer = true
            return
        }
        let ready = unsafe poll(&socket, 1, deadline.milliseconds)
        if ready == 0 || (ready < 0 && errno == EINTR) {
            if deadline.hasPassed { throw .deadline }
            return
        }
        guard ready > 0 else { throw .lost("poll: error \(errno)") }
        if socket.revents & ~Int16(POLLOUT) != 0, unsafe PQconsumeInput(handle) != 1 {
            self.hasLostServer = true
        }
    }

    // MARK: Ends that are not answers

    /// Gives the connection up and says what its caller may believe.
    private func abandon(
        after interruption: Interruption,
        isCommitting: Bool,
        saying failure: PostgresError?
    ) -> PostgresError {
        self.hasLostServer = true
        switch interruption {
        case .deadline:
            if isCommitting {
                self.close()
                return PostgresError(.outcomeUnknown, "no answer to the commit within the deadline")
            }
            self.cancelAndClose()
            return failure ?? PostgresError(.timeout, "no answer within the deadline")
        case .lost(let message):
            self.close()
            if isCommitting {
                return PostgresError(.outcomeUnknown, "the connection broke before the answer: \(message)")
            }
            guard var failure else { return PostgresError(.connection, message) }
            // The server gave a reason before it hung up; that it hung up is what the caller can act on.
            failure.code = .connection
            return failure
        }
    }

    /// After a warning that the standby was not waited for.
    private func settleDoubt() throws(PostgresError) {
        guard self.notices.replicationInDoubt else { return }
        throw self.doubt("committed here, but the wait for the synchronous standby was broken off")
    }

    private func doubt(_ message: String) -> PostgresError {
        self.hasLostServer = true
        self.close()
        return PostgresError(.outcomeUnknown, message)
    }

    // MARK: Small things

    /// The protocol counts them in 16 bits.
    private static let parameterLimit = 65_535

    private func openHandle() -> OpaquePointer? {
        guard let handle = unsafe self.handle else { return nil }
        return self.hasLostServer ? nil : unsafe handle
    }

    /// Nothing was sent, so the connection is as good as before.
    private static let late = PostgresError(.timeout, "the deadline had passed before anything was sent")

    private static let closed = PostgresError(.connection, "the connection is closed")

    private static func message(of handle: OpaquePointer) -> String {
        guard let text = unsafe PQerrorMessage(handle) else { return "libpq gives no reason" }
        let message = unsafe String(cString: text)
        let end = message.lastIndex { !$0.isWhitespace }
        return end.map { String(message[...$0]) } ?? "libpq gives no reason"
    }

    private static func report(_ memory: ResultMemory) -> PostgresError {
        let state = memory.field(.sqlState).map(SQLState.init(rawValue:))
        let text = memory.field(.message)
        let whole = unsafe PQresultErrorMessage(memory.result).map { unsafe String(cString: $0) }
        return PostgresError(
            state.map { .server($0) } ?? .connection,
            text ?? whole ?? "libpq gives no reason",
            sqlState: state,
            constraint: memory.field(.constraint),
            table: memory.field(.table),
            column: memory.field(.column),
            detail: memory.field(.detail),
            context: memory.field(.context),
            position: memory.field(.position).flatMap { Int($0) }
        )
    }

    /// The schema changed under a prepared statement, or somebody deallocated it.
    private static func meansStalePlan(_ error: PostgresError, _ memory: ResultMemory) -> Bool {
        error.sqlState == .noSuchStatement
            || (error.sqlState == .featureNotSupported
                && memory.field(.sourceFunction) == "RevalidateCachedQuery")
    }
}
