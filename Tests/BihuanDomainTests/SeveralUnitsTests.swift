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

    /// Fed back to a guide that reviews.
    private static func waitingForGuide() throws -> (DocketFixture, hop: AssignmentID, guide: AssignmentID) {
        var fixture = try DocketFixture(plan: try Plan(DocketFixture.node.with(["review": ["by": "guide"]])))
        let hop = try fixture.assigned()
        try fixture.take(.assign(unit: "food", instruction: "", role: .guide, reason: "x"))
        let guide = fixture.docket.assignments[1].id
        try fixture.take(.receive(guide, reason: nil), .dispatcher, DocketFixture.food)
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        return (fixture, hop, guide)
    }

    @Test func `whoever does not get to a review is pressed, and not who waits for it`() throws {
        var (fixture, hop, _) = try Self.waitingForGuide()
        let urged = try fixture.take(.urge(hop, reason: "x"), .duty)
        #expect(urged.messages.map(\.unit) == [DocketFixture.food])
        #expect(urged.messages.map(\.due) == [fixture.docket.clocks.first { $0.kind == .review }?.dueAt])
        let ordered = try fixture.take(
            .supervise(hop, cause: .overdue, requirement: "请核验", reason: "x"), .leader)
        #expect(ordered.newSupervisions.map(\.to) == [DocketFixture.food])
        try fixture.take(.reply(fixture.docket.supervisions[0].id, text: "x"), .handler, DocketFixture.food)
        for role: PostRole in [.dispatcher, .leader] {
            #expect(throws: Refusal.outsideJurisdiction(.urge)) {
                try fixture.take(.urge(hop, reason: "x"), role, DocketFixture.east)
            }
        }
    }

    @Test func `nobody presses their own unit to review but that its leader urges it`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        #expect(throws: Refusal.outsideJurisdiction(.urge)) { try fixture.take(.urge(hop, reason: "x")) }
        #expect(throws: Refusal.outsideJurisdiction(.supervise)) {
            try fixture.take(.supervise(hop, cause: .overdue, requirement: "x", reason: "x"), .leader)
        }
        #expect(try fixture.take(.urge(hop, reason: "x"), .leader).messages.map(\.unit) == [DocketFixture.city])
    }

    @Test func `when the assigner ends a guide's part the review it had falls to the assigner`() throws {
        var (fixture, hop, guide) = try Self.waitingForGuide()
        try fixture.take(.supervise(hop, cause: .overdue, requirement: "请核验", reason: "x"), .leader)
        #expect(throws: Refusal.outsideJurisdiction(.endGuidance)) {
            try fixture.take(.endGuidance(guide, reason: "x"), .dispatcher, DocketFixture.food)
        }
        #expect(throws: Refusal.self) { try fixture.take(.endGuidance(hop, reason: "x")) }
        try fixture.take(.endGuidance(guide, reason: "处室另有任务"))

        #expect(fixture.docket.assignment(guide)?.state == .closed)
        #expect(fixture.docket.assignment(hop)?.reviewer == DocketFixture.city)
        #expect(fixture.docket.clocks.filter { $0.kind == .review }.map(\.unit) == [DocketFixture.city])
        #expect(fixture.docket.supervisions.allSatisfy { !$0.state.isOpen })
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)
        try fixture.take(.conclude(reason: "x"))
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

    @Test func `a task goes to a unit below only once it works on the case, and each side is told`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead)])
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        #expect {
            try fixture.take(.addTask(hops[0], TaskDraft(text: "x", unit: "east-1")), .handler, DocketFixture.east)
        } throws: { error in
            guard case Refusal.badFields(let faults)? = error as? Refusal else { return false }
            return faults.map(\.field) == ["unit"] && faults.map(\.code) == ["not_on_the_case"]
        }
        try fixture.take(
            .forward(hops[0], unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        let added = try fixture.take(
            .addTask(hops[0], TaskDraft(text: "x", unit: "east-1")), .handler, DocketFixture.east)
        #expect(added.messages.map(\.unit) == [DocketFixture.eastOne] && added.messages[0].topic == "task.added")

        let task = fixture.docket.tasks[0].id
        let done = try fixture.take(.finishTask(task, evidence: "x"), .handler, DocketFixture.eastOne)
        #expect(done.messages.map(\.unit) == [DocketFixture.east] && done.messages[0].topic == "task.finished")
    }

    @Test(arguments: ["return", "recall", "recuse"])
    func `a task of a unit that leaves the case goes back to the unit that set it`(step: String) throws {
        var (fixture, hops) = try Self.parts([("east", .lead)])
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(
            .forward(hops[0], unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        try fixture.take(.addTask(hops[0], TaskDraft(text: "x", unit: "east-1")), .handler, DocketFixture.east)
        let child = fixture.docket.assignments[1].id
        let changes =
            switch step {
            case "return": try fixture.take(.return(child, reason: "x"), .handler, DocketFixture.eastOne)
            case "recall": try fixture.take(.recall(child, reason: "x"), .dispatcher, DocketFixture.east)
            default: try fixture.take(.recuse(unit: "east-1", reason: "x"))
            }

        #expect(fixture.docket.tasks.map(\.owner) == [DocketFixture.east])
        #expect(fixture.docket.tasks.map(\.state) == [.open])
        #expect(changes.events.contains { $0.kind == .taskReturned && $0.assignment == hops[0] })
        #expect(changes.messages.contains { $0.unit == DocketFixture.east && $0.topic == "task.returned" })
        try fixture.take(
            .finishTask(fixture.docket.tasks[0].id, evidence: "x"), .handler, DocketFixture.east)
    }

    @Test func `tasks go with the assignment that is given back`() throws {
        var (fixture, hops) = try Self.parts([("east", .lead)])
        try fixture.take(.receive(hops[0], reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.addTask(hops[0], TaskDraft(text: "x")), .handler, DocketFixture.east)
        let changes = try fixture.take(.return(hops[0], reason: "x"), .dispatcher, DocketFixture.east)

        #expect(changes.droppedTasks.map(\.assignment) == [hops[0]])
    }
}
