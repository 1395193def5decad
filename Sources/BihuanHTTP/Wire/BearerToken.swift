/// The token of a session as a client presents it: `bhs_<city>_<43 characters of base64url>`.
package struct BearerToken: Hashable, Sendable {
    /// The whole text; the database compares its SHA-256.
    package let text: String

    /// Reads `Authorization: Bearer <token>` (RFC 6750 §2.1); nil for everything else.
    ///
    /// Only the shape is looked at, so that nothing but a possible token reaches the database.
    package init?(authorization header: String?) {
        guard let header else { return nil }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        self.init(parts[1])
    }

    package init?(_ text: some StringProtocol) {
        let isTokenByte = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard text.utf8.starts(with: "bhs_".utf8), (16...128).contains(text.utf8.count),
            text.utf8.allSatisfy(isTokenByte)
        else { return nil }
        self.text = String(text)
    }
}
