/// A rule of the city's own about who gets a case (派单规则). The rules of a city stand in order and go before those of
/// the plan; the first that holds counts. (R44, R86)
package struct CityRoutingRule: Sendable, Hashable {
    /// Its place in the order, and its name.
    package var number: Int
    /// Keys of the plan; empty: all, and those that are not graded yet.
    package var levels: Set<String>
    package var matters: Set<String>
    /// One of these stands in the category; empty: whatever it is.
    package var words: [String]
    /// The line of business that the words of the case speak for; nil: whatever it is.
    package var line: String?
    /// The place is this unit's or one's below it; nil: wherever it is.
    package var area: UnitID?
    package var target: Target
    package var role: AssignmentRole
    /// What it rests on: a document, a decision (依据).
    package var reason: String

    package init(
        number: Int, levels: Set<String> = [], matters: Set<String> = [], words: [String] = [], line: String? = nil,
        area: UnitID? = nil, target: Target, role: AssignmentRole = .lead, reason: String
    ) {
        self.number = number
        self.levels = levels
        self.matters = matters
        self.words = words
        self.line = line
        self.area = area
        self.target = target
        self.role = role
        self.reason = reason
    }

    package enum Target: Sendable, Hashable {
        case unit(UnitID)
        /// Another unit in every case.
        case place(Place)
    }

    /// Units that follow from the case. A file writes them with `@` before.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        /// The district of the place; of several there, the one of the line.
        case district
        /// The station of the place.
        case station
        /// The department of the line.
        case line
        case city
    }
}
