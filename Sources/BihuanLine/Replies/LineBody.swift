/// The lines of a block, at once or slice by slice.
package enum LineBody: Sendable {
    case lines([String])
    /// Called until it gives nil. The next slice is asked for only when the one before lies in the socket, so a client
    /// that reads slowly slows the database down and fills no memory.
    case slices(@Sendable () async throws -> [String]?)
}
