/// How this door names a feedback, which has no ref of its own: `A-000412-F2` is the second of assignment `A-000412`.
package struct FeedbackRef: Sendable, Hashable {
    package var assignment: String
    /// Nil when the text names an assignment only.
    package var number: Int?

    package init(assignment: String, number: Int) {
        self.assignment = assignment
        self.number = number
    }

    package init(_ text: String) {
        let parts = text.split(separator: "-")
        if parts.count > 1, let last = parts.last, last.hasPrefix("F"), let number = Int(last.dropFirst()) {
            self.assignment = parts.dropLast().joined(separator: "-")
            self.number = number
        } else {
            self.assignment = text
        }
    }

    package var text: String {
        self.number.map { "\(self.assignment)-F\($0)" } ?? self.assignment
    }
}
