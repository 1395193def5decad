/// Where an assignment stands.
package enum AssignmentState: String, Sendable, CaseIterable, Codable {
    case assigned, received, forwarded
    case fedBack = "fed_back"
    case accepted, returned, recalled
    /// Over without an answer: what guides or informs has none to give.
    case closed

    /// Somebody still has to act on it.
    package var isOpen: Bool {
        switch self {
        case .assigned, .received, .forwarded, .fedBack: true
        case .accepted, .returned, .recalled, .closed: false
        }
    }

    /// It counts among those that take part in the case.
    package var stands: Bool { self != .returned && self != .recalled }

    package var label: String {
        switch self {
        case .assigned: "待签收"
        case .received: "办理中"
        case .forwarded: "已再转"
        case .fedBack: "待核验"
        case .accepted: "已核验"
        case .returned: "已退回"
        case .recalled: "已撤回"
        case .closed: "已结束"
        }
    }
}

/// A unit's part in a case: 主办, 协办, 指导, 抄告.
package enum AssignmentRole: String, Sendable, CaseIterable, Codable {
    case lead, assist, guide, inform

    /// Whether the unit answers for work of its own: it feeds back, and the case waits for it.
    package var answers: Bool { self == .lead || self == .assist }

    package var label: String {
        switch self {
        case .lead: "主办"
        case .assist: "协办"
        case .guide: "指导"
        case .inform: "抄告"
        }
    }
}
