/// Why a command ended without doing its work: what the person at the terminal reads, and what a script gets.
struct CommandFailure: Error, Hashable, Sendable {
    var status: ExitStatus
    /// One or more lines for people; says what to do about it where something can be done.
    var message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
