import Foundation
import NIOCore

/// The bytes of an IP address: 4, or 16 where it is none of the forms that carry an IPv4 address.
package struct InternetAddress: Sendable, Hashable {
    package let bytes: [UInt8]

    /// An IPv4 address in the clothes of IPv6 (`::ffff:a.b.c.d`, and NAT64's `64:ff9b::a.b.c.d`) is that IPv4 address.
    package init(_ bytes: [UInt8]) {
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8)
        if bytes.count == 16, bytes.starts(with: mapped) || bytes.starts(with: translated) {
            self.bytes = Array(bytes.suffix(4))
        } else {
            self.bytes = bytes
        }
    }

    /// An address written out in full; nil for anything else, short and octal forms too.
    package init?(_ text: String) {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 {
                self.init(bytes)
                return
            }
        }
        return nil
    }

    /// Nil for a Unix socket.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(text)
    }

    /// How far an address reaches.
    package enum Reach: Sendable, Hashable {
        /// This machine, its links, groups, and what is not to be used: nothing a message is ever meant for.
        case special
        /// Somebody's own network.
        case intranet
        case everywhere
    }

    package var reach: Reach {
        if AddressRange.special.contains(where: { $0.contains(self) }) { return .special }
        return AddressRange.intranet.contains { $0.contains(self) } ? .intranet : .everywhere
    }
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`.
package struct AddressRange: Sendable, Hashable {
    private let prefix: [UInt8]
    private let bits: Int

    package init(_ prefix: [UInt8], bits: Int) {
        self.prefix = prefix
        self.bits = bits
    }

    package func contains(_ address: InternetAddress) -> Bool {
        guard address.bytes.count == self.prefix.count else { return false }
        for index in self.prefix.indices {
            let significant = min(8, max(0, self.bits - 8 * index))
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> significant)
            if address.bytes[index] & mask != self.prefix[index] & mask { return false }
        }
        return true
    }

    /// RFC 6890: this network, loopback, link-local, multicast, reserved; the same of IPv6.
    static let special: [AddressRange] = [
        AddressRange([0, 0, 0, 0], bits: 8), AddressRange([127, 0, 0, 0], bits: 8),
        AddressRange([169, 254, 0, 0], bits: 16), AddressRange([224, 0, 0, 0], bits: 4),
        AddressRange([240, 0, 0, 0], bits: 4),
        // Where clouds tell a machine its own secrets, in the midst of what may be an intranet.
        AddressRange([100, 100, 100, 200], bits: 32),
        AddressRange(Self.six([0xFD, 0x00, 0x0E, 0xC2]), bits: 32),
        // IPv4 in further clothes: local NAT64 (RFC 8215), 6to4 and Teredo. Nobody has a webhook there.
        AddressRange(Self.six([0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]), bits: 48),
        AddressRange(Self.six([0x20, 0x02]), bits: 16), AddressRange(Self.six([0x20, 0x01, 0x00, 0x00]), bits: 32),
        // ::/96 holds the unspecified address, loopback and the long retired IPv4-compatible ones.
        AddressRange(Self.six([]), bits: 96), AddressRange(Self.six([0xFE, 0x80]), bits: 10),
        AddressRange(Self.six([0xFF]), bits: 8),
    ]

    static let intranet: [AddressRange] = [
        AddressRange([10, 0, 0, 0], bits: 8), AddressRange([172, 16, 0, 0], bits: 12),
        AddressRange([192, 168, 0, 0], bits: 16), AddressRange([100, 64, 0, 0], bits: 10),
        AddressRange([198, 18, 0, 0], bits: 15), AddressRange([192, 0, 0, 0], bits: 24),
        AddressRange(Self.six([0xFC]), bits: 7), AddressRange(Self.six([0xFE, 0xC0]), bits: 10),
    ]

    private static func six(_ head: [UInt8]) -> [UInt8] { head + Array(repeating: 0, count: 16 - head.count) }
}
