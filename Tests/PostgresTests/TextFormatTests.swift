import Foundation
import Testing

@testable import Postgres

/// The parsers of PostgreSQL's text format, without a server.
struct TextFormatTests {
    private func parse<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test(
        arguments: [
            ("2000-01-01 00:00:00+00", 946_684_800_000_000),
            ("1970-01-01 00:00:00+00", 0),
            ("1969-12-31 23:59:59.999999+00", -1),
            ("2026-02-28 23:59:59.5+00", 1_772_323_199_500_000),
            ("2024-02-29 12:00:00.000001+00", 1_709_208_000_000_001),
            ("2026-03-01 08:00:00+08", 1_772_323_200_000_000),
            ("1926-12-31 23:59:59+08:05:43", -1_357_027_544_000_000),
            ("2026-01-01 00:00:00-03:30", 1_767_238_200_000_000),
            ("10000-01-01 00:00:00+00", 253_402_300_800_000_000),
            ("292276-12-31 23:59:59.999999+00", 9_161_204_111_999_999_999),
            ("infinity", .max),
            ("-infinity", .min),
        ] as [(String, Int64)])
    func `a timestamp is read to the microsecond`(text: String, microseconds: Int64) {
        #expect(self.parse(text) { Timestamp(text: $0)?.microseconds } == microseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-01-01", "2026-01-01 00:00:00", "2026-13-01 00:00:00+00", "2026-01-01T00:00:00+00",
        "2026-01-01 00:00:00.+00", "2026-01-01 00:00:00.1234567+00", "2026-01-01 00:00:00+00 BC",
        "2026-01-01 00:00:00+", "2026-01-01 00:00:00+0a", "2026-1-1 0:0:0+0", "99999999999-01-01 00:00:00+00",
        "294276-12-31 23:59:59.999999+00",
    ])
    func `what is not a timestamp is refused`(text: String) {
        #expect(self.parse(text) { Timestamp(text: $0) } == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func `an integer is read`(text: String, value: Int64) {
        #expect(self.parse(text) { CellText.integer($0) } == value)
    }

    @Test(arguments: [
        "", "-", "+1", "1.0", " 1", "1a", "9223372036854775808", "-9223372036854775809", "99999999999999999999",
    ])
    func `what is not an integer is refused`(text: String) {
        #expect(self.parse(text) { CellText.integer($0) } == nil)
    }

    @Test func `a uuid is read in either case`() {
        let id = UUID()
        #expect(self.parse(id.uuidString) { CellText.uuid($0) } == id)
        #expect(self.parse(id.uuidString.lowercased()) { CellText.uuid($0) } == id)
    }

    @Test(arguments: ["", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430cg"])
    func `what is not a uuid is refused`(text: String) {
        #expect(self.parse(text) { CellText.uuid($0) } == nil)
    }

    @Test func `bytes are read from hex`() {
        #expect(self.parse(#"\x"#) { CellText.bytea($0) } == [])
        #expect(self.parse(#"\x00ff7F"#) { CellText.bytea($0) } == [0, 255, 127])
        #expect(self.parse(#"\x0"#) { CellText.bytea($0) } == nil)
        #expect(self.parse(#"\000"#) { CellText.bytea($0) } == nil)
    }

    @Test(arguments: ["", "{", "{a", "a", "{a,}", "{,a}", #"{"a}"#, "{{a}}", #"{"a\"#, #"{"a"b}"#])
    func `what is not an array is refused`(text: String) {
        #expect(throws: CellFault.self) {
            try self.parse(text) { bytes in
                Result { try Cell(type: .textList, memory: bytes).list { element in try? element.text() } }
            }.get()
        }
    }

    @Test func `the options of the start-up packet keep spaces together and the parsers' settings last`() {
        let settings = SessionSettings(
            statementTimeout: .milliseconds(1_500),
            parameters: ["search_path": #"a b\c"#, "timezone": "Asia/Harbin"]
        )

        let options = settings.options(after: "-c geqo=off")

        #expect(
            options.hasPrefix(
                #"-c geqo=off -c search_path=a\ b\\c -c timezone=Asia/Harbin -c statement_timeout=1500ms "#))
        #expect(
            options.hasSuffix(
                #"-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c default_transaction_isolation=read\ committed"#
            ))
    }

    @Test func `back-off doubles up to its limit and jitter takes at most half away`() {
        let backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))

        #expect(backoff.delay(afterFailures: 1, jitter: 0) == .milliseconds(100))
        #expect(backoff.delay(afterFailures: 3, jitter: 0) == .milliseconds(400))
        #expect(backoff.delay(afterFailures: 3, jitter: 1) == .milliseconds(200))
        #expect(backoff.delay(afterFailures: 1_000, jitter: 0) == .seconds(5))
    }
}
