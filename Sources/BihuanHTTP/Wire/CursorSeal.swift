package import Crypto

/// Makes and checks the opaque cursors of lists.
///
/// A cursor is base64url of the sort key and the first 16 bytes of its HMAC-SHA256 under a key that only the servers
/// hold; the list's name goes into the MAC. So a client can neither make one up nor carry it to another list. A cursor
/// gives no right: what a page shows, the database decides anew.
package struct CursorSeal: Sendable {
    private static let macLength = 16
    private let key: SymmetricKey

    /// - Parameter key: at least 32 bytes, the same on every server of an installation.
    package init(key: SymmetricKey) {
        self.key = key
    }

    /// - Parameters:
    ///   - list: the list that the cursor belongs to, e.g. `cases`.
    package func seal(_ position: [UInt8], list: String) -> String {
        Base64URL.encode(position + self.mac(position, list))
    }

    /// The position, or nil for what this seal has not made for this list.
    package func open(_ cursor: String, list: String) -> [UInt8]? {
        guard let bytes = Base64URL.decode(cursor), bytes.count > Self.macLength else { return nil }
        let position = Array(bytes.dropLast(Self.macLength))
        let expected = self.mac(position, list)
        // In constant time, so that the MAC cannot be found byte by byte.
        let difference = zip(bytes.suffix(Self.macLength), expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? position : nil
    }

    private func mac(_ position: [UInt8], _ list: String) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: self.key)
        hmac.update(data: Array(list.utf8))
        hmac.update(data: [0])
        hmac.update(data: position)
        return Array(hmac.finalize()).prefix(Self.macLength).map { $0 }
    }
}
