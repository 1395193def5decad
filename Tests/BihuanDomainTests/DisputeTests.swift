import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Returns, disputes, referrals and the gates at the end, with nothing but values.
struct DisputeTests {
    private let city = DocketFixture.city
    private let east = DocketFixture.east
    private let west = DocketFixture.west
    private let food = DocketFixture.food

    private static let plan = try! Plan(
        DocketFixture.node.with([
            "returns": ["limit": "1"], "reopen": ["window": "P2WD"],
            "outside": [["key": "police", "name": "公安局"]],
            "clocks": DocketFixture.clocks.with([
                "arbitration": [
                    "name": "裁定", "starts_on": "disputed", "stops_on": "arbitrate", "limit": "PT8H",
                ],
                "referral": [
                    "name": "移送答复", "starts_on": "referred", "stops_on": "referral_answered", "limit": "P1D",
                ],
            ]),
        ]))

    /// An assignment to that unit, given as that post.
    private func assign(_ fixture: inout DocketFixture, _ unit: String) throws(Refusal) -> AssignmentID {
        try fixture.take(.assign(unit: unit, instruction: "", reason: "x"))
        return fixture.docket.assignments.last { $0.state == .assigned }!.id
    }

    private func raise(_ fixture: inout DocketFixture, _ hop: AssignmentID, by unit: UnitID) throws(Refusal)
        -> DisputeID
    {
        try fixture.take(.dispute(hop, proposed: "food", reason: "属食品处"), .handler, unit)
        return fixture.docket.disputes.last!.id
    }

    @Test func `work that was returned as often as the plan lets it is returned no more, and the next step is named`()
        throws
    {
        var fixture = try DocketFixture()
        let first = try fixture.assigned()
        try fixture.take(.return(first, proposed: "west", reason: "x"), .handler, self.east)
        let second = try self.assign(&fixture, "west")
        try fixture.take(.return(second, reason: "x"), .handler, self.west)
        let third = try self.assign(&fixture, "east")

        #expect(fixture.docket.assignment(first)?.proposed == self.west)
        #expect(throws: Refusal.returnLimit(2)) {
            try fixture.take(.return(third, reason: "x"), .handler, self.east)
        }
    }

    @Test func `a decision does not give the work to a unit that only guides`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.assign(unit: "food", instruction: "", role: .guide, reason: "x"))
        let dispute = try self.raise(&fixture, hop, by: self.east)

        #expect {
            try fixture.take(.arbitrate(dispute, unit: "food", reason: "x"), .leader)
        } throws: { error in
            guard case Refusal.badFields(let faults)? = error as? Refusal else { return false }
            return faults.map(\.code) == ["has_another_role"]
        }
        #expect(fixture.docket.assignment(hop)?.state == .assigned)
    }

    @Test func `a return names a unit there is, that is not closed and not the own`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        for (label, code) in [("nowhere", "unknown_unit"), ("west-1", "disabled_unit"), ("east", "own_unit")] {
            #expect {
                try fixture.take(.return(hop, proposed: label, reason: "x"), .handler, self.east)
            } throws: { error in
                guard case Refusal.badFields(let faults)? = error as? Refusal else { return false }
                return faults.map(\.field) == ["proposed"] && faults.map(\.code) == [code]
            }
        }
    }

    @Test func `a decision for the unit itself binds it, and its time has gone on`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        let due = fixture.docket.clocks.first { $0.kind == .feedback }?.dueAt
        let dispute = try self.raise(&fixture, hop, by: self.east)
        #expect(fixture.docket.clocks.contains { $0.kind == .arbitration && $0.unit == self.city })
        #expect(throws: Refusal.disputed(.return, ref: "X-000003")) {
            try fixture.take(.return(hop, reason: "x"), .handler, self.east)
        }
        // Where the root has assigned, its leader decides and not its dispatcher.
        #expect(throws: Refusal.notPermitted(.arbitrate, role: .dispatcher)) {
            try fixture.take(.arbitrate(dispute, unit: "east", reason: "x"))
        }
        try fixture.take(.arbitrate(dispute, unit: "east", reason: "属地"), .leader)

        #expect(fixture.docket.clocks.first { $0.kind == .feedback }?.dueAt == due)
        #expect(!fixture.docket.clocks.contains { $0.kind == .arbitration })
        for command: CaseCommand in [.return(hop, reason: "x"), .dispute(hop, proposed: "west", reason: "x")] {
            #expect(throws: Refusal.bound(command.verb)) { try fixture.take(command, .handler, self.east) }
        }
        #expect(throws: Refusal.bound(.recall)) { try fixture.take(.recall(hop, reason: "x")) }
        try fixture.take(.receive(hop, reason: nil), .handler, self.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, self.east)
    }

    @Test func `a decision for another unit moves the work there, bound, and the case is never without`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        let dispute = try self.raise(&fixture, hop, by: self.east)
        let changes = try fixture.take(.arbitrate(dispute, unit: "food", reason: "条线"), .leader)

        let moved = try #require(changes.newAssignments.first)
        #expect(moved.to == self.food && moved.from == self.city && moved.boundBy == dispute)
        #expect(fixture.docket.assignment(hop)?.state == .returned)
        #expect(fixture.docket.record.state == .assigned)
        #expect(fixture.docket.clocks.contains { $0.assignment == moved.id && $0.kind == .receipt })
        #expect(!fixture.docket.clocks.contains { $0.assignment == hop })
        #expect(throws: Refusal.bound(.return)) {
            try fixture.take(.return(moved.id, reason: "x"), .handler, self.food)
        }
    }

    @Test func `a decision for the assigner gives it the work back`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        let dispute = try self.raise(&fixture, hop, by: self.east)
        try fixture.take(.arbitrate(dispute, unit: "city", reason: "另行研究"), .leader)

        #expect(fixture.docket.record.state == .graded)
        #expect(fixture.docket.clocks.contains { $0.kind == .dispatch })
    }

    @Test func `the tier above the assigner decides; where that is the city its dispatcher may`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, self.east)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, self.east)
        let below = try #require(fixture.docket.assignments.last?.id)
        let dispute = try self.raise(&fixture, below, by: DocketFixture.eastOne)

        #expect(fixture.docket.dispute(dispute)?.arbiter == self.city)
        #expect(throws: Refusal.outsideJurisdiction(.arbitrate)) {
            try fixture.take(.arbitrate(dispute, unit: "east-1", reason: "x"), .leader, self.east)
        }
        #expect(throws: Refusal.self, "not below the assigner") {
            try fixture.take(.arbitrate(dispute, unit: "west", reason: "x"))
        }
        try fixture.take(.arbitrate(dispute, unit: "east-1", reason: "x"))
        #expect(fixture.docket.assignment(below)?.boundBy == dispute)
    }

    @Test func `the assigner does not settle a dispute past its arbiter by a recall`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        let dispute = try self.raise(&fixture, hop, by: self.east)
        let ref = try #require(fixture.docket.dispute(dispute)).ref

        #expect(throws: Refusal.disputed(.recall, ref: ref)) { try fixture.take(.recall(hop, reason: "x")) }
        let facts = fixture.docket.facts(of: fixture.docket.assignments[0])
        let dispatcher = DocketFixture.officer(.dispatcher, self.city)
        #expect(
            dispatcher.identity.map { Permission.allowed(on: facts, to: $0, in: fixture.docket.tree) }?
                .contains(.recall) == false)

        try fixture.take(.withdraw(dispute, reason: "x"), .handler, self.east)
        try fixture.take(.recall(hop, reason: "x"))
        #expect(fixture.docket.assignment(hop)?.state == .recalled)
    }

    @Test func `whoever guides or is informed gives it back as often as it comes`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        try fixture.take(.grade(level: "general", reason: "x"))
        for role in [AssignmentRole.guide, .inform] {
            for _ in 0..<3 {
                try fixture.take(.assign(unit: "food", instruction: "", role: role, reason: "x"))
                let hop = try #require(fixture.docket.assignments.last)
                try fixture.take(.return(hop.id, reason: "x"), .handler, self.food)
                fixture.now += 60
            }
        }
        #expect(fixture.docket.assignments.count == 6)
    }

    @Test func `what a unit beside it gives back is no return of the own work`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let east = try fixture.assigned()
        let west = try self.assign(&fixture, "west")
        let food = try self.assign(&fixture, "food")
        fixture.now += 60
        try fixture.take(.return(east, reason: "x"), .handler, self.east)
        try fixture.take(.return(west, reason: "x"), .handler, self.west)
        fixture.now += 60
        // The third may still give its own back; then each of the three is carried on by one, and returned no more.
        try fixture.take(.return(food, reason: "x"), .handler, self.food)
        fixture.now += 60
        for (label, unit) in [("food", self.food), ("east", self.east), ("west", self.west)] {
            let again = try self.assign(&fixture, label)
            #expect(throws: Refusal.returnLimit(1)) {
                try fixture.take(.return(again, reason: "x"), .handler, unit)
            }
        }
    }

    @Test func `the assigner learns that a dispute was withdrawn, not its arbiter alone`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, self.east)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, self.east)
        let below = try #require(fixture.docket.assignments.last).id
        let dispute = try self.raise(&fixture, below, by: DocketFixture.eastOne)

        let changes = try fixture.take(.withdraw(dispute, reason: "x"), .handler, DocketFixture.eastOne)

        #expect(changes.messages.map(\.topic) == ["dispute.withdrawn", "dispute.withdrawn"])
        #expect(Set(changes.messages.map(\.unit)) == [self.city, self.east])
    }

    @Test func `units that were told of the end are told that the case is opened again`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, self.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, self.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)
        try fixture.take(.conclude(reason: "x"))

        let changes = try fixture.take(.reopen(reason: "又有反映"))

        #expect(changes.messages.map(\.topic) == ["case.reopened"] && changes.messages.map(\.unit) == [self.east])
    }

    @Test(arguments: ["withdraw", "final", "forward"])
    func `a dispute ends when it is withdrawn, or the work is taken on`(how: String) throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, self.east)
        let dispute = try self.raise(&fixture, hop, by: self.east)
        switch how {
        case "withdraw": try fixture.take(.withdraw(dispute, reason: "x"), .handler, self.east)
        case "final": try fixture.take(.feedBack(hop, DocketFixture.final), .handler, self.east)
        default:
            try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, self.east)
        }

        #expect(fixture.docket.dispute(dispute)?.state == .withdrawn)
        #expect(!fixture.docket.clocks.contains { $0.kind == .arbitration })
    }

    @Test func `an interim feedback leaves the dispute open`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, self.east)
        let dispute = try self.raise(&fixture, hop, by: self.east)
        try fixture.take(
            .feedBack(hop, FeedbackDraft(kind: .interim, findings: "已到场")), .handler, self.east)

        #expect(fixture.docket.dispute(dispute)?.state == .open)
    }

    @Test func `a decision lets the count of returns begin anew`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let first = try fixture.assigned()
        try fixture.take(.return(first, reason: "x"), .handler, self.east)
        let second = try self.assign(&fixture, "west")
        #expect(throws: Refusal.returnLimit(1)) {
            try fixture.take(.return(second, reason: "x"), .dispatcher, self.west)
        }
        let dispute = try self.raise(&fixture, second, by: self.west)
        try fixture.take(.arbitrate(dispute, unit: "city", reason: "x"), .leader)
        fixture.now += 60
        let third = try self.assign(&fixture, "east")
        try fixture.take(.return(third, reason: "x"), .handler, self.east)
    }

    // MARK: Referrals

    @Test func `an open referral blocks the end until it is answered or waived`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(
            .refer(ReferralDraft(kind: .outside, to: "police", text: "涉嫌犯罪"), reason: "移送线索"))
        try fixture.take(.refer(ReferralDraft(kind: .leadDepartment, text: "请明确牵头部门"), reason: "职责交叉"), .leader)
        let (police, lead) = (fixture.docket.referrals[0], fixture.docket.referrals[1])
        #expect(police.to == "公安局" && fixture.docket.record.awaitsLead)
        #expect(fixture.docket.clocks.filter { $0.kind == .referral }.map(\.unit) == [self.city, self.city])
        try self.accept(&fixture, hop)

        #expect(throws: Refusal.openWork(.conclude, refs: [police.ref, lead.ref])) {
            try fixture.take(.conclude(reason: "x"))
        }
        #expect(throws: Refusal.badFields([FieldFault(field: "lead", rule: .required)])) {
            try fixture.take(.answerReferral(lead.id, ReferralAnswer(text: "已研究")))
        }
        try fixture.take(.answerReferral(lead.id, ReferralAnswer(text: "已研究", lead: "商务局")))
        #expect(!fixture.docket.record.awaitsLead)
        #expect(throws: Refusal.notPermitted(.waiveReferral, role: .dispatcher)) {
            try fixture.take(.waiveReferral(police.id, reason: "x"))
        }
        try fixture.take(.waiveReferral(police.id, reason: "已另案处理"), .leader)
        try fixture.take(.conclude(reason: "x"))
        #expect(fixture.docket.record.outcome == .substantiated)
    }

    // MARK: The end

    private func accept(_ fixture: inout DocketFixture, _ hop: AssignmentID) throws(Refusal) {
        let unit = fixture.docket.assignment(hop)!.to
        try fixture.take(.receive(hop, reason: nil), .handler, unit)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, unit)
        try fixture.take(.accept(fixture.docket.feedback.last!.id, reason: nil))
    }

    @Test func `a case without feedback ends with an outcome that is named, and with none without`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect {
            try fixture.take(.conclude(reason: "x"))
        } throws: { error in
            guard case Refusal.badFields(let faults)? = error as? Refusal else { return false }
            return faults.map(\.field) == ["outcome"] && faults.map(\.code) == ["required"]
        }
        try fixture.take(.conclude(outcome: .adopted, reason: "建议已采纳"))

        #expect(fixture.docket.record.outcome == .adopted)
        #expect(fixture.docket.clocks.isEmpty)
    }

    @Test func `what was found is nobody's to say but whoever looked, and nobody contradicts it`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.grade(level: "general", reason: "x"))
        for outcome: CaseOutcome in [.substantiated, .partlySubstantiated, .unsubstantiated] {
            #expect(Self.fault { try fixture.take(.conclude(outcome: outcome, reason: "x")) } == "contradicts_findings")
        }
        try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        try self.accept(&fixture, fixture.docket.assignments[0].id)
        for outcome: CaseOutcome in [.unsubstantiated, .partlySubstantiated, .unverifiable] {
            #expect(Self.fault { try fixture.take(.conclude(outcome: outcome, reason: "x")) } == "contradicts_findings")
        }
        // What becomes of the wish is another matter than what was found.
        try fixture.take(.conclude(outcome: .explainedNotMet, reason: "x"))
        #expect(fixture.docket.record.outcome == .explainedNotMet)
        #expect(
            CaseOutcome.possible(after: [.substantiated, .unsubstantiated])
                == [.substantiated, .partlySubstantiated, .unsubstantiated, .explainedNotMet, .adopted])
        #expect(CaseOutcome.possible(after: []) == [.unverifiable, .explainedNotMet, .adopted])
    }

    private static func fault(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            guard case Refusal.badFields(let faults)? = error as? Refusal else { return "\(error)" }
            return faults.first?.code
        }
    }

    @Test func `a case is reopened within the plan's window and not after, and its outcome goes`() throws {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try self.accept(&fixture, hop)
        try fixture.take(.conclude(reason: "x"))
        fixture.now = DocketFixture.monday + 2 * 86_400
        try fixture.take(.reopen(reason: "反映又来"))
        #expect(fixture.docket.record.outcome == nil)
        // What was accepted before says nothing of what comes to light now.
        fixture.now += 60
        #expect(throws: Refusal.self) { try fixture.take(.conclude(reason: "x")) }
        try fixture.take(.conclude(outcome: .unverifiable, reason: "x"))
        fixture.now += 10 * 86_400

        #expect {
            try fixture.take(.reopen(reason: "x"))
        } throws: { error in
            guard case Refusal.windowOver(.reopen, let ended)? = error as? Refusal else { return false }
            return ended.hasPrefix("2026-03-06T") && ended.hasSuffix("+08:00")
        }
    }

    @Test func `a return visit is for what is concluded, and satisfaction for whoever was reached`() throws {
        var fixture = try DocketFixture()
        #expect(throws: Refusal.self) { try fixture.take(.visit(VisitDraft(reached: false)), .duty) }
        let hop = try fixture.assigned()
        try self.accept(&fixture, hop)
        try fixture.take(.conclude(reason: "x"))
        for draft in [VisitDraft(reached: true), VisitDraft(reached: false, satisfaction: .satisfied)] {
            #expect(throws: Refusal.self) { try fixture.take(.visit(draft), .duty) }
        }
        let changes = try fixture.take(.visit(VisitDraft(reached: true, satisfaction: .dissatisfied)), .duty)
        #expect(changes.newVisit?.satisfaction == .dissatisfied)
        #expect(changes.events.map(\.kind) == [.visited])
    }

    // MARK: Plans

    @Test(arguments: [
        ("returns", "limit", "x", "returns.limit"), ("returns", "limit", "21", "returns.limit"),
        ("reopen", "window", "EOD", "reopen.window"), ("reopen", "window", "90", "reopen.window"),
    ])
    func `a wrong member of a plan is told with its path`(_ section: String, key: String, value: String, path: String) {
        #expect {
            _ = try Plan(DocketFixture.node.with([section: PlanNode(dictionaryLiteral: (key, .text(value, .start)))]))
        } throws: { error in
            (error as? PlanFaults)?.faults.map(\.path) == [path]
        }
    }

    @Test func `a plan that says nothing lets work be returned twice and a case be reopened always`() {
        #expect(DocketFixture.plan.returnLimit == 2)
        #expect(DocketFixture.plan.reopening == nil)
        #expect(Self.plan.returnLimit == 1)
        #expect(Self.plan.reopening == .workingDays(2))
        let words = PlanExplanation(Self.plan).lines.joined(separator: "\n")
        #expect(words.contains("同一工作退回 1 次") && words.contains("2 个工作日内"))
    }
}
