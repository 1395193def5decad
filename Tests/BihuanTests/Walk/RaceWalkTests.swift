import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Synchronization
import Testing

/// Two officers at once, each at a door of their own: one is first, the other gets an answer that says what is.
struct RaceWalkTests {
    private static let city = "dispatcher.city"
    private static let east = "dispatcher.east"
    private static let west = "dispatcher.west"
    private static let chief = "operator.city"

    /// A step of one of the two; what it throws is what the door answered.
    private typealias Step = @Sendable (_ hand: any OfficeHand) async throws -> Void

    /// What became of the two.
    private struct Outcome: Sendable {
        /// Nil: done. Else the door's answer.
        var first: String?
        var second: String?
    }

    private final class Hold: Sendable {
        let isOver = Mutex(false)
    }

    /// Both are at the desk before either is decided: the cases' rows are held until both wait, in this order.
    ///
    /// - Parameter secondEnds: the second needs none of the rows, and comes to its end while the first waits.
    private static func race(
        _ doors: BothDoors, holding refs: [String], _ hands: (any OfficeHand, any OfficeHand),
        _ first: @escaping Step, _ second: @escaping Step, secondEnds: Bool = false
    ) async throws -> Outcome {
        let hold = Hold()
        let (holds, held) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await doors.city.owner { connection throws(PostgresError) in
                    try connection.transaction(deadline: .seconds(30)) { _, transaction throws(PostgresError) in
                        try transaction.flight([
                            "select from bihuan.cases where ref = any (\(refs)::text[]) order by case_id for update"
                        ])
                        held.yield()
                        while !hold.isOver.withLock({ $0 }) { try transaction.flight(["select pg_sleep(0.01)"]) }
                    }
                }
            }
            defer { hold.isOver.withLock { $0 = true } }
            for await _ in holds { break }
            async let one = Self.answer(hands.0, first)
            try await Self.wait(doors.city, for: 1)
            async let two = Self.answer(hands.1, second)
            if secondEnds { _ = try await two } else { try await Self.wait(doors.city, for: 2) }
            hold.isOver.withLock { $0 = true }
            return try await Outcome(first: one, second: two)
        }
    }

    private static func answer(_ hand: any OfficeHand, _ step: Step) async throws -> String? {
        do {
            try await step(hand)
            return nil
        } catch let no as DoorSaidNo {
            return no.answer
        }
    }

    /// Until so many sessions wait for a lock.
    private static func wait(_ city: TestCity, for count: Int) async throws {
        let limit = ContinuousClock.now.advanced(by: .seconds(10))
        while ContinuousClock.now < limit {
            let waiting = try await city.texts(
                """
                select l.pid::text as text
                  from pg_locks l
                  join pg_stat_activity a on a.pid = l.pid
                 where not l.granted and a.datname = current_database()
                """)
            if waiting.count >= count { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("nobody waits")
    }

    /// Both hands, logged in, so that nothing but the step is between them and the desk.
    private static func walk(
        _ order: WalkDoor, as first: String, _ second: String,
        _ body: @Sendable (BothDoors, (any OfficeHand, any OfficeHand)) async throws -> Void
    ) async throws {
        try await BothDoors.walk(.line) { doors, line in
            let json: any OfficeHand = JSONHand(port: doors.http, kept: KeptTokens())
            let hands = order == .json ? (json, line) : (line, json)
            _ = try await hands.0.whoAmI(first)
            _ = try await hands.1.whoAmI(second)
            try await body(doors, hands)
            #expect(try await doors.city.drift() == nil)
        }
    }

    // MARK: Merging

    @Test(arguments: WalkDoor.allCases)
    func `a case that is concluded first is not merged, and one that is merged first is not concluded`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: Self.city, "leader.city") { doors, hands in
            let (one, two) = (try await hands.0.graded("X-1"), try await hands.0.graded("X-2"))
            let merged = try await Self.race(doors, holding: [one, two], hands) {
                try await $0.merge(one, into: two, by: Self.city)
            } _: {
                try await $0.conclude(one, outcome: "adopted", by: "leader.city")
            }
            #expect(merged.first == nil && merged.second?.contains("merged") == true, "\(merged)")
            #expect(try await hands.0.sight(one, by: Self.city).state == "merged")

            let (three, four) = (try await hands.0.graded("X-3"), try await hands.0.graded("X-4"))
            let concluded = try await Self.race(doors, holding: [three, four], (hands.1, hands.0)) {
                try await $0.conclude(three, outcome: "adopted", by: "leader.city")
            } _: {
                try await $0.merge(three, into: four, by: Self.city)
            }
            #expect(concluded.first == nil && concluded.second?.contains("concluded") == true, "\(concluded)")
            #expect(try await hands.0.sight(four, by: Self.city).merged.isEmpty)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `nothing is merged into what was concluded a moment before`(door: WalkDoor) async throws {
        try await Self.walk(door, as: "leader.city", Self.city) { doors, hands in
            let (one, two) = (try await hands.0.graded("X-1"), try await hands.0.graded("X-2"))
            let outcome = try await Self.race(doors, holding: [two], hands) {
                try await $0.conclude(two, outcome: "adopted", by: "leader.city")
            } _: {
                try await $0.merge(one, into: two, by: Self.city)
            }
            #expect(outcome.first == nil && outcome.second?.contains("case_is_over") == true, "\(outcome)")
            #expect(try await hands.0.sight(one, by: Self.city).state == "graded")

            // The other way round both are right: what is merged into a case ends with it, and may be parted after.
            let (three, four) = (try await hands.0.graded("X-3"), try await hands.0.graded("X-4"))
            let both = try await Self.race(doors, holding: [four], (hands.1, hands.0)) {
                try await $0.merge(three, into: four, by: Self.city)
            } _: {
                try await $0.conclude(four, outcome: "adopted", by: "leader.city")
            }
            #expect(both.first == nil && both.second == nil, "\(both)")
            try await hands.0.unmerge(three, by: Self.city)
            #expect(try await hands.0.sight(three, by: Self.city).state == "graded")
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `of two un-merges at once one is done, and the other is told that nothing is merged`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: Self.city, Self.city) { doors, hands in
            let (one, two) = (try await hands.0.graded("X-1"), try await hands.0.graded("X-2"))
            try await hands.0.merge(one, into: two, by: Self.city)
            let outcome = try await Self.race(doors, holding: [one, two], hands) {
                try await $0.unmerge(one, by: Self.city)
            } _: {
                try await $0.unmerge(one, by: Self.city)
            }
            // Where to it had been merged was read before the wait: then it is told to look again.
            let isTold = ["state.graded", "version.stale", "492"].contains { outcome.second?.contains($0) == true }
            #expect(outcome.first == nil && isTold, "\(outcome)")
            let log = try await hands.0.look(one, by: Self.city).log
            #expect(log.filter { $0 == "unmerged" }.count == 1)
            #expect(try await hands.0.sight(one, by: Self.city).leads == 1)
            #expect(try await hands.0.sight(two, by: Self.city).leads == 1)
        }
    }

    // MARK: Disputes

    @Test(arguments: WalkDoor.allCases)
    func `of a recall and a dispute at once the first holds`(door: WalkDoor) async throws {
        try await Self.walk(door, as: Self.city, Self.west) { doors, hands in
            for isRecalledFirst in [true, false] {
                let record = try await hands.0.graded("X-\(isRecalledFirst)")
                let hop = try await hands.0.assign(record, to: "west", by: Self.city)
                let recall: Step = { try await $0.hop(hop, verb: "recall", by: Self.city) }
                let dispute: Step = { _ = try await $0.dispute(hop, proposing: "east", by: Self.west) }
                let outcome =
                    isRecalledFirst
                    ? try await Self.race(doors, holding: [record], hands, recall, dispute)
                    : try await Self.race(doors, holding: [record], (hands.1, hands.0), dispute, recall)
                // Whoever lost the work sees nothing of it any more.
                let isTold = ["state.", "dispute.", "404", "490"].contains { outcome.second?.contains($0) == true }
                #expect(outcome.first == nil && isTold, "\(outcome)")
                let sight = try await hands.0.sight(record, by: Self.city)
                #expect(sight.state == (isRecalledFirst ? "graded" : "assigned"))
                #expect(try sight.hop(of: "west").state == (isRecalledFirst ? "recalled" : "assigned"))
            }
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `of a return and a dispute at once, and of an arbitration and a withdrawal, the first holds`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: "handler.west", Self.west) { doors, hands in
            let record = try await hands.0.graded("X-1")
            let hop = try await hands.0.assign(record, to: "west", by: Self.city)
            let returned = try await Self.race(doors, holding: [record], hands) {
                try await $0.giveBack(hop, proposing: nil, by: "handler.west")
            } _: {
                _ = try await $0.dispute(hop, proposing: "east", by: Self.west)
            }
            // Whoever gave it back sees nothing of it any more.
            let isGone = ["490", "404"].contains { returned.second?.contains($0) == true }
            #expect(returned.first == nil && isGone, "\(returned)")

            let again = try await hands.0.assign(record, to: "west", by: Self.city)
            let disputed = try await Self.race(doors, holding: [record], hands) {
                _ = try await $0.dispute(again, proposing: "east", by: "handler.west")
            } _: {
                try await $0.giveBack(again, proposing: nil, by: Self.west)
            }
            #expect(disputed.first == nil && disputed.second?.contains("dispute.open") == true, "\(disputed)")

            let dispute = try #require(try await hands.0.sight(record, by: Self.city).disputes.keys.first)
            _ = try await hands.0.whoAmI("leader.city")
            let decided = try await Self.race(doors, holding: [record], hands) {
                try await $0.arbitrate(dispute, for: "west", by: "leader.city")
            } _: {
                try await $0.withdraw(dispute, by: Self.west)
            }
            #expect(decided.first == nil && decided.second?.contains("state.decided") == true, "\(decided)")
            #expect(try await hands.1.stateOf(dispute: dispute, by: Self.city) == "decided")

            // And what is given back while it is decided is bound by then.
            let other = try await hands.0.graded("X-2")
            let third = try await hands.0.assign(other, to: "west", by: Self.city)
            let open = try await hands.0.dispute(third, proposing: "east", by: "handler.west")
            let bound = try await Self.race(doors, holding: [other], hands) {
                try await $0.arbitrate(open, for: "west", by: "leader.city")
            } _: {
                try await $0.giveBack(third, proposing: nil, by: Self.west)
            }
            #expect(bound.first == nil && bound.second?.contains("dispute.bound") == true, "\(bound)")
        }
    }

    // MARK: Recusal

    @Test(arguments: WalkDoor.allCases)
    func `a unit that is recused while it is assigned to is left with nothing`(door: WalkDoor) async throws {
        try await Self.walk(door, as: "leader.city", Self.city) { doors, hands in
            for isRecusedFirst in [true, false] {
                let record = try await hands.0.graded("X-\(isRecusedFirst)")
                let recuse: Step = { try await $0.recuse("east", from: record, by: "leader.city") }
                let assign: Step = { _ = try await $0.assign(record, to: "east", by: Self.city) }
                let outcome =
                    isRecusedFirst
                    ? try await Self.race(doors, holding: [record], hands, recuse, assign)
                    : try await Self.race(doors, holding: [record], (hands.1, hands.0), assign, recuse)
                #expect(outcome.first == nil, "\(outcome)")
                #expect(
                    isRecusedFirst ? outcome.second?.contains("recused") == true : outcome.second == nil, "\(outcome)")
                #expect(try await hands.0.sight(record, by: Self.city).state == "graded")
                #expect(try await hands.0.cases(by: Self.east).isEmpty)
                #expect(try await hands.0.work(by: Self.east).isEmpty)
                #expect(try await hands.0.clocks(of: record, by: Self.city).allSatisfy { $0.unit == "city" })
            }
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `an arbiter who decides for a unit that is recused a moment before is told so`(door: WalkDoor) async throws {
        try await Self.walk(door, as: Self.city, "leader.city") { doors, hands in
            let record = try await hands.0.graded("X-1")
            let hop = try await hands.0.assign(record, to: "west", by: Self.city)
            let dispute = try await hands.0.dispute(hop, proposing: "east", by: Self.west)
            let outcome = try await Self.race(doors, holding: [record], hands) {
                try await $0.recuse("east", from: record, by: Self.city)
            } _: {
                try await $0.arbitrate(dispute, for: "east", by: "leader.city")
            }
            #expect(outcome.first == nil && outcome.second?.contains("recused") == true, "\(outcome)")
            #expect(try await hands.0.stateOf(dispute: dispute, by: Self.city) == "open")
            #expect(try await hands.0.cases(by: Self.east).isEmpty)
        }
    }

    // MARK: Organisation

    @Test(arguments: WalkDoor.allCases)
    func `whoever waits to change the tree lets those pass who write, and has the change afterwards`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: Self.east, Self.chief) { doors, hands in
            let record = try await hands.0.graded("X-1")
            let hop = try await hands.0.assign(record, to: "east", by: Self.city)
            let hold = Hold()
            let (holds, held) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Somebody writes for long, as an import does.
                group.addTask {
                    defer { held.finish() }
                    try await doors.city.owner { connection throws(PostgresError) in
                        try connection.transaction(deadline: .seconds(30)) { _, transaction throws(PostgresError) in
                            try transaction.flight(["update bihuan.assignments set version = version where false"])
                            held.yield()
                            while !hold.isOver.withLock({ $0 }) { try transaction.flight(["select pg_sleep(0.01)"]) }
                        }
                    }
                }
                defer { hold.isOver.withLock { $0 = true } }
                for await _ in holds { break }
                async let change = Self.answer(hands.1) { try await $0.move("west-1", under: "east", by: Self.chief) }
                try await Self.wait(doors.city, for: 1)
                let received = try await Self.answer(hands.0) { try await $0.hop(hop, verb: "receive", by: Self.east) }
                #expect(received == nil)
                hold.isOver.withLock { $0 = true }
                #expect(try await change == nil)
            }
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a unit that closes while it is assigned to gets nothing, and its assigner is told to look again`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: Self.city, Self.chief) { doors, hands in
            let record = try await hands.0.graded("X-1")
            var others: [String] = []
            for number in 0..<3 { others.append(try await hands.1.graded("Y-\(number)")) }
            // The assignment has read the tree and waits for its case; the unit closes meanwhile.
            let outcome = try await Self.race(
                doors, holding: [record], hands,
                { _ = try await $0.assign(record, to: "west", by: Self.city) },
                { try await $0.close("west", successor: "east", by: Self.chief) }, secondEnds: true)
            let isTold = ["version.stale", "492", "disabled"].contains { outcome.first?.contains($0) == true }
            #expect(outcome.second == nil && isTold, "\(outcome)")
            await expectRefusal("disabled") { _ = try await hands.0.assign(record, to: "west", by: Self.city) }
            #expect(try await hands.0.sight(record, by: Self.city).state == "graded")

            // Many at once, in whatever order: what was given in time stands with the successor, the rest is refused.
            let given = try await withThrowingTaskGroup(of: String?.self) { group in
                for other in others {
                    group.addTask {
                        try await Self.answer(hands.0) {
                            _ = try await $0.assign(other, to: "east-1", as: "guide", by: Self.city)
                        }
                    }
                }
                group.addTask {
                    try await Self.answer(hands.1) { try await $0.close("east-1", successor: "east-2", by: Self.chief) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in given.compactMap(\.self) {
                #expect(
                    ["version.stale", "492", "495", "busy", "disabled"].contains { answer.contains($0) }, "\(answer)")
            }
            #expect(try await hands.0.clocks(by: Self.city).allSatisfy { $0.unit != "east-1" })
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a unit that closes while it signs, and while it is given more, leaves nothing behind`(
        door: WalkDoor
    ) async throws {
        try await Self.walk(door, as: Self.west, Self.chief) { doors, hands in
            let record = try await hands.0.graded("X-1")
            let hop = try await hands.0.assign(record, to: "west", by: Self.city)
            let outcome = try await Self.race(doors, holding: [record], hands) {
                try await $0.hop(hop, verb: "receive", by: Self.west)
            } _: {
                try await $0.close("west", successor: "east", by: Self.chief)
            }
            #expect(outcome.first == nil && outcome.second == nil, "\(outcome)")
            let moved = try await hands.0.sight(record, by: Self.east).hop(hop)
            #expect(moved.unit == "east" && moved.state == "received")
            #expect(try await hands.0.work(on: record, by: Self.east).map(\.kind) == ["feedback"])
        }
    }
}
