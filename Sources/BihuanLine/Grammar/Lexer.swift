/// Cuts a line into arguments: `arg = [name "="] (atom / quoted)`.
///
/// It works on octets: in Swift a quote and a combining mark are one character, and CR LF is one too.
struct Lexer {
    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ line: String, from offset: Int = 0) {
        self.bytes = Array(line.utf8)
        self.offset = offset
    }

    /// The place of the next octet, counted from 1.
    var position: Int { self.offset + 1 }

    /// The next word of letters and digits in capitals, e.g. the verb; nil when none begins here.
    mutating func keyword() -> (word: String, position: Int)? {
        self.skipBlanks()
        let start = self.offset
        var end = start
        while end < self.bytes.count, !Self.isBlank(self.bytes[end]) { end += 1 }
        guard end > start, self.bytes[start..<end].allSatisfy(Self.isNameOctet) else { return nil }
        self.offset = end
        return (String(decoding: self.bytes[start..<end], as: UTF8.self).uppercased(), start + 1)
    }

    /// What is left of the line after exactly one blank, untouched.
    func rest() -> String {
        guard self.offset < self.bytes.count else { return "" }
        return String(decoding: self.bytes[(self.offset + 1)...], as: UTF8.self)
    }

    mutating func next() throws(GrammarFault) -> Token? {
        self.skipBlanks()
        guard self.offset < self.bytes.count else { return nil }
        let start = self.offset
        let name = try self.name()
        if let name {
            guard self.offset < self.bytes.count, !Self.isBlank(self.bytes[self.offset]) else {
                throw GrammarFault(.valueMissing, at: self.position, name: name)
            }
        }
        let value: String
        if self.bytes[self.offset] == UInt8(ascii: "\"") {
            value = try self.quoted(name: name)
        } else {
            value = try self.atom(name: name)
        }
        return Token(name: name, value: value, position: start + 1)
    }

    private mutating func skipBlanks() {
        while self.offset < self.bytes.count, Self.isBlank(self.bytes[self.offset]) { self.offset += 1 }
    }

    /// A name is letters, digits, `_` and `-`, a letter first, up to an equals sign.
    private mutating func name() throws(GrammarFault) -> String? {
        var end = self.offset
        while end < self.bytes.count, Self.isNameOctet(self.bytes[end]) { end += 1 }
        guard end > self.offset, end < self.bytes.count, self.bytes[end] == UInt8(ascii: "="),
            Self.isLetter(self.bytes[self.offset])
        else { return nil }
        let name = self.bytes[self.offset..<end]
        let text = String(decoding: name, as: UTF8.self)
        if name.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) {
            throw GrammarFault(.nameNotLowerCase, at: self.position, name: text, expected: text.lowercased())
        }
        self.offset = end + 1
        return text
    }

    private mutating func atom(name: String?) throws(GrammarFault) -> String {
        let start = self.offset
        while self.offset < self.bytes.count, !Self.isBlank(self.bytes[self.offset]) {
            if self.bytes[self.offset] == UInt8(ascii: "\"") {
                throw GrammarFault(.quoteMisplaced, at: self.position, name: name)
            }
            self.offset += 1
        }
        return String(decoding: self.bytes[start..<self.offset], as: UTF8.self)
    }

    private mutating func quoted(name: String?) throws(GrammarFault) -> String {
        let opening = self.position
        self.offset += 1
        var value: [UInt8] = []
        while self.offset < self.bytes.count {
            let byte = self.bytes[self.offset]
            self.offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard self.offset == self.bytes.count || Self.isBlank(self.bytes[self.offset]) else {
                    throw GrammarFault(.quoteFollowed, at: self.position, name: name)
                }
                return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                value.append(try self.escaped(name: name, opening: opening))
            default:
                value.append(byte)
            }
        }
        throw GrammarFault(.quoteNotClosed, at: opening, name: name)
    }

    private mutating func escaped(name: String?, opening: Int) throws(GrammarFault) -> UInt8 {
        guard self.offset < self.bytes.count else { throw GrammarFault(.quoteNotClosed, at: opening, name: name) }
        let byte = self.bytes[self.offset]
        self.offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        default: throw GrammarFault(.quoteEscape, at: self.offset, name: name)
        }
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isNameOctet(_ byte: UInt8) -> Bool {
        Self.isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
