/// Where a supervision order (督办) stands.
package enum SupervisionState: String, Sendable, CaseIterable, Codable {
    case issued, replied, lifted, raised

    package var isOpen: Bool { self == .issued || self == .replied }

    package var label: String {
        switch self {
        case .issued: "待回复"
        case .replied: "已回复"
        case .lifted: "已解除"
        case .raised: "已提级"
        }
    }
}

/// Why an order was issued: too late, or not good enough (不清晰、不到位), R109–R110.
package enum SupervisionCause: String, Sendable, CaseIterable, Codable {
    case overdue, inadequate
}

/// One permitted step of a supervision order.
package struct SupervisionTransition: Hashable, Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case reply, lift, uphold, raise
        /// The assignment it is about has ended, or the unit under it has nothing to do with it any more.
        case lapse
    }

    package var from: SupervisionState
    package var step: Step
    package var to: SupervisionState

    /// The whole loop of an order; see ``CaseTransition/table``. It needs a reply, and its issuer lifts it.
    package static let table: [SupervisionTransition] = [
        .init(from: .issued, step: .reply, to: .replied),
        .init(from: .replied, step: .lift, to: .lifted),
        .init(from: .replied, step: .uphold, to: .issued),
        .init(from: .issued, step: .raise, to: .raised),
        .init(from: .replied, step: .raise, to: .raised),
        .init(from: .issued, step: .lapse, to: .lifted),
        .init(from: .replied, step: .lapse, to: .lifted),
        .init(from: .raised, step: .reply, to: .raised),  // 提级后补报
    ]

    package static func next(from state: SupervisionState, on step: Step) -> SupervisionState? {
        self.table.first { $0.from == state && $0.step == step }?.to
    }
}
