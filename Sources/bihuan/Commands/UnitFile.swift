import BihuanStore

/// A file of units: columns `label`, `parent`, `tier`, `name`, and, where wanted, `line` and `division_code`.
enum UnitFile {
    private static let columns = ["label", "parent", "tier", "name", "line", "division_code"]
    /// These must be there.
    private static let needed = 4

    /// Reads every fault before giving up.
    static func read(_ path: String) throws(CommandFailure) -> [UnitDraft] {
        do throws(ImportError) {
            var source = try FileSource(path: path)
            let encoding = try FileSurvey(&source).encoding
            var reader = CSVReader(try FileSource(path: path))
            let decoder = try RecordDecoder(encoding)
            return try Self.drafts(&reader, decoder, path)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func drafts(
        _ reader: inout CSVReader<FileSource>,
        _ decoder: RecordDecoder,
        _ path: String
    ) throws(ImportError) -> [UnitDraft] {
        guard let first = try reader.next(), first.fault == nil, let header = Self.fields(reader, decoder) else {
            throw .columns(["第 1 行：没有列名"])
        }
        var faults = Self.columns.prefix(Self.needed).filter { !header.contains($0) }.map { "缺少列 \($0)" }
        faults += header.filter { !Self.columns.contains($0) }.map { "没有 \($0) 这一列" }
        faults += Set(header.filter { name in header.count { $0 == name } > 1 }).sorted().map { "列 \($0) 出现多次" }
        guard faults.isEmpty else { throw .columns(faults) }
        var drafts: [UnitDraft] = []
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
            let values = Dictionary(uniqueKeysWithValues: zip(header, fields))
            func optional(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
            drafts.append(
                UnitDraft(
                    label: values["label"] ?? "",
                    parent: optional("parent"),
                    tier: values["tier"] ?? "",
                    name: values["name"] ?? "",
                    line: optional("line"),
                    divisionCode: optional("division_code")
                )
            )
        }
        guard faults.isEmpty else { throw .columns(faults) }
        return drafts
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
