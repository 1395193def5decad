/// Tells whether bytes have the shape of GB 18030, across pieces. Whether a character is assigned only iconv knows.
struct GB18030Check {
    private enum State {
        case ground
        /// After the first byte of two or four.
        case second
        case third
        case fourth
    }

    private var state = State.ground

    var isWhole: Bool { self.state == .ground }

    /// Takes one byte; false if it cannot stand there. After that, start anew.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        switch (self.state, byte) {
        case (.ground, 0x00...0x7F): return true
        case (.ground, 0x81...0xFE): self.state = .second
        case (.second, 0x30...0x39): self.state = .third
        case (.second, 0x40...0x7E), (.second, 0x80...0xFE): self.state = .ground
        case (.third, 0x81...0xFE): self.state = .fourth
        case (.fourth, 0x30...0x39): self.state = .ground
        default: return false
        }
        return true
    }

    /// Offset of the first byte of the first character that is none; nil if all are right.
    static func firstFault(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var check = GB18030Check()
        var begun = 0
        for index in bytes.indices {
            if check.isWhole { begun = index }
            if !check.take(bytes[index]) { return begun }
        }
        return check.isWhole ? nil : begun
    }
}
