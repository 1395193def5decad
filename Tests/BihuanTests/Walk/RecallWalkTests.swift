import BihuanDomain
import Foundation
import StoreTestSupport
import Testing

/// Who sees what of a case whose work is passed on, given back and taken back: each through either door.
struct RecallWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"
    private let west = "dispatcher.west"

    @Test(arguments: WalkDoor.allCases)
    func `sibling units stop seeing what was recalled from one of them`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("R-1")
            let lead = try await hand.assign(record, to: "east", by: self.city)
            let assist = try await hand.assign(record, to: "west", as: "assist", by: self.city)
            let guide = try await hand.assign(record, to: "food", as: "guide", by: self.city)
            try await hand.hop(lead, verb: "receive", by: self.east)
            try await hand.hop(guide, verb: "receive", by: "handler.food")
            // The lead collects its assists, and the guide sees whom it guides; the assist sees its own part alone.
            #expect(try await hand.sight(record, by: self.east).units == ["east", "west"])
            #expect(try await hand.sight(record, by: "handler.food").units == ["east", "west", "food"])
            #expect(try await hand.sight(record, by: self.west).units == ["west"])
            for login in [self.east, "handler.food", self.west] {
                #expect(try await hand.clocks(of: record, by: login).contains { $0.subject == assist })
            }

            try await hand.hop(assist, verb: "recall", by: self.city)

            try await hand.expectNothing(of: record, assist, by: self.west)
            #expect(try await hand.sight(record, by: self.east).units == ["east"])
            #expect(try await hand.sight(record, by: "handler.food").units == ["east", "food"])
            for login in [self.east, "handler.food"] {
                #expect(try await hand.clocks(of: record, by: login).allSatisfy { $0.subject != assist })
                #expect(try await !hand.look(record, by: login).log.contains("recalled"))
                await expectAbsence { try await hand.hop(assist, verb: "receive", by: login) }
            }
            // Whoever took it back still sees that it did, and its lead is held up by nothing any more.
            #expect(try await hand.sight(record, by: self.city).hop(of: "west").state == "recalled")
            #expect(try await hand.look(record, by: self.city).log.last == "recalled")
            try await hand.feedBack(lead, final: true, by: self.east)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `of two stations with one case the one whose part was recalled sees nothing, the other all it saw`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("R-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let one = try await hand.forward(first, to: "east-1", by: self.east)
            let two = try await hand.forward(first, to: "east-2", by: self.east)
            for (login, unit) in [("handler.east-1", "east-1"), ("handler.east-2", "east-2")] {
                #expect(try await hand.sight(record, by: login).units == [unit])
            }
            try await hand.hop(one, verb: "receive", by: "handler.east-1")

            try await hand.hop(two, verb: "recall", by: self.east)

            try await hand.expectNothing(of: record, two, by: "handler.east-2")
            #expect(try await hand.sight(record, by: "handler.east-1").units == ["east-1"])
            #expect(try await hand.work(on: record, by: "handler.east-1").map(\.kind) == ["feedback"])
            #expect(try await hand.sight(record, by: self.east).hop(two).state == "recalled")
            // And the same station may be asked again.
            let again = try await hand.forward(first, to: "east-2", by: self.east)
            #expect(again != two)
            #expect(try await hand.sight(record, by: "handler.east-2").hops.map(\.ref) == [again])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a district that passed work on and got it back can act on it again`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("R-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let due = try #require(try await hand.sight(record, by: self.east).hop(first).due)
            let second = try await hand.forward(first, to: "east-1", by: self.east)
            #expect(try await !hand.sight(record, by: self.east).hop(first).allowed.contains(.feedBack))
            #expect(try await hand.work(on: record, by: self.east).isEmpty, "it waits for the station")

            try await hand.giveBack(second, proposing: nil, by: "handler.east-1")

            try await hand.expectNothing(of: record, second, by: "handler.east-1")
            let own = try await hand.sight(record, by: self.east).hop(first)
            #expect(own.allowed.isSuperset(of: [.feedBack, .forward]) && own.due == due)
            #expect(try await hand.work(on: record, by: self.east).map(\.kind) == ["feedback"])
            let third = try await hand.forward(first, to: "east-2", by: self.east)
            try await hand.hop(third, verb: "receive", by: "handler.east-2")
            try await hand.feedBack(third, final: true, by: "handler.east-2")
            try await hand.review(third, accept: true, by: "reviewer.east")
            try await hand.feedBack(first, final: true, by: self.east)
            try await hand.review(first, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)
            #expect(try await doors.city.drift() == nil)
        }
    }
}
