/// Reads JSON strictly (RFC 8259, with the gaps that it leaves to the reader closed).
///
/// Foundation's two readers disagree on repeated names and both take trailing commas, byte order marks and UTF-16, so
/// what one component checked another could read differently. This is the only reader in the process. It refuses what
/// ``JSONFault/Code`` lists, and stops at the first fault.
package struct JSONParser {
    /// Levels of arrays and objects within each other.
    package static let depthLimit = 32
    /// A longer number is refused unread.
    static let numberLengthLimit = 64

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads one document that fills `bytes`.
    package static func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes)
        return try parser.document()
    }

    private mutating func document() throws(JSONFault) -> JSONValue {
        let root = JSONPointer()
        let start = self.bytes.prefix(4)
        if start.starts(with: [0xEF, 0xBB, 0xBF]) || start.starts(with: [0xFE, 0xFF])
            || start.starts(with: [0xFF, 0xFE])
            || start.starts(with: [0x00, 0x00, 0xFE, 0xFF])
        {
            throw JSONFault(.byteOrderMark, at: 0, in: root)
        }
        if let offset = UTF8Check.firstFault(in: self.bytes) {
            throw JSONFault(.notUTF8, at: offset, in: root)
        }
        if let offset = self.bytes.firstIndex(of: 0) {
            throw JSONFault(.nul, at: offset, in: root)
        }
        self.skipSpace()
        guard self.index < self.bytes.count else { throw JSONFault(.empty, at: self.index, in: root) }
        let value = try self.value(root)
        self.skipSpace()
        guard self.index == self.bytes.count else { throw JSONFault(.trailingBytes, at: self.index, in: root) }
        return value
    }

    private mutating func value(_ pointer: JSONPointer) throws(JSONFault) -> JSONValue {
        guard let byte = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
        switch byte {
        case UInt8(ascii: "{"): return try self.object(pointer)
        case UInt8(ascii: "["): return try self.array(pointer)
        case UInt8(ascii: "\""): return .string(try self.string(pointer))
        case UInt8(ascii: "t"):
            try self.word("true", pointer)
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.word("false", pointer)
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.word("null", pointer)
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number(pointer)
        default: throw JSONFault(.syntax, at: self.index, in: pointer)
        }
    }

    private mutating func object(_ pointer: JSONPointer) throws(JSONFault) -> JSONValue {
        try self.descend(pointer)
        var members: [JSONObject.Member] = []
        // String equality folds canonically equivalent spellings: two spellings of one name are a repetition too.
        var names: Set<String> = []
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) {
            self.depth -= 1
            return .object(JSONObject())
        }
        while true {
            self.skipSpace()
            let start = self.index
            guard let byte = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
            guard byte == UInt8(ascii: "\"") else {
                let code: JSONFault.Code = byte == UInt8(ascii: "}") ? .trailingComma : .syntax
                throw JSONFault(code, at: self.index, in: pointer)
            }
            let name = try self.string(pointer)
            let place = pointer.member(name)
            guard names.insert(name).inserted else { throw JSONFault(.duplicateKey, at: start, in: place) }
            self.skipSpace()
            try self.expect(UInt8(ascii: ":"), place)
            self.skipSpace()
            members.append(JSONObject.Member(name: name, value: try self.value(place)))
            self.skipSpace()
            if self.take(UInt8(ascii: ",")) { continue }
            try self.expect(UInt8(ascii: "}"), pointer)
            self.depth -= 1
            return .object(JSONObject(members: members))
        }
    }

    private mutating func array(_ pointer: JSONPointer) throws(JSONFault) -> JSONValue {
        try self.descend(pointer)
        var elements: [JSONValue] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) {
            self.depth -= 1
            return .array([])
        }
        while true {
            self.skipSpace()
            if self.peek == UInt8(ascii: "]") { throw JSONFault(.trailingComma, at: self.index, in: pointer) }
            elements.append(try self.value(pointer.element(elements.count)))
            self.skipSpace()
            if self.take(UInt8(ascii: ",")) { continue }
            try self.expect(UInt8(ascii: "]"), pointer)
            self.depth -= 1
            return .array(elements)
        }
    }

    /// Reads a string from its opening quote to its closing one.
    private mutating func string(_ pointer: JSONPointer) throws(JSONFault) -> String {
        self.index += 1
        var text: [UInt8] = []
        while true {
            guard let byte = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
            switch byte {
            case UInt8(ascii: "\""):
                self.index += 1
                // The whole body is UTF-8, and only whole scalars were added.
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(try self.escape(pointer)).utf8)
            case 0..<0x20:
                throw JSONFault(.controlCharacter, at: self.index, in: pointer)
            default:
                text.append(byte)
                self.index += 1
            }
        }
    }

    private mutating func escape(_ pointer: JSONPointer) throws(JSONFault) -> Unicode.Scalar {
        let start = self.index
        self.index += 1
        guard let byte = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONFault(.escape, at: start, in: pointer)
        }
        let high = try self.hexQuad(pointer)
        if let scalar = Unicode.Scalar(high) {
            if scalar == "\0" { throw JSONFault(.nul, at: start, in: pointer) }
            return scalar
        }
        guard high < 0xDC00, self.peek == UInt8(ascii: "\\"), self.peek(1) == UInt8(ascii: "u") else {
            throw JSONFault(.loneSurrogate, at: start, in: pointer)
        }
        self.index += 2
        let low = try self.hexQuad(pointer)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        else {
            throw JSONFault(.loneSurrogate, at: start, in: pointer)
        }
        return scalar
    }

    private mutating func hexQuad(_ pointer: JSONPointer) throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONFault(.escape, at: self.index, in: pointer)
            }
            value = value << 4 | UInt16(digit)
            self.index += 1
        }
        return value
    }

    private mutating func number(_ pointer: JSONPointer) throws(JSONFault) -> JSONValue {
        let start = self.index
        var isInteger = true
        _ = self.take(UInt8(ascii: "-"))
        if self.take(UInt8(ascii: "0")) {
            if let byte = self.peek, Self.isDigit(byte) { throw JSONFault(.number, at: start, in: pointer) }
        } else {
            try self.digits(from: start, pointer)
        }
        if self.take(UInt8(ascii: ".")) {
            isInteger = false
            try self.digits(from: start, pointer)
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isInteger = false
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            try self.digits(from: start, pointer)
        }
        let text = self.bytes[start..<self.index]
        guard text.count <= Self.numberLengthLimit else { throw JSONFault(.numberRange, at: start, in: pointer) }
        let written = String(decoding: text, as: UTF8.self)
        if isInteger {
            guard let integer = Int64(written) else { throw JSONFault(.numberRange, at: start, in: pointer) }
            return .integer(integer)
        }
        guard let decimal = Double(written), decimal.isFinite else {
            throw JSONFault(.numberRange, at: start, in: pointer)
        }
        return .decimal(decimal)
    }

    private mutating func digits(from start: Int, _ pointer: JSONPointer) throws(JSONFault) {
        guard let byte = self.peek, Self.isDigit(byte) else { throw JSONFault(.number, at: start, in: pointer) }
        while let byte = self.peek, Self.isDigit(byte) { self.index += 1 }
    }

    private mutating func word(_ word: StaticString, _ pointer: JSONPointer) throws(JSONFault) {
        let start = self.index
        let length = word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: length)
        guard self.bytes[start...].prefix(length).elementsEqual(expected) else {
            throw JSONFault(.syntax, at: start, in: pointer)
        }
        self.index += length
    }

    private mutating func descend(_ pointer: JSONPointer) throws(JSONFault) {
        guard self.depth < Self.depthLimit else { throw JSONFault(.tooDeep, at: self.index, in: pointer) }
        self.depth += 1
        self.index += 1
    }

    private mutating func expect(_ byte: UInt8, _ pointer: JSONPointer) throws(JSONFault) {
        guard let found = self.peek else { throw JSONFault(.truncated, at: self.index, in: pointer) }
        guard found == byte else { throw JSONFault(.syntax, at: self.index, in: pointer) }
        self.index += 1
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.index += 1 }
    }

    private var peek: UInt8? { self.peek(0) }

    private func peek(_ ahead: Int) -> UInt8? {
        self.index + ahead < self.bytes.count ? self.bytes[self.index + ahead] : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
