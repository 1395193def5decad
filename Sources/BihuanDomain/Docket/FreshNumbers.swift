/// Numbers drawn before a step for what it may make.
package struct FreshNumbers: Sendable, Hashable {
    package var assignmentRef: String
    package var supervisionRef: String
    package var warningRef: String
    package var disputeRef: String
    package var referralRef: String

    /// For a step that makes none of them.
    static let none = FreshNumbers(assignment: 0, supervision: 0)

    /// - Parameter drill: ref of the drill whose step it is, e.g. `DRL-2026-000001`: what a drill makes is numbered in
    ///   series of its own, `DRL-A-000001`. Nil: of a case in earnest.
    package init(
        assignment: Int, supervision: Int, warning: Int = 0, dispute: Int = 0, referral: Int = 0,
        ofDrill drill: String? = nil
    ) {
        let series = drill.map { $0.prefix { $0 != "-" } + "-" } ?? ""
        self.assignmentRef = Self.ref("\(series)A", assignment)
        self.supervisionRef = Self.ref("\(series)D", supervision)
        self.warningRef = Self.ref("\(series)W", warning)
        self.disputeRef = Self.ref("\(series)X", dispute)
        self.referralRef = Self.ref("\(series)F", referral)
    }

    /// `A-000412`: six digits at least, so that refs of one series sort as text for long.
    package static func ref(_ series: String, _ number: Int) -> String {
        let digits = String(number)
        return series + "-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
