import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import StoreTestSupport
import Testing

struct SupervisionTests {
    @Test func `what is late climbs the ladder: notice, reminder, order with reply, circular`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let queries = city.store.queries
            let dispatcher = try await city.token("dispatcher.city")
            let leader = try await city.token("leader.city")
            let handler = try await city.token("handler.east")
            let hop = try await Self.assign(city, dispatcher, level: "sensitive")
            let sweeper = Self.sweeper(city)

            // 敏感: receipt within an hour; notice at 80 %, reminder when due, order 30 minutes later.
            try await city.advance(by: .seconds(49 * 60))
            await sweeper.pass()
            #expect(try await Self.kinds(city, dispatcher).last == .noticed)
            try await city.advance(by: .seconds(12 * 60))
            await sweeper.pass()
            #expect(try await Self.kinds(city, dispatcher).last == .reminded)
            let late = try await queries.summary(leader)
            #expect(late.total.overdue == 1)
            #expect(late.escalations.map(\.unit.label) == ["east"])
            try await city.advance(by: .seconds(31 * 60))
            await sweeper.pass()
            #expect(try await Self.kinds(city, dispatcher).last == .supervised)
            let order = try #require(try await queries.supervisions(handler).items.first)
            #expect(order.from.label == "city")
            #expect(order.cause == .overdue)

            // The order's own clock: 4 h, then five working days to the circular.
            try await city.advance(by: .seconds(4 * 3600 + 60))
            await sweeper.pass()
            try await city.setTime(TestCity.monday.addingTimeInterval(8 * 86_400))
            for _ in 0..<6 { await sweeper.pass() }
            #expect(try await Self.kinds(city, dispatcher).contains(.circulated))

            _ = try await desk.perform(on: .supervision(.id(order.id.rawValue)), by: .session(handler), via: .json) {
                .reply(SupervisionID(rawValue: $0), text: "人手不足,现已签收办理")
            }
            let lifted = try await desk.perform(
                on: .supervision(.id(order.id.rawValue)), by: .session(leader), via: .json
            ) {
                .lift(SupervisionID(rawValue: $0), reason: "已说明")
            }
            #expect(lifted.state == "lifted")
            _ = try await desk.perform(on: .assignment(.id(hop)), by: .session(handler), via: .json) {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }

            // The breach stays on record as a fact.
            let outcomes = try await city.owner { connection throws(PostgresError) -> [String] in
                try connection.query(
                    "select outcome from bihuan.clocks where kind = 'receipt' and breached_at is not null"
                ).rows.map { row throws(PostgresError) in try row.get("outcome") }
            }
            #expect(outcomes == ["late"])
        }
    }

    @Test func `two sweepers over a thousand due clocks fire each once per rung`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for number in 0..<250 {
                            _ = try await city.store.desk.register(
                                CaseDraft(lead: TestCity.lead("S-\(lane)-\(number)")), by: dispatcher, via: .json)
                        }
                    }
                }
                try await group.waitForAll()
            }
            // One in ten is graded before anything fires: its grading clock has stopped.
            for number in 1...100 {
                let ref = "TST-2026-" + String(repeating: "0", count: 6 - "\(number)".count) + "\(number)"
                _ = try await city.store.desk.perform(on: .record(.ref(ref)), by: .session(dispatcher), via: .json) {
                    _ in
                    .grade(level: "critical", reason: "x")
                }
            }
            try await city.advance(by: .seconds(110 * 60))

            // At least three passes find nothing more, by either sweeper.
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    let sweeper = Self.sweeper(city)
                    group.addTask {
                        var idle = 0
                        while idle < 3 { idle = await sweeper.pass() == 0 ? idle + 1 : 0 }
                    }
                }
            }

            let (firings, events, stopped) = try await city.owner { connection throws(PostgresError) in
                let firings: Int = try connection.query(
                    """
                    select count(*) as n
                      from bihuan.clock_firings f
                      join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
                     where f.rung = 'notice' and k.kind = 'grading'
                    """
                ).rows[0].get("n")
                let events: Int = try connection.query(
                    """
                    select count(*) as n from bihuan.events where kind = 'noticed' and detail ->> 'kind' = 'grading'
                    """
                ).rows[0].get("n")
                let stopped: Int = try connection.query(
                    """
                    select count(*) as n
                      from bihuan.clock_firings f
                      join bihuan.clocks k on k.city_id = f.city_id and k.clock_id = f.clock_id
                     where k.stopped_at is not null and f.fired_at > k.stopped_at
                    """
                ).rows[0].get("n")
                return (firings, events, stopped)
            }
            #expect(firings == 900)
            #expect(events == 900)
            #expect(stopped == 0)
        }
    }

    private static func sweeper(_ city: TestCity) -> SupervisionSweeper<ContinuousClock> {
        SupervisionSweeper(
            store: city.store, configuration: SweeperConfiguration(), clock: ContinuousClock(),
            logger: Logger(label: "test"))
    }

    private static func assign(_ city: TestCity, _ token: String, level: String) async throws -> UUID {
        let desk = city.store.desk
        let opened = try await desk.register(CaseDraft(lead: TestCity.lead("L-1")), by: token, via: .json)
        _ = try await desk.perform(on: .record(.id(opened.id)), by: .session(token), via: .json) { _ in
            .grade(level: level, reason: "x")
        }
        return try await desk.perform(on: .record(.id(opened.id)), by: .session(token), via: .json) { _ in
            .assign(unit: "east", instruction: "", reason: "x")
        }.id
    }

    private static func kinds(_ city: TestCity, _ token: String) async throws -> [EventKind] {
        try await city.store.queries.timeline(token, .ref("TST-2026-000001")).events.map(\.kind)
    }
}
