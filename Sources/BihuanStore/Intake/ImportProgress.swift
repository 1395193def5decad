/// How far an import is; told after every committed batch.
package struct ImportProgress: Hashable, Sendable {
    /// Bytes of the file committed so far, and all of them.
    package var bytes: Int
    package var size: Int
    /// What became of the rows so far, those before an interruption included.
    package var summary: ImportSummary
}
