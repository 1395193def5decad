import BihuanDomain
import Foundation
import StoreTestSupport
import Testing

/// Cases that turn out to be one matter, and those that after all are not: each through either door.
struct MergingWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"
    private let west = "dispatcher.west"

    @Test(arguments: WalkDoor.allCases)
    func `of two cases with different levels the graver level goes on, and its clocks with it`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let one = try await hand.graded("M-1", "major")
            let two = try await hand.graded("M-2", "general")
            let first = try await hand.assign(one, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            let second = try await hand.assign(two, to: "west", by: self.city)
            try await hand.hop(second, verb: "receive", by: self.west)
            let before = try await hand.clocks(of: two, by: self.west)
            #expect(before.map(\.kind) == ["feedback"])
            #expect(try await hand.work(on: one, by: self.east).count == 2)
            let left = try #require(try await hand.work(on: one, by: self.east).first { $0.kind == "feedback" }).due

            try await hand.merge(one, into: two, by: self.city)

            // The west has the time of the graver level now, and reports on the way.
            let survivor = try await hand.sight(two, by: self.city)
            #expect(survivor.state == "assigned" && survivor.level == "major")
            #expect(survivor.merged == [one] && survivor.leads == 2)
            let after = try await hand.clocks(of: two, by: self.west)
            #expect(Set(after.map(\.kind)) == ["feedback", "interim"])
            let feedback = try #require(after.first { $0.kind == "feedback" })
            #expect(feedback.due < before[0].due)

            // Of the other nothing moves, and nothing waits for anybody.
            let merged = try await hand.sight(one, by: self.city)
            #expect(merged.state == "merged" && merged.mergedInto == two)
            #expect(merged.allowed == [.unmerge] && merged.hops.allSatisfy { $0.allowed.isEmpty })
            #expect(merged.due == nil && merged.leads == 0)
            for login in [self.city, self.east] {
                #expect(try await hand.clocks(of: one, by: login).isEmpty)
                #expect(try await hand.work(on: one, by: login).isEmpty)
            }
            await expectRefusal("merged") { try await hand.feedBack(first, final: true, by: self.east) }
            await expectRefusal("merged") { try await hand.grade(one, "general", by: self.city) }
            let log = try await hand.look(one, by: self.city).log
            try await doors.city.advance(by: .seconds(5 * 86_400))
            await doors.city.sweep()
            #expect(try await hand.look(one, by: self.city).log == log)
            #expect(try await hand.look(two, by: self.city).log.contains("supervised"))
            #expect(try await doors.city.drift() == nil)

            // Un-merged it has the time that was left; the level stays until somebody grades it anew.
            try await hand.unmerge(one, by: self.city)
            let again = try await hand.sight(one, by: self.city)
            #expect(again.state == "assigned" && again.level == "major" && again.leads == 1)
            #expect(try await hand.sight(two, by: self.city).level == "major")
            #expect(try await hand.sight(two, by: self.city).merged.isEmpty)
            let moved = try #require(try await hand.work(on: one, by: self.east).first { $0.kind == "feedback" }).due
            #expect(abs(moved.timeIntervalSince(left) - 5 * 86_400) < 300)
            #expect(try await hand.work(on: one, by: self.east).allSatisfy { !$0.isLate })
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a milder case that is merged into a graver one changes no clock of it`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let mild = try await hand.graded("M-1", "general")
            let grave = try await hand.graded("M-2", "major")
            _ = try await hand.assign(grave, to: "east", by: self.city)
            let before = try await hand.clocks(of: grave, by: self.east)
            try await doors.city.advance(by: .seconds(600))

            try await hand.merge(mild, into: grave, by: self.city)

            #expect(try await hand.sight(grave, by: self.city).level == "major")
            let after = try await hand.clocks(of: grave, by: self.east)
            #expect(after.map(\.kind) == before.map(\.kind) && after.map(\.due) == before.map(\.due))
            #expect(try await hand.sight(mild, by: self.city).mergedInto == grave)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `an un-merge after feedback loses nothing that either case was told`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let one = try await hand.graded("M-1")
            let two = try await hand.graded("M-2")
            let first = try await hand.assign(one, to: "east", by: self.city)
            let second = try await hand.assign(two, to: "west", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            try await hand.feedBack(first, final: true, by: self.east)
            try await hand.hop(second, verb: "receive", by: self.west)
            #expect(try await hand.work(on: one, by: "reviewer.city").map(\.kind) == ["review"])

            try await hand.merge(one, into: two, by: self.city)
            // What was fed back rests; the survivor goes on to its own feedback meanwhile.
            #expect(try await hand.work(on: one, by: "reviewer.city").isEmpty)
            await expectRefusal("merged") { try await hand.review(first, accept: true, by: "reviewer.city") }
            try await hand.feedBack(second, final: true, by: self.west)
            try await hand.review(second, accept: true, by: "reviewer.city")
            try await doors.city.advance(by: .seconds(86_400))
            try await hand.unmerge(one, by: self.city)

            let sight = try await hand.sight(one, by: "reviewer.city")
            let rested = try sight.hop(of: "east")
            #expect(sight.state == "assigned" && rested.state == "fed_back")
            let review = try await hand.work(on: one, by: "reviewer.city")
            #expect(
                review.map(\.kind) == ["review"] && review[0].allowed?.isSuperset(of: [.accept, .sendBack]) == true)
            #expect(review[0].isLate == false, "the day it rested is not the reviewer's")
            try await hand.review(first, accept: false, by: "reviewer.city")
            try await hand.feedBack(first, final: true, by: self.east)
            try await hand.review(first, accept: true, by: "reviewer.city")
            for record in [one, two] {
                #expect(try await hand.sight(record, by: self.city).state == "accepted")
                try await hand.conclude(record, by: self.city)
                #expect(try await hand.ending(record, by: self.city).outcome == "substantiated")
            }
            #expect(
                try await hand.look(one, by: self.city).log.suffix(6) == [
                    "merged", "unmerged", "sent_back", "fed_back", "accepted", "concluded",
                ])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `of a merged case no list offers a step that would be refused`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let one = try await hand.graded("M-1")
            let two = try await hand.graded("M-2")
            let first = try await hand.assign(one, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            try await hand.addTask(first, for: "east", by: self.east)
            func offered() async throws -> Set<Verb> {
                try #require(try await hand.tasks(of: first, in: one, by: self.east).values.first)
            }
            #expect(try await offered() == [.finishTask, .dropTask])

            try await hand.merge(one, into: two, by: self.city)
            #expect(try await offered() == [])

            try await hand.unmerge(one, by: self.city)
            #expect(try await offered() == [.finishTask, .dropTask])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `no gate is passed by a merge: what was asked for formally is settled first, or its case goes on`(
        door: WalkDoor
    ) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let one = try await hand.graded("M-1")
            let two = try await hand.graded("M-2")
            let first = try await hand.assign(one, to: "east", by: self.city)
            let dispute = try await hand.dispute(first, proposing: "west", by: self.east)
            let referral = try await hand.refer(one, "outside", to: "公安局", by: self.city)
            for open in [dispute, referral] {
                await expectRefusal(open) { try await hand.merge(one, into: two, by: self.city) }
            }
            try await hand.arbitrate(dispute, for: "east", by: "leader.city")
            await expectRefusal(referral) { try await hand.merge(one, into: two, by: self.city) }
            #expect(try await hand.sight(one, by: self.city).state == "assigned")

            try await hand.merge(two, into: one, by: self.city)
            #expect(try await hand.sight(one, by: self.city).merged == [two])
            try await hand.unmerge(two, by: self.city)
            try await hand.waive(referral, by: "leader.city")
            try await hand.merge(one, into: two, by: self.city)
            #expect(try await hand.sight(two, by: self.city).merged == [one])
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a case that was late when it was merged climbs on from there when it is parted`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let one = try await hand.graded("M-1", "sensitive")
            let two = try await hand.graded("M-2", "sensitive")
            _ = try await hand.assign(one, to: "east", by: self.city)
            // Due after an hour; the order comes half an hour later.
            try await doors.city.advance(by: .seconds(65 * 60))
            await doors.city.sweep()
            #expect(try await hand.look(one, by: self.city).log.contains("reminded"))
            #expect(try await hand.clocks(of: one, by: self.east).first { $0.kind == "receipt" }?.isLate == true)

            try await hand.merge(one, into: two, by: self.city)
            try await doors.city.advance(by: .seconds(5 * 86_400))
            await doors.city.sweep()
            try await hand.unmerge(one, by: self.city)
            #expect(try await hand.clocks(of: one, by: self.east).first { $0.kind == "receipt" }?.isLate == true)
            await doors.city.sweep()
            #expect(try await hand.sight(one, by: self.city).orders.isEmpty)
            try await doors.city.advance(by: .seconds(20 * 60))
            await doors.city.sweep()
            #expect(try await hand.sight(one, by: self.city).orders.isEmpty, "what was left of the half hour is left")
            try await doors.city.advance(by: .seconds(8 * 60))
            await doors.city.sweep()
            #expect(try await hand.sight(one, by: self.city).orders.map(\.to) == ["east"])
            #expect(try await hand.look(one, by: self.city).log.filter { $0 == "reminded" }.count == 1)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `what is like a case is named as far as it may be seen, and no further`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            // One text, three cases.
            let one = try await hand.graded("M-1")
            let two = try await hand.graded("M-2")
            let three = try await hand.graded("M-3")
            _ = try await hand.assign(two, to: "east", by: self.city)
            #expect(try await Set(hand.similar(to: two, by: self.city)) == [one, three])
            #expect(try await hand.similar(to: two, by: self.east).isEmpty)
            await expectAbsence { _ = try await hand.similar(to: one, by: self.east) }

            let hop = try await hand.assign(three, to: "east", by: self.city)
            #expect(try await hand.similar(to: two, by: self.east) == [three])
            try await hand.hop(hop, verb: "recall", by: self.city)
            #expect(try await hand.similar(to: two, by: self.east).isEmpty)
            try await hand.recuse("east", from: two, by: self.city)
            await expectAbsence { _ = try await hand.similar(to: two, by: self.east) }
        }
    }
}
