import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Rules of several units on one case, with nothing but values.
struct SeveralUnitsTests {
    private static func parts(
        _ roles: [(unit: String, role: AssignmentRole)]
    ) throws -> (DocketFixture, [AssignmentID]) {
        var fixture = try DocketFixture()
        try fixture.take(.grade(level: "general", reason: "x"))
        for (unit, role) in roles {
            try fixture.take(.assign(unit: unit, instruction: "", role: role, reason: "x"))
        }
        return (fixture, fixture.docket.assignments.map(\.id))
    }

    @Test func `only a lead moves the case`() throws {
        let (fixture, _) = try Self.parts([("west", .assist), ("food", .guide), ("east-1", .inform)])

        #expect(fixture.docket.record.state == .graded)
        #expect(fixture.docket.clocks.contains { $0.kind == .dispatch })
    }

    @Test func `guides and those informed hold nothing up, and end with the case`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead), ("food", .guide), ("west", .inform)])
        try fixture.take(.supervise(hops[1], cause: .overdue, requirement: "签收", reason: "x"))
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hops[0], DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)

        #expect(fixture.docket.record.state == .accepted)
        #expect(fixture.docket.assignment(hops[1])?.state == .closed)
        #expect(fixture.docket.supervisions.allSatisfy { !$0.state.isOpen })
        try fixture.take(.conclude(reason: "x"))
        #expect(fixture.docket.assignments.map(\.state) == [.accepted, .closed, .closed])
        #expect(fixture.docket.clocks.allSatisfy { $0.assignment == nil })
    }

    @Test func `an assist that is open holds the end of the case`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead)])
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hops[0], DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.assign(unit: "west", instruction: "", role: .assist, reason: "x"))
        hops = fixture.docket.assignments.map(\.id)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)

        #expect(throws: Refusal.openWork(.conclude, refs: [fixture.docket.assignments[1].ref])) {
            try fixture.take(.conclude(reason: "x"))
        }
        try fixture.take(.receive(hops[1], reason: nil), .dispatcher, DocketFixture.west)
        try fixture.take(.feedBack(hops[1], DocketFixture.final), .handler, DocketFixture.west)
        // Nobody leads any more: the assigner reviews.
        #expect(fixture.docket.assignments[1].reviewer == DocketFixture.city)
    }

    @Test func `of two leads neither collects the assist`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead), ("food", .lead), ("west", .assist)])
        try fixture.take(.receive(hops[2], reason: nil), .dispatcher, DocketFixture.west)
        try fixture.take(.feedBack(hops[2], DocketFixture.final), .handler, DocketFixture.west)

        #expect(fixture.docket.assignments[2].reviewer == DocketFixture.city)
    }

    @Test func `a guide reviews the lead where the matter says so, and the assigner is told`() throws {
        let node = DocketFixture.node.with(["matters": [["key": "misread", "name": "误读", "reviewer": "guide"]]])
        var fixture = try DocketFixture(plan: try Plan(node), matter: "misread")
        let hop = try fixture.assigned()
        try fixture.take(.assign(unit: "food", instruction: "", role: .guide, reason: "x"))
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        let given = try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)

        #expect(given.messages.map(\.unit) == [DocketFixture.food, DocketFixture.city])
        #expect(throws: Refusal.outsideJurisdiction(.accept)) {
            try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)
        }
        let taken = try fixture.take(
            .accept(fixture.docket.feedback[0].id, reason: nil), .dispatcher, DocketFixture.food)
        #expect(taken.messages.contains { $0.unit == DocketFixture.city && $0.topic == "feedback.accepted" })
        #expect(fixture.docket.record.state == .accepted)
    }

    @Test(arguments: [(nil, "food"), ("plain", "city"), ("other", "food")])
    func `a plan may have the guide review unless the matter says otherwise`(
        matter: String?, reviewer: String
    ) throws {
        let node = DocketFixture.node.with([
            "review": ["by": "guide", "requirement": "R102"],
            "matters": [
                ["key": "plain", "name": "咨询", "reviewer": "assigner"], ["key": "other", "name": "其他"],
            ],
        ])
        var fixture = try DocketFixture(plan: try Plan(node), matter: matter)
        let hop = try fixture.assigned()
        // One that serves all lines stands longer, and leaves the review to the section of the line.
        try fixture.take(.assign(unit: "west", instruction: "", role: .guide, reason: "x"))
        fixture.now += 60
        try fixture.take(.assign(unit: "food", instruction: "", role: .guide, reason: "x"))
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)

        let unit = try #require(fixture.docket.tree[reviewer]).id
        #expect(fixture.docket.assignment(hop)?.reviewer == unit)
        #expect(fixture.docket.clocks.filter { $0.kind == .review }.map(\.unit) == [unit])
    }

    @Test func `where the plan has the guide review and none stands, the assigner does`() throws {
        var fixture = try DocketFixture(plan: try Plan(DocketFixture.node.with(["review": ["by": "guide"]])))
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)

        #expect(fixture.docket.assignment(hop)?.reviewer == DocketFixture.city)
    }

    @Test func `a regrade starts no feedback of a guide`() throws {
        var (fixture, hops) = try Self.parts([("food", .guide)])
        try fixture.take(.receive(hops[0], reason: nil), .handler, DocketFixture.food)
        try fixture.take(.grade(level: "major", reason: "x"))

        #expect(!fixture.docket.clocks.contains { $0.assignment == hops[0] })
    }

    @Test func `a unit guides only once it has signed`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead), ("food", .guide)])

        #expect(throws: Refusal.outsideJurisdiction(.comment)) {
            try fixture.take(.comment(hops[0], text: "x"), .handler, DocketFixture.food)
        }
        try fixture.take(.receive(hops[1], reason: nil), .handler, DocketFixture.food)
        let changes = try fixture.take(.comment(hops[0], text: "x"), .handler, DocketFixture.food)
        #expect(changes.newComment?.guide == hops[1])
        #expect(throws: Refusal.self) {
            try fixture.take(.comment(hops[1], text: "x"), .handler, DocketFixture.food)
        }
    }

    @Test func `tasks go with the assignment that is given back`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead)])
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.addTask(hops[0], TaskDraft(text: "x")), .handler, DocketFixture.east)
        let changes = try fixture.take(.return(hops[0], reason: "x"), .dispatcher, DocketFixture.east)

        #expect(changes.droppedTasks.map(\.assignment) == [hops[0]])
    }
}
