import BihuanDomain
import DomainTestSupport
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
        #expect(try Self.day(1, after: "2026-02-13", calendar) == "2026-02-14")
        #expect(try Self.day(2, after: "2026-02-13", calendar) == "2026-02-17")
        #expect(throws: MissingCalendarYear(year: 2027)) { try Self.day(1, after: "2026-12-31", calendar) }
    }

    /// The day on which a limit of working days ends that begins at noon.
    private static func day(_ count: Int, after day: String, _ calendar: WorkingCalendar) throws -> String {
        let noon = CivilDay(day)!.start(offset: .china).addingTimeInterval(43_200)
        return CivilDay(try calendar.deadline(.workingDays(count), from: noon), offset: .china).text
    }

    // MARK: Pauses and extensions

    private static let year2026 = WorkingCalendar(holidays: [], workdays: [], years: [2026])

    private static func at(_ text: String) -> Date { try! Date(text + "+08:00", strategy: .iso8601) }

    /// Limit, what was granted on top, pauses as begin and end, deadline; all from Monday 2026-03-02 09:00.
    @Test(
        arguments: [
            ("PT4H", [], [("2026-03-02T10:00:00", "2026-03-02T11:30:00")], "2026-03-02T14:30:00"),
            ("PT4H", [], [("2026-03-02T14:00:00", "2026-03-02T15:00:00")], "2026-03-02T13:00:00"),
            ("P1WD", [], [], "2026-03-03T23:59:59"),
            ("P1WD", [], [("2026-03-03T09:00:00", "2026-03-03T18:00:00")], "2026-03-03T23:59:59"),
            ("P1WD", [], [("2026-03-03T09:00:00", "2026-03-04T09:00:00")], "2026-03-04T23:59:59"),
            ("P1WD", ["P1WD"], [], "2026-03-04T23:59:59"),
            ("P1WD", ["PT4H"], [], "2026-03-04T03:59:59"),
            ("PT4H", ["PT4H"], [("2026-03-02T14:00:00", "2026-03-02T15:00:00")], "2026-03-02T18:00:00"),
            ("PT4WH", [], [("2026-03-02T10:00:00", "2026-03-02T11:00:00")], "2026-03-02T16:00:00"),
            ("PT8WH", [], [("2026-03-02T11:00:00", "2026-03-03T09:00:00")], "2026-03-03T17:00:00"),
            ("EOD", [], [("2026-03-02T20:00:00", "2026-03-03T08:00:00")], "2026-03-03T23:59:59"),
            ("NOW", [], [], "2026-03-02T09:00:00"),
        ] as [(String, [String], [(String, String)], String)])
    func `no time counts while a clock stands still, and what is granted is added at its end`(
        limit: String, extensions: [String], pauses: [(String, String)], due: String
    ) throws {
        let deadline = try Self.year2026.deadline(
            TimeLimit(limit)!, extendedBy: extensions.map { TimeLimit($0)! }, from: Self.at("2026-03-02T09:00:00"),
            pauses: pauses.map { ClockPause(begin: Self.at($0.0), end: Self.at($0.1)) })

        #expect(deadline == Self.at(due))
    }

    @Test func `a pause that still lasts moves nothing yet`() throws {
        let begin = Self.at("2026-03-02T09:00:00")
        let pause = ClockPause(begin: begin.addingTimeInterval(600), end: nil)

        #expect(try Self.year2026.deadline(.wall(3600), from: begin, pauses: [pause]) == begin.addingTimeInterval(3600))
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
        let node = DocketFixture.node.with([
            "name": "", "plan": "Two Words",
            "schemes": [
                "case": [
                    "name": "等级",
                    "levels": [
                        ["key": "a", "name": "甲", "colour": "blue"], ["key": "a", "name": "乙", "colour": "pink"],
                    ],
                ]
            ],
            "clocks": [
                "grading": [
                    "name": "定级", "starts_on": "registered", "stops_on": "grade", "limit": "soon",
                    "ladder": ["notice": "2"],
                ],
                "nonsense": [:],
            ],
        ])

        #expect {
            try Plan(node)
        } throws: { error in
            let paths = Set((error as? PlanFaults)?.faults.map(\.path) ?? [])
            return paths.isSuperset(of: [
                "plan", "name", "schemes.case.levels[1].key", "schemes.case.levels[1].colour",
                "clocks.nonsense.starts_on", "clocks.grading.limit", "clocks.grading.ladder.notice",
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
