import BihuanLine
import Foundation
import NIOCore
import Testing

struct LineReplyTests {
    private func lines(_ block: [String]) -> [[UInt8]] {
        var buffer = ByteBuffer()
        LineOutput.block(block, into: &buffer)
        return Array(buffer.readableBytesView).split(separator: 10, omittingEmptySubsequences: false).dropLast().map(
            Array.init)
    }

    @Test func `only 100, 101 and 215 are followed by a block`() {
        #expect(ReplyCode.allCases.filter(\.hasBlock).map(\.rawValue) == [100, 101, 215])
    }

    @Test(arguments: [2_040, 2_045, 2_046, 2_047, 2_048, 20_000])
    func `no line is longer than 2046 octets and CRLF`(length: Int) {
        for start in ["", ".", "案"] {
            for filler in ["a", "é", "案", "🏮"] {
                let text = start + String(repeating: filler, count: length)
                let line = lines([text])[0]
                #expect(line.count <= 2_047 && line.last == 13)
                #expect(String(validating: line, as: UTF8.self) != nil)
            }
        }
        #expect(lines([String(repeating: "a", count: 2_046)])[0].count == 2_047)
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a\rb", "a\0b", "a\r\n.\r\nQUIT"])
    func `no text can end a line`(text: String) {
        let line = lines([text])
        #expect(line.count == 1)
        #expect(!line[0].dropLast().contains { $0 == 13 || $0 == 0 })

        let status = LineReply(.done, text: text).statusLine
        #expect(!status.utf8.contains { $0 == 13 || $0 == 10 || $0 == 0 })
    }

    @Test func `a status line keeps to 512 octets and its arguments to one word each`() {
        let long = LineReply(.changed, ["A-000412", "1"], text: String(repeating: "转办", count: 400)).statusLine
        #expect(long.utf8.count <= 510)
        #expect(long.hasPrefix("291 A-000412 1 转办"))
        #expect(LineReply(.noSuchObject, ["two words\r\n"]).statusLine == "490 two_words_")
        #expect(LineReply(.noSuchObject, [""]).statusLine == "490 -")
    }

    // MARK: Tables

    private let noon = Date(timeIntervalSince1970: 1_795_223_700)
    private let columns = ["ref", "title", "due", "open", "late", "next"]

    @Test func `a text table begins with its column names and parts cells with TAB`() {
        let table = TableWriter(columns: columns, format: .text, time: CityTime())
        #expect(table.header == ["#ref\ttitle\tdue\topen\tlate\tnext"])
        let row = table.row([
            .text("HRB-1"), .text("a\tb\nc\u{1B}[2J"), .time(noon), .integer(3), .flag(true), .words(["a", "b"]),
        ])
        #expect(row == "HRB-1\ta b c\u{FFFD}[2J\t2026-11-21T09:15:00+08:00\t3\tyes\ta,b")
        #expect(table.row([.none, .none, .none, .none, .none, .words([])]) == "-\t-\t-\t-\t-\t-")
    }

    @Test func `a JSON row is one object on one line`() throws {
        let table = TableWriter(columns: columns, format: .json, time: CityTime())
        #expect(table.header.isEmpty)
        let title = "a\"b\\\n\r\t\u{1}\u{7F}\u{2028}口令/é"
        let row = table.row([.text("HRB-1"), .text(title), .time(noon), .integer(-3), .none, .words(["x"])])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
        #expect(object["title"] as? String == title)
        #expect(object["due"] as? String == "2026-11-21T09:15:00+08:00")
        #expect(object["open"] as? Int == -3)
        #expect(object["late"] is NSNull)
        #expect(object["next"] as? [String] == ["x"])
        #expect(!row.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    }

    @Test(arguments: OutputFormat.allCases)
    func `a row that would be too long has its longest text shortened and still parses`(format: OutputFormat) throws {
        let table = TableWriter(columns: ["ref", "title", "note"], format: format, time: CityTime())
        for filler in ["a", "案", "\u{1}", "\"", "🏮"] {
            let row = table.row([.text("HRB-1"), .text(String(repeating: filler, count: 5_000)), .text("短")])
            #expect(row.utf8.count <= LineLimits.output - 1)
            if format == .json {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
                #expect(object["ref"] as? String == "HRB-1")
                #expect((object["title"] as? String)?.hasSuffix("…") == true)
                #expect(object["note"] as? String == "短")
            }
        }
    }

    // MARK: Records

    @Test func `a long text shown as JSON comes back exactly`() throws {
        let text = "第一段\n\n" + String(repeating: "很长的一段。", count: 500) + "\n尾\u{1}\"\n"
        var inner = Record()
        inner.add("number", .integer(1))
        var record = Record()
        record.add("ref", .text("HRB-1"))
        record.add("content", text: text)
        record.add("empty", text: "")
        record.add("feedback", [inner, inner])
        record.add("none", [Record]())

        let lines = RecordWriter(format: .json, time: CityTime()).lines(record)

        #expect(lines.allSatisfy { $0.utf8.count <= LineLimits.output })
        let joined = lines.joined(separator: "\n")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(joined.utf8)) as? [String: Any])
        #expect((object["content"] as? [String])?.joined() == text)
        #expect((object["empty"] as? [String]) == [])
        #expect((object["feedback"] as? [[String: Any]])?.count == 2)
        #expect((object["none"] as? [Any])?.isEmpty == true)
    }

    @Test func `a long text shown as text is broken into lines under its name`() {
        var record = Record()
        record.add("ref", .text("HRB-1"))
        record.add("content", text: "甲\r\n乙\u{1B}\n" + String(repeating: "丙", count: 250))

        let lines = RecordWriter(format: .text, time: CityTime()).lines(record)

        #expect(lines[0] == "ref\tHRB-1")
        #expect(lines[1] == "content\t甲")
        #expect(lines[2] == "\t乙\u{FFFD}")
        #expect(lines.count == 5)
    }

    // MARK: Time

    @Test(
        arguments: [
            (0.0, "1970-01-01T08:00:00+08:00"), (951_782_400, "2000-02-29T08:00:00+08:00"),
            (-1, "1970-01-01T07:59:59+08:00"), (1_798_732_799.9, "2026-12-31T23:59:59+08:00"),
            (1_798_732_800, "2027-01-01T00:00:00+08:00"),
        ])
    func `times are told with the city's offset`(seconds: Double, text: String) {
        #expect(CityTime().text(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test func `the calendar agrees with Foundation's over three centuries`() {
        let format = Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 28_800)!)
        for step in 0..<4_000 {
            let date = Date(timeIntervalSince1970: -4_000_000_000 + Double(step) * 2_345_671)
            #expect(
                CityTime().text(date).dropLast(6)
                    == date.formatted(format.year().month().day().time(includingFractionalSeconds: false)).prefix(19))
        }
    }
}
