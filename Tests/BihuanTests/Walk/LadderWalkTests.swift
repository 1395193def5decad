import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// The ladder as peers' users asked for it: what nobody has, what can climb no higher, and every city alike.
struct LadderWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"

    @Test(arguments: WalkDoor.allCases)
    func `what nobody has assigned escalates too, and stays before the leader until somebody acts`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.register("L-1", by: "duty.city")
            try await doors.city.advance(by: .seconds(2 * 3600 + 60))
            await doors.city.sweep()
            // Not graded in time, so with no level and no unit: it is before the leader all the same.
            #expect(
                try await hand.escalated(by: "leader.city")
                    == [Escalated(record: record, unit: "city", kind: "grading")])
            #expect(try await hand.look(record, by: self.city).log.contains("reminded"))
            #expect(try await hand.work(on: record, by: self.city).map(\.isLate) == [true])

            try await hand.grade(record, "general", by: self.city)
            #expect(try await hand.escalated(by: "leader.city").isEmpty)

            // Graded and never assigned.
            try await doors.city.advance(by: .seconds(2 * 3600 + 60))
            await doors.city.sweep()
            #expect(
                try await hand.escalated(by: "leader.city")
                    == [Escalated(record: record, unit: "city", kind: "dispatch")])
            #expect(try await hand.look(record, by: self.city).log.filter { $0 == "reminded" }.count == 2)
            #expect(try await hand.escalated(by: "leader.east").isEmpty, "it is the bureau's own")

            _ = try await hand.assign(record, to: "east", by: self.city)
            #expect(try await hand.escalated(by: "leader.city").isEmpty)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `what is late below is reminded, supervised and raised tier by tier, and answered it goes`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("L-1", "sensitive")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            _ = try await hand.forward(first, to: "east-1", by: self.east)

            try await doors.city.advance(by: .seconds(2 * 3600))
            await doors.city.sweep()
            let order = try #require(try await hand.sight(record, by: self.city).orders.first)
            #expect(order.from == "east" && order.to == "east-1" && order.grade == "general")
            #expect(order.allowed.isEmpty, "the district's to judge")

            // The station answers nobody: the bureau asks the district.
            try await doors.city.advance(by: .seconds(5 * 3600 + 60))
            await doors.city.sweep()
            let orders = try await hand.sight(record, by: self.city).orders
            #expect(orders.map(\.state) == ["raised", "issued"])
            #expect(orders[1].from == "city" && orders[1].to == "east" && orders[1].grade == "serious")
            #expect(try await hand.sight(record, by: self.east).orders.last?.allowed == [.reply])

            try await doors.city.advance(by: .seconds(5 * 3600 + 60))
            await doors.city.sweep()
            let page = try await hand.escalated(by: "leader.city")
            #expect(page.contains(Escalated(record: record, unit: "east", kind: "reply")))
            try await hand.reply(orders[1].ref, by: self.east)
            #expect(try await hand.escalated(by: "leader.city").allSatisfy { $0.kind != "reply" })
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a batch of cases that can escalate no further starves nobody`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            // More than two batches of them.
            let sweeper = doors.city.sweeper(batchSize: 10)
            var stuck: [String] = []
            for number in 1...24 { stuck.append(try await hand.register("S-\(number)", by: "duty.city")) }
            try await doors.city.advance(by: .seconds(3 * 3600))
            for _ in 0..<20 { await sweeper.pass() }
            #expect(Set(try await hand.escalated(by: "leader.city").map(\.record)) == Set(stuck))

            // Days later they are as late as ever; one that comes now is fired by the very first pass after its time.
            try await doors.city.advance(by: .seconds(3 * 86_400))
            let late = try await hand.register("S-late", by: "duty.city")
            #expect(await sweeper.pass() == 0, "at the end of its ladder none is claimed again")
            try await doors.city.advance(by: .seconds(2 * 3600 + 60))
            #expect(await sweeper.pass() == 1)
            let log = try await hand.look(late, by: self.city).log
            #expect(log.contains("noticed") || log.contains("reminded"))
            for _ in 0..<3 { await sweeper.pass() }
            #expect(try await hand.look(late, by: self.city).log.contains("reminded"))
            #expect(try await hand.escalated(by: "leader.city").count == stuck.count + 1)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `one sweeper sweeps every city, and one that is at fault holds up no other`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let codes = (1...8).map { "city-\($0)" }
            try await doors.city.registry { registry in
                let plan = try String(
                    contentsOf: Installation.find(executable: URL(fileURLWithPath: #filePath)).plans
                        .appendingPathComponent("001-harbin.yaml"), encoding: .utf8)
                for (number, code) in codes.enumerated() {
                    let made = try await registry.found(
                        code: code, name: "\(code) 市", refPrefix: "C" + String(UnicodeScalar(UInt8(65 + number))))
                    _ = try await registry.adopt(suggestionsOf: plan, in: made.id)
                    _ = try await registry.importUnits(
                        [UnitDraft(label: "city", parent: nil, tier: "city", name: "\(code) 市市场监督管理局")], of: made.id)
                    _ = try await registry.addOfficer(
                        login: "d", name: "派单", password: TestCity.password, unit: "city", role: .dispatcher,
                        in: made.id, hasher: PasswordHasher(), at: Date())
                }
            }
            var refs: [String: String] = [:]
            for code in codes { refs[code] = try await hand.register("M-1", by: "d@\(code)") }
            // What is written in one nobody can read.
            try await doors.city.owner { connection throws(PostgresError) in
                _ = try connection.query(
                    """
                    update bihuan.clocks k set "limit" = 'P9XX'
                      from bihuan.cities c where c.city_id = k.city_id and c.code = 'city-3'
                    """)
            }
            try await doors.city.advance(by: .seconds(3 * 3600))
            await doors.city.sweep()

            for code in codes where code != "city-3" {
                let page = try await hand.escalated(by: "d@\(code)")
                #expect(page == [Escalated(record: refs[code] ?? "", unit: "city", kind: "grading")], "\(code)")
                #expect(try await hand.look(refs[code] ?? "", by: "d@\(code)").log.contains("reminded"))
            }
            #expect(try await hand.escalated(by: self.city).isEmpty, "no city hears of another's")
        }
    }
}
