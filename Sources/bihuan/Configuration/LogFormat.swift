/// How a log line is written.
enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line, for programs.
    case json
    /// For people.
    case text
}
