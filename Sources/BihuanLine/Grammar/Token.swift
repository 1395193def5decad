/// One argument as it stands on the line.
package struct Token: Sendable, Hashable {
    /// The name before `=`, for a named one.
    package var name: String?
    package var value: String
    /// Octet of the line at which the argument begins, counted from 1.
    package var position: Int
}
