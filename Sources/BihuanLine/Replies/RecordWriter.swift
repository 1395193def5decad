/// Writes one object whole (`SHOW`), as `name TAB value` lines or as pretty-printed JSON.
///
/// A text is broken into lines of at most ``lineLength`` characters. In JSON it is an array of them, each real line break
/// kept at the end of its line, so that joining the array without a separator gives the text back exactly.
package struct RecordWriter: Sendable {
    /// Characters of a long text on one line: far below ``LineLimits/output`` in UTF-8 even when each is escaped.
    package static let lineLength = 200

    package let format: OutputFormat
    package let time: CityTime

    package init(format: OutputFormat, time: CityTime) {
        self.format = format
        self.time = time
    }

    package func lines(_ record: Record) -> [String] {
        switch self.format {
        case .text: self.text(record, indent: "")
        case .json: self.json(record, indent: "", last: true, name: nil)
        }
    }

    // MARK: Text

    private func text(_ record: Record, indent: String) -> [String] {
        var lines: [String] = []
        for field in record.fields {
            switch field.value {
            case .cell(let cell):
                let writer = TableWriter(columns: [field.name], format: .text, time: self.time)
                lines.append("\(indent)\(field.name)\t\(writer.row([cell]))")
            case .longText(let text):
                for (index, line) in Self.broken(text).enumerated() {
                    let label = index == 0 ? field.name : ""
                    lines.append("\(indent)\(label)\t\(TableWriter.plain(Self.withoutBreak(line)))")
                }
            case .records(let records):
                for record in records {
                    lines.append("\(indent)\(field.name)")
                    lines += self.text(record, indent: indent + "  ")
                }
            }
        }
        return lines
    }

    // MARK: JSON

    private func json(_ record: Record, indent: String, last: Bool, name: String?) -> [String] {
        let inner = indent + "  "
        let opening = name.map { "\(JSONText.string($0)): " } ?? ""
        var lines = ["\(indent)\(opening){"]
        for (index, field) in record.fields.enumerated() {
            let comma = index == record.fields.count - 1 ? "" : ","
            let label = "\(inner)\(JSONText.string(field.name)): "
            switch field.value {
            case .cell(let cell):
                lines.append(label + JSONText.cell(cell, time: self.time) + comma)
            case .longText(let text):
                lines += Self.array(
                    Self.broken(text).map { "\(inner)  \(JSONText.string($0))" }, label, inner + "]" + comma)
            case .records(let records):
                guard !records.isEmpty else {
                    lines.append(label + "[]" + comma)
                    continue
                }
                lines.append(label + "[")
                for (position, record) in records.enumerated() {
                    lines += self.json(record, indent: inner + "  ", last: position == records.count - 1, name: nil)
                }
                lines.append(inner + "]" + comma)
            }
        }
        lines.append(indent + "}" + (last ? "" : ","))
        return lines
    }

    private static func array(_ elements: [String], _ opening: String, _ closing: String) -> [String] {
        guard let final = elements.last else { return [opening + "[" + closing.drop { $0 == " " }] }
        return [opening + "["] + elements.dropLast().map { $0 + "," } + [final, closing]
    }

    // MARK: Breaking

    /// The text in pieces; a piece that ends a real line ends in LF. CR LF counts as LF.
    static func broken(_ text: String) -> [String] {
        var pieces: [String] = []
        var piece = String.UnicodeScalarView()
        var length = 0
        var previousWasCR = false
        for scalar in text.unicodeScalars {
            if scalar == "\n", previousWasCR {
                previousWasCR = false
                continue
            }
            previousWasCR = scalar == "\r"
            let isBreak = scalar == "\n" || scalar == "\r"
            piece.append(isBreak ? "\n" : scalar)
            length += 1
            if isBreak || length >= Self.lineLength {
                pieces.append(String(piece))
                piece = String.UnicodeScalarView()
                length = 0
            }
        }
        if length > 0 { pieces.append(String(piece)) }
        return pieces
    }

    private static func withoutBreak(_ line: String) -> String {
        line.utf8.last == UInt8(ascii: "\n") ? String(line.unicodeScalars.dropLast()) : line
    }
}
