/// An open transaction of one pipeline, lent to the body of ``Connection/transaction(deadline:_:orFail:)``.
///
/// Each flight is one round trip. Locks and settings made with `set_config(…, true)` hold from flight to flight and are
/// gone at the end.
package struct Transaction: ~Copyable {
    private let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// Sends statements and waits for their results; the transaction stays open.
    ///
    /// A refusal by the server ends the transaction: every later flight throws the same error.
    ///
    /// - Throws: `.server`, `.timeout`, `.connection`, `.encoding`. Nothing is committed.
    @discardableResult
    package func flight(_ batch: [SQL]) throws(PostgresError) -> [QueryResult] {
        try self.session.transactionFlight(batch, isLast: false)
    }

    /// Sends the last statements and commits, all in one round trip.
    ///
    /// - Throws: as ``flight(_:)``, and `.outcomeUnknown`. A constraint checked at commit is `.server`.
    @discardableResult
    package func finish(_ batch: [SQL] = []) throws(PostgresError) -> [QueryResult] {
        try self.session.transactionFlight(batch, isLast: true)
    }
}
