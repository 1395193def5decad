import Foundation

/// What one look at the installation came to.
struct Finding: Hashable, Sendable {
    enum Grade: String, Sendable {
        case ok, warn, fail
    }

    var grade: Grade
    /// What was looked at, in two or three words.
    var subject: String
    var text: String
    /// What to do about it; nil where nothing need be done.
    var remedy: String?

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(grade: .ok, subject: subject, text: text)
    }

    static func warn(_ subject: String, _ text: String, _ remedy: String) -> Finding {
        Finding(grade: .warn, subject: subject, text: text, remedy: remedy)
    }

    static func fail(_ subject: String, _ text: String, _ remedy: String) -> Finding {
        Finding(grade: .fail, subject: subject, text: text, remedy: remedy)
    }

    /// `ok    磁盘空间：…`, with the remedy on a line of its own.
    var lines: [String] {
        let grade = self.grade.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
        return ["\(grade) \(self.subject)：\(self.text)"] + (self.remedy.map { ["      → \($0)"] } ?? [])
    }
}
