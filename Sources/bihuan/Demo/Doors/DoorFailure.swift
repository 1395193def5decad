/// A door answered otherwise than it should have.
struct DoorFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked for, e.g. `POST /api/v1/cases` or `CASE ASSIGN`.
    var request: String
    /// HTTP status or line reply code; 0: no answer.
    var status: Int
    /// What the door said about it.
    var detail: String

    var description: String { "\(self.request) → \(self.status) \(self.detail)" }
}
