/// What is wrong with the bytes of a line, before anybody asks what the line says.
package enum LineFault: Error, Sendable, Hashable {
    /// No line ending within `limit` octets.
    case tooLong(limit: Int)
    /// The line ends otherwise than the first line of the connection did.
    case mixedEnding
    /// A CR that is not part of a CRLF. `at` counts octets from 1, as in every fault.
    case bareCR(at: Int)
    /// A NUL octet, which PostgreSQL text cannot hold and C strings would cut at.
    case nul(at: Int)
    /// Octets that are not UTF-8: overlong forms, surrogates and cut sequences included.
    case invalidUTF8(at: Int)
    /// U+FEFF: a byte-order mark where none belongs.
    case byteOrderMark(at: Int)

    /// The stable name that stands in the reply.
    package var name: String {
        switch self {
        case .tooLong: "line.too-long"
        case .mixedEnding: "line.ending"
        case .bareCR: "line.bare-cr"
        case .nul: "line.nul"
        case .invalidUTF8: "line.utf8"
        case .byteOrderMark: "line.bom"
        }
    }

    /// Where in the line, when there is a place.
    package var position: Int? {
        switch self {
        case .tooLong, .mixedEnding: nil
        case .bareCR(let at), .nul(let at), .invalidUTF8(let at), .byteOrderMark(let at): at
        }
    }

    /// True when it is no longer certain where the next line begins, so that nothing more may be read as a command.
    package var breaksFraming: Bool {
        switch self {
        case .tooLong, .mixedEnding, .bareCR: true
        case .nul, .invalidUTF8, .byteOrderMark: false
        }
    }

    package var phrase: Phrase {
        switch self {
        case .tooLong(let limit): Phrase(zh: "一行超过 \(limit) 字节", en: "line longer than \(limit) octets")
        case .mixedEnding: Phrase(zh: "行结束符与首行不同", en: "line ending differs from the first line's")
        case .bareCR: Phrase(zh: "单独的回车符", en: "CR without LF")
        case .nul: Phrase(zh: "不允许空字节", en: "NUL is not allowed")
        case .invalidUTF8: Phrase(zh: "不是有效的 UTF-8", en: "not valid UTF-8")
        case .byteOrderMark: Phrase(zh: "不允许字节序标记", en: "a byte-order mark is not allowed")
        }
    }
}
