extension String {
    /// Columns that the text takes on a terminal: two for East Asian wide characters (UAX #11 W and F), none for marks.
    ///
    /// What the table calls ambiguous (quotation marks, …) counts one, as terminals draw it unless told otherwise.
    var columns: Int { self.unicodeScalars.reduce(0) { $0 + $1.columns } }

    /// The text cut to at most `columns` columns, with … where something is left out.
    func cut(to columns: Int) -> String {
        guard self.columns > columns else { return self }
        var kept = ""
        var width = 0
        for character in self {
            let next = String(character).columns
            guard width + next <= columns - 1 else { break }
            kept.append(character)
            width += next
        }
        return kept + "…"
    }

    /// The text with blanks up to `columns` columns; before it when `atEnd` is false.
    func padded(to columns: Int, atEnd: Bool = true) -> String {
        let blanks = String(repeating: " ", count: max(0, columns - self.columns))
        return atEnd ? self + blanks : blanks + self
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        switch self.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch self.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
