import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import StoreTestSupport
import Testing

/// The ladder up to its end, and who is called on the way.
struct LadderTests {
    @Test func `an order that is not answered goes a tier up, and at the top stays before the leader`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let east = try await city.token("dispatcher.east")
            let leader = try await city.token("leader.city")
            let station = try await city.token("handler.east-1")
            let hop = try await Self.assign(city, dispatcher, level: "sensitive")
            _ = try await Self.step(city, east, .assignment(.id(hop))) {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }
            _ = try await Self.step(city, east, .assignment(.id(hop))) {
                .forward(AssignmentID(rawValue: $0), unit: "east-1", instruction: "", reason: "属地")
            }

            // The station does not sign: an order of the district after an hour and a half.
            try await city.advance(by: .seconds(2 * 3600))
            await Self.sweep(city)
            let first = try #require(try await city.store.queries.supervisions(station).items.first)
            #expect(first.from.label == "east" && first.grade == .general)

            // Nor does it answer within 4 h, nor an hour later: the bureau's order to the district, a grade graver.
            try await city.advance(by: .seconds(5 * 3600 + 60))
            await Self.sweep(city)
            let orders = try await city.store.queries.supervisions(dispatcher).items
            let second = try #require(orders.first { $0.raisedFrom == first.ref })
            #expect(second.from.label == "city" && second.to.label == "east")
            #expect(second.grade == .serious && second.state == .issued)
            #expect(orders.first { $0.ref == first.ref }?.state == .raised)

            // Nobody stands above the bureau: it stays on its leader's page, and is claimed no more.
            try await city.advance(by: .seconds(5 * 3600 + 60))
            await Self.sweep(city)
            let page = try await city.store.queries.summary(leader).escalated
            #expect(page.contains { $0.kind == .reply && $0.unit.label == "east" })
            #expect(try await city.store.queries.escalated(leader).items.count == page.count)
            #expect(
                try await city.store.queries.supervisions(dispatcher).items.count { $0.raisedFrom == second.ref } == 0)
            let (drift, idle) = try await Self.driftAndClaims(city)
            #expect(drift == nil)
            #expect(idle == 0)

            // The cause ends, and so does its stay.
            _ = try await Self.step(city, east, .supervision(.ref(second.ref))) {
                .reply(SupervisionID(rawValue: $0), text: "已督促")
            }
            #expect(try await city.store.queries.escalated(leader).items.allSatisfy { $0.kind != .reply })
        }
    }

    @Test func `what nobody has assigned is escalated too, and whoever is on duty is called`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let leader = try await city.token("leader.city")
            try await Self.onDuty(city, dispatcher, "city", "duty.city", from: TestCity.monday, hours: 24)
            _ = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("L-1")), by: dispatcher, via: .json)

            // In the midst of office hours: nobody else is left to be told.
            try await city.advance(by: .seconds(2 * 3600 + 60))
            await Self.sweep(city)

            let page = try await city.store.queries.escalated(leader).items
            #expect(page.map(\.kind) == [.grading])
            #expect(page.first?.unit.label == "city")
            #expect(try await Self.calls(city) == ["city duty.city clock.escalated"])
            #expect(
                try await city.store.queries.timeline(leader, .ref("TST-2026-000001")).events.last?.detail["escalated"]
                    == "true")

            _ = try await Self.step(city, dispatcher, .record(.ref("TST-2026-000001"))) { _ in
                .grade(level: "general", reason: "x")
            }
            #expect(try await city.store.queries.escalated(leader).items.isEmpty)
        }
    }

    @Test func `at night a reminder calls the duty officer of the unit, or of the nearest above it`() async throws {
        // Monday 22:50: what was assigned at 02:00 runs out at 03:00.
        try await TestCity.with(now: TestCity.monday.addingTimeInterval(17 * 3600)) { city in
            let dispatcher = try await city.token("dispatcher.city")
            let night = TestCity.monday.addingTimeInterval(9 * 3600)
            try await Self.onDuty(city, dispatcher, "city", "duty.city", from: night, hours: 14)
            let hop = try await Self.assign(city, dispatcher, level: "sensitive")
            #expect(try await Self.calls(city).isEmpty)
            try await city.setTime(TestCity.monday.addingTimeInterval(18 * 3600 + 120))
            await Self.sweep(city)
            #expect(try await Self.calls(city) == ["city duty.city clock.reminder"])

            // With somebody of its own it is that one: the order half an hour later.
            try await Self.onDuty(city, dispatcher, "east", "handler.east", from: night, hours: 14)
            try await city.advance(by: .seconds(1_860))
            await Self.sweep(city)
            #expect(
                try await Self.calls(city) == ["city duty.city clock.reminder", "east handler.east supervision.issued"])

            // By day only the unit itself is told.
            try await city.setTime(TestCity.monday.addingTimeInterval(24 * 3600))
            let order = try #require(try await city.store.queries.supervisions(dispatcher).items.first)
            try await city.advance(by: .seconds(600))
            await Self.sweep(city)
            #expect(order.assignment.hasPrefix("A-") && hop != UUID())
            #expect(try await Self.calls(city).count == 2)
        }
    }

    @Test func `a reminder and an order still come after return and assignment anew`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let east = try await city.token("dispatcher.east")
            let hop = try await Self.assign(city, dispatcher, level: "sensitive")
            try await city.advance(by: .seconds(50 * 60))
            _ = try await Self.step(city, east, .assignment(.id(hop))) {
                .return(AssignmentID(rawValue: $0), reason: "不属本区")
            }
            _ = try await Self.step(city, dispatcher, .record(.ref("TST-2026-000001"))) { _ in
                .assign(unit: "west", instruction: "", reason: "改派")
            }

            try await city.advance(by: .seconds(62 * 60))
            await Self.sweep(city)
            #expect(try await Self.kinds(city, dispatcher).last == .reminded)
            try await city.advance(by: .seconds(31 * 60))
            await Self.sweep(city)
            #expect(try await city.store.queries.supervisions(dispatcher).items.map(\.to.label) == ["west"])
        }
    }

    @Test func `five hundred that can escalate no further starve nobody`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for number in 0..<125 {
                            _ = try await city.store.desk.register(
                                CaseDraft(lead: TestCity.lead("S-\(lane)-\(number)")), by: dispatcher, via: .json)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await city.advance(by: .seconds(3 * 3600))
            await Self.sweep(city)
            let claimed = try await city.store.clockClaims.claim(1_000)
            #expect(claimed.isEmpty, "at the end of its ladder none is claimed again")

            // One that comes later is fired by the very next pass.
            let late = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("LATE")), by: dispatcher, via: .json)
            try await city.advance(by: .seconds(3 * 3600))
            let pass = await Self.sweeper(city).pass()
            #expect(pass == 1)
            let events = try await city.store.queries.timeline(dispatcher, .id(late.id)).events.map(\.kind)
            #expect(events.contains(.noticed) || events.contains(.reminded))
            let leader = try await city.token("leader.city")
            #expect(try await city.store.queries.escalated(leader, limit: 500).items.count == 500)
        }
    }

    @Test func `one sweeper sweeps twenty cities, and one that is at fault holds up no other`() async throws {
        try await TestCity.with { city in
            // The clocks of 20 cities, each with a case of its own.
            let codes = try await city.registry { registry in
                let plan = try String(
                    contentsOf: Installation.find().plans.appendingPathComponent("001-harbin.yaml"), encoding: .utf8)
                var codes: [String] = []
                for number in 1...20 {
                    let code = "city-\(number)"
                    let prefix = "C" + String(UnicodeScalar(UInt8(64 + number)))
                    let made = try await registry.found(code: code, name: "\(number) 市", refPrefix: prefix)
                    _ = try await registry.adopt(suggestionsOf: plan, in: made.id)
                    _ = try await registry.importUnits(
                        [UnitDraft(label: "city", parent: nil, tier: "city", name: "\(number) 市市场监督管理局")], of: made.id)
                    _ = try await registry.addOfficer(
                        login: "d", name: "派单", password: TestCity.password, unit: "city", role: .dispatcher,
                        in: made.id, hasher: PasswordHasher(), at: Date())
                    codes.append(code)
                }
                return codes
            }
            for code in codes {
                let token = try await city.token("d", in: code)
                _ = try await city.store.desk.register(CaseDraft(lead: TestCity.lead("L")), by: token, via: .json)
            }
            // One cannot be swept: what is written there nobody can read.
            try await city.owner { connection throws(PostgresError) in
                _ = try connection.query(
                    """
                    update bihuan.clocks k set "limit" = 'P9XX'
                      from bihuan.cities c where c.city_id = k.city_id and c.code = 'city-7'
                    """)
            }
            try await city.advance(by: .seconds(3 * 3600))
            await Self.sweep(city)

            let late = try await city.owner { connection throws(PostgresError) -> [String] in
                try connection.query(
                    """
                    select c.code from bihuan.cities c
                     where exists (select from bihuan.clocks k
                                    where k.city_id = c.city_id and k.escalated_at is not null)
                     order by c.city_id
                    """
                ).rows.map { row throws(PostgresError) in try row.get("code") }
            }
            #expect(late == codes.filter { $0 != "city-7" })
        }
    }

    @Test func `what no shift covers is a gap`() {
        let day = TestCity.monday
        func at(_ hour: Double) -> Date { day.addingTimeInterval(hour * 3600) }
        #expect(DutyView.gaps(in: at(0)..<at(24), between: []) == [at(0)..<at(24)])
        #expect(DutyView.gaps(in: at(0)..<at(24), between: [at(-2)..<at(25)]).isEmpty)
        #expect(
            DutyView.gaps(in: at(0)..<at(24), between: [at(12)..<at(20), at(-1)..<at(8), at(7)..<at(9)])
                == [at(9)..<at(12), at(20)..<at(24)])
    }

    // MARK: Parts

    static func sweeper(_ city: TestCity) -> SupervisionSweeper<ContinuousClock> {
        SupervisionSweeper(
            store: city.store, configuration: SweeperConfiguration(), clock: ContinuousClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Until nothing is left that is due.
    private static func sweep(_ city: TestCity) async {
        let sweeper = Self.sweeper(city)
        for _ in 0..<40 where await sweeper.pass() == 0 { return }
    }

    private static func step(
        _ city: TestCity, _ token: String, _ target: Target, _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws -> Outcome {
        try await city.store.desk.perform(on: target, by: .session(token), via: .json, command)
    }

    private static func assign(_ city: TestCity, _ token: String, level: String) async throws -> UUID {
        let opened = try await city.store.desk.register(
            CaseDraft(lead: TestCity.lead("L-1")), by: token, via: .json)
        _ = try await Self.step(city, token, .record(.id(opened.id))) { _ in .grade(level: level, reason: "x") }
        return try await Self.step(city, token, .record(.id(opened.id))) { _ in
            .assign(unit: "east", instruction: "", reason: "x")
        }.id
    }

    private static func onDuty(
        _ city: TestCity, _ token: String, _ unit: String, _ officer: String, from: Date, hours: Double
    ) async throws {
        _ = try await city.store.desk.setDuty(
            of: unit, on: CivilDay(from, offset: .china),
            [ShiftDraft(officer: officer, from: from, until: from.addingTimeInterval(hours * 3600))], by: token,
            via: .json)
    }

    /// Who was called to what: unit, log-in, topic.
    private static func calls(_ city: TestCity) async throws -> [String] {
        try await city.owner { connection throws(PostgresError) -> [String] in
            try connection.query(
                """
                select u.label || ' ' || (o.payload ->> 'duty') || ' ' || (o.payload ->> 'topic') as call
                  from bihuan.outbox o
                  join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
                 where o.topic = 'duty.called'
                 order by o.seq, 1
                """
            ).rows.map { row throws(PostgresError) in try row.get("call") }
        }
    }

    private static func driftAndClaims(_ city: TestCity) async throws -> (String?, Int) {
        (try await city.drift(), try await city.store.clockClaims.claim(100).count)
    }

    private static func kinds(_ city: TestCity, _ token: String) async throws -> [EventKind] {
        try await city.store.queries.timeline(token, .ref("TST-2026-000001")).events.map(\.kind)
    }
}
