/// A plan file as its author typed it: a tree of texts, each with its place. What the words mean is ``PlanReader``'s.
package indirect enum PlanNode: Sendable, Hashable {
    case text(String, Place)
    case list([PlanNode], Place)
    case map([Entry], Place)

    /// A member of a map, in the order of the file.
    package struct Entry: Sendable, Hashable {
        package var key: String
        /// Of the key.
        package var place: Place
        package var value: PlanNode

        package init(key: String, place: Place, value: PlanNode) {
            self.key = key
            self.place = place
            self.value = value
        }
    }

    /// Where something stands in the file; both count from 1.
    package struct Place: Sendable, Hashable, Comparable {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package static let start = Place(line: 1, column: 1)

        package static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
    }

    package var place: Place {
        switch self {
        case .text(_, let place), .list(_, let place), .map(_, let place): place
        }
    }
}
