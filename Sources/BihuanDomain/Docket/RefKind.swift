/// What kind of object a ref names: `HRB-2026-000123`, `A-000412`, `D-000007`, `W-000003`, `X-000001`, `F-000001`; of a drill
/// `DRL-2026-000001`, `DRL-A-000001`.
package enum RefKind: Sendable, Hashable {
    case record, assignment, supervision, warning, dispute, referral

    /// By what stands before the number; anything else may be a case's.
    package init(_ ref: String) {
        switch ref.split(separator: "-").dropLast().last {
        case "A": self = .assignment
        case "D": self = .supervision
        case "W": self = .warning
        case "X": self = .dispute
        case "F": self = .referral
        default: self = .record
        }
    }
}
