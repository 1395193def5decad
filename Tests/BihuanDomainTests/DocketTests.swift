import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

struct DocketTests {
    @Test func `registering starts the grading clock and writes the first event`() throws {
        let fixture = try DocketFixture()

        #expect(fixture.docket.record.version == 1)
        #expect(fixture.docket.clocks.map(\.kind) == [.grading])
        #expect(fixture.docket.clocks[0].dueAt == DocketFixture.monday.addingTimeInterval(4 * 3600))
        #expect(fixture.docket.clocks[0].nextRung == .notice)
    }

    @Test func `three working days end with the third day, and graver levels count by the clock`() throws {
        var general = try DocketFixture()
        _ = try general.assigned()
        var major = try DocketFixture()
        _ = try major.assigned(level: "major")

        let slow = try #require(general.docket.clocks.first { $0.kind == .feedback })
        let fast = try #require(major.docket.clocks.first { $0.kind == .feedback })

        // Monday 2 March, third working day after it is Thursday the 5th.
        #expect(slow.dueAt == CivilDay("2026-03-05")!.start(offset: .china).addingTimeInterval(86_399))
        #expect(fast.dueAt == DocketFixture.monday.addingTimeInterval(86_400))
        #expect(!general.docket.clocks.contains { $0.kind == .interim })
        #expect(major.docket.clocks.contains { $0.kind == .interim })
    }

    @Test func `a wrong step names the steps allowed now`() throws {
        var fixture = try DocketFixture()

        let allowed: [Verb] = [
            .grade, .dismiss, .file, .observe, .refer, .attachLead, .detachLead, .merge, .recuse, .restrict,
            .engageExpert,
        ]
        #expect(throws: Refusal.notAllowed(.assign, state: "registered", allowed: allowed)) {
            try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        }
    }

    @Test func `a refused step changes nothing`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        let before = fixture.docket

        #expect(throws: Refusal.self) { try fixture.take(.conclude(reason: "x")) }
        #expect(throws: Refusal.self) { try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.west) }

        #expect(fixture.docket.record == before.record)
        #expect(fixture.docket.assignments == before.assignments)
        #expect(fixture.docket.clocks == before.clocks)
    }

    @Test(arguments: [
        (Verb.receive, PostRole.reviewer), (.receive, .leader), (.receive, .operator), (.forward, .handler),
        (.feedBack, .leader),
    ])
    func `a post does only what its role lets it`(verb: Verb, role: PostRole) throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        let command: CaseCommand =
            switch verb {
            case .receive: .receive(hop, reason: nil)
            case .forward: .forward(hop, unit: "east-1", instruction: "", reason: "x")
            default: .feedBack(hop, DocketFixture.final)
            }

        #expect(throws: Refusal.notPermitted(verb, role: role)) { try fixture.take(command, role, DocketFixture.east) }
    }

    @Test func `the assignee's steps are not the assigner's`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()

        #expect(throws: Refusal.outsideJurisdiction(.receive)) { try fixture.take(.receive(hop, reason: nil)) }
        #expect(throws: Refusal.outsideJurisdiction(.recall)) {
            try fixture.take(.recall(hop, reason: "x"), .dispatcher, DocketFixture.east)
        }
    }

    @Test func `after receipt there is no recall`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)

        #expect(throws: Refusal.notAllowed(.recall, state: "received", allowed: [.urge, .supervise])) {
            try fixture.take(.recall(hop, reason: "x"))
        }
    }

    @Test func `a case may be assigned to departments and districts only, and to no disabled unit`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.grade(level: "general", reason: "x"))

        #expect(throws: Refusal.badFields([FieldFault(field: "unit", rule: .notDirectlyBelow)])) {
            try fixture.take(.assign(unit: "east-1", instruction: "", reason: "x"))
        }
        #expect(throws: Refusal.badFields([FieldFault(field: "unit", rule: .disabledUnit)])) {
            try fixture.take(.assign(unit: "west-1", instruction: "", reason: "x"))
        }
        #expect(throws: Refusal.badFields([FieldFault(field: "unit", rule: .unknownUnit)])) {
            try fixture.take(.assign(unit: "nowhere", instruction: "", reason: "x"))
        }
        #expect(throws: Never.self) { try fixture.take(.assign(unit: "food", instruction: "", reason: "x")) }
    }

    @Test func `assigning twice to the same unit is assigning once`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned()

        let again = try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))

        #expect(again.isEmpty)
        #expect(fixture.docket.assignments.count == 1)
    }

    @Test func `a station's deadline never lies after its district's`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        fixture.now = DocketFixture.monday.addingTimeInterval(20 * 3600)

        try fixture.take(
            .forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)

        let child = fixture.docket.assignments[1].id
        let due = fixture.docket.clocks.first { $0.assignment == child && $0.kind == .feedback }?.dueAt
        #expect(due == DocketFixture.monday.addingTimeInterval(86_400))
    }

    @Test func `a final feedback needs verdict, findings, measures and result; an interim one only findings`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)

        #expect(
            throws: Refusal.badFields(
                ["findings", "measures", "result", "verdict"].map { FieldFault(field: $0, rule: .required) })
        ) {
            try fixture.take(
                .feedBack(hop, FeedbackDraft(kind: .final, findings: " ")), .handler, DocketFixture.east)
        }
        #expect(throws: Never.self) {
            try fixture.take(
                .feedBack(hop, FeedbackDraft(kind: .interim, findings: "已到场")), .handler, DocketFixture.east)
        }
        #expect(fixture.docket.assignments[0].state == .received)
    }

    @Test func `a feedback sent back gives at least half an hour anew`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        fixture.now = DocketFixture.monday.addingTimeInterval(23.9 * 3600)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        let feedback = fixture.docket.feedback[0].id

        try fixture.take(.sendBack(feedback, reason: "不清"), .reviewer)

        let due = try #require(fixture.docket.clocks.first { $0.kind == .feedback }?.dueAt)
        #expect(due.timeIntervalSince(fixture.now) == 6 * 3600)
        #expect(fixture.docket.assignments[0].state == .received)
    }

    @Test func `nothing concludes while an assignment or an order is open`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        #expect(throws: Refusal.openWork(.conclude, refs: ["A-000002"])) { try fixture.take(.conclude(reason: "x")) }
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(
            .supervise(hop, cause: .inadequate, requirement: "说明", reason: "x"), .leader)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)

        let order = fixture.docket.supervisions[0]
        #expect(throws: Refusal.openWork(.conclude, refs: [order.ref])) { try fixture.take(.conclude(reason: "x")) }
        #expect(throws: Refusal.notAllowed(.lift, state: "issued", allowed: [])) {
            try fixture.take(.lift(order.id, reason: "x"), .leader)
        }
        try fixture.take(.reply(order.id, text: "已说明"), .handler, DocketFixture.east)
        try fixture.take(.lift(order.id, reason: "x"), .leader)
        try fixture.take(.conclude(reason: "x"))

        #expect(fixture.docket.record.state == .concluded)
        #expect(fixture.docket.clocks.isEmpty)
    }

    @Test func `a breach stays on record when the work is done late`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        fixture.now = DocketFixture.monday.addingTimeInterval(3600)

        let changes = try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)

        let receipt = try #require(changes.stoppedClocks.first { $0.clock.kind == .receipt })
        #expect(receipt.outcome == .late)
        #expect(receipt.clock.breachedAt == DocketFixture.monday.addingTimeInterval(1800))
    }

    @Test func `a rung fires once, in its order, and not before its time`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.kind == .receipt })
        let numbers = FreshNumbers(assignment: 90, supervision: 90)
        let due = DocketFixture.monday.addingTimeInterval(1800)

        let early = try fixture.docket.fire(clock.id, .reminder, at: due, numbers: numbers, mint: &fixture.mint)
        let first = try fixture.docket.fire(clock.id, .reminder, at: due + 1, numbers: numbers, mint: &fixture.mint)
        let second = try fixture.docket.fire(clock.id, .reminder, at: due + 1, numbers: numbers, mint: &fixture.mint)
        let order = try fixture.docket.fire(
            clock.id, .supervision, at: due + 1800, numbers: numbers, mint: &fixture.mint)

        #expect(early.isEmpty)
        #expect(first.events.map(\.kind) == [.reminded])
        #expect(second.isEmpty)
        #expect(order.newSupervisions.map(\.from) == [DocketFixture.city])
        #expect(order.newSupervisions.map(\.to) == [DocketFixture.east])
    }

    @Test func `a graver level shortens running clocks from their own start`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned()
        fixture.now = DocketFixture.monday.addingTimeInterval(600)

        try fixture.take(.grade(level: "major", reason: "转发量上升"))

        let receipt = try #require(fixture.docket.clocks.first { $0.kind == .receipt })
        #expect(receipt.dueAt == DocketFixture.monday.addingTimeInterval(1800))
        #expect(receipt.level == "major")
    }

    @Test func `a notice already given is not given again after a milder grading`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.kind == .feedback })
        let notice = try #require(clock.nextAt)
        let numbers = FreshNumbers(assignment: 90, supervision: 90)
        _ = try fixture.docket.fire(clock.id, .notice, at: notice, numbers: numbers, mint: &fixture.mint)
        fixture.now = notice.addingTimeInterval(60)

        try fixture.take(.grade(level: "general", reason: "影响有限"))

        #expect(fixture.docket.clocks.first { $0.id == clock.id }?.nextRung == .reminder)
    }

    @Test func `interim reports follow the level: asked for when it rises, no longer when it falls`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        #expect(!fixture.docket.clocks.contains { $0.kind == .interim })

        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(fixture.docket.clocks.contains { $0.kind == .interim && $0.assignment == hop })

        let changes = try fixture.take(.grade(level: "general", reason: "x"))
        #expect(!fixture.docket.clocks.contains { $0.kind == .interim })
        #expect(changes.stoppedClocks.map(\.outcome) == [.void])
    }

    @Test func `a station's deadline stays within its district's after a regrade`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        fixture.now = DocketFixture.monday.addingTimeInterval(4 * 3600)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        let child = fixture.docket.assignments[1].id

        try fixture.take(.grade(level: "major", reason: "x"))

        let due = fixture.docket.clocks.first { $0.assignment == child && $0.kind == .feedback }?.dueAt
        #expect(due == DocketFixture.monday.addingTimeInterval(86_400))
    }

    @Test func `a year without a calendar is refused, never guessed`() throws {
        var fixture = try DocketFixture()
        fixture.now = CivilDay("2026-12-31")!.start(offset: .china)
        try fixture.take(.grade(level: "general", reason: "x"))

        #expect(throws: Refusal.missingCalendarYear(2027)) {
            try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        }
    }

    @Test func `a circular that falls into a year without a calendar waits for it`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        fixture.now = CivilDay("2026-12-31")!.start(offset: .china)
        try fixture.take(.supervise(hop, cause: .overdue, requirement: "说明", reason: "x"), .leader)
        // The reply is due at 08:00.
        let due = fixture.now.addingTimeInterval(8 * 3600)
        let clock = try #require(fixture.docket.clocks.first { $0.kind == .reply }).id
        _ = try fixture.fire(clock, .reminder, at: due + 1)
        let earliest = due.addingTimeInterval(5 * 86_400 - 1)
        #expect(fixture.docket.clocks.first { $0.id == clock }?.nextAt == earliest)

        #expect(throws: Refusal.missingCalendarYear(2027)) {
            _ = try fixture.fire(clock, .circular, at: earliest)
        }

        // 1 January 2027 is a Friday off: the five days are 4 to 8 January.
        fixture.learn(holidays: [CivilDay("2027-01-01")!], of: 2027)
        let moved = try fixture.fire(clock, .circular, at: earliest)
        let exact = CivilDay("2027-01-08")!.start(offset: .china).addingTimeInterval(86_399)
        #expect(moved.firing == nil)
        #expect(moved.events.isEmpty)
        #expect(moved.changedClocks.map(\.nextAt) == [exact])
        let fired = try fixture.fire(clock, .circular, at: exact)
        #expect(fired.firing?.rung == .circular)
        #expect(fired.events.map(\.kind) == [.circulated])
    }

    @Test func `raising an order puts the issuer under one from the tier above`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        let child = fixture.docket.assignments[1].id
        try fixture.take(
            .supervise(child, cause: .overdue, requirement: "说明", reason: "x"), .leader, DocketFixture.east)
        let order = fixture.docket.supervisions[0].id

        try fixture.take(.raise(order, reason: "仍无回复"), .leader, DocketFixture.east)

        let raised = fixture.docket.supervisions[1]
        #expect(raised.from == DocketFixture.city)
        #expect(raised.to == DocketFixture.east)
        #expect(raised.assignment == hop)
        #expect(fixture.docket.supervisions[0].state == .raised)
        #expect(throws: Refusal.nobodyAbove) { try fixture.take(.raise(raised.id, reason: "x"), .leader) }
    }

    @Test(arguments: Verb.allCases)
    func `an operator moves nothing`(verb: Verb) {
        #expect(!verb.roles.contains(.operator))
        #expect(!verb.roles.isEmpty)
    }

    @Test func `a case can always be brought to its end from every state`() {
        // From each open state some path of the table leads to a closed one.
        for start in CaseState.allCases where start.isOpen {
            var reached: Set<CaseState> = [start]
            var grew = true
            while grew {
                let next = Set(CaseTransition.table.filter { reached.contains($0.from) }.map(\.to))
                grew = !next.isSubset(of: reached)
                reached.formUnion(next)
            }
            #expect(reached.contains { !$0.isOpen }, "\(start) leads nowhere")
        }
    }
}
