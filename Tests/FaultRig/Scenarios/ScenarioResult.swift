import HistoryChecker

/// One line of the table at the end.
struct ScenarioResult: Sendable {
    var name: String
    var serverCrashes = 0
    var postgresCrashes = 0
    var acknowledged = 0
    var refused = 0
    /// Unanswered at least once, and settled by saying it again under its key.
    var unknownSettled = 0
    /// Never answered until the end of the run; there once or not at all.
    var unknownLeft = 0
    var findings: [Finding] = []
    /// From a crash to the next answer.
    var serverRecoveries: [Duration] = []
    var postgresRecoveries: [Duration] = []
    /// What else is worth knowing.
    var notes: [String] = []
    /// What was to happen and did not: the scenario proves nothing.
    var misses: [String] = []

    var lost: Int { self.findings.count { $0.kind == .lost } }

    var doubled: Int {
        self.findings.count { [.doubled, .firedTwice, .messageDoubled].contains($0.kind) }
    }

    /// Everything else that is not as it should be.
    var half: Int { self.findings.count - self.lost - self.doubled }

    var isClean: Bool { self.findings.isEmpty && self.misses.isEmpty }
}

extension ScenarioResult {
    /// The table, findings and notes below it.
    static func table(_ results: [ScenarioResult]) -> String {
        let head = [
            "scenario", "server", "pg", "acked", "lost", "doubled", "half", "settled", "open", "server s", "pg s",
        ]
        let rows = results.map { result in
            [
                result.name, "\(result.serverCrashes)", "\(result.postgresCrashes)", "\(result.acknowledged)",
                "\(result.lost)", "\(result.doubled)", "\(result.half)", "\(result.unknownSettled)",
                "\(result.unknownLeft)", Self.spread(result.serverRecoveries), Self.spread(result.postgresRecoveries),
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            cells.enumerated().map { index, cell in
                let blank = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + blank : blank + cell
            }.joined(separator: "  ")
        }
        var text = ([head] + rows).map(line).joined(separator: "\n") + "\n"
        text +=
            "server, pg: crashes; settled: unanswered, then settled by the key; open: never answered; s: from crash to answer, median/p95/longest\n"
        for result in results {
            for note in result.notes { text += "\(result.name): \(note)\n" }
            for miss in result.misses { text += "\(result.name): MISSED: \(miss)\n" }
            for finding in result.findings.prefix(20) { text += "\(result.name): FOUND: \(finding)\n" }
        }
        return text
    }

    /// Median, 95th percentile and longest, in seconds.
    private static func spread(_ durations: [Duration]) -> String {
        guard !durations.isEmpty else { return "-" }
        let sorted = durations.sorted()
        let places = [sorted.count / 2, sorted.count * 95 / 100, sorted.count - 1]
        return places.map { place in
            let tenths = Int((sorted[place] / .milliseconds(100)).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }.joined(separator: "/")
    }
}
