import BihuanStore

/// A small table with column names in its first line, as operators keep them; UTF-8 or GB18030.
enum TableFile {
    /// The rows by column; a column that the file lacks is not there.
    ///
    /// Reads every fault before giving up.
    static func read(
        _ path: String, columns: [String], needed: Int
    ) throws(CommandFailure) -> [[String: String]] {
        do throws(ImportError) {
            var source = try FileSource(path: path)
            let encoding = try FileSurvey(&source).encoding
            var reader = CSVReader(try FileSource(path: path))
            return try Self.rows(&reader, try RecordDecoder(encoding), columns, needed)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func rows(
        _ reader: inout CSVReader<FileSource>, _ decoder: RecordDecoder, _ columns: [String], _ needed: Int
    ) throws(ImportError) -> [[String: String]] {
        guard let first = try reader.next(), first.fault == nil, let header = Self.fields(reader, decoder) else {
            throw .columns(["第 1 行：没有列名"])
        }
        var faults = columns.prefix(needed).filter { !header.contains($0) }.map { "缺少列 \($0)" }
        faults += header.filter { !columns.contains($0) }.map { "没有 \($0) 这一列" }
        faults += Set(header.filter { name in header.count { $0 == name } > 1 }).sorted().map { "列 \($0) 出现多次" }
        guard faults.isEmpty else { throw .columns(faults) }
        var rows: [[String: String]] = []
        while let record = try reader.next() {
            if let fault = record.fault {
                faults.append("第 \(record.line) 行：\(fault.detail)")
                continue
            }
            guard let fields = Self.fields(reader, decoder), fields.count == header.count else {
                faults.append("第 \(record.line) 行：应有 \(header.count) 列文字")
                continue
            }
            rows.append(Dictionary(uniqueKeysWithValues: zip(header, fields)))
        }
        guard faults.isEmpty else { throw .columns(faults) }
        return rows
    }

    private static func fields(_ reader: CSVReader<FileSource>, _ decoder: RecordDecoder) -> [String]? {
        var fields: [String] = []
        for index in 0..<reader.count {
            let text = reader.withField(index) { bytes, _, isDoubled in
                try? decoder.text(bytes, hasDoubledQuotes: isDoubled)
            }
            guard let text else { return nil }
            fields.append(
                String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()))
        }
        return fields
    }
}
