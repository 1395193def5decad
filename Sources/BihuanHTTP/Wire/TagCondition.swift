/// What `If-Match` or `If-None-Match` says (RFC 9110 §13.1).
package enum TagCondition: Hashable, Sendable {
    /// `*`: whatever is there.
    case any
    /// Opaque tags with their quotes, weak ones marked.
    case tags([Tag])

    package struct Tag: Hashable, Sendable {
        package var isWeak: Bool
        /// With quotes, as written.
        package var text: String
    }

    /// Reads the header, or nil if it is malformed.
    package init?(header: String) {
        let bytes = Array(Substring(header).trimmingBlanks.utf8)
        if bytes == [UInt8(ascii: "*")] {
            self = .any
            return
        }
        var tags: [Tag] = []
        var index = 0
        let quote = UInt8(ascii: "\"")
        func skipBlanks() {
            while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        }
        while true {
            skipBlanks()
            var isWeak = false
            if bytes[index...].starts(with: "W/".utf8) {
                isWeak = true
                index += 2
            }
            guard index < bytes.count, bytes[index] == quote,
                let end = bytes[(index + 1)...].firstIndex(of: quote),
                bytes[(index + 1)..<end].allSatisfy({ $0 >= 0x21 && $0 != 0x7F })
            else { return nil }
            tags.append(Tag(isWeak: isWeak, text: String(decoding: bytes[index...end], as: UTF8.self)))
            index = end + 1
            skipBlanks()
            if index == bytes.count { break }
            guard bytes[index] == UInt8(ascii: ",") else { return nil }
            index += 1
        }
        self = .tags(tags)
    }

    /// Whether `If-None-Match` finds this version among its tags; the weak comparison (RFC 9110 §8.8.3.2).
    package func matchesWeakly(_ tag: EntityTag) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0.text == tag.description }
        }
    }

    /// The versions that `If-Match` would accept; nil for any. A weak tag never matches.
    package var versions: [Int64]? {
        switch self {
        case .any: nil
        case .tags(let tags):
            tags.compactMap { tag in
                guard !tag.isWeak, tag.text.utf8.starts(with: "\"v".utf8) else { return nil }
                let digits = tag.text.dropFirst(2).dropLast()
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
                return Int64(digits)
            }
        }
    }
}
