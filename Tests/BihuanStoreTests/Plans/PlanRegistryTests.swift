import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// What the local operator publishes, adopts and imports.
struct PlanRegistryTests {
    @Test func `the same plan again is the version it was, and the newest is another`() async throws {
        try await Self.withRegistry { registry, city in
            let first = try PlanFileTests.text("template")
            let second = first.replacingOccurrences(of: "PT24H", with: "PT12H")

            let one = try await registry.publish(first, acceptSuggestions: true, in: city)
            let two = try await registry.publish(second, acceptSuggestions: true, in: city)
            let again = try await registry.publish(first, acceptSuggestions: true, in: city)

            #expect((one.key.version, one.isKnown, one.newest) == (1, false, 1))
            #expect((two.key.version, two.isKnown, two.newest) == (2, false, 2))
            #expect((again.key.version, again.isKnown, again.newest) == (1, true, 2))
            #expect(try await registry.adopt("my-office", in: city).key.version == 2)
            #expect(try await registry.adopt("my-office", version: 1, in: city).key.version == 1)
        }
    }

    @Test func `nothing is adopted before the city has set what is left to it, and nothing else can be set`()
        async throws
    {
        try await Self.withRegistry { registry, city in
            let text = try PlanFileTests.text("template")
            _ = try await registry.publish(text, in: city)

            await #expect {
                try await registry.adopt("my-office", in: city)
            } throws: { "\($0)".contains("10 个值留给本市定") }
            await #expect {
                try await registry.publish(text, settings: PlanSettings(["clocks.statement.limit": "PT1H"]), in: city)
            } throws: { "\($0)".contains("没有把它留给本市定") }
        }
    }

    @Test func `a plan is adopted from a later day on, and never from one that is past`() async throws {
        try await TestCity.with { city in
            let text = try PlanFileTests.text("template")
            let yesterday = try #require(CivilDay("2026-03-01"))
            let nextMonday = try #require(CivilDay("2026-03-09"))
            try await city.registry { registry in
                let key = try await registry.publish(text, acceptSuggestions: true, in: city.city).key
                await #expect {
                    try await registry.adopt(key.id, from: yesterday, in: city.city)
                } throws: { "\($0)".contains("--from 2026-03-01 已经过去；最早从今天（2026-03-02）起采用") }
                let adopted = try await registry.adopt(key.id, from: nextMonday, in: city.city)
                #expect(adopted.key.version == 1)
            }
            let dispatcher = try await city.token("dispatcher.city")
            func opened(_ reference: String) async throws -> String {
                let draft = CaseDraft(lead: TestCity.lead(reference))
                let ref = try #require(try await city.store.desk.register(draft, by: dispatcher, via: .json).ref)
                return try await city.store.queries.record(dispatcher, .ref(ref)).plan
            }
            func inForce() async throws -> [String] {
                try await city.registry { registry in
                    try await registry.plans(of: city.city).filter(\.isInForce).map(\.key.id)
                }
            }
            #expect(try await opened("T-1") == "harbin-001")
            #expect(try await inForce() == ["harbin-001"])
            // The last second of the Sunday before, and the first of the day.
            let midnight = nextMonday.start(offset: .china)
            try await city.setTime(midnight.addingTimeInterval(-60))
            #expect(try await opened("T-2") == "harbin-001")
            try await city.setTime(midnight.addingTimeInterval(1))
            #expect(try await opened("T-3") == "my-office")
            #expect(try await inForce() == ["my-office"])
            // What a day began under stays: from today on there may be another, from yesterday not.
            try await city.registry { registry in
                await #expect(throws: RegistryFault.self) {
                    try await registry.adopt("harbin-001", from: CivilDay("2026-03-08"), in: city.city)
                }
                _ = try await registry.adopt("harbin-001", from: nextMonday, in: city.city)
            }
            #expect(try await opened("T-4") == "harbin-001")
        }
    }

    @Test func `a year is taken only when it looks like one that was announced`() async throws {
        try await Self.withRegistry { registry, city in
            let all = try String(contentsOf: Installation.find().calendar, encoding: .utf8)
            let lines = all.split(separator: "\n").map(String.init)
            let sparse = all + "2027-01-01,holiday,元旦\n"

            await #expect {
                try await registry.importCalendar(sparse, of: city)
            } throws: { "\($0)".contains("2027 年（1 行）") }
            // A file that was cut short.
            await #expect(throws: RegistryFault.self) {
                try await registry.importCalendar(lines.dropLast(9).joined(separator: "\n"), of: city)
            }
            #expect(try await registry.importCalendar(all, of: city).years == Array(2004...2026))
            #expect(try await registry.importCalendar(sparse, accepting: [2027], of: city).years.last == 2027)

            let later = ["date,kind,name"] + lines.filter { $0.hasPrefix("2026") || $0.hasPrefix("2025") }
            let report = try await registry.importCalendar(later.joined(separator: "\n"), of: city)
            #expect(report.years == [2025, 2026])
            #expect(report.dropped == Array(2004...2024) + [2027])
        }
    }

    private static func withRegistry(_ body: @Sendable (Registry, CityID) async throws -> Void) async throws {
        try await TestCity.with { city in
            let connection = try await Connection.open(
                city.server.conninfo(database: city.database, user: "bihuan_migrate"))
            do {
                try await body(Registry(connection), city.city)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
        }
    }
}
