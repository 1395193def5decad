/// What a check came to.
package struct HistoryReport: Sendable {
    /// Commands looked at that were acknowledged.
    package var acknowledged = 0
    /// Commands looked at whose end nobody knows, and that turned out to be done.
    package var unknownDone = 0
    /// The same, and not done.
    package var unknownNotDone = 0
    /// Commands looked at that were refused.
    package var refused = 0
    /// Cases whose facts were held against each other.
    package var cases = 0
    package var findings: [Finding] = []

    package var isClean: Bool { self.findings.isEmpty }

    package func count(_ kinds: Finding.Kind...) -> Int { self.findings.count { kinds.contains($0.kind) } }

    /// Findings that are neither lost nor doubled: something without what belongs to it.
    package var half: Int {
        self.findings.count - self.count(.lost, .doubled, .firedTwice, .messageDoubled)
    }
}
