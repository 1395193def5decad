import Glibc

/// Turns the bytes of fields into text, strictly: what is not in the encoding is refused, never replaced.
///
/// GB18030 goes through the C library's iconv, one field at a time, so memory stays flat. Not to be shared between
/// tasks.
package final class RecordDecoder {
    /// Bytes that are not text.
    package struct Fault: Error, Hashable, Sendable {
        /// Offset from the first byte that was given.
        package var offset: Int

        package init(offset: Int) {
            self.offset = offset
        }
    }

    package let encoding: TextEncoding
    private let converter: iconv_t?
    private var scratch: [UInt8] = []
    private var output: [UInt8] = []

    package init(_ encoding: TextEncoding) throws(ImportError) {
        self.encoding = encoding
        switch encoding {
        case .utf8:
            self.converter = nil
        case .gb18030:
            let converter = iconv_open("UTF-8", "GB18030")
            // iconv_open answers (iconv_t)-1 when the C library lacks the conversion.
            guard let converter, Int(bitPattern: converter) != -1 else { throw .unsupportedEncoding("GB18030") }
            self.converter = converter
        }
    }

    deinit {
        if let converter { iconv_close(converter) }
    }

    /// Offset of the first byte of a record that cannot be text; nil if its shape is right.
    package func firstFault(in record: UnsafeBufferPointer<UInt8>) -> Int? {
        switch self.encoding {
        case .utf8: UTF8Check.firstFault(in: record)
        case .gb18030: GB18030Check.firstFault(in: record)
        }
    }

    /// The text of one field.
    ///
    /// - Parameter hasDoubledQuotes: Whether `""` stands for `"`.
    package func text(_ bytes: UnsafeBufferPointer<UInt8>, hasDoubledQuotes: Bool) throws(Fault) -> String {
        if hasDoubledQuotes {
            self.scratch.removeAll(keepingCapacity: true)
            var isFirst = true
            for byte in bytes {
                if byte == UInt8(ascii: "\"") {
                    isFirst.toggle()
                    if isFirst { continue }
                }
                self.scratch.append(byte)
            }
            return try self.scratch.withUnsafeBufferPointer { (single) throws(Fault) -> String in
                try self.decoded(single)
            }
        }
        return try self.decoded(bytes)
    }

    private func decoded(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) -> String {
        guard let converter else {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Fault(offset: UTF8Check.firstFault(in: bytes) ?? 0)
            }
            return text
        }
        // Numbers and codes are the same in both.
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        // Two bytes become three at most, four become four.
        let room = bytes.count * 2 + 16
        if self.output.count < room { self.output = [UInt8](repeating: 0, count: room) }
        var left = bytes.count
        var free = room
        iconv(converter, nil, nil, nil, nil)
        let isConverted = self.output.withUnsafeMutableBufferPointer { output in
            output.withMemoryRebound(to: CChar.self) { output in
                bytes.withMemoryRebound(to: CChar.self) { input in
                    var from = UnsafeMutablePointer(mutating: input.baseAddress)
                    var to = output.baseAddress
                    return iconv(converter, &from, &left, &to, &free) != -1 && left == 0
                }
            }
        }
        guard isConverted else { throw Fault(offset: bytes.count - left) }
        return String(decoding: self.output[0..<(room - free)], as: UTF8.self)
    }
}
