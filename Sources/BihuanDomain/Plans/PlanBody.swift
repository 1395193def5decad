/// Somebody a plan names: a post in a kind of unit.
package struct PlanRole: Sendable, Hashable {
    package var key: String
    package var name: String
    package var post: PostRole
    package var unit: Place
    package var requirements: [String]
    /// No other role of the plan has such a post in such a unit, so that the post alone says who it is.
    package var isAlone = false

    /// Where in the unit tree, seen from a case.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        case city
        /// A department that serves all lines, such as the legal one.
        case department
        /// The department of the case's line (涉及处室).
        case line
        /// The district of the case's place (属地局).
        case district
        case station
        /// The unit the case is about (涉事单位): another one in every case.
        case concerned

        /// The tier of such units; nil: any.
        package var tier: Tier? {
            switch self {
            case .city: .city
            case .department, .line: .department
            case .district: .district
            case .station: .station
            case .concerned: nil
            }
        }

        package func admits(_ tier: Tier?) -> Bool { self.tier == nil || self.tier == tier }

        /// Whether one unit may be both. The unit a case is about is none of the city's own offices.
        func overlaps(_ other: Place) -> Bool {
            guard let mine = self.tier, let theirs = other.tier else { return (self.tier ?? other.tier) != .city }
            return mine == theirs
        }
    }
}

/// A body that a plan sets up (领导小组、办公室、工作组).
package struct PlanBody: Sendable, Hashable {
    package var key: String
    package var name: String
    /// The body it stands under, by key.
    package var under: String?
    /// Roles, by key.
    package var head: String?
    package var deputies: [String]
    package var members: [String]
    package var duties: [String]
    package var requirements: [String]
}

/// A body outside that is told or asked (市委宣传部、网信办、省局 …). No data is shared with it; what was sent is recorded.
package struct OutsideBody: Sendable, Hashable {
    package var key: String
    package var name: String
}
