import BihuanDomain
import Foundation
import Testing

struct IntakeTimeFormTests {
    @Test(arguments: [
        ("yyyy-MM-dd", "2026-03-02", "2026-03-01T16:00:00Z"),
        ("yyyy/M/d H:m:s", "2019/2/21 18:45:14", "2019-02-21T10:45:14Z"),
        ("yyyy/M/d H:m:s", "2019/12/01 08:05:09", "2019-12-01T00:05:09Z"),
        ("yyyyMMddHHmmss", "20260302081500", "2026-03-02T00:15:00Z"),
        ("yyyy年M月d日 H时m分", "2026年3月2日 8时15分", "2026-03-02T00:15:00Z"),
        ("yyyy-MM-dd'T'HH:mm:ssZ", "2026-03-02T08:15:00Z", "2026-03-02T08:15:00Z"),
        ("yyyy-MM-dd'T'HH:mm:ssZ", "2026-03-02T08:15:00-0230", "2026-03-02T10:45:00Z"),
        ("rfc3339", "2019-04-25T09:32:09+08:00", "2019-04-25T01:32:09Z"),
        ("rfc3339", "2024-02-29t23:59:60z", "2024-03-01T00:00:00Z"),
        ("rfc3339", "1900-03-01 00:00:00Z", "1900-03-01T00:00:00Z"),
    ])
    func `a form reads what is written in it`(form: String, value: String, instant: String) throws {
        let expected = try Date(instant, strategy: .iso8601)

        #expect(try TimeForm(form).date(from: value, utcOffset: 8 * 3600) == expected)
    }

    @Test func `a fraction of a second is kept`() throws {
        let date = try #require(TimeForm.rfc3339.date(from: "2026-03-02T08:15:00.125+08:00", utcOffset: nil))

        #expect(abs(date.timeIntervalSince1970 - 1_772_410_500.125) < 0.000_001)
    }

    @Test(arguments: [
        ("yyyy-MM-dd", "2026-3-2"), ("yyyy-MM-dd", "2026-02-29"), ("yyyy-MM-dd", "2026-13-01"),
        ("yyyy-MM-dd", "2026-00-10"), ("yyyy-MM-dd", "2026-03-02 "), ("yyyy-MM-dd", "2026-03-0２"),
        ("yyyy/M/d H:m:s", "2019/2/21 24:00:00"), ("yyyy/M/d H:m:s", "2019/2/21"), ("yyyy/M/d", "019/2/21"),
        ("yyyy/M/d", ""), ("rfc3339", "2026-03-02T08:15:00+25:00"), ("rfc3339", "2026-03-02T08:15:00."),
    ])
    func `a form refuses what is not, and days that do not exist`(form: String, value: String) throws {
        #expect(try TimeForm(form).date(from: value, utcOffset: 0) == nil)
    }

    @Test func `RFC 3339 without a zone is refused where no zone is given`() {
        #expect(TimeForm.rfc3339.date(from: "2026-03-02T08:15:00", utcOffset: nil) == nil)
    }

    @Test func `every day from 1900 to 2100 is counted`() throws {
        let form = try TimeForm("yyyy-M-d")
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var expected = Date(timeIntervalSince1970: -2_208_988_800)
        for _ in 0..<73_414 {
            let day = calendar.dateComponents([.year, .month, .day], from: expected)
            let text = "\(day.year ?? 0)-\(day.month ?? 0)-\(day.day ?? 0)"
            guard form.date(from: text, utcOffset: 0) == expected else {
                Issue.record("\(text) is not \(expected)")
                return
            }
            expected += 86_400
        }
    }

    @Test(arguments: ["", "yyyy-MM", "yy-MM-dd", "yyyy-MM-dd yyyy", "yyyy-MM-dd'T", "yyyy-MM-dd QQ", "M/d"])
    func `a form that cannot give a day is refused`(form: String) {
        #expect(throws: TimeForm.Fault.self) { try TimeForm(form) }
    }
}
