/// One thing wrong with a plan: where it stands, what it is, and what would be right.
package struct PlanFault: Sendable, Hashable, CustomStringConvertible {
    package var place: PlanNode.Place
    /// E.g. `clocks.feedback.limit.general`; empty: the file itself.
    package var path: String
    package var rule: String

    package init(_ place: PlanNode.Place, _ path: String, _ rule: String) {
        self.place = place
        self.path = path
        self.rule = rule
    }

    /// `12:5: clocks.feedback.limit：…`, as editors jump to it.
    package var description: String {
        let path = self.path.isEmpty ? "" : "\(self.path)："
        return "\(self.place.line):\(self.place.column): \(path)\(self.rule)"
    }
}

/// Everything wrong with a plan, in the order of the file.
package struct PlanFaults: Error, Sendable, Hashable, CustomStringConvertible {
    package var faults: [PlanFault]

    package init(_ faults: [PlanFault]) {
        self.faults = faults.sorted { $0.place < $1.place }
    }

    package var description: String { self.faults.map(\.description).joined(separator: "\n") }
}
