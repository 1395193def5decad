/// One condition under which the server should be sent work, and whether it holds.
package struct ReadinessCheck: Sendable {
    /// A word for the verbose answer, e.g. `database`.
    package var name: String
    package var isReady: Bool
    /// What was seen, in a few words.
    package var text: String

    package init(_ name: String, isReady: Bool, text: String = "") {
        self.name = name
        self.isReady = isReady
        self.text = text
    }
}
