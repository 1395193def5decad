/// How much is committed at once.
package struct ImportBatchSize: Hashable, Sendable {
    /// Most rows.
    package var rows: Int
    /// About how many bytes of text.
    package var bytes: Int

    package init(rows: Int = 1_000, bytes: Int = 4 << 20) {
        self.rows = rows
        self.bytes = bytes
    }
}
