import Glibc

/// Reads the records of a CSV file (RFC 4180) one after another, in memory bounded by the longest record.
///
/// Ours because the parser packages at hand, SwiftCSV among them, load whole files and cannot say on which line a
/// record began; an import report without lines is of no use to the office that must mend its file.
///
/// It works on bytes and leaves decoding to ``RecordDecoder``: in UTF-8 and in GB18030 no byte of a longer character
/// is a comma, a quote or a line break. Lines end with LF or CRLF; quoted fields hold line breaks and doubled quotes;
/// a UTF-8 byte-order mark and blank lines are passed over. After a broken record it goes on at the next line outside
/// quotes, and never guesses where a record might have begun inside one: text of the public stands in these fields.
package struct CSVReader<Source: ByteSource> {
    /// Where a record stands and what is wrong with its shape.
    package struct Record: Hashable, Sendable {
        /// 1, 2, 3 …, the header included, blank lines not.
        package var number: Int
        /// Line of the file on which it begins; the first is 1.
        package var line: Int
        /// Offset of its first byte in the file.
        package var offset: Int
        package var fault: CSVFault?
    }

    private struct Field {
        /// Offsets from the start of the record, quotes not included.
        var start: Int
        var end: Int
        var hasDoubledQuotes = false
    }

    private enum State {
        case fieldStart
        case plain
        case quoted
        /// After a quote inside a quoted field: the field's end, or the first of a pair.
        case quote
        /// After CR behind a closing quote.
        case returned
        /// After a bare quote: passing over the rest of the line.
        case skipping
    }

    private var source: Source
    private let form: CSVForm
    private var buffer: [UInt8]
    /// The record under the eye begins here, the next byte to look at is `scan`, bytes end at `end`.
    private var start = 0
    private var scan = 0
    private var end = 0
    private var isAtEnd = false
    /// Offset in the file of the first byte of the buffer.
    private var base = 0
    private var line = 1
    private var number = 0
    private var fields: [Field] = []

    package init(_ source: Source, form: CSVForm = CSVForm(), chunk: Int = 1 << 18) {
        self.source = source
        self.form = form
        self.buffer = [UInt8](repeating: 0, count: max(chunk, 16))
    }

    /// Bytes of the file that have been dealt with.
    package var position: Int { self.base + self.scan }

    /// How many fields the record last read has.
    package var count: Int { self.fields.count }

    /// The record's bytes as they stand in the file, without the line's end.
    package func withRecord<R, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> R
    ) throws(Failure) -> R {
        let range = self.start..<(self.start + (self.fields.last?.end ?? 0))
        return try self.buffer.withUnsafeBufferPointer { (all) throws(Failure) -> R in
            try body(UnsafeBufferPointer(rebasing: all[range]))
        }
    }

    /// The bytes of field `index`, counted from 0, without quotes, as they stand in the file.
    ///
    /// - Parameter body: Gets the bytes, their offset from the record's start, and whether quotes among them are doubled.
    package func withField<R, Failure: Error>(
        _ index: Int,
        _ body: (UnsafeBufferPointer<UInt8>, Int, Bool) throws(Failure) -> R
    ) throws(Failure) -> R {
        let field = self.fields[index]
        return try self.buffer.withUnsafeBufferPointer { (all) throws(Failure) -> R in
            let bytes = UnsafeBufferPointer(rebasing: all[(self.start + field.start)..<(self.start + field.end)])
            return try body(bytes, field.start, field.hasDoubledQuotes)
        }
    }

    /// The next record; nil at the end of the file. Its fields can be read until the next call.
    ///
    /// A record with a fault has no fields that mean anything, except after ``CSVFault/fieldCount(found:expected:)``,
    /// which the caller finds by ``count``.
    package mutating func next() throws(ImportError) -> Record? {
        while true {
            self.start = self.scan
            if self.position == 0 { try self.passByteOrderMark() }
            guard let record = try self.readRecord() else { return nil }
            // A blank line is no record.
            if record.fault == nil, self.fields.count == 1, self.fields[0].start == 0, self.fields[0].end == 0 {
                self.number -= 1
                continue
            }
            return record
        }
    }

    private mutating func passByteOrderMark() throws(ImportError) {
        while self.end < 3, !self.isAtEnd { try self.fill(keeping: 0) }
        if self.end >= 3, self.buffer[0] == 0xEF, self.buffer[1] == 0xBB, self.buffer[2] == 0xBF {
            self.start = 3
            self.scan = 3
        }
    }

    /// Reads more bytes behind those there are, after moving those from `keep` on to the front.
    private mutating func fill(keeping keep: Int) throws(ImportError) {
        if keep > 0 {
            self.buffer.withUnsafeMutableBytes { bytes in
                _ = memmove(bytes.baseAddress!, bytes.baseAddress! + keep, self.end - keep)
            }
            self.base += keep
            self.start -= keep
            self.scan -= keep
            self.end -= keep
        }
        if self.end == self.buffer.count {
            self.buffer.append(contentsOf: repeatElement(0, count: self.buffer.count))
        }
        let end = self.end
        var source = self.source
        let count = try self.buffer.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) -> Int in
            try source.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: bytes[end...])))
        }
        self.source = source
        if count == 0 { self.isAtEnd = true }
        self.end += count
    }

    private mutating func readRecord() throws(ImportError) -> Record? {
        if self.scan == self.end {
            while self.scan == self.end, !self.isAtEnd { try self.fill(keeping: self.scan) }
            if self.scan == self.end { return nil }
            self.start = self.scan
        }
        self.fields.removeAll(keepingCapacity: true)
        self.number += 1
        var record = Record(number: self.number, line: self.line, offset: self.base + self.start, fault: nil)
        var state = State.fieldStart
        var fieldStart = 0
        var hasDoubledQuotes = false
        var isTooLong = false
        while true {
            let isComplete = self.advance(
                state: &state,
                fieldStart: &fieldStart,
                hasDoubledQuotes: &hasDoubledQuotes,
                fault: &record.fault
            )
            if isComplete { break }
            if self.isAtEnd {
                self.finish(
                    state: state, fieldStart: fieldStart, hasDoubledQuotes: hasDoubledQuotes, fault: &record.fault)
                break
            }
            // Nothing of a broken record is needed again; neither is the front of one that is too long.
            if self.scan - self.start > self.form.longestRecord { isTooLong = true }
            if isTooLong || state == .skipping {
                self.start = self.scan
                fieldStart = 0
                self.fields.removeAll(keepingCapacity: true)
            }
            try self.fill(keeping: self.start)
        }
        if isTooLong || self.scan - self.start > self.form.longestRecord + 2, record.fault != .unterminatedQuote {
            record.fault = .recordTooLong(limit: self.form.longestRecord)
        }
        if record.fault != nil { self.fields.removeAll(keepingCapacity: true) }
        return record
    }

    /// Looks at the bytes there are; true when the record's line has ended.
    private mutating func advance(
        state: inout State,
        fieldStart: inout Int,
        hasDoubledQuotes: inout Bool,
        fault: inout CSVFault?
    ) -> Bool {
        let (start, end, delimiter) = (self.start, self.end, self.form.delimiter)
        var index = self.scan
        var line = self.line
        var fields: [Field] = []
        swap(&fields, &self.fields)
        let quote = UInt8(ascii: "\"")
        let isComplete = self.buffer.withUnsafeBufferPointer { bytes -> Bool in
            while index < end {
                let byte = bytes[index]
                switch state {
                case .fieldStart where byte == quote:
                    state = .quoted
                    index += 1
                    fieldStart = index - start
                    hasDoubledQuotes = false
                case .fieldStart, .plain:
                    if byte == delimiter {
                        fields.append(Field(start: fieldStart, end: index - start))
                        index += 1
                        fieldStart = index - start
                        state = .fieldStart
                    } else if byte == 0x0A {
                        // The CR of CRLF belongs to the line's end.
                        let isReturned = index - start > fieldStart && bytes[index - 1] == 0x0D
                        fields.append(Field(start: fieldStart, end: index - start - (isReturned ? 1 : 0)))
                        index += 1
                        line += 1
                        return true
                    } else if byte == quote {
                        fault = .bareQuote(field: fields.count + 1)
                        state = .skipping
                    } else {
                        state = .plain
                        index += 1
                    }
                case .quoted:
                    // Most bytes of a file stand in quoted texts: look for the quote, then count the lines passed.
                    let rest = UnsafeRawPointer(bytes.baseAddress! + index)
                    let stop = memchr(rest, Int32(quote), end - index).map { rest.distance(to: $0) } ?? end - index
                    line += Self.lineFeeds(rest, stop)
                    index += stop
                    if index < end {
                        state = .quote
                        index += 1
                    }
                case .quote:
                    if byte == quote {
                        hasDoubledQuotes = true
                        state = .quoted
                        index += 1
                        continue
                    }
                    let field = Field(
                        start: fieldStart,
                        end: index - 1 - start,
                        hasDoubledQuotes: hasDoubledQuotes
                    )
                    if byte == delimiter {
                        fields.append(field)
                        index += 1
                        fieldStart = index - start
                        state = .fieldStart
                    } else if byte == 0x0A {
                        fields.append(field)
                        index += 1
                        line += 1
                        return true
                    } else if byte == 0x0D {
                        fields.append(field)
                        index += 1
                        state = .returned
                    } else {
                        fault = .bareQuote(field: fields.count + 1)
                        state = .skipping
                    }
                case .returned:
                    if byte == 0x0A {
                        index += 1
                        line += 1
                        return true
                    }
                    fault = .bareQuote(field: fields.count)
                    state = .skipping
                case .skipping:
                    index += 1
                    if byte == 0x0A {
                        line += 1
                        return true
                    }
                }
            }
            return false
        }
        self.scan = index
        self.line = line
        self.fields = fields
        return isComplete
    }

    /// Ends the last record of a file that does not end with a line break.
    private mutating func finish(state: State, fieldStart: Int, hasDoubledQuotes: Bool, fault: inout CSVFault?) {
        let length = self.scan - self.start
        switch state {
        case .fieldStart, .plain:
            let isReturned = length > fieldStart && self.buffer[self.scan - 1] == 0x0D
            self.fields.append(Field(start: fieldStart, end: length - (isReturned ? 1 : 0)))
        case .quote:
            self.fields.append(Field(start: fieldStart, end: length - 1, hasDoubledQuotes: hasDoubledQuotes))
        case .quoted:
            fault = .unterminatedQuote
        case .returned, .skipping:
            break
        }
    }

    private static func lineFeeds(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        var found = 0
        var at = bytes
        let end = bytes + count
        while at < end, let next = memchr(at, 0x0A, at.distance(to: end)) {
            found += 1
            at = UnsafeRawPointer(next) + 1
        }
        return found
    }
}
