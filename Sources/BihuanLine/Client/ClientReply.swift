/// A reply as a client sees it.
package struct ClientReply: Sendable, Hashable {
    package var code: Int
    /// The first line behind the code.
    package var text: String
    /// The block without its dots; nil when the code has none.
    package var block: [String]?

    package var line: String { self.text.isEmpty ? "\(self.code)" : "\(self.code) \(self.text)" }

    /// For the shell: 0 when it was done, 4 when it was refused for now, 5 when it was wrong.
    package var exitStatus: Int32 {
        switch self.code / 100 {
        case 1, 2, 3: 0
        case 4: 4
        default: 5
        }
    }
}
