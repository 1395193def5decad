/// What a client knows in the end of a command.
package enum HistoryAnswer: Sendable, Hashable, Codable {
    /// Done.
    ///
    /// - Parameter changed: nil where the door did not tell whether everything had been so before.
    case acknowledged(changed: Bool?)
    /// Not done, and never will be.
    case refused(String)
    /// Nobody said.
    case unknown
}
