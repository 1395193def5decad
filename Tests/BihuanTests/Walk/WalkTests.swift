import BihuanStore
import StoreTestSupport
import Testing

/// A case walked round the whole loop through the real doors with real log-ins.
struct WalkTests {
    @Test func `a case goes round the whole loop through the JSON door`() async throws {
        try await BothDoors.with { doors in
            let hand = JSONHand(port: doors.http)
            try await Self.walk { _ in hand }
        }
    }

    @Test func `a case goes round the whole loop through the line door`() async throws {
        try await BothDoors.with { doors in
            let hand = LineHand(socket: doors.socket)
            try await Self.walk { _ in hand }
        }
    }

    @Test func `a case goes round the whole loop through both doors by turns`() async throws {
        try await BothDoors.with { doors in
            let hands: [any Hand] = [JSONHand(port: doors.http), LineHand(socket: doors.socket)]
            try await Self.walk { hands[$0 % 2] }
        }
    }

    /// Assigned wrongly and returned, assigned and recalled, assigned and forwarded, fed back, sent back, supervised,
    /// accepted hop by hop, concluded.
    private static func walk(_ hand: (Int) -> any Hand) async throws {
        var step = 0
        func next() -> any Hand {
            step += 1
            return hand(step)
        }
        let (city, east, station) = ("dispatcher.city", "dispatcher.east", "handler.east-1")

        let record = try await next().register("W-1", by: "duty.city")
        try await next().grade(record, "sensitive", by: city)
        let wrong = try await next().assign(record, to: "west", by: city)
        try await next().hop(wrong, verb: "return", by: "dispatcher.west")
        let hasty = try await next().assign(record, to: "food", by: city)
        try await next().hop(hasty, verb: "recall", by: city)
        let first = try await next().assign(record, to: "east", by: city)
        try await next().hop(first, verb: "urge", by: "duty.city")
        try await next().hop(first, verb: "receive", by: east)
        let second = try await next().forward(first, to: "east-1", by: east)
        try await next().hop(second, verb: "receive", by: station)
        try await next().feedBack(second, final: false, by: station)
        try await next().feedBack(second, final: true, by: station)
        try await next().review(second, accept: false, by: "reviewer.east")
        let order = try await next().supervise(second, by: "leader.east")
        try await next().reply(order, by: station)
        try await next().order(order, verb: "uphold", by: "leader.east")
        try await next().reply(order, by: station)
        try await next().order(order, verb: "lift", by: "leader.east")
        try await next().feedBack(second, final: true, by: station)
        try await next().review(second, accept: true, by: "reviewer.east")
        await #expect(throws: DoorSaidNo.self, "a case does not conclude before its last hop is accepted") {
            try await next().conclude(record, by: city)
        }
        try await next().feedBack(first, final: true, by: east)
        try await next().review(first, accept: true, by: "reviewer.city")
        try await next().conclude(record, by: city)

        let seen = try await next().look(record, by: city)
        #expect(seen.state == "concluded")
        #expect(
            seen.log == [
                "registered", "graded", "assigned", "returned", "assigned", "recalled", "assigned", "urged", "received",
                "forwarded", "received", "fed_back", "fed_back", "sent_back", "supervised", "replied", "upheld",
                "replied", "lifted", "fed_back", "accepted", "fed_back", "accepted", "concluded",
            ])
        // The wrong district has nothing of it any more.
        await #expect(throws: DoorSaidNo.self) { try await next().look(record, by: "dispatcher.west") }
    }
}
