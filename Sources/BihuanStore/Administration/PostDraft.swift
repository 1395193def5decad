package import BihuanDomain

package import struct Foundation.Date

/// A post to be given to an officer.
package struct PostDraft: Sendable, Hashable, Encodable {
    /// Label of the unit.
    package var unit: String
    package var role: PostRole
    /// Roles of a plan of the city, by key; a deputy without any has those of the post stood in for.
    package var appointments: [String]
    /// From when; nil: from now on.
    package var from: Date?
    /// Until when; nil: until it is ended. A deputy needs one.
    package var until: Date?
    /// Log-in of whom the officer stands in for (代理).
    package var actingFor: String?
    /// What the post may know of: 0 ordinary cases, 1 restricted ones too, 2 confidential ones too; at most what whoever
    /// appoints may. Nil: of a deputy, that of the post stood in for, whose work it does; else 0.
    package var clearance: Int?

    package init(
        unit: String, role: PostRole, appointments: [String] = [], from: Date? = nil, until: Date? = nil,
        actingFor: String? = nil, clearance: Int? = nil
    ) {
        self.unit = unit
        self.role = role
        self.appointments = appointments
        self.from = from
        self.until = until
        self.actingFor = actingFor
        self.clearance = clearance
    }
}
