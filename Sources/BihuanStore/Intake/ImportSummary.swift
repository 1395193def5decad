/// What became of the rows of a file.
package struct ImportSummary: Hashable, Sendable, CustomStringConvertible {
    /// New here: a registered case with its lead. The lead may have been here before without a case.
    package var imported = 0
    /// Known under the same reference, with the same content or one that has been revised since.
    package var unchanged = 0
    /// Known under the same reference, with a content not seen before: a recorded revision.
    package var changed = 0
    /// Not taken; the report says why.
    package var rejected = 0

    package init(imported: Int = 0, unchanged: Int = 0, changed: Int = 0, rejected: Int = 0) {
        self.imported = imported
        self.unchanged = unchanged
        self.changed = changed
        self.rejected = rejected
    }

    /// Rows dealt with.
    package var total: Int { self.imported + self.unchanged + self.changed + self.rejected }

    /// The last line that `bihuan cases import` prints; scripts read it.
    package var description: String {
        "imported \(self.imported), unchanged \(self.unchanged), changed \(self.changed), rejected \(self.rejected)"
    }

    static func + (left: ImportSummary, right: ImportSummary) -> ImportSummary {
        ImportSummary(
            imported: left.imported + right.imported,
            unchanged: left.unchanged + right.unchanged,
            changed: left.changed + right.changed,
            rejected: left.rejected + right.rejected
        )
    }
}
