package import struct Foundation.Date

/// Where a dispute (争议) stands.
package enum DisputeState: String, Sendable, Hashable, CaseIterable, Codable {
    case open, decided, withdrawn

    package var isOpen: Bool { self == .open }

    package var label: String {
        switch self {
        case .open: "待裁定"
        case .decided: "已裁定"
        case .withdrawn: "已撤销"
        }
    }
}

/// One permitted step of a dispute.
package struct DisputeTransition: Hashable, Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case arbitrate, withdraw
        /// The unit took the work on after all, or the work went away.
        case lapse
    }

    package var from: DisputeState
    package var step: Step
    package var to: DisputeState

    /// The whole course of a dispute; see ``CaseTransition/table``.
    package static let table: [DisputeTransition] = [
        .init(from: .open, step: .arbitrate, to: .decided),  // 裁定
        .init(from: .open, step: .withdraw, to: .withdrawn),  // 撤销
        .init(from: .open, step: .lapse, to: .withdrawn),
    ]

    package static func next(from state: DisputeState, on step: Step) -> DisputeState? {
        self.table.first { $0.from == state && $0.step == step }?.to
    }
}

/// A unit says that work assigned to it is another's, and the tier above the assigner decides (指派争议).
package struct DisputeRecord: Sendable, Hashable {
    package var id: DisputeID
    package var ref: String
    package var assignment: AssignmentID
    package var raisedBy: UnitID
    /// Who assigned what is disputed.
    package var assigner: UnitID
    /// Whose the work is, as whoever disputes says.
    package var proposed: UnitID
    /// Who decides: the unit above the assigner; the assigner itself where nobody stands above it.
    package var arbiter: UnitID
    package var state: DisputeState
    /// Who holds the work by the decision.
    package var decided: UnitID?
    package var raisedAt: Date
    package var closedAt: Date?
    package var version: Int

    package init(
        id: DisputeID, ref: String, assignment: AssignmentID, raisedBy: UnitID, assigner: UnitID, proposed: UnitID,
        arbiter: UnitID, state: DisputeState, decided: UnitID? = nil, raisedAt: Date, closedAt: Date? = nil,
        version: Int = 1
    ) {
        self.id = id
        self.ref = ref
        self.assignment = assignment
        self.raisedBy = raisedBy
        self.assigner = assigner
        self.proposed = proposed
        self.arbiter = arbiter
        self.state = state
        self.decided = decided
        self.raisedAt = raisedAt
        self.closedAt = closedAt
        self.version = version
    }
}
