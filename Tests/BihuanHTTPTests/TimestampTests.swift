import BihuanDomain
import FoundationEssentials
import SeededRandom
import Testing

@testable import BihuanHTTP

struct TimestampTests {
    static let read: [(text: String, seconds: Double)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T08:00:00+08:00", 0),
        ("1969-12-31T19:00:00-05:00", 0),
        ("2026-11-21T18:15:00+08:00", 1_795_256_100),
        ("2026-11-21t10:15:00z", 1_795_256_100),
        ("2026-11-21T10:15:00.25Z", 1_795_256_100.25),
        ("2026-11-21T10:15:00.123456789Z", 1_795_256_100.123456),
        ("2024-02-29T23:59:59+00:00", 1_709_251_199),
        ("2000-02-29T00:00:00Z", 951_782_400),
    ]

    @Test(arguments: read)
    func `a time with an offset is read`(text: String, seconds: Double) throws {
        #expect(try Timestamp.parse(text) == Date(timeIntervalSince1970: seconds))
    }

    static let refused: [(text: String, fault: Timestamp.Fault)] = [
        ("2026-11-21T18:15:00", .offsetMissing),
        ("2026-11-21T18:15:00.5", .offsetMissing),
        ("2026-11-21T18:15:00-00:00", .offsetMissing),
        ("", .malformed),
        ("2026-11-21", .malformed),
        ("2026-11-21 18:15:00+08:00", .malformed),
        ("2026-11-21T18:15+08:00", .malformed),
        ("2026-11-21T18:15:00+0800", .malformed),
        ("2026-11-21T18:15:00+08", .malformed),
        ("2026-11-21T18:15:00+24:00", .malformed),
        ("2026-11-21T18:15:00.+08:00", .malformed),
        ("2026-11-21T18:15:00.1234567890+08:00", .malformed),
        ("2026-11-21T18:15:00+08:00 ", .malformed),
        ("2026-11-21T18:15:60+08:00", .malformed),
        ("2026-11-21T24:00:00+08:00", .malformed),
        ("2026-13-21T18:15:00+08:00", .malformed),
        ("2026-02-29T18:15:00+08:00", .malformed),
        ("1900-02-29T18:15:00+08:00", .malformed),
        ("2026-04-31T18:15:00+08:00", .malformed),
        ("2026-00-10T18:15:00+08:00", .malformed),
        ("+2026-11-21T18:15:00+08:00", .malformed),
        ("２０２６-11-21T18:15:00+08:00", .malformed),
        ("1899-12-31T18:15:00+08:00", .range),
        ("2200-01-01T18:15:00+08:00", .range),
    ]

    @Test(arguments: refused)
    func `a time that is none says why`(text: String, fault: Timestamp.Fault) {
        #expect(throws: fault) { try Timestamp.parse(text) }
    }

    @Test func `times are told in the city's offset, with a fraction only where there is one`() {
        let text = { Timestamp.text(Date(timeIntervalSince1970: $0), zone: .china) }
        #expect(text(1_795_256_100) == "2026-11-21T18:15:00+08:00")
        #expect(text(1_795_256_100.25) == "2026-11-21T18:15:00.25+08:00")
        #expect(text(0) == "1970-01-01T08:00:00+08:00")
        #expect(text(-1) == "1970-01-01T07:59:59+08:00")
        #expect(
            Timestamp.text(Date(timeIntervalSince1970: 0), zone: UTCOffset(minutes: -210))
                == "1969-12-31T20:30:00-03:30"
        )
    }

    @Test func `every time survives the way out and back, and sorts as its text`() throws {
        var random = SeededGenerator(seed: 7)
        var times: [Date] = []
        var worst = 0.0
        for _ in 0..<2_000 {
            // 1901 to 2199, to the microsecond.
            let microseconds = Int64.random(in: -2_177_452_800_000_000...7_258_118_400_000_000, using: &random)
            let date = Date(timeIntervalSince1970: (Double(microseconds) / 1_000_000))
            let text = Timestamp.text(date, zone: .china)
            worst = max(worst, abs(try Timestamp.parse(text).timeIntervalSince(date)))
            times.append(date)
        }
        #expect(worst < 0.000_002)
        let texts = times.sorted().map { Timestamp.text($0, zone: .china) }
        #expect(texts == texts.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }
}
