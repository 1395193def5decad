import Crypto
import Foundation

/// The signature of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`.
package enum WebhookSignature {
    /// The `webhook-signature` field: one `v1,<base64>` for each secret, with a blank between, so that a receiver that
    /// knows either secret accepts the delivery while one replaces the other.
    package static func field(id: String, timestamp: Int, body: [UInt8], secrets: [[UInt8]]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
            return "v1,\(Data(code).base64EncodedString())"
        }.joined(separator: " ")
    }
}
