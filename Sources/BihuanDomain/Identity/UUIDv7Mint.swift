package import struct Foundation.Date
package import struct Foundation.UUID

/// Makes UUIDv7 values (RFC 9562 §5.7) from a time and random bits that are given to it.
///
/// Values of one mint ascend: the 12 bits after the millisecond count up, and the clock is never followed backwards.
package struct UUIDv7Mint: Sendable {
    private var millisecond: UInt64
    private var counter: UInt16
    private var state: UInt64

    /// - Parameters:
    ///   - now: the time to put into the values.
    ///   - seed: random bits; the same seed and time give the same values.
    package init(now: Date, seed: UInt64) {
        self.millisecond = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        self.state = seed
        self.counter = 0
        // Half of the counter's range stays free, so counting up rarely needs the next millisecond.
        self.counter = UInt16(truncatingIfNeeded: self.random() & 0x7FF)
    }

    /// A mint for the running program, seeded by the system's random source.
    package init(now: Date) {
        self.init(now: now, seed: UInt64.random(in: .min ... .max))
    }

    /// The next value.
    package mutating func next() -> UUID {
        if self.counter == 0xFFF {
            self.millisecond += 1
            self.counter = 0
        } else {
            self.counter += 1
        }
        let time = self.millisecond
        let tail = self.random()
        return UUID(
            uuid: (
                UInt8(truncatingIfNeeded: time >> 40), UInt8(truncatingIfNeeded: time >> 32),
                UInt8(truncatingIfNeeded: time >> 24), UInt8(truncatingIfNeeded: time >> 16),
                UInt8(truncatingIfNeeded: time >> 8), UInt8(truncatingIfNeeded: time),
                0x70 | UInt8(truncatingIfNeeded: self.counter >> 8), UInt8(truncatingIfNeeded: self.counter),
                0x80 | UInt8(truncatingIfNeeded: tail >> 56) & 0x3F, UInt8(truncatingIfNeeded: tail >> 48),
                UInt8(truncatingIfNeeded: tail >> 40), UInt8(truncatingIfNeeded: tail >> 32),
                UInt8(truncatingIfNeeded: tail >> 24), UInt8(truncatingIfNeeded: tail >> 16),
                UInt8(truncatingIfNeeded: tail >> 8), UInt8(truncatingIfNeeded: tail)
            )
        )
    }

    /// The next value as an identity of some kind.
    package mutating func next<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(rawValue: self.next())
    }

    /// SplitMix64: enough to spread 64 seeded bits; nothing secret rests on these values.
    private mutating func random() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
