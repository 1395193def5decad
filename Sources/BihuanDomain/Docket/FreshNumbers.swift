/// Numbers drawn before a step for what it may make.
package struct FreshNumbers: Sendable, Hashable {
    package var assignmentRef: String
    package var supervisionRef: String

    /// For a step that makes neither.
    static let none = FreshNumbers(assignment: 0, supervision: 0)

    package init(assignment: Int, supervision: Int) {
        self.assignmentRef = Self.ref("A", assignment)
        self.supervisionRef = Self.ref("D", supervision)
    }

    /// `A-000412`: six digits at least, so that refs of one series sort as text for long.
    package static func ref(_ series: String, _ number: Int) -> String {
        let digits = String(number)
        return series + "-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
