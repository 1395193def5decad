/// The name under which a client may send the same write again.
///
/// A structured-field string `"…"` (RFC 9651 §3.3.3, as draft-ietf-httpapi-idempotency-key-header-07 asks) or the bare
/// text; 1 to 255 visible ASCII characters without blanks.
package struct IdempotencyKey: Hashable, Sendable {
    package let text: String

    /// Reads the header's value, or nil if it is none.
    package init?(header: String) {
        var bytes = Array(Substring(header).trimmingBlanks.utf8)
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        if bytes.first == quote {
            guard bytes.count >= 2, bytes.last == quote else { return nil }
            var plain: [UInt8] = []
            var isEscaped = false
            for byte in bytes.dropFirst().dropLast() {
                if isEscaped {
                    guard byte == quote || byte == backslash else { return nil }
                    plain.append(byte)
                    isEscaped = false
                } else if byte == backslash {
                    isEscaped = true
                } else if byte == quote {
                    return nil
                } else {
                    plain.append(byte)
                }
            }
            guard !isEscaped else { return nil }
            bytes = plain
        } else if bytes.contains(quote) {
            return nil
        }
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }
}
