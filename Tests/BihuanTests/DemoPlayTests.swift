import BihuanDomain
import Foundation
import Testing
import Yams

@testable import bihuan

struct DemoPlayTests {
    @Test func `the agenda goes by time, and by entry within a minute`() {
        var agenda = Agenda<String>()
        for (entry, minute) in [("c", 30), ("a", 10), ("d", 30), ("b", 20), ("e", 40)] { agenda.add(entry, at: minute) }

        #expect(agenda.next == 10)
        let early = agenda.take(upTo: 30)
        #expect(early == ["a", "b", "c", "d"])
        let late = agenda.take(upTo: 100)
        #expect(late == ["e"])
        let isEmpty = agenda.isEmpty
        #expect(isEmpty)
    }

    @Test func `the same seed gives the same day`() {
        var (one, other) = (Dice(seed: 7), Dice(seed: 7))
        #expect((0..<50).map { _ in one.next(in: 0...999) } == (0..<50).map { _ in other.next(in: 0...999) })
    }

    @Test func `weights are kept, and nothing without weight is drawn`() {
        var dice = Dice(seed: 1)
        let drawn = (0..<4000).compactMap { _ in dice.pick([("a", 3), ("b", 1), ("c", 0)]) }

        let share = Double(drawn.filter { $0 == "a" }.count) / 4000
        #expect((0.70...0.80).contains(share))
        #expect(!drawn.contains("c"))
        #expect(dice.pick([("a", 0)]) == nil)
    }

    @Test func `a step is repeated as often as its level wants, each time with what follows it`() throws {
        let step = try YAMLDecoder().decode(
            DayStep.self,
            from: """
                do: interim
                by: station
                exactly: { major: [20, 20] }
                repeat: { times: { major: 2 }, every: { major: [90, 90] } }
                followed_by: { do: interim, by: unit, exactly: { major: [5, 5] } }
                """)
        var dice = Dice(seed: 1)

        let planned = PlannedStep.plan([step], level: "major", tempo: 1, &dice)

        #expect(planned.map(\.by) == [.station, .unit, .station, .unit, .station, .unit])
        #expect(planned.map(\.delay) == [20, 5, 90, 5, 90, 5])
    }

    @Test(arguments: [
        "{ do: grade, by: city, aftr: [1, 2] }", "{ do: grade, by: city }", "{ do: gade, by: city, after: [1, 2] }",
        "{ do: grade, by: city, after: [5, 2] }", "{ do: grade, by: city, after: [1, 2], exactly: { major: [1, 2] } }",
    ])
    func `a slip of the pen in a step is refused`(_ text: String) {
        #expect(throws: (any Error).self) { try YAMLDecoder().decode(DayStep.self, from: text) }
    }

    @Test func `a step is taken by the post that it names, else by the one that usually does`() throws {
        var cast = Cast([
            DemoOfficer(login: "d", name: "甲", posts: [.init(.dispatcher, in: "u")]),
            DemoOfficer(login: "r", name: "乙", posts: [.init(.handler, in: "u"), .init(.reviewer, in: "u")]),
        ])

        #expect(cast.player(.accept, in: "u", wanted: nil)?.login == "r")
        #expect(cast.player(.accept, in: "u", wanted: .dispatcher)?.login == "d")
        #expect(cast.player(.feedBack, in: "u", wanted: nil)?.post.role == .handler)
        #expect(cast.player(.grade, in: "u", wanted: .handler)?.login == "d")
        #expect(cast.player(.receive, in: "elsewhere", wanted: nil) == nil)
    }

    @Test func `words are about the case before they are about its category`() throws {
        let files = try DemoFiles(DemoCityDataTests.folder)
        var wording = Wording(files)

        let about = wording.finding(category: "电梯安全", title: "购物中心扶梯逆转", content: "")
        #expect(about?.about.contains("逆转") == true)
        let plain = wording.finding(category: "电梯安全", title: "住宅电梯停运", content: "")
        #expect(plain?.category == "电梯安全" && plain?.about.isEmpty == true)
        #expect(wording.finding(category: "从未见过", title: "", content: "")?.category == "")
        #expect(wording.phrase(.interim, fitting: "special-equipment") != "")
    }

    @Test func `the day that is played is a working day within the calendar`() throws {
        let holiday = try #require(CivilDay(year: 2026, month: 10, day: 1))
        let calendar = WorkingCalendar(holidays: [holiday], workdays: [], years: [2026])
        func played(_ text: String) throws -> CivilDay? {
            try DemoDate.day(
                for: try #require(TimeForm.rfc3339.date(from: text, utcOffset: 0)), calendar)
        }

        #expect(try played("2026-03-02T23:00:00+08:00") == CivilDay(year: 2026, month: 3, day: 2))
        #expect(try played("2026-03-07T09:00:00+08:00") == CivilDay(year: 2026, month: 3, day: 9))
        #expect(try played("2026-10-01T09:00:00+08:00") == CivilDay(year: 2026, month: 10, day: 2))
        // Later than the calendar reaches: the last day that still has three weeks of it.
        #expect(try played("2029-05-01T09:00:00+08:00") == CivilDay(year: 2026, month: 12, day: 10))
    }

    @Test func `a case without a district goes where its place says, else by turns`() throws {
        let files = try DemoFiles(DemoCityDataTests.folder)
        var placing = Placing(files)
        func registered(_ place: String, _ category: String) -> DayIntake.Registered {
            DayIntake.Registered(id: "", ref: "", title: "", category: category, place: place)
        }

        #expect(placing.place(registered("南栈区货场街道", ""), .station).unit == "nanzhan")
        #expect(placing.place(registered("", "特种设备/电梯安全"), .department).unit == "special-equipment")
        let turns = (0..<9).map { _ in placing.place(registered("无名路", ""), .district).unit }
        #expect(Set(turns).count == 9)
    }
}
