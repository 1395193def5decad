package import FoundationEssentials

/// Where a page of a list in order of time ends: the last row's time and identity.
package struct KeysetPosition: Hashable, Sendable {
    package var at: Date
    package var id: UUID

    package init(at: Date, id: UUID) {
        self.at = at
        self.id = id
    }

    /// 8 bytes of microseconds since 1970, 16 bytes of identity.
    package var bytes: [UInt8] {
        let microseconds = Int64((self.at.timeIntervalSince1970 * 1_000_000).rounded())
        return withUnsafeBytes(of: microseconds.bigEndian) { Array($0) }
            + withUnsafeBytes(of: self.id.uuid) { Array($0) }
    }

    package init?(bytes: [UInt8]) {
        guard bytes.count == 24 else { return nil }
        let microseconds = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.at = Date(timeIntervalSince1970: Double(Int64(bitPattern: microseconds)) / 1_000_000)
        let b = Array(bytes.suffix(16))
        self.id = UUID(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
            )
        )
    }
}
