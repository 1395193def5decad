/// One thing wrong with a mapping file.
package struct ImportMapFault: Error, Hashable, Sendable {
    /// Line of the file; the first is 1.
    package var line: Int
    /// Where in the map, e.g. `fields.received_at[1].date`.
    package var path: String
    package var detail: String

    package init(line: Int, path: String, detail: String) {
        self.line = line
        self.path = path
        self.detail = detail
    }
}
