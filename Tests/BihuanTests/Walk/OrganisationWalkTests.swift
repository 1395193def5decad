import BihuanDomain
import Foundation
import StoreTestSupport
import Testing

/// An organisation that changes while its work goes on: each through either door.
struct OrganisationWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"
    private let west = "dispatcher.west"
    private let chief = "operator.city"
    private let station = "handler.east-1"

    @Test(arguments: WalkDoor.allCases)
    func `a moved district takes its open work along, is seen from where it went, and brings it to its end`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("O-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            try await hand.expectNothing(of: record, first, by: self.west)
            let clocks = try await hand.clocks(of: record, by: self.city).map(\.due)
            let contested = try await hand.graded("O-2")
            let own = try await hand.assign(contested, to: "east", by: self.city)
            let dispute = try await hand.dispute(own, proposing: "west", by: self.east)

            try await hand.move("east", under: "west", by: self.chief)

            #expect(try await hand.sight(record, by: self.west).units == ["east", "east-1"])
            #expect(try await Set(hand.cases(by: self.west)) == [record, contested])
            #expect(try await hand.work(on: record, by: self.west).isEmpty, "seen, but the east's to do")
            #expect(try await hand.clocks(of: record, by: self.city).map(\.due) == clocks)
            try await hand.hop(second, verb: "receive", by: self.station)
            try await hand.feedBack(second, final: true, by: self.station)
            try await hand.review(second, accept: true, by: "reviewer.east")
            // What was in dispute may stay where it is, though it lies elsewhere now.
            try await hand.arbitrate(dispute, for: "east", by: "leader.city")
            try await hand.hop(own, verb: "receive", by: self.east)
            try await hand.feedBack(first, final: true, by: self.east)
            try await hand.review(first, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)

            // From now on the way leads through the west.
            let other = try await hand.graded("O-3")
            await expectRefusal("unit") { _ = try await hand.assign(other, to: "east", by: self.city) }
            let third = try await hand.assign(other, to: "west", by: self.city)
            try await hand.hop(third, verb: "receive", by: self.west)
            let fourth = try await hand.forward(third, to: "east", by: self.west)
            #expect(try await hand.work(on: other, by: self.east).map(\.subject).contains(fourth))

            // Moved back, it is its own again, and the west keeps what is its own.
            try await hand.move("east", under: "city", by: self.chief)
            await expectAbsence { _ = try await hand.look(record, by: self.west) }
            #expect(try await hand.sight(other, by: self.west).units == ["west", "east"])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a deputy acts only between the dates, in that post alone, and the log says for whom`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let own = "handler.food"
            let deputy = "handler.food@test/city/dispatcher"
            let now = Date()
            let record = try await hand.register("O-1", by: "duty.city")
            await expectRefusal("deputy_needs_end") {
                try await hand.appoint(
                    own, to: "dispatcher", of: "city", actingFor: self.city, from: nil, until: nil, by: self.chief)
            }
            await #expect(throws: DoorSaidNo.self) { _ = try await hand.whoAmI(deputy) }

            // Appointed for later.
            try await hand.appoint(
                own, to: "dispatcher", of: "city", actingFor: self.city, from: now.addingTimeInterval(3_600),
                until: now.addingTimeInterval(7_200), by: self.chief)
            await #expect(throws: DoorSaidNo.self) { _ = try await hand.whoAmI(deputy) }
            await expectAbsence { try await hand.grade(record, "general", by: own) }
            try await hand.endPost(own, "dispatcher", of: "city", by: self.chief)

            // From now on.
            try await hand.appoint(
                own, to: "dispatcher", of: "city", actingFor: self.city, from: nil,
                until: now.addingTimeInterval(3_600), by: self.chief)
            #expect(try await hand.whoAmI(deputy) == "city dispatcher")
            #expect(try await hand.whoAmI(own) == "food handler")
            await expectAbsence { try await hand.grade(record, "general", by: own) }
            try await hand.grade(record, "general", by: deputy)
            let hop = try await hand.assign(record, to: "east", by: deputy)
            #expect(try await hand.work(by: deputy).isEmpty)
            let actors = try await hand.actors(record, by: self.city)
            #expect(actors.count == 3 && actors.dropFirst().allSatisfy { $0.contains("代理派单city") }, "\(actors)")

            // The last day is over: neither the open session nor a new one acts, and what was done stands.
            try await doors.city.letPass(post: try await doors.city.post("dispatcher", in: "city"))
            await #expect(throws: DoorSaidNo.self) { try await hand.hop(hop, verb: "recall", by: deputy) }
            await #expect(throws: DoorSaidNo.self) { _ = try await hand.whoAmI(deputy) }
            #expect(try await hand.whoAmI(own) == "food handler")
            #expect(try await hand.sight(record, by: self.city).hop(hop).state == "assigned")
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a closed unit's work is never orphaned: all of it stands with the successor and comes to its end`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            // Received and passed on, fed back from below, under an order, in dispute, and not signed for yet.
            let record = try await hand.graded("O-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            try await hand.addTask(first, for: "east", by: self.east)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            try await hand.hop(second, verb: "receive", by: self.station)
            let order = try await hand.supervise(second, by: "leader.east")
            try await hand.reply(order, by: self.station)
            try await hand.feedBack(second, final: true, by: self.station)
            let disputed = try await hand.forward(first, to: "east-2", by: self.east)
            let dispute = try await hand.dispute(disputed, proposing: "east-1", by: "handler.east-2")
            let fresh = try await hand.graded("O-2")
            let third = try await hand.assign(fresh, to: "east", by: self.city)
            let late = try await hand.work(on: fresh, by: self.east).map(\.due)

            await expectRefusal("in_use", record) { try await hand.close("east", successor: nil, by: self.chief) }
            await expectRefusal("administration.not_permitted") {
                try await hand.close("east", successor: "west", by: self.city)
            }
            await expectAbsence { try await hand.close("nowhere", successor: "west", by: self.chief) }
            #expect(try await hand.work(on: record, by: "reviewer.east").count == 1)
            try await hand.close("east", successor: "west", by: self.chief)

            // Nothing waits for the closed unit, all of it for its successor, with its time as it was.
            let running = try await hand.clocks(by: self.city)
            #expect(!running.isEmpty && running.allSatisfy { $0.unit != "east" })
            let sight = try await hand.sight(record, by: self.west)
            #expect(try sight.hop(first).unit == "west" && sight.hop(second).reviewer == "west")
            #expect(sight.orders.first?.from == "west" && sight.orders.first?.allowed.contains(.lift) == true)
            #expect(try await hand.work(on: fresh, by: self.west).map(\.due) == late)
            #expect(try await hand.look(record, by: self.west).log.contains("handed_over"))
            let tasks = try await hand.tasks(of: first, in: record, by: self.west)
            #expect(tasks.values.allSatisfy { $0 == [.finishTask, .dropTask] } && tasks.count == 1)
            await #expect(throws: DoorSaidNo.self, "its posts ended with it") { _ = try await hand.whoAmI(self.east) }
            let another = try await hand.graded("O-3")
            await expectRefusal("unit") { _ = try await hand.assign(another, to: "east", by: self.city) }

            // The stations go on under it.
            try await hand.withdraw(dispute, by: "handler.east-2")
            try await hand.hop(disputed, verb: "recall", by: self.west)
            try await hand.order(order, verb: "lift", by: self.west)
            try await hand.review(second, accept: true, by: self.west)
            try await hand.finish(try #require(tasks.keys.first), of: first, by: self.west)
            try await hand.feedBack(first, final: true, by: self.west)
            try await hand.review(first, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)
            try await hand.hop(third, verb: "receive", by: self.west)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a district that is merged takes its recusal along, and not into one that works on the case`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("O-1")
            try await hand.recuse("east", from: record, by: self.city)
            let hop = try await hand.assign(record, to: "west", by: self.city)

            await expectRefusal("recusal_follows", record) {
                try await hand.mergeUnit("east", into: "west", by: self.chief)
            }
            #expect(try await hand.whoAmI(self.east) == "east dispatcher")
            try await hand.mergeUnit("east", into: "price", by: self.chief)

            #expect(try await hand.whoAmI(self.east) == "price dispatcher")
            await expectRefusal("recused") {
                _ = try await hand.assign(record, to: "price", as: "assist", by: self.city)
            }
            #expect(try await hand.look(record, by: self.city).log.filter { $0 == "recused" }.count == 2)
            // Whoever comes along later finds it in force as well.
            await expectRefusal("recused", record) { try await hand.move("west", under: "price", by: self.chief) }
            try await hand.hop(hop, verb: "receive", by: self.west)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a merged district's officers go on with its work, in the district it went into`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("O-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            #expect(try await hand.whoAmI(self.east) == "east dispatcher")

            try await hand.mergeUnit("east", into: "west", by: self.chief)

            // The session of the old post has ended; the new one is in the west.
            #expect(try await hand.whoAmI(self.east) == "west dispatcher")
            try await hand.hop(first, verb: "receive", by: self.east)
            #expect(try await hand.sight(record, by: self.city).hop(first).unit == "west")
            let second = try await hand.forward(first, to: "east-1", by: self.west)
            #expect(try await hand.work(on: record, by: self.station).map(\.subject).contains(second))
            #expect(try await doors.city.drift() == nil)
        }
    }
}
