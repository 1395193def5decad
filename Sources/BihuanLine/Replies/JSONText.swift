/// Writes JSON by hand: small, exact, and on one line.
package enum JSONText {
    /// A string literal. Line breaks, other control characters and the separators U+2028/2029 are escaped, so the
    /// result never holds a byte that could end a line or move a terminal's cursor.
    package static func string(_ value: String) -> String {
        var out = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    package static func cell(_ cell: Cell, time: CityTime) -> String {
        switch cell {
        case .none: "null"
        case .text(let text): Self.string(text)
        case .integer(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .time(let date): Self.string(time.text(date))
        case .words(let words): "[" + words.map(Self.string).joined(separator: ",") + "]"
        }
    }

    /// One object on one line, members in the order given.
    package static func object(_ members: [(name: String, cell: Cell)], time: CityTime) -> String {
        "{" + members.map { "\(Self.string($0.name)):\(Self.cell($0.cell, time: time))" }.joined(separator: ",") + "}"
    }
}
