import BihuanStore
import Foundation

/// A CSV file of the demo city: a header and rows, every cell by the name of its column.
///
/// Read by the importer's reader: RFC 4180, in UTF-8.
struct DemoTable: Sendable {
    /// One row with the number of its first line in the file.
    struct Row: Sendable {
        var line: Int
        var cells: [String: String]

        /// The cell, or the empty string where the column is absent or empty.
        subscript(_ column: String) -> String { self.cells[column] ?? "" }
    }

    let name: String
    let columns: [String]
    let rows: [Row]

    /// Reads a file that must have exactly `columns`, in any order.
    init(_ url: URL, columns: [String]) throws(DemoFaults) {
        self.name = url.lastPathComponent
        let records = try Self.records(in: url)
        guard let header = records.first else { throw DemoFaults(["\(self.name): is empty"]) }
        guard Set(header.cells) == Set(columns), header.cells.count == columns.count else {
            throw DemoFaults(["\(self.name): columns must be \(columns.joined(separator: ", "))"])
        }
        self.columns = header.cells
        var faults: [String] = []
        var rows: [Row] = []
        for record in records.dropFirst() {
            guard record.cells.count == header.cells.count else {
                faults.append(
                    "\(self.name):\(record.line): has \(record.cells.count) cells instead of \(header.cells.count)")
                continue
            }
            rows.append(
                Row(line: record.line, cells: Dictionary(uniqueKeysWithValues: zip(header.cells, record.cells))))
        }
        guard faults.isEmpty else { throw DemoFaults(faults) }
        self.rows = rows
    }

    private static func records(in url: URL) throws(DemoFaults) -> [(line: Int, cells: [String])] {
        let name = url.lastPathComponent
        do {
            var reader = CSVReader(try FileSource(path: url.path))
            let decoder = try RecordDecoder(.utf8)
            var records: [(line: Int, cells: [String])] = []
            while let record = try reader.next() {
                guard record.fault == nil else { throw DemoFaults(["\(name):\(record.line): is not a record"]) }
                var cells: [String] = []
                for index in 0..<reader.count {
                    cells.append(
                        try reader.withField(index) { bytes, _, hasDoubledQuotes in
                            try decoder.text(bytes, hasDoubledQuotes: hasDoubledQuotes)
                        })
                }
                records.append((record.line, cells))
            }
            return records
        } catch {
            throw error as? DemoFaults ?? DemoFaults(["\(name): cannot be read: \(error)"])
        }
    }

    /// Writes rows as a file that the importer reads.
    static func text(columns: [String], rows: [[String]]) -> String {
        ([columns] + rows).map { row in
            row.map { cell in
                cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
                    ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
            }.joined(separator: ",")
        }.joined(separator: "\n") + "\n"
    }
}
