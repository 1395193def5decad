/// A command as a client means it, whatever number of times it has to say it.
package struct HistoryCommand: Sendable, Hashable, Codable {
    /// The idempotency key; unique in the history.
    package var key: String
    /// A word of letters that the client puts, as ``mark``, into the command's reason, and so into the event.
    ///
    /// It is how a command is found again without believing the key's own row.
    package var tag: String
    /// The part of the log-in before the `@`.
    package var login: String
    /// As in `allowed_actions`: `register`, `assign`, …
    package var verb: String
    /// What it is about, for reports.
    package var target: String
    package var door: String

    package init(key: String, tag: String, login: String, verb: String, target: String, door: String) {
        self.key = key
        self.tag = tag
        self.login = login
        self.verb = verb
        self.target = target
        self.door = door
    }

    /// The tag as it stands in texts.
    package var mark: String { "[k:\(self.tag)]" }

    /// How many events carry the mark when the command was done and changed something.
    package var events: Int { self.verb == "raise" ? 2 : 1 }
}
