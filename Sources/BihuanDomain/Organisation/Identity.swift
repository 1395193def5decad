/// Who acts: an officer in one acting post, as the session says.
package struct Identity: Sendable, Hashable {
    package var city: CityID
    package var officer: OfficerID
    package var post: PostID
    package var unit: UnitID
    package var role: PostRole
    /// Roles of the plan that the post was appointed to (组长、副组长 …), by key.
    package var appointments: Set<String>
    /// The post that this one stands in for (代理).
    package var actingFor: PostID?
    /// What the post may know of: 0 ordinary cases, 1 restricted ones too, 2 confidential ones too.
    package var clearance: Int

    package init(
        city: CityID, officer: OfficerID, post: PostID, unit: UnitID, role: PostRole, appointments: Set<String> = [],
        actingFor: PostID? = nil,
        clearance: Int = 0
    ) {
        self.city = city
        self.officer = officer
        self.post = post
        self.unit = unit
        self.role = role
        self.appointments = appointments
        self.actingFor = actingFor
        self.clearance = clearance
    }

    /// Whether the post is this role of a plan: it was appointed to it, or the plan has nobody else it could be.
    package func holds(_ role: PlanRole, in tree: UnitTree) -> Bool {
        self.role == role.post && role.unit.admits(tree[self.unit]?.tier)
            && (role.isAlone || self.appointments.contains(role.key))
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
