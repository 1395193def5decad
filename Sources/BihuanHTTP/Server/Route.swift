/// One address with one method.
package struct Route: Sendable {
    /// Who may call.
    package enum Access: Hashable, Sendable {
        /// Anybody.
        case open
        /// Only with a session's token; the database decides whether it holds.
        case officer
    }

    package typealias Handler = @Sendable (Call) async throws -> Reply

    package var method: String
    /// The path; `{name}` takes one segment, e.g. `/api/v1/cases/{id}`.
    package var template: String
    package var access: Access
    package var handler: Handler

    package init(_ method: String, _ template: String, _ access: Access = .officer, _ handler: @escaping Handler) {
        self.method = method
        self.template = template
        self.access = access
        self.handler = handler
    }
}
