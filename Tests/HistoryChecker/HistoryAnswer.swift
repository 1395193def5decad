/// What a client knows in the end of a command.
package enum HistoryAnswer: Sendable, Hashable, Codable {
    /// Done.
    ///
    /// - Parameters:
    ///   - changed: nil where the door did not tell whether everything had been so before.
    ///   - about: id or ref of the object, as told; nil where it was not.
    case acknowledged(changed: Bool?, about: String? = nil)
    /// Not done, and never will be.
    case refused(String)
    /// Nobody said.
    case unknown
}
