package import BihuanDomain
package import FoundationEssentials

/// Writes JSON by appending bytes: no tree, no reflection.
///
/// Names are snake_case ASCII constants and need no escape; times come out in one offset, so that they sort as text.
package struct JSONWriter {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    private let zone: UTCOffset

    /// - Parameter zone: the offset that times are told in; that of China, if the city's is not at hand.
    package init(zone: UTCOffset = .china, capacity: Int = 1_024) {
        self.zone = zone
        self.bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        self.separate()
        self.bytes.append(UInt8(ascii: "{"))
        members(&self)
        self.bytes.append(UInt8(ascii: "}"))
    }

    package mutating func array<Items: Sequence>(
        _ items: Items,
        _ element: (inout JSONWriter, Items.Element) -> Void
    ) {
        self.separate()
        self.bytes.append(UInt8(ascii: "["))
        for item in items { element(&self, item) }
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// The same for items in memory, which are lent and not copied one by one.
    package mutating func array<Item>(_ items: [Item], _ element: (inout JSONWriter, Item) -> Void) {
        self.separate()
        self.bytes.append(UInt8(ascii: "["))
        items.withUnsafeBufferPointer { items in
            for index in items.indices { element(&self, items[index]) }
        }
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// Writes a member's name; its value must follow.
    package mutating func name(_ name: StaticString) {
        self.separate()
        // One append instead of four: a list writes a thousand names.
        let length = name.utf8CodeUnitCount
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length + 3) { text in
            text[0] = UInt8(ascii: "\"")
            for index in 0..<length { text[index + 1] = name.utf8Start[index] }
            text[length + 1] = UInt8(ascii: "\"")
            text[length + 2] = UInt8(ascii: ":")
            self.bytes.append(contentsOf: UnsafeBufferPointer(text))
        }
    }

    // MARK: Members

    package mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { self.string(value) } else { self.null() }
    }

    package mutating func member(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        if let value { self.integer(value) } else { self.null() }
    }

    package mutating func member(_ name: StaticString, _ value: Int?) {
        self.member(name, value.map(Int64.init))
    }

    package mutating func member(_ name: StaticString, _ value: Bool?) {
        self.name(name)
        if let value { self.bool(value) } else { self.null() }
    }

    package mutating func member(_ name: StaticString, _ value: UUID?) {
        self.name(name)
        if let value { self.uuid(value) } else { self.null() }
    }

    package mutating func member(_ name: StaticString, _ value: Date?) {
        self.name(name)
        if let value { self.time(value) } else { self.null() }
    }

    package mutating func member(_ name: StaticString, _ values: some Sequence<String>) {
        self.name(name)
        self.array(values) { $0.string($1) }
    }

    package mutating func member(_ name: StaticString, _ word: (some RawRepresentable<String>)?) {
        self.member(name, word?.rawValue)
    }

    package mutating func member(_ name: StaticString, _ words: [some RawRepresentable<String>]) {
        self.name(name)
        self.array(words) { $0.string($1.rawValue) }
    }

    package mutating func member(_ name: StaticString, object: (inout JSONWriter) -> Void) {
        self.name(name)
        self.object(object)
    }

    package mutating func member<Items: Sequence>(
        _ name: StaticString,
        array items: Items,
        _ element: (inout JSONWriter, Items.Element) -> Void
    ) {
        self.name(name)
        self.array(items, element)
    }

    // MARK: Values

    package mutating func null() {
        self.separate()
        self.bytes.append(contentsOf: "null".utf8)
    }

    package mutating func bool(_ value: Bool) {
        self.separate()
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func integer(_ value: Int64) {
        self.separate()
        self.bytes.append(contentsOf: String(value).utf8)
    }

    package mutating func uuid(_ value: UUID) {
        self.separate()
        // 36 characters between two quotes, put together on the stack.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 38) { text in
            text[0] = UInt8(ascii: "\"")
            var position = 1
            withUnsafeBytes(of: value.uuid) { octets in
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    text[position] = Self.hexDigit(octets[index] >> 4)
                    text[position + 1] = Self.hexDigit(octets[index] & 15)
                    position += 2
                }
            }
            text[37] = UInt8(ascii: "\"")
            self.bytes.append(contentsOf: UnsafeBufferPointer(text))
        }
    }

    package mutating func time(_ value: Date) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        Timestamp.append(value, zone: self.zone, to: &self.bytes)
        self.bytes.append(UInt8(ascii: "\""))
    }

    package mutating func string(_ value: String) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { utf8 in
            // Runs that need no escape, which is nearly everything, are copied whole.
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F else {
                    continue
                }
                self.bytes.append(contentsOf: utf8[start..<index])
                self.escape(byte)
                start = index + 1
            }
            self.bytes.append(contentsOf: utf8[start...])
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Puts in a value that is JSON already, such as a stored `jsonb`.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        self.separate()
        self.bytes.append(contentsOf: json)
    }

    /// Puts in a value read by ``JSONParser``.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .bool(let flag): self.bool(flag)
        case .integer(let number): self.integer(number)
        case .decimal(let number):
            self.separate()
            self.bytes.append(contentsOf: String(number).utf8)
        case .string(let text): self.string(text)
        case .array(let elements): self.array(elements) { $0.value($1) }
        case .object(let object):
            self.separate()
            self.bytes.append(UInt8(ascii: "{"))
            for member in object.members {
                self.string(member.name)
                self.bytes.append(UInt8(ascii: ":"))
                self.value(member.value)
            }
            self.bytes.append(UInt8(ascii: "}"))
        }
    }

    // MARK: Bytes

    /// Writes the comma that parts this item from the one before it.
    ///
    /// A string ends with its quote, so an opening bracket or a colon in last place is always one of structure.
    private mutating func separate() {
        switch self.bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: self.bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        self.bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.bytes.append(byte)
        case 0x0A: self.bytes.append(UInt8(ascii: "n"))
        case 0x0D: self.bytes.append(UInt8(ascii: "r"))
        case 0x09: self.bytes.append(UInt8(ascii: "t"))
        default:
            self.bytes.append(contentsOf: "u00".utf8)
            self.bytes.append(Self.hexDigit(byte >> 4))
            self.bytes.append(Self.hexDigit(byte & 15))
        }
    }

    /// The lower-case digit of a half byte.
    private static func hexDigit(_ half: UInt8) -> UInt8 {
        half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10
    }
}
