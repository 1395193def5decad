/// Who acts: an officer in one acting post, as the session says.
package struct Identity: Sendable, Hashable {
    package var city: CityID
    package var officer: OfficerID
    package var post: PostID
    package var unit: UnitID
    package var role: PostRole

    package init(city: CityID, officer: OfficerID, post: PostID, unit: UnitID, role: PostRole) {
        self.city = city
        self.officer = officer
        self.post = post
        self.unit = unit
        self.role = role
    }
}

/// Whose authority a command is under.
package enum Authority: Sendable, Hashable {
    /// An officer in a post.
    case officer(Identity)
    /// The server itself, for what the plan lets happen by the clock.
    case system

    package var identity: Identity? {
        if case .officer(let identity) = self { identity } else { nil }
    }
}
