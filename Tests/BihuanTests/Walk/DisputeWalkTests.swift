import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// Returns, disputes, referrals and endings, as peers' users asked for them: each through either door.
struct DisputeWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"
    private let west = "dispatcher.west"

    /// A graded case.
    private func graded(_ hand: any DisputeHand) async throws -> String {
        let record = try await hand.register("D-1", by: "duty.city")
        try await hand.grade(record, "general", by: self.city)
        return record
    }

    /// A newer version of the city's plan, for the cases that come.
    private static func adopt(in city: TestCity, _ change: (String) -> String) async throws {
        let plan = try String(
            contentsOf: Installation.find(executable: URL(fileURLWithPath: #filePath)).plans
                .appendingPathComponent("001-harbin.yaml"), encoding: .utf8)
        let changed = change(plan)
        try await city.registry { registry in
            _ = try await registry.adopt(suggestionsOf: changed, in: city.city)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `what was transferred can be acted on again, and a unit that gave up competence gets it back`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let first = try await hand.assign(record, to: "west", by: self.city)
            await expectRefusal("proposed") { try await hand.giveBack(first, proposing: "west", by: self.west) }
            await expectRefusal("proposed") { try await hand.giveBack(first, proposing: "nowhere", by: self.west) }
            try await doors.city.advance(by: .seconds(600))
            try await hand.giveBack(first, proposing: "east", by: self.west)
            await #expect(throws: DoorSaidNo.self) { try await hand.look(record, by: self.west) }

            let second = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(second, verb: "receive", by: self.east)
            try await doors.city.advance(by: .seconds(300))
            try await hand.giveBack(second, proposing: nil, by: self.east)
            let third = try await hand.assign(record, to: "west", by: self.city)
            #expect(try await hand.look(record, by: self.west).state == "assigned")
            try await hand.hop(third, verb: "receive", by: self.west)
            try await hand.feedBack(third, final: true, by: self.west)
            try await hand.review(third, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)

            let ending = try await hand.ending(record, by: self.city)
            #expect(ending.state == "concluded" && ending.outcome == "substantiated")
            #expect(ending.returns.map(\.unit) == ["west", "east"])
            #expect(ending.returns.map(\.proposed) == ["east", nil])
            #expect(ending.returns.map(\.reason) == ["不属本单位职责", "不属本单位职责"])
            let lost = ending.returns.map(\.seconds)
            #expect(lost[0] >= 600 && lost[1] >= 300 && ending.lostSeconds == lost[0] + lost[1])
            // What was returned is the assigner's to see.
            #expect(try await hand.ending(record, by: self.west).returns.isEmpty)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `the third return is refused, the tier above decides, and the decision binds`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            for unit in [self.west, self.east] {
                let hop = try await hand.assign(record, to: unit == self.west ? "west" : "east", by: self.city)
                try await hand.giveBack(hop, proposing: nil, by: unit)
            }
            let hop = try await hand.assign(record, to: "west", by: self.city)
            await expectRefusal("return_limit", door == .json ? "dispute" : "CASE DISPUTE") {
                try await hand.giveBack(hop, proposing: nil, by: self.west)
            }
            let dispute = try await hand.dispute(hop, proposing: "food", by: self.west)
            #expect(dispute == "X-000001")
            await expectRefusal("dispute.open", dispute) {
                _ = try await hand.dispute(hop, proposing: "east", by: self.west)
            }
            // The city assigned it itself: its leader decides, and nobody else.
            for login in [self.city, self.west, "leader.east"] {
                await #expect(throws: DoorSaidNo.self) { try await hand.arbitrate(dispute, for: "west", by: login) }
            }
            await #expect(throws: DoorSaidNo.self) { try await hand.stateOf(dispute: dispute, by: self.east) }
            try await doors.city.advance(by: .seconds(120))
            try await hand.arbitrate(dispute, for: "food", by: "leader.city")
            #expect(try await hand.stateOf(dispute: dispute, by: self.city) == "decided")

            // The west is out, and the food department holds it.
            await #expect(throws: DoorSaidNo.self) { try await hand.look(record, by: self.west) }
            let moved = try await doors.city.lastAssignment()
            for verb in ["return", "recall"] {
                await expectRefusal("dispute.bound") {
                    try await hand.hop(moved, verb: verb, by: verb == "return" ? "handler.food" : self.city)
                }
            }
            await expectRefusal("dispute.bound") {
                _ = try await hand.dispute(moved, proposing: "price", by: "handler.food")
            }
            try await hand.hop(moved, verb: "receive", by: "handler.food")
            try await hand.feedBack(moved, final: true, by: "handler.food")
            try await hand.review(moved, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)
            let ending = try await hand.ending(record, by: self.city)
            #expect(ending.returns.count == 3 && ending.disputeSeconds.allSatisfy { $0 >= 120 })
            #expect(ending.disputeSeconds.count == 1)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a dispute below a district goes to the city, whose decision keeps the work where it is`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            let dispute = try await hand.dispute(second, proposing: "west-1", by: "handler.east-1")
            // The district assigned it, so it does not decide; the unit that was proposed hears nothing of it.
            await #expect(throws: DoorSaidNo.self) {
                try await hand.arbitrate(dispute, for: "east-1", by: "leader.east")
            }
            await #expect(throws: DoorSaidNo.self) { try await hand.look(record, by: self.west) }
            try await hand.withdraw(dispute, by: "handler.east-1")
            let again = try await hand.dispute(second, proposing: "east-2", by: "handler.east-1")
            try await hand.arbitrate(again, for: "east-2", by: self.city)

            // The city assigned in the district's name: the district reviews what comes back.
            let moved = try await doors.city.lastAssignment()
            #expect(moved != second)
            await #expect(throws: DoorSaidNo.self) { try await hand.look(record, by: "handler.east-1") }
            #expect(try await hand.look(record, by: self.east).state == "assigned")
            #expect(try await hand.look(record, by: self.city).log.contains("arbitrated"))
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a reminder of what is overdue still comes after a return`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            try await hand.giveBack(second, proposing: "east-2", by: "handler.east-1")
            // A week later the district is late, whoever returned what below it.
            try await doors.city.advance(by: .seconds(7 * 86_400))
            await doors.city.sweep()
            #expect(try await hand.look(record, by: self.east).log.filter { $0 == "reminded" }.count >= 1)

            // And where nobody has it any more, the city is.
            let other = try await hand.register("D-2", by: "duty.city")
            try await hand.grade(other, "general", by: self.city)
            let hop = try await hand.assign(other, to: "west", by: self.city)
            try await hand.giveBack(hop, proposing: nil, by: self.west)
            try await doors.city.advance(by: .seconds(7 * 86_400))
            await doors.city.sweep()
            #expect(try await hand.look(other, by: self.city).log.contains("reminded"))
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `what is written into a case does not reset a clock`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let hop = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(hop, verb: "receive", by: self.east)
            let before = try await doors.city.deadlines()
            try await doors.city.advance(by: .seconds(1800))
            try await hand.grade(record, "general", by: self.city)
            try await hand.hop(hop, verb: "urge", by: self.city)
            let referral = try await hand.refer(record, "outside", to: "公安局", by: self.city)
            try await hand.answer(referral, lead: nil, by: self.city)
            let dispute = try await hand.dispute(hop, proposing: "west", by: self.east)
            try await hand.withdraw(dispute, by: self.east)
            try await hand.feedBack(hop, final: false, by: self.east)

            #expect(try await doors.city.deadlines() == before)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `an open referral blocks the end until it is answered or waived`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let hop = try await hand.assign(record, to: "east", by: self.city)
            let lead = try await hand.refer(record, "lead_department", to: nil, by: self.city)
            let police = try await hand.refer(record, "outside", to: "公安局", by: "leader.city")
            #expect([lead, police] == ["F-000001", "F-000002"])
            await #expect(throws: DoorSaidNo.self, "not the owner's") {
                _ = try await hand.refer(record, "outside", to: "公安局", by: self.east)
            }
            // Everybody on the case sees that it waits.
            #expect(try await hand.ending(record, by: self.east).awaitsLead)
            try await hand.hop(hop, verb: "receive", by: self.east)
            try await hand.feedBack(hop, final: true, by: self.east)
            try await hand.review(hop, accept: true, by: "reviewer.city")
            await expectRefusal(lead, police) { try await hand.conclude(record, by: self.city) }
            await expectRefusal("lead") { try await hand.answer(lead, lead: nil, by: self.city) }
            try await hand.answer(lead, lead: "商务局", by: self.city)
            #expect(try await hand.ending(record, by: self.east).awaitsLead == false)
            await expectRefusal(police) { try await hand.conclude(record, by: self.city) }
            await #expect(throws: DoorSaidNo.self) { try await hand.waive(police, by: self.city) }
            try await hand.waive(police, by: "leader.city")
            await #expect(throws: DoorSaidNo.self) { try await hand.answer(police, lead: nil, by: self.city) }
            try await hand.conclude(record, by: self.city)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `no case ends without an outcome, is reopened past the window, or forgets who was not content`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            try await Self.adopt(in: doors.city) { $0 + "\nreopen: { window: P30D }\n" }
            let record = try await self.graded(hand)
            await expectRefusal("outcome") { try await hand.conclude(record, by: self.city) }
            await #expect(throws: DoorSaidNo.self) {
                try await hand.conclude(record, outcome: "wonderful", by: self.city)
            }
            await #expect(throws: DoorSaidNo.self, "nothing is over yet") {
                try await hand.visit(record, satisfaction: "satisfied", note: "无", by: "duty.city")
            }
            try await hand.conclude(record, outcome: "explained_not_met", by: self.city)
            try await hand.visit(record, satisfaction: nil, note: "无人接听 13812345678", by: "duty.city")
            #expect(try await hand.ending(record, by: self.city).proposes == nil)
            try await hand.visit(record, satisfaction: "dissatisfied", note: "仍有异味", by: "duty.city")
            let ending = try await hand.ending(record, by: self.city)
            #expect(ending.outcome == "explained_not_met" && ending.proposes == "reopen" && ending.visits == 2)
            #expect(try await doors.city.notes().allSatisfy { !$0.contains("13812345678") })

            try await hand.reopen(record, by: self.city)
            #expect(try await hand.ending(record, by: self.city).outcome == nil)
            #expect(try await hand.ending(record, by: self.city).proposes == nil)
            try await hand.conclude(record, outcome: "adopted", by: self.city)
            try await doors.city.advance(by: .seconds(31 * 86_400))
            await expectRefusal("window.over", "2026-04-01T") { try await hand.reopen(record, by: self.city) }
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `at the limit of returns no list offers another, and while in dispute none offers to give back`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            func offered(_ hop: String) async throws -> [Set<Verb>] {
                let giving: Set<Verb> = [.return, .dispute]
                return [
                    try await hand.sight(record, by: self.west).hop(hop).allowed.intersection(giving),
                    try #require(try await hand.work(on: record, by: self.west).first?.allowed).intersection(giving),
                ]
            }
            for unit in ["west", "east"] {
                let hop = try await hand.assign(record, to: unit, by: self.city)
                if unit == "west" { #expect(try await offered(hop) == [[.return, .dispute], [.return, .dispute]]) }
                try await hand.giveBack(hop, proposing: nil, by: unit == "west" ? self.west : self.east)
            }
            let hop = try await hand.assign(record, to: "west", by: self.city)
            #expect(try await offered(hop) == [[.dispute], [.dispute]])
            try await hand.hop(hop, verb: "receive", by: self.west)
            #expect(try await offered(hop) == [[.dispute], [.dispute]])
            let dispute = try await hand.dispute(hop, proposing: "east", by: self.west)
            #expect(try await offered(hop) == [[], []])
            try await hand.withdraw(dispute, by: self.west)
            #expect(try await offered(hop) == [[.dispute], [.dispute]])

            // A decision begins the count anew; but it binds.
            let again = try await hand.dispute(hop, proposing: "east", by: self.west)
            try await hand.arbitrate(again, for: "city", by: "leader.city")
            let fresh = try await hand.assign(record, to: "west", by: self.city)
            #expect(try await offered(fresh) == [[.return, .dispute], [.return, .dispute]])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a dispute is on the work list of whoever may decide it, and on nobody else's`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            try await Self.adopt(in: doors.city) { plan in
                plan.replacing(
                    "\n  judgement:\n",
                    with: """

                          arbitration:
                            name: 裁定
                            starts_on: disputed
                            stops_on: arbitrate
                            limit: PT8H
                            ladder: { notice: 0.8 }
                            requirement: R33
                          judgement:

                        """)
            }
            let record = try await self.graded(hand)
            let first = try await hand.assign(record, to: "east", by: self.city)
            let own = try await hand.dispute(first, proposing: "west", by: self.east)
            func lists(_ dispute: String) async throws -> [String] {
                var lists: [String] = []
                for login in [self.city, "leader.city", self.east, "leader.east"] {
                    let work = try await hand.work(on: record, by: login).filter { $0.subject == dispute }
                    #expect(work.allSatisfy { $0.allowed == [.arbitrate] }, "\(login)")
                    if !work.isEmpty { lists.append(login) }
                }
                return lists
            }
            // What the city assigned itself its leader decides.
            #expect(try await lists(own) == ["leader.city"])
            try await hand.withdraw(own, by: self.east)

            try await hand.hop(first, verb: "receive", by: self.east)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            let below = try await hand.dispute(second, proposing: "east-2", by: "handler.east-1")
            #expect(try await lists(below) == [self.city, "leader.city"])
            try await hand.withdraw(below, by: "handler.east-1")

            // Between the city and the district another district: its leader decides, not its dispatch office.
            try await hand.move("east", under: "west", by: "operator.city")
            let moved = try await hand.dispute(second, proposing: "east-2", by: "handler.east-1")
            #expect(try await lists(moved).isEmpty)
            #expect(try await hand.work(on: record, by: self.west).isEmpty)
            #expect(try await hand.clocks(of: record, by: self.west).contains { $0.subject == moved })
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a recall takes work back before it is signed for, and not after`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.graded(hand)
            let hop = try await hand.assign(record, to: "east", by: self.city)
            let dispute = try await hand.dispute(hop, proposing: "west", by: self.east)
            // Nor past whoever has to decide.
            await expectRefusal("dispute.open") { try await hand.hop(hop, verb: "recall", by: self.city) }
            try await hand.withdraw(dispute, by: self.east)
            try await hand.hop(hop, verb: "recall", by: self.city)
            await #expect(throws: DoorSaidNo.self) { try await hand.look(record, by: self.east) }
            let again = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(again, verb: "receive", by: self.east)
            await #expect(throws: DoorSaidNo.self) { try await hand.hop(again, verb: "recall", by: self.city) }
        }
    }
}

extension TestCity {
    /// When the receipt and the final feedback of every assignment are or were due.
    fileprivate func deadlines() async throws -> [String] {
        try await self.texts(
            """
            select kind || ' ' || started_at || ' ' || due_at as text from bihuan.clocks
             where kind in ('receipt', 'feedback') order by clock_id
            """)
    }

    fileprivate func notes() async throws -> [String] {
        try await self.texts("select note as text from bihuan.return_visits where note is not null")
    }
}
