/// Reads the text form of a one-dimensional array: `{a,"b \"c\"",NULL}`.
///
/// Grammar: the manual, "Array Input and Output Syntax".
@safe
struct ArrayText {
    enum Item {
        case null
        case text([UInt8])
    }

    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var isFirst = true

    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    /// The next element; nil after the last.
    mutating func next() throws(CellFault) -> Item? {
        if self.isFirst {
            self.isFirst = false
            guard self.take() == UInt8(ascii: "{") else { throw Self.fault }
            if self.peek() == UInt8(ascii: "}") { return nil }
        } else {
            switch self.take() {
            case UInt8(ascii: ","): break
            case UInt8(ascii: "}"): return nil
            default: throw Self.fault
            }
        }
        return self.peek() == UInt8(ascii: "\"") ? try self.quoted() : try self.bare()
    }

    private mutating func quoted() throws(CellFault) -> Item {
        _ = self.take()
        var text: [UInt8] = []
        while let byte = self.take() {
            switch byte {
            case UInt8(ascii: "\""): return .text(text)
            case UInt8(ascii: "\\"):
                guard let escaped = self.take() else { throw Self.fault }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        throw Self.fault
    }

    private mutating func bare() throws(CellFault) -> Item {
        var text: [UInt8] = []
        while let byte = self.peek(), byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
            // A brace here opens a second dimension, which nothing here uses.
            guard byte != UInt8(ascii: "{") else { throw Self.fault }
            text.append(byte)
            self.index += 1
        }
        guard !text.isEmpty else { throw Self.fault }
        return text == Array("NULL".utf8) ? .null : .text(text)
    }

    private func peek() -> UInt8? {
        unsafe self.index < self.bytes.count ? self.bytes[self.index] : nil
    }

    private mutating func take() -> UInt8? {
        guard let byte = self.peek() else { return nil }
        self.index += 1
        return byte
    }

    private static let fault = CellFault("is not the text of a one-dimensional array")
}
