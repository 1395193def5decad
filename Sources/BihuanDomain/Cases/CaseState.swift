/// Where a case stands.
package enum CaseState: String, Sendable, CaseIterable, Codable {
    case registered, graded, assigned, accepted, concluded, dismissed, archived
    /// Taken up into another case (并案), and frozen until that is undone.
    case merged

    package var isOpen: Bool {
        switch self {
        case .registered, .graded, .assigned, .accepted: true
        case .concluded, .dismissed, .archived, .merged: false
        }
    }

    /// 已登记, 已定级, 办理中 …
    package var label: String {
        switch self {
        case .registered: "已登记"
        case .graded: "已定级"
        case .assigned: "办理中"
        case .accepted: "已核验"
        case .concluded: "已办结"
        case .dismissed: "不予受理"
        case .archived: "已归档"
        case .merged: "已并案"
        }
    }
}
