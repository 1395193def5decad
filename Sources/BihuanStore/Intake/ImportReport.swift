import Glibc

/// The report file of an import: CSV, UTF-8, one line for every row of the file, several where a row has several
/// faults.
///
/// Columns: `line` (where the row begins in the file), `record` (1 is the first row below the header), `reference`,
/// `outcome` (imported, unchanged, changed, rejected), `case` (its number), `field`, `code`, `detail`. Cells that a
/// spreadsheet would take for a formula begin with an apostrophe, and no cell holds a line break.
///
/// `code` of an imported row is `existing_lead` where the lead was here before, without a case; of an unchanged one
/// `earlier_content` where it says what the lead said before a revision.
///
/// Lines of a batch are written before it is committed and cut off again if it is not, or by the run that goes on
/// after a crash; so the report and the database agree.
final class ImportReport: Sendable {
    static let header = "line,record,reference,outcome,case,field,code,detail\n"

    private let descriptor: Int32
    private let path: String

    /// Opens the report: a new one, or the one of an interrupted run cut off after `records`.
    init(path: String, continuingAfter records: Int) throws(ImportError) {
        self.path = path
        let flags = records > 0 ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC
        self.descriptor = open(path, flags, 0o640)
        guard self.descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        if records > 0 { try self.cut(after: records) }
        if try self.mark() == 0 {
            try self.write(Array(Self.header.utf8))
            if records > 0 {
                // The former report was moved away: say so instead of leaving rows unaccounted for.
                var line = ImportReportLine(line: 0, record: records)
                line.outcome = "continued"
                line.detail = "前 \(records) 条已在中断前处理，见原报告"
                try self.write(line.bytes)
            }
        }
    }

    deinit {
        close(self.descriptor)
    }

    /// Where the report ends now.
    func mark() throws(ImportError) -> off_t {
        let end = lseek(self.descriptor, 0, SEEK_END)
        guard end >= 0 else { throw self.failure() }
        return end
    }

    /// Takes back what was written after a mark.
    func cut(to mark: off_t) throws(ImportError) {
        guard ftruncate(self.descriptor, mark) == 0 else { throw self.failure() }
    }

    func write(_ bytes: [UInt8]) throws(ImportError) {
        guard lseek(self.descriptor, 0, SEEK_END) >= 0 else { throw self.failure() }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.write(self.descriptor, bytes.baseAddress! + written, bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw self.failure()
            }
            written += count
        }
    }

    /// Puts what was written where a power cut leaves it.
    func synchronize() throws(ImportError) {
        guard fdatasync(self.descriptor) == 0 else { throw self.failure() }
    }

    /// Cuts the file before the first line of a record later than `records`, or a line that is not whole.
    private func cut(after records: Int) throws(ImportError) {
        guard lseek(self.descriptor, 0, SEEK_SET) == 0 else { throw self.failure() }
        var kept: off_t = 0
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        reading: while true {
            let count = read(self.descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw self.failure() }
            if count == 0 { break }
            for byte in chunk[0..<count] {
                line.append(byte)
                guard byte == 0x0A else { continue }
                let isHeader = kept == 0
                let record = line.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
                    .dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
                guard isHeader || (record.map { $0 <= records } ?? false) else { break reading }
                kept += off_t(line.count)
                line.removeAll(keepingCapacity: true)
            }
        }
        try self.cut(to: kept)
    }

    private func failure() -> ImportError {
        .unreadable(path: self.path, reason: String(cString: strerror(errno)))
    }
}
