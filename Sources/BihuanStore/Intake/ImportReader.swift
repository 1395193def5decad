import BihuanDomain
import Crypto
import FoundationEssentials

/// Reads a file through a map into batches. Not to be shared between tasks.
final class ImportReader {
    private var csv: CSVReader<FileSource>
    private let decoder: RecordDecoder
    private let mapper: RowMapper
    private let size: ImportBatchSize
    /// A row that did not fit the batch before.
    private var held: ImportBatch.Entry?
    private var heldPosition = 0
    /// Data records read so far.
    private var records = 0

    /// Opens the file and compares its header with the map.
    init(path: String, map: ImportMap, encoding: TextEncoding, size: ImportBatchSize) throws(ImportError) {
        self.csv = CSVReader(try FileSource(path: path), form: CSVForm(delimiter: map.delimiter))
        self.decoder = try RecordDecoder(encoding)
        self.size = size
        guard let first = try self.csv.next() else { throw .columns(["文件是空的"]) }
        if let fault = first.fault { throw .columns(["第 \(first.line) 行（列名）：\(fault.detail)"]) }
        var header: [String] = []
        for index in 0..<self.csv.count {
            guard let name = try? Self.text(of: index, in: self.csv, self.decoder) else {
                throw .columns(["第 \(index + 1) 个列名不是 \(encoding.rawValue) 编码的文字"])
            }
            header.append(String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()))
        }
        let faults = map.faults(against: header)
        guard faults.isEmpty else { throw .columns(faults) }
        self.mapper = RowMapper(map, header: header)
    }

    /// Passes over records that an earlier run has dealt with.
    func skip(_ count: Int) throws(ImportError) {
        while self.records < count, try self.csv.next() != nil { self.records += 1 }
    }

    /// The next rows; nil at the end of the file.
    func nextBatch(now: Date) throws(ImportError) -> ImportBatch? {
        var batch = ImportBatch()
        if let held {
            batch.append(held)
            batch.position = self.heldPosition
            self.held = nil
        }
        while batch.entries.count < self.size.rows, batch.weight < self.size.bytes, let record = try self.csv.next() {
            self.records += 1
            let content = self.content(of: record, now: now)
            let entry = ImportBatch.Entry(record: self.records, line: record.line, content: content)
            if case .row(let row) = content, !batch.canTake(row) {
                self.held = entry
                self.heldPosition = self.csv.position
                break
            }
            batch.append(entry)
            batch.position = self.csv.position
        }
        return batch.entries.isEmpty ? nil : batch
    }

    private func content(of record: CSVReader<FileSource>.Record, now: Date) -> ImportBatch.Content {
        var fault = record.fault
        if fault == nil, self.csv.count != self.mapper.columnCount {
            fault = .fieldCount(found: self.csv.count, expected: self.mapper.columnCount)
        }
        if let fault {
            return .rejected(reference: "", [ImportBatch.Fault(field: "", code: fault.code, detail: fault.detail)])
        }
        if let offset = self.csv.withRecord({ self.decoder.firstFault(in: $0) }) {
            return .rejected(reference: "", [self.encodingFault(at: record.offset + offset)])
        }

        let draft: LeadDraft
        let mapped: [LeadFault]
        do throws(RecordDecoder.Fault) {
            (draft, mapped) = try self.mapper.draft { (index) throws(RecordDecoder.Fault) -> String in
                try Self.text(of: index, in: self.csv, self.decoder)
            }
        } catch {
            return .rejected(reference: "", [self.encodingFault(at: record.offset + error.offset)])
        }
        var faults = mapped
        do throws(LeadFaults) {
            let lead = try Lead(draft, now: now, referenceRequired: true)
            if faults.isEmpty, let reference = lead.reference {
                let hash = Array(SHA256.hash(data: lead.canonicalForm))
                return .row(ImportBatch.Row(reference: reference, lead: lead, hash: hash))
            }
        } catch {
            // What the map found wrong with a field says more than that the field is now missing.
            let told = Set(mapped.map(\.field))
            faults += error.faults.filter { !told.contains($0.field) }
        }
        return .rejected(
            reference: PersonalNumbers.masked(String((draft.reference ?? "").prefix(LeadField.reference.limit ?? 100))),
            faults.map { ImportBatch.Fault(field: $0.field.rawValue, code: $0.code.rawValue, detail: $0.detail) }
        )
    }

    private func encodingFault(at offset: Int) -> ImportBatch.Fault {
        ImportBatch.Fault(
            field: "",
            code: "invalid_encoding",
            detail: "文件第 \(offset + 1) 个字节不是 \(self.decoder.encoding.rawValue) 编码的文字"
        )
    }

    /// The text of a field; a fault's offset is told from the start of the record.
    private static func text(
        of index: Int,
        in csv: CSVReader<FileSource>,
        _ decoder: RecordDecoder
    ) throws(RecordDecoder.Fault) -> String {
        try csv.withField(index) { (bytes, start, hasDoubledQuotes) throws(RecordDecoder.Fault) -> String in
            do throws(RecordDecoder.Fault) {
                return try decoder.text(bytes, hasDoubledQuotes: hasDoubledQuotes)
            } catch {
                throw RecordDecoder.Fault(offset: start + error.offset)
            }
        }
    }
}
