/// Why the database did not do what it was asked.
///
/// What was asked either happened wholly or not at all, except after ``Code/outcomeUnknown``.
package struct PostgresError: Error, Sendable, Hashable {
    /// What a caller can act on.
    package enum Code: Sendable, Hashable {
        /// The server refused. The transaction is rolled back.
        case server(SQLState)
        /// The server cannot be reached, or went away before anything was committed.
        case connection
        /// The deadline passed before anything was committed.
        case timeout
        /// Every connection stayed busy for as long as the caller was allowed to wait, or too many already waited.
        case poolExhausted
        /// The pool is shut down.
        case closed
        /// The task was cancelled while it waited for a connection.
        case cancelled
        /// A parameter cannot be sent: text holding U+0000, a date PostgreSQL cannot hold.
        case encoding
        /// A cell is absent, null, or of another type than the caller asked for.
        case decoding
        /// The commit was sent and its answer did not come, or came with a doubt about its replication.
        ///
        /// Ask the database what it holds, for example by idempotency key. Never assume either way.
        case outcomeUnknown
        /// The caller broke a rule of this module, for example ``Connection/query(_:intent:)`` inside a transaction.
        case misuse
    }

    private struct Fields: Sendable, Hashable {
        var code: Code
        var message: String
        var sqlState: SQLState?
        var constraint: String?
        var table: String?
        var column: String?
        var detail: String?
        var context: String?
        var position: Int?
    }

    /// Keeps the error one word long: a typed throw returns it beside the result, in registers.
    private indirect enum Box: Sendable, Hashable {
        case holding(Fields)
    }

    private var box: Box

    private var fields: Fields {
        get {
            switch self.box {
            case .holding(let fields): fields
            }
        }
        set { self.box = .holding(newValue) }
    }

    package init(
        _ code: Code,
        _ message: String,
        sqlState: SQLState? = nil,
        constraint: String? = nil,
        table: String? = nil,
        column: String? = nil,
        detail: String? = nil,
        context: String? = nil,
        position: Int? = nil
    ) {
        self.box = .holding(
            Fields(
                code: code,
                message: message,
                sqlState: sqlState,
                constraint: constraint,
                table: table,
                column: column,
                detail: detail,
                context: context,
                position: position
            )
        )
    }
}

extension PostgresError {
    package var code: Code {
        get { self.fields.code }
        set { self.fields.code = newValue }
    }

    /// What the server or libpq said, for the log.
    package var message: String { self.fields.message }
    /// Present when the server named one, even if `code` is not `.server`.
    package var sqlState: SQLState? { self.fields.sqlState }
    package var constraint: String? { self.fields.constraint }
    package var table: String? { self.fields.table }
    package var column: String? { self.fields.column }
    /// The server's DETAIL. It may quote stored values: never show it to a user.
    package var detail: String? { self.fields.detail }
    /// The call stack of SQL functions.
    package var context: String? { self.fields.context }
    /// Where in the statement's text the fault lies, in characters from 1.
    package var position: Int? { self.fields.position }
}

extension PostgresError: CustomStringConvertible {
    /// Code, message and names of schema objects; never stored values of DETAIL.
    package var description: String {
        var text = "\(self.code)"
        if case .server = self.code {} else if let sqlState { text += " [\(sqlState.rawValue)]" }
        text += ": \(self.message)"
        if let constraint { text += " (constraint \(constraint))" }
        return text
    }
}

extension PostgresError.Code: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let state): "server \(state.rawValue)"
        case .connection: "connection"
        case .timeout: "timeout"
        case .poolExhausted: "pool exhausted"
        case .closed: "closed"
        case .cancelled: "cancelled"
        case .encoding: "encoding"
        case .decoding: "decoding"
        case .outcomeUnknown: "outcome unknown"
        case .misuse: "misuse"
        }
    }
}
