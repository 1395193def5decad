/// A refusal as this door tells it (RFC 9457).
package struct Problem: Error, Hashable, Sendable {
    package var kind: ProblemKind
    /// What precisely happened; stable, safe for a client to branch on.
    package var code: String
    package var detail: Phrase
    /// Every fault of the request that was found.
    package var errors: [RequestFault] = []
    /// The verbs that would be allowed now; nil where the question does not arise.
    package var allowedActions: [String]?
    /// The representation that stands now, as JSON, for a stale version.
    package var current: [UInt8]?
    /// Methods for the `Allow` header.
    package var allow: [String] = []
    /// Seconds for the `Retry-After` header.
    package var retryAfter: Int?

    package init(_ kind: ProblemKind, code: String, detail: Phrase) {
        self.kind = kind
        self.code = code
        self.detail = detail
    }

    /// A problem whose faults speak for themselves: one fault lends its code and detail to the whole.
    package init(_ kind: ProblemKind, faults: [RequestFault]) {
        if let only = faults.first, faults.count == 1 {
            self.init(kind, code: only.code, detail: only.detail)
        } else {
            self.init(
                kind,
                code: "request.invalid",
                detail: Phrase(zh: "共有 \(faults.count) 处错误", en: "There are \(faults.count) faults.")
            )
        }
        self.errors = faults
    }
}
