/// 512 short strings of bytes: every byte that is not ASCII, alone and before one to three bytes that could follow it.
package enum ByteStrings {
    package static let all: [[UInt8]] = (UInt8(0x80)...0xFF).flatMap { lead -> [[UInt8]] in
        [[lead], [lead, 0x80], [lead, 0xA0, 0xBF], [lead, 0x90, 0x80, 0x80]]
    }

    /// Whether bytes are UTF-8 without a byte-order mark, by its definition (RFC 3629 §3): decoded without any rule and
    /// encoded again by the one shortest form, they are what they were.
    package static func isText(_ bytes: [UInt8]) -> Bool {
        var index = 0
        var decoded: [UInt32] = []
        while index < bytes.count {
            let lead = bytes[index]
            let (length, bits): (Int, UInt8) =
                switch lead.leadingZeroBitCountOfComplement {
                case 0: (1, lead)
                case 2: (2, lead & 0x1F)
                case 3: (3, lead & 0x0F)
                case 4: (4, lead & 0x07)
                default: (0, 0)
                }
            guard length > 0, index + length <= bytes.count else { return false }
            var value = UInt32(bits)
            for byte in bytes[(index + 1)..<(index + length)] {
                guard byte & 0xC0 == 0x80 else { return false }
                value = value << 6 | UInt32(byte & 0x3F)
            }
            decoded.append(value)
            index += length
        }
        var encoded: [UInt8] = []
        for value in decoded {
            guard let scalar = Unicode.Scalar(value), scalar != "\u{FEFF}" else { return false }
            encoded += Array(String(Character(scalar)).utf8)
        }
        return encoded == bytes
    }
}

extension UInt8 {
    /// How many ones stand in front.
    fileprivate var leadingZeroBitCountOfComplement: Int { (~self).leadingZeroBitCount }
}
