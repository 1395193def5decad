/// The name of one request in answers and logs.
package struct RequestID: Hashable, Sendable {
    package let text: String

    /// Takes what the client or a proxy in front sent, if it is 1 to 64 of `A–Z a–z 0–9 . _ -`; else makes one.
    package init(header: String?) {
        if let header, (1...64).contains(header.utf8.count), header.utf8.allSatisfy(Self.isPlain) {
            self.text = header
        } else {
            let number = UInt64.random(in: .min ... .max)
            let digits = String(number, radix: 16)
            self.text = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
