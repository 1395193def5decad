package import struct Foundation.Date

/// To whom a case is referred.
package enum ReferralKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A body outside: 移送、商请.
    case outside
    /// The local party committee and government, to name the department that leads (报属地党委政府明确牵头部门), R87.
    case leadDepartment = "lead_department"

    package var label: String {
        switch self {
        case .outside: "移送外单位"
        case .leadDepartment: "报属地党委政府明确牵头部门"
        }
    }
}

/// Where a referral stands.
package enum ReferralState: String, Sendable, Hashable, CaseIterable, Codable {
    case open, answered, waived

    package var isOpen: Bool { self == .open }

    package var label: String {
        switch self {
        case .open: "待答复"
        case .answered: "已答复"
        case .waived: "不再等待"
        }
    }
}

/// One permitted step of a referral.
package struct ReferralTransition: Hashable, Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case answer, waive
    }

    package var from: ReferralState
    package var step: Step
    package var to: ReferralState

    /// The whole course of a referral; see ``CaseTransition/table``.
    package static let table: [ReferralTransition] = [
        .init(from: .open, step: .answer, to: .answered),
        .init(from: .open, step: .waive, to: .waived),
    ]

    package static func next(from state: ReferralState, on step: Step) -> ReferralState? {
        self.table.first { $0.from == state && $0.step == step }?.to
    }
}

/// What somebody refers to a body outside. It is a record of what was done: nothing leaves the server.
package struct ReferralDraft: Sendable, Hashable, Codable {
    package var kind: ReferralKind
    /// A body outside that the plan names, by key, or any other in words. Nil only where the kind says who it is.
    package var to: String?
    /// What is referred or asked.
    package var text: String

    package init(kind: ReferralKind, to: String? = nil, text: String) {
        self.kind = kind
        self.to = to
        self.text = text
    }

    /// Longest name of a body outside, in characters.
    package static let longestName = 200
}

/// What came back.
package struct ReferralAnswer: Sendable, Hashable, Codable {
    package var text: String
    /// The department that leads, in words; required where that was the question.
    package var lead: String?

    package init(text: String, lead: String? = nil) {
        self.text = text
        self.lead = lead
    }
}

/// A referral as the rules need it.
package struct ReferralRecord: Sendable, Hashable {
    package var id: ReferralID
    package var ref: String
    package var kind: ReferralKind
    /// The body outside, by name.
    package var to: String
    package var state: ReferralState
    package var referredAt: Date
    package var closedAt: Date?
    package var version: Int

    package init(
        id: ReferralID, ref: String, kind: ReferralKind, to: String, state: ReferralState, referredAt: Date,
        closedAt: Date? = nil, version: Int = 1
    ) {
        self.id = id
        self.ref = ref
        self.kind = kind
        self.to = to
        self.state = state
        self.referredAt = referredAt
        self.closedAt = closedAt
        self.version = version
    }
}
