import BihuanStore
import Testing

struct ImportCSVTests {
    /// What one record of a text came to: its fields, or the code of its fault.
    struct Record: Equatable, CustomStringConvertible {
        var line: Int
        var fields: [String] = []
        var fault: String?

        var description: String { "\(self.line): \(self.fault ?? self.fields.joined(separator: "|"))" }
    }

    static func records(
        _ text: String,
        form: CSVForm = CSVForm(),
        piece: Int = 1 << 16,
        chunk: Int = 1 << 16
    ) throws -> [Record] {
        var reader = CSVReader(ImportPieces(Array(text.utf8), piece: piece), form: form, chunk: chunk)
        let decoder = try RecordDecoder(.utf8)
        var records: [Record] = []
        while let record = try reader.next() {
            if let fault = record.fault {
                records.append(Record(line: record.line, fault: fault.code))
                continue
            }
            let fields = try (0..<reader.count).map { index in
                try reader.withField(index) { bytes, _, hasDoubledQuotes in
                    try decoder.text(bytes, hasDoubledQuotes: hasDoubledQuotes)
                }
            }
            records.append(Record(line: record.line, fields: fields))
        }
        return records
    }

    @Test(arguments: [
        ("a,b\n1,2\n", ["1: a|b", "2: 1|2"]),
        ("a,b\r\n1,2", ["1: a|b", "2: 1|2"]),
        ("a,\n,b\n,\n", ["1: a|", "2: |b", "3: |"]),
        ("\u{FEFF}a,b\n", ["1: a|b"]),
        ("\"a\",\"b\"\r\n\"\",\"\"\n", ["1: a|b", "2: |"]),
        ("\"a\nb\r\nc\",d\ne,f\n", ["1: a\nb\r\nc|d", "4: e|f"]),
        ("\"say \"\"hi\"\"\",\"\"\"\"\n", ["1: say \"hi\"|\""]),
        ("\"a,b\",c", ["1: a,b|c"]),
        ("a\n\n\nb\n\n", ["1: a", "4: b"]),
        ("\"\"\n", ["1: "]),
        ("a\rb,c\n", ["1: a\rb|c"]),
        ("\"a\"\r", ["1: a"]),
        ("", []),
        ("\u{FEFF}", []),
        ("工单,内容\n1,\"市民：“，”\"\n", ["1: 工单|内容", "2: 1|市民：“，”"]),
    ])
    func `records are what RFC 4180 says, however the bytes arrive`(text: String, expected: [String]) throws {
        for piece in [1, 2, 3, 7, 1 << 16] {
            for chunk in [16, 1 << 16] {
                #expect(try Self.records(text, piece: piece, chunk: chunk).map(\.description) == expected)
            }
        }
    }

    @Test(arguments: [
        ("a,b\n1,\"2\n3,4\n", ["1: a|b", "2: unterminated_quote"]),
        ("a,b\n1,2\"x\n3,4\n", ["1: a|b", "2: bare_quote", "3: 3|4"]),
        ("a,b\n\"1\"x,2\n3,4\n", ["1: a|b", "2: bare_quote", "3: 3|4"]),
        ("a,b\n\"1\n2\"x,2\n3,4\n", ["1: a|b", "2: bare_quote", "4: 3|4"]),
        ("a,b\n\"1\"\rx\n3,4\n", ["1: a|b", "2: bare_quote", "3: 3|4"]),
        ("a,b\n1,2\"x", ["1: a|b", "2: bare_quote"]),
    ])
    func `a broken record is named, and reading goes on behind it`(text: String, expected: [String]) throws {
        for piece in [1, 2, 5, 1 << 16] {
            #expect(try Self.records(text, piece: piece, chunk: 16).map(\.description) == expected)
        }
    }

    @Test func `a record that is too long is passed over in little memory`() throws {
        let long = String(repeating: "x", count: 5_000)
        let text = "a,b\n1,\"\(long)\n\(long)\"\n\(long),2\n3,4\n"

        let records = try Self.records(text, form: CSVForm(longestRecord: 1_000), piece: 64, chunk: 16)

        #expect(records.map(\.description) == ["1: a|b", "2: record_too_long", "4: record_too_long", "5: 3|4"])
    }

    @Test func `nothing inside quotes is taken for a record, even in a broken file`() throws {
        let text = "a,b\n1,\"text of the public\n2,forged\n"

        #expect(try Self.records(text).map(\.description) == ["1: a|b", "2: unterminated_quote"])
    }

    @Test func `other delimiters are taken as told`() throws {
        let form = CSVForm(delimiter: UInt8(ascii: ";"))

        #expect(try Self.records("a;b,c\n\"1;2\";3\n", form: form).map(\.description) == ["1: a|b,c", "2: 1;2|3"])
    }

    @Test func `written and read again, any fields are the same`() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = ["a", ",", "\"", "\n", "\r\n", "字", " ", "1", ""]
        for _ in 0..<300 {
            let rows = (0..<4).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 1...6, using: &generator))
                        .map { _ in alphabet.randomElement(using: &generator)! }.joined()
                }
            }
            let text = rows.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
            }.joined()

            let read = try Self.records(text, piece: Int.random(in: 1...9, using: &generator), chunk: 16)

            #expect(read.map { $0.fields.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } })
        }
    }
}
