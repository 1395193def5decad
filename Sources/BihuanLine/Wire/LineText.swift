package import NIOCore

/// Turns the bytes of a line into text, strictly.
package enum LineText {
    /// The line as text.
    ///
    /// - Throws: the first fault, with its place.
    package static func decode(_ line: ByteBuffer) throws(LineFault) -> String {
        let bytes = line.readableBytesView
        if let nul = bytes.firstIndex(of: 0) { throw .nul(at: nul - bytes.startIndex + 1) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalidUTF8(at: Self.firstInvalid(bytes) + 1)
        }
        if let mark = Self.firstMark(bytes) { throw .byteOrderMark(at: mark + 1) }
        return text
    }

    /// Offset of the first octet that does not begin a well-formed sequence.
    private static func firstInvalid(_ bytes: ByteBufferView) -> Int {
        var offset = 0
        while offset < bytes.count {
            // A well-formed sequence is 1 to 4 octets; the shortest prefix that decodes is the sequence itself.
            let rest = bytes.dropFirst(offset)
            guard let length = (1...4).first(where: { String(validating: rest.prefix($0), as: UTF8.self) != nil })
            else { return offset }
            offset += length
        }
        return offset
    }

    /// Offset of the first U+FEFF (EF BB BF).
    private static func firstMark(_ bytes: ByteBufferView) -> Int? {
        var search = bytes[...]
        while let start = search.firstIndex(of: 0xEF) {
            let mark = bytes[start...].prefix(3)
            if mark.elementsEqual([0xEF, 0xBB, 0xBF]) { return start - bytes.startIndex }
            search = bytes[(start + 1)...]
        }
        return nil
    }
}
