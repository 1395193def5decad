/// What a flight may do, which decides what its deadline does.
package enum Intent: Sendable {
    /// It changes nothing. Past its deadline the statement is cancelled and the error is `.timeout`.
    ///
    /// A function that writes is a write, even in a `select`.
    case read
    /// It may change something. Once sent it is never cancelled; without an answer the error is `.outcomeUnknown`.
    case write
}
