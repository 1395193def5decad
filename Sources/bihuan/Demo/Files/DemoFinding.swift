import BihuanDomain

/// A row of `findings.csv`: what an investigation comes to.
struct DemoFinding: Sendable, Hashable {
    /// Empty: fits every category.
    var category: String
    /// Words of which the case holds one; empty: fits every case of the category.
    var about: [String]
    var verdict: Verdict
    var findings: String
    var measures: String
    var result: String
}
