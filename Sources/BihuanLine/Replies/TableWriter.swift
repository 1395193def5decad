/// Writes rows of a list, as TAB-separated text or JSON Lines.
///
/// A row is one line, so lists carry summaries: a row that would not fit has its longest text shortened, in text as in
/// JSON, rather than being cut into something that no longer parses.
package struct TableWriter: Sendable {
    package let columns: [String]
    package let format: OutputFormat
    package let time: CityTime

    package init(columns: [String], format: OutputFormat, time: CityTime) {
        self.columns = columns
        self.format = format
        self.time = time
    }

    /// The line before the rows: `#` and the column names in text, nothing in JSON.
    package var header: [String] {
        switch self.format {
        case .text: ["#" + self.columns.joined(separator: "\t")]
        case .json: []
        }
    }

    /// - Precondition: as many cells as columns.
    package func row(_ cells: [Cell]) -> String {
        precondition(cells.count == self.columns.count, "a cell for every column")
        var cells = cells
        var line = self.write(cells)
        // One octet is kept for a dot that may have to be stuffed.
        while line.utf8.count > LineLimits.output - 1, Self.shorten(&cells) { line = self.write(cells) }
        return line
    }

    private func write(_ cells: [Cell]) -> String {
        switch self.format {
        case .text: cells.map(self.text).joined(separator: "\t")
        case .json: JSONText.object(Array(zip(self.columns, cells)).map { (name: $0, cell: $1) }, time: self.time)
        }
    }

    private func text(_ cell: Cell) -> String {
        switch cell {
        case .none: "-"
        case .text(let text): Self.plain(text)
        case .integer(let number): String(number)
        case .flag(let flag): flag ? "yes" : "no"
        case .time(let date): self.time.text(date)
        case .words(let words): words.isEmpty ? "-" : words.map(Self.plain).joined(separator: ",")
        }
    }

    /// A stored text must not make a column, a line or an escape sequence of its own on a terminal.
    package static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n", "\r", "\u{2028}", "\u{2029}": plain.append(" ")
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": plain.append("\u{FFFD}")
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// Takes a quarter off the longest text; false when no text is left to shorten.
    private static func shorten(_ cells: inout [Cell]) -> Bool {
        var longest: (index: Int, text: String)?
        for (index, cell) in cells.enumerated() {
            guard case .text(let text) = cell, text.count > 8 else { continue }
            if text.utf8.count > longest?.text.utf8.count ?? 0 { longest = (index, text) }
        }
        guard let longest else { return false }
        let kept = longest.text.prefix(longest.text.count * 3 / 4)
        cells[longest.index] = .text(kept.last == "…" ? String(kept) : kept + "…")
        return true
    }
}
