/// One line of an import report.
struct ImportReportLine: Hashable, Sendable {
    var line: Int
    var record: Int
    var reference = ""
    var outcome = ""
    /// Number of the case, where there is one.
    var caseRef = ""
    var field = ""
    var code = ""
    var detail = ""

    init(line: Int, record: Int) {
        self.line = line
        self.record = record
    }

    /// As it stands in the file, with its line break.
    var bytes: [UInt8] {
        var bytes = Array("\(self.line),\(self.record)".utf8)
        for cell in [self.reference, self.outcome, self.caseRef, self.field, self.code, self.detail] {
            bytes.append(UInt8(ascii: ","))
            Self.append(cell, to: &bytes)
        }
        bytes.append(0x0A)
        return bytes
    }

    private static func append(_ cell: String, to bytes: inout [UInt8]) {
        let isFormula = cell.utf8.first.map { "=+-@\t".utf8.contains($0) } ?? false
        let isQuoted = cell.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte < 0x20 ? UInt8(ascii: " ") : byte)
        }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    }
}
