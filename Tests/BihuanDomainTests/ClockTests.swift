import BihuanDomain
import Foundation
import Testing

struct ClockTests {
    @Test(arguments: [
        ("PT4H", TimeLimit.wall(14_400)), ("PT30M", .wall(1800)), ("P1DT2H3M4S", .wall(93_784)),
        ("P3WD", .workingDays(3)), ("PT90M", .wall(5400)),
    ])
    func `a limit reads ISO 8601 durations and working days`(text: String, limit: TimeLimit) {
        #expect(TimeLimit(text) == limit)
        #expect(TimeLimit(limit.text) == limit)
    }

    @Test(arguments: ["", "P", "PT", "4H", "PT0S", "P-1D", "PT1H1H", "P1H", "P3W", "PT3D", "P0WD", "PT1.5H", "pt1h"])
    func `anything else is not a limit`(text: String) {
        #expect(TimeLimit(text) == nil)
    }

    @Test(arguments: [
        ("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("2026-11-21", 20_778, 6), ("1969-12-31", -1, 3),
    ])
    func `days count from 1970 and know their weekday`(text: String, number: Int, weekday: Int) throws {
        let day = try #require(CivilDay(text))

        #expect(day.rawValue == number)
        #expect(day.weekday == weekday)
        #expect(CivilDay(year: day.components.year, month: day.components.month, day: day.components.day) == day)
    }

    @Test(arguments: ["2025-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "x"])
    func `there is no such day`(text: String) {
        #expect(CivilDay(text) == nil)
    }

    @Test func `a make-up workday counts and a holiday does not`() throws {
        let calendar = WorkingCalendar(
            holidays: [CivilDay("2026-02-16")!], workdays: [CivilDay("2026-02-14")!], years: [2026])

        // Friday the 13th; Saturday the 14th is worked; Monday the 16th is off.
        #expect(try calendar.day(1, after: CivilDay("2026-02-13")!) == CivilDay("2026-02-14")!)
        #expect(try calendar.day(2, after: CivilDay("2026-02-13")!) == CivilDay("2026-02-17")!)
        #expect(throws: MissingCalendarYear(year: 2027)) { try calendar.day(1, after: CivilDay("2026-12-31")!) }
    }

    @Test func `ids of one mint ascend, carry their millisecond and never repeat`() {
        var mint = UUIDv7Mint(now: Date(timeIntervalSince1970: 1_800_000_000.123), seed: 42)
        let ids = (0..<10_000).map { _ in mint.next().uuidString }

        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        #expect(ids[0].hasPrefix(String(1_800_000_000_123, radix: 16, uppercase: true).paddedUUIDPrefix))
        #expect(ids.allSatisfy { $0.utf8.dropFirst(14).first == UInt8(ascii: "7") })
    }

    @Test func `a plan tells every fault at once`() {
        var draft = PlanDraft()
        draft.version = 0
        draft.levels = [.init(key: "a", name: "甲", colour: "blue"), .init(key: "a", name: "乙", colour: "red")]
        draft.clocks = ["nonsense": .init(limits: [:]), "grading": .init(limits: ["any": "soon"], notice: 2)]

        #expect {
            try Plan(draft)
        } throws: { error in
            let paths = Set((error as? PlanFaults)?.faults.map(\.path) ?? [])
            return paths.isSuperset(of: [
                "plan", "version", "name", "levels[1].key", "clocks.nonsense", "clocks.grading.limit.any",
                "clocks.grading.ladder.notice", "clocks.receipt",
            ])
        }
    }
}

extension String {
    /// `0193abcd…` as the first thirteen characters of a UUID's text.
    fileprivate var paddedUUIDPrefix: String {
        let digits = String(repeating: "0", count: 12 - self.count) + self
        return "\(digits.prefix(8))-\(digits.suffix(4))"
    }
}
