import HTTPTypes

extension HTTPField.Name {
    static let acceptPost = HTTPField.Name("Accept-Post")!
    static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy")!
    static let host = HTTPField.Name("Host")!
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed")!
    static let link = HTTPField.Name("Link")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
}
