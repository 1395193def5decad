package import BihuanStore

/// Takes one request to its receiver.
package protocol WebhookSender: Sendable {
    /// Sends once; never throws, never follows a redirect, and ends within the request's time.
    func send(_ request: WebhookRequest) async -> WebhookAnswer
}

/// A POST with a JSON body.
package struct WebhookRequest: Sendable, Hashable {
    package var target: WebhookTarget
    /// Names in lower case; `host`, `content-length` and `connection` are the sender's.
    package var fields: [Field]
    package var body: [UInt8]

    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(target: WebhookTarget, fields: [Field], body: [UInt8]) {
        self.target = target
        self.fields = fields
        self.body = body
    }
}

/// What came of a request.
package enum WebhookAnswer: Sendable, Hashable {
    /// The receiver answered; `retryAfter` as it stood in the field.
    case status(Int, retryAfter: String?)
    /// No answer: the target is not allowed, cannot be reached, or was silent. In words for operators.
    case failed(String)
    /// The server is stopping and did not wait for the answer.
    case abandoned
}
