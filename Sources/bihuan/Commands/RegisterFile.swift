import BihuanDomain
import BihuanStore

/// A file of one of the city's registers: a first line of column names, UTF-8 or GB18030.
enum RegisterFile {
    /// Reads every fault before giving up.
    static func read(_ path: String, _ register: Register) throws(CommandFailure) -> [Registry.FileRow] {
        do throws(ImportError) {
            var source = try FileSource(path: path)
            let encoding = try FileSurvey(&source).encoding
            var reader = CSVReader(try FileSource(path: path))
            return try Self.rows(&reader, try RecordDecoder(encoding), register)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func rows(
        _ reader: inout CSVReader<FileSource>, _ decoder: RecordDecoder, _ register: Register
    ) throws(ImportError) -> [Registry.FileRow] {
        guard let first = try reader.next(), first.fault == nil, let header = Self.fields(reader, decoder) else {
            throw .columns(["第 1 行：没有列名"])
        }
        let (needed, optional) = Registry.columns(of: register)
        var faults = needed.filter { !header.contains($0) }.map { "缺少列 \($0)" }
        faults += header.filter { !(needed + optional).contains($0) }.map { "没有 \($0) 这一列" }
        faults += Set(header.filter { name in header.count { $0 == name } > 1 }).sorted().map { "列 \($0) 出现多次" }
        guard faults.isEmpty else { throw .columns(faults) }
        var rows: [Registry.FileRow] = []
        while let record = try reader.next() {
            if let fault = record.fault {
                faults.append("第 \(record.line) 行：\(fault.detail)")
                continue
            }
            guard let fields = Self.fields(reader, decoder) else {
                faults.append("第 \(record.line) 行：不是 \(decoder.encoding.rawValue) 编码")
                continue
            }
            guard fields.count == header.count else {
                faults.append("第 \(record.line) 行：应有 \(header.count) 列，实有 \(fields.count) 列")
                continue
            }
            let values = zip(header, fields).filter { !$0.1.isEmpty }
            rows.append(Registry.FileRow(line: record.line, values: Dictionary(uniqueKeysWithValues: Array(values))))
        }
        guard faults.isEmpty else { throw .columns(faults) }
        return rows
    }

    /// The fields of the record last read; nil when one of them is not text.
    private static func fields(_ reader: CSVReader<FileSource>, _ decoder: RecordDecoder) -> [String]? {
        var fields: [String] = []
        for index in 0..<reader.count {
            let text = reader.withField(index) { bytes, _, isDoubled in
                try? decoder.text(bytes, hasDoubledQuotes: isDoubled)
            }
            guard let text else { return nil }
            fields.append(text.trimmingPrefix { $0.isWhitespace }.description)
        }
        return fields
    }
}
