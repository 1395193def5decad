import BihuanLine
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

    @Test func `a command begun at one door and repeated at the other under its key is done once`() async throws {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let city = "dispatcher.city"
            let record = try await json.register("W-2", by: "duty.city")
            let id = try #require(try await json.call("GET", "/cases/\(record)", by: city)["id"] as? String)

            _ = try await json.call(
                "POST", "/cases/\(id)/actions/grade", ["level": "sensitive", "reason": "关注度"], key: "g", by: city)
            let graded = try await line.say(#"CASE GRADE \#(record) sensitive reason="关注度" key=g"#, by: city)
            let assigned = try await line.say(
                #"CASE ASSIGN \#(record) east note="请核查" reason="属地" key=a"#, by: city)
            let again = try await json.call(
                "POST", "/cases/\(id)/assignments", ["unit": "east", "instruction": "请核查", "reason": "属地"], key: "a",
                by: city)

            #expect(graded.code == 292)
            #expect(assigned.code == 291)
            #expect(assigned.text.hasPrefix("\(try #require(again["ref"] as? String)) "))
            #expect(try await json.look(record, by: city).log == ["registered", "graded", "assigned"])
            await #expect(throws: DoorSaidNo.self, "another command under the same key") {
                try await line.say(#"CASE GRADE \#(record) major reason="关注度" key=g"#, by: city)
            }
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
        try await next().grade(record, "general", by: city)
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
