/// Tells whether bytes are UTF-8 (RFC 3629), across pieces.
struct UTF8Check {
    /// Continuation bytes still to come, and the range of the next.
    private var pending = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// Whether no character is begun and not ended.
    var isWhole: Bool { self.pending == 0 }

    /// Takes one byte; false if it cannot stand there. After that, start anew.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        if self.pending > 0 {
            guard byte >= self.low && byte <= self.high else { return false }
            self.pending -= 1
            self.low = 0x80
            self.high = 0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: self.pending = 1
        case 0xE0: (self.pending, self.low) = (2, 0xA0)
        case 0xED: (self.pending, self.high) = (2, 0x9F)
        case 0xE1...0xEF: self.pending = 2
        case 0xF0: (self.pending, self.low) = (3, 0x90)
        case 0xF4: (self.pending, self.high) = (3, 0x8F)
        case 0xF1...0xF3: self.pending = 3
        default: return false
        }
        return true
    }

    /// Offset of the first byte of the first character that is none; nil if all are right.
    static func firstFault(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var check = UTF8Check()
        var begun = 0
        for index in bytes.indices {
            if check.isWhole { begun = index }
            if !check.take(bytes[index]) { return begun }
        }
        return check.isWhole ? nil : begun
    }
}
