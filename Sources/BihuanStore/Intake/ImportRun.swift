import FoundationEssentials

/// A row of `bihuan.import_runs`: one reading of a file through a map.
struct ImportRun: Sendable {
    var id: UUID
    /// Records dealt with when it was opened: more than 0 goes on after an interruption.
    var records: Int
    var summary: ImportSummary
}
