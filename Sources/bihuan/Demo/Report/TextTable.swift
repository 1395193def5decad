/// Rows with aligned columns for a terminal that shows Chinese.
struct TextTable: Sendable {
    enum Side: Sendable { case left, right }

    var sides: [Side]
    private var rows: [[String]] = []
    private var rules: Set<Int> = []

    /// - Parameter sides: where the text of each column stands.
    init(_ sides: [Side]) { self.sides = sides }

    mutating func add(_ cells: String...) { self.rows.append(cells) }

    mutating func add(_ cells: [String]) { self.rows.append(cells) }

    /// Draws a line below what has been added so far.
    mutating func rule() { self.rules.insert(self.rows.count) }

    /// The lines, with two blanks between columns and none at the end.
    var lines: [String] {
        let widths = self.sides.indices.map { column in
            self.rows.map { column < $0.count ? $0[column].columns : 0 }.max() ?? 0
        }
        var lines: [String] = []
        for (index, row) in self.rows.enumerated() {
            if self.rules.contains(index) { lines.append(Self.rule(widths)) }
            var line = ""
            for (column, side) in self.sides.enumerated() {
                let cell = column < row.count ? row[column] : ""
                line += (column == 0 ? "" : "  ") + cell.padded(to: widths[column], atEnd: side == .left)
            }
            while line.last == " " { line.removeLast() }
            lines.append(line)
        }
        if self.rules.contains(self.rows.count) { lines.append(Self.rule(widths)) }
        return lines
    }

    private static func rule(_ widths: [Int]) -> String {
        String(repeating: "-", count: widths.reduce(0, +) + 2 * max(0, widths.count - 1))
    }
}
