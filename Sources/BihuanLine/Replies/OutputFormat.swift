/// How the lines of a 215 block are written; `SET format=` or `format=` on a command.
package enum OutputFormat: String, Sendable, CaseIterable {
    /// TAB-separated, the first line a header that begins with `#`.
    case text
    /// JSON Lines: one object a line.
    case json
}
