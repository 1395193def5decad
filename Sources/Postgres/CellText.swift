import struct FoundationEssentials.UUID

/// Parsers of the text format, working on libpq's memory without a copy.
enum CellText {
    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let first = unsafe bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        guard index < bytes.count else { return nil }
        // Counted downwards, because the least integer has no positive twin.
        var value: Int64 = 0
        while index < bytes.count {
            let digit = unsafe bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, underflow) = shifted.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !underflow else { return nil }
            value = next
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// 36 characters, either case.
    static func uuid(_ bytes: UnsafeRawBufferPointer) -> UUID? {
        guard bytes.count == 36 else { return nil }
        var value: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<36 {
            let byte = unsafe bytes[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Self.hexDigit(byte) else { return nil }
            if digits < 16 {
                value.0 = value.0 << 4 | UInt64(digit)
            } else {
                value.1 = value.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        return UUID(
            uuid: (
                byte(value.0, 0), byte(value.0, 1), byte(value.0, 2), byte(value.0, 3),
                byte(value.0, 4), byte(value.0, 5), byte(value.0, 6), byte(value.0, 7),
                byte(value.1, 0), byte(value.1, 1), byte(value.1, 2), byte(value.1, 3),
                byte(value.1, 4), byte(value.1, 5), byte(value.1, 6), byte(value.1, 7)
            )
        )
    }

    /// `\x` and two hex digits a byte: the session's `bytea_output` is `hex`.
    static func bytea(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        guard bytes.count >= 2, bytes.count.isMultiple(of: 2),
            unsafe bytes[0] == UInt8(ascii: "\\"), unsafe bytes[1] == UInt8(ascii: "x")
        else { return nil }
        var value: [UInt8] = []
        value.reserveCapacity(bytes.count / 2 - 1)
        for index in stride(from: 2, to: bytes.count, by: 2) {
            guard let high = unsafe Self.hexDigit(bytes[index]), let low = unsafe Self.hexDigit(bytes[index + 1])
            else { return nil }
            value.append(high << 4 | low)
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
