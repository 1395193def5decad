import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Which rule times what, from when, and what becomes of a running clock when the case or the work moves.
struct RunningClockTests {
    private static let hour = 3600.0

    private static func form(_ name: String) -> PlanNode {
        ["act": "report", "name": .text(name, .start), "fields": [["key": "text", "name": "内容"]]]
    }

    private static func filing(_ form: String) -> CaseCommand {
        .file(FilingDraft(form: form, fields: ["text": "x"]))
    }

    /// The fixture's plan with other members of its clocks, and these forms of reports.
    private static func plan(
        _ clocks: [String: PlanNode], reports: [String] = [], matters: PlanNode? = nil
    ) throws(PlanFaults) -> Plan {
        var node = DocketFixture.node.with(["clocks": DocketFixture.clocks.with(clocks)])
        if !reports.isEmpty {
            let forms = PlanNode.map(
                reports.map { .init(key: $0, place: .start, value: Self.form($0)) }, .start)
            node = node.with(["forms": forms])
        }
        if let matters { node = node.with(["matters": matters]) }
        return try Plan(node)
    }

    private static func clock(_ rule: String, of fixture: DocketFixture) -> ClockRecord? {
        fixture.docket.clocks.first { $0.rule == rule }
    }

    private static func feedback(_ hop: AssignmentID, of fixture: DocketFixture) throws -> ClockRecord {
        try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
    }

    // MARK: Progress counted from the receipt

    private static let interimFromReceipt: PlanNode = [
        "name": "阶段性反馈", "starts_on": "receipted", "stops_on": "interim", "levels": ["major"], "limit": "PT2H",
        "repeats": "true",
    ]

    /// What makes a hop owe progress after it was assigned.
    enum Turn: CaseIterable { case level, matter, version }

    @Test(arguments: Turn.allCases)
    func `progress that counts from the receipt is not asked of whoever has not received`(turn: Turn) throws {
        let matters: PlanNode = [["key": "a", "name": "甲"], ["key": "b", "name": "乙"]]
        var interim = Self.interimFromReceipt
        if turn == .matter { interim = interim.with(["matters": ["b"]]) }
        let asking = try Self.plan(["interim": interim], matters: matters)
        let silent = try Self.plan(["interim": interim.with(["matters": ["b"]])], matters: matters)
        var fixture = try DocketFixture(plan: turn == .version ? silent : asking, matter: "a")
        let hop = try fixture.assigned(level: turn == .level ? "general" : "major")
        if turn == .version {
            fixture.docket = Docket(
                record: fixture.docket.record, assignments: fixture.docket.assignments, clocks: fixture.docket.clocks,
                tree: DocketFixture.tree, plan: silent, successor: (2, asking), calendar: DocketFixture.calendar)
        }
        fixture.now += Self.hour
        switch turn {
        case .level: try fixture.take(.grade(level: "major", reason: "x"))
        case .matter: try fixture.take(.grade(level: "major", matter: "b", reason: "x"))
        case .version: try fixture.take(.replan(version: 2, reason: "x"), .leader)
        }
        #expect(Self.clock("interim", of: fixture) == nil)

        fixture.now += Self.hour
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        let clock = try #require(Self.clock("interim", of: fixture))
        #expect(clock.startedAt == fixture.now)
        #expect(clock.dueAt == fixture.now.addingTimeInterval(2 * Self.hour))
    }

    // MARK: Which rule

    private static let receipts: [String: PlanNode] = [
        "receipt": [
            "name": "签收", "starts_on": "assigned", "stops_on": "receive", "levels": ["general"], "limit": "PT4H",
        ],
        "receipt_major": [
            "name": "重大签收", "starts_on": "assigned", "stops_on": "receive", "levels": ["major"], "limit": "PT30M",
        ],
    ]

    @Test(arguments: [("general", "receipt"), ("major", "receipt_major")])
    func `two rules may share the levels of one act between them`(level: String, rule: String) throws {
        var fixture = try DocketFixture(plan: try Self.plan(Self.receipts))
        _ = try fixture.assigned(level: level)

        #expect(Self.clock(rule, of: fixture)?.level == level)
    }

    @Test func `a running clock goes on under the rule of its new level`() throws {
        var fixture = try DocketFixture(plan: try Self.plan(Self.receipts))
        _ = try fixture.assigned(level: "general")
        try fixture.take(.grade(level: "major", reason: "x"))

        #expect(Self.clock("receipt", of: fixture) == nil)
        #expect(Self.clock("receipt_major", of: fixture)?.dueAt == DocketFixture.monday.addingTimeInterval(1800))
    }

    @Test func `two rules for one act at one level are refused, unless one is for a matter`() throws {
        let twin: PlanNode = ["name": "签收另计", "starts_on": "assigned", "stops_on": "receive", "limit": "PT1H"]
        #expect {
            try Self.plan(["twin": twin])
        } throws: { error in
            (error as? PlanFaults)?.faults.map { "\($0.path)：\($0.rule)" }
                == ["clocks.twin：receive（签收）已有时限 receipt 管着：等级 general"]
        }
        let matters: PlanNode = [["key": "a", "name": "甲"], ["key": "b", "name": "乙"]]
        _ = try Self.plan(["twin": twin.with(["matters": ["a"]])], matters: matters)
        #expect {
            try Self.plan(
                ["twin": twin.with(["matters": ["a", "b"]]), "twin_b": twin.with(["name": "乙签收", "matters": ["b"]])],
                matters: matters)
        } throws: { error in
            (error as? PlanFaults)?.faults.map(\.rule) == ["receive（签收）已有时限 twin 管着：等级 general、事项 b"]
        }
    }

    @Test func `a change of matter moves a running clock to the rule for it and back, from its own start`() throws {
        let plan = try Self.plan(
            [
                "dispatch_q": [
                    "name": "转办", "starts_on": "graded", "stops_on": "assign", "matters": ["q"], "limit": "PT1H",
                ]
            ], matters: [["key": "q", "name": "询问"], ["key": "other", "name": "其他"]])
        var fixture = try DocketFixture(plan: plan)
        try fixture.take(.grade(level: "general", matter: "q", reason: "x"))
        let id = try #require(Self.clock("dispatch_q", of: fixture)).id
        fixture.now += 600

        try fixture.take(.grade(level: "general", matter: "other", reason: "x"))
        let other = try #require(Self.clock("dispatch", of: fixture))
        #expect(other.id == id)
        #expect(other.dueAt == DocketFixture.monday.addingTimeInterval(4 * Self.hour))
        try fixture.take(.grade(level: "general", matter: "q", reason: "x"))
        #expect(Self.clock("dispatch_q", of: fixture)?.dueAt == DocketFixture.monday.addingTimeInterval(Self.hour))
    }

    @Test func `work that waited for its receipt is timed from its assignment once the rule for it says so`() throws {
        let plan = try Self.plan(
            [
                "feedback_q": [
                    "name": "反馈", "starts_on": "receipted", "stops_on": "feed_back", "matters": ["q"], "limit": "PT1H",
                ]
            ], matters: [["key": "q", "name": "询问"], ["key": "other", "name": "其他"]])
        var fixture = try DocketFixture(plan: plan)
        try fixture.take(.grade(level: "major", matter: "q", reason: "x"))
        try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        #expect(!fixture.docket.clocks.contains { $0.kind == .feedback })
        fixture.now += 600

        try fixture.take(.grade(level: "major", matter: "other", reason: "x"))
        #expect(Self.clock("feedback", of: fixture)?.dueAt == DocketFixture.monday.addingTimeInterval(24 * Self.hour))
    }

    /// Before the grading, from Monday 09:00: the limits by level, and when the clock is due.
    @Test(
        arguments: [
            ("PT30H", "P1WD", "PT30H"), ("PT50H", "P1WD", "P1WD"), ("P1WD", "PT16WH", "P1WD"), ("EOD", "PT4H", "PT4H"),
            ("EOD", "PT16H", "EOD"), ("PT60M", "PT1H", "PT1H"), ("PT4H", "NOW", "NOW"),
        ])
    func `before the grading the limit binds that runs out first`(general: String, major: String, bound: String) throws
    {
        let limit: PlanNode = ["general": .text(general, .start), "major": .text(major, .start)]
        let plan = try Self.plan([
            "grading": ["name": "定级", "starts_on": "registered", "stops_on": "grade", "limit": limit]
        ])
        let fixture = try DocketFixture(plan: plan)

        #expect(Self.clock("grading", of: fixture)?.limit == TimeLimit(bound))
    }

    @Test func `a limit that ends in a year without a calendar binds nobody while a shorter one is known`() throws {
        let limit: PlanNode = ["general": "P250WD", "major": "PT4H"]
        let plan = try Self.plan([
            "grading": ["name": "定级", "starts_on": "registered", "stops_on": "grade", "limit": limit]
        ])

        #expect(Self.clock("grading", of: try DocketFixture(plan: plan))?.limit == TimeLimit("PT4H"))
    }

    // MARK: From when

    private static let cadence: [String: PlanNode] = [
        "follow_up": [
            "name": "续报", "starts_on": "reported", "stops_on": "report.follow_up", "levels": ["major"], "limit": "PT2H",
            "repeats": "true",
        ]
    ]

    @Test func `a cadence begun by a report before the level at which it runs counts from that report`() throws {
        var fixture = try DocketFixture(plan: try Self.plan(Self.cadence, reports: ["first", "follow_up"]))
        try fixture.take(Self.filing("first"))
        fixture.now += 600
        try fixture.take(.grade(level: "major", reason: "x"))

        #expect(Self.clock("follow_up", of: fixture)?.startedAt == DocketFixture.monday)
        try fixture.take(Self.filing("follow_up"))
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(Self.clock("follow_up", of: fixture) == nil)
        // Lost and asked for again, it counts from its own last report.
        fixture.now += 600
        try fixture.take(Self.filing("first"))
        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(Self.clock("follow_up", of: fixture)?.startedAt == DocketFixture.monday.addingTimeInterval(600))
    }

    @Test func `what is due of a case once it is accepted is due when its level asks for it later`() throws {
        let plan = try Self.plan(
            [
                "result": [
                    "name": "结果", "starts_on": "accepted", "stops_on": "report.result", "levels": ["major"],
                    "limit": "PT4H",
                ]
            ], reports: ["result"])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)
        fixture.now += 600

        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(Self.clock("result", of: fixture)?.startedAt == DocketFixture.monday)
    }

    @Test(arguments: [false, true])
    func `a case counts as accepted when the last of its open hops goes away`(isRecalled: Bool) throws {
        let plan = try Self.plan(
            ["result": ["name": "结果", "starts_on": "accepted", "stops_on": "report.result", "limit": "PT4H"]],
            reports: ["result"])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned()
        try fixture.take(.assign(unit: "west", instruction: "", reason: "x"))
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)
        #expect(Self.clock("result", of: fixture) == nil)
        fixture.now += 600

        let west = fixture.docket.assignments[1].id
        if isRecalled {
            try fixture.take(.recall(west, reason: "x"))
        } else {
            try fixture.take(.return(west, reason: "x"), .dispatcher, DocketFixture.west)
        }
        #expect(Self.clock("result", of: fixture)?.startedAt == fixture.now)
    }

    @Test func `the city learned of a matter no later than it received it`() throws {
        let plan = try Self.plan(
            ["quick": ["name": "速报", "starts_on": "discovered", "stops_on": "report.quick", "limit": "PT1H"]],
            reports: ["quick"])
        let late = DocketFixture.monday.addingTimeInterval(7200)

        let fixture = try DocketFixture(plan: plan, discoveredAt: late)
        #expect(Self.clock("quick", of: fixture)?.startedAt == DocketFixture.monday)
        #expect(throws: Refusal.self) {
            try DocketFixture(plan: plan, discoveredAt: DocketFixture.monday.addingTimeInterval(2 * 86_400))
        }
    }

    // MARK: Breaches

    @Test func `a breach nobody noted yet is kept when the level falls`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned(level: "major")
        let due = DocketFixture.monday.addingTimeInterval(1800)
        fixture.now = due.addingTimeInterval(600)

        try fixture.take(.grade(level: "general", reason: "x"))
        let receipt = try #require(Self.clock("receipt", of: fixture))
        #expect(receipt.breachedAt == due)
        #expect(receipt.dueAt == due)
        #expect(try !fixture.fire(receipt.id, .reminder, at: fixture.now).isEmpty)
    }

    @Test func `a breach nobody noted yet is kept when the assignment above moves`() throws {
        var fixture = try DocketFixture()
        let (hop, child) = try Self.forwarded(&fixture)
        try fixture.take(.pause(try Self.feedback(hop, of: fixture).id, reason: "x"))
        let below = try Self.feedback(child, of: fixture)
        fixture.now = below.dueAt.addingTimeInterval(Self.hour)
        try fixture.take(.resume(try Self.feedback(hop, of: fixture).id, reason: "x"))

        #expect(try Self.feedback(child, of: fixture).breachedAt == below.dueAt)
        #expect(try Self.feedback(child, of: fixture).dueAt == below.dueAt)
    }

    @Test func `a deadline holds to the end of its second`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        let clock = try Self.feedback(hop, of: fixture)
        #expect(clock.dueAt == CivilDay("2026-03-05")!.start(offset: .china) + 86_399)
        #expect(try fixture.fire(clock.id, .notice, at: clock.dueAt).firing != nil)
        #expect(try fixture.fire(clock.id, .reminder, at: clock.dueAt + 0.9).isEmpty)

        let changes = try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        #expect(changes.stoppedClocks.first { $0.clock.id == clock.id }?.outcome == .met)
    }

    // MARK: At once

    @Test func `what is to be done at once is never late and climbs no rung`() throws {
        let plan = try Self.plan(
            [
                "oral": [
                    "name": "口头报告", "starts_on": "registered", "stops_on": "report.oral", "limit": "NOW",
                ]
            ], reports: ["oral"])
        var fixture = try DocketFixture(plan: plan)
        let clock = try #require(Self.clock("oral", of: fixture))
        #expect(clock.nextRung == nil && clock.nextAt == nil)
        fixture.now += 86_400
        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(Self.clock("oral", of: fixture)?.breachedAt == nil)

        let changes = try fixture.take(Self.filing("oral"))
        #expect(changes.stoppedClocks.map(\.outcome) == [.met])
        #expect(changes.stoppedClocks.first?.clock.startedAt == DocketFixture.monday)
    }

    @Test func `no time is granted for what has become due at once since it was asked`() throws {
        let plan = try Self.plan([
            "feedback": [
                "name": "反馈", "starts_on": "assigned", "stops_on": "feed_back",
                "limit": ["general": "PT4H", "major": "NOW"],
            ]
        ])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        let clock = try Self.feedback(hop, of: fixture).id
        try fixture.take(.askExtension(clock, by: "PT4H", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.grade(level: "major", reason: "x"))

        #expect(throws: Refusal.clockStands(.grantExtension, .immediate)) {
            try fixture.take(.grantExtension(clock, reason: "x"))
        }
        try fixture.take(.refuseExtension(clock, reason: "x"))
    }

    @Test func `a rung planned for what is to be done at once does nothing when it comes`() throws {
        let plan = try Self.plan(
            ["oral": ["name": "口头报告", "starts_on": "registered", "stops_on": "report.oral", "limit": "NOW"]],
            reports: ["oral"])
        let before = try DocketFixture(plan: plan).docket
        var clock = try #require(before.clocks.first { $0.rule == "oral" })
        clock.nextRung = .reminder
        clock.nextAt = clock.dueAt
        var docket = Docket(
            record: before.record, clocks: [clock], tree: before.tree, plan: plan, calendar: before.calendar)
        var mint = UUIDv7Mint(now: DocketFixture.monday, seed: 1)

        let changes = try docket.fire(
            clock.id, .reminder, at: DocketFixture.monday + 60, numbers: FreshNumbers(assignment: 1, supervision: 1),
            mint: &mint)
        #expect(changes.firing == nil && changes.events.isEmpty)
        #expect(changes.changedClocks.map(\.nextRung) == [nil])
    }

    // MARK: Sent back

    /// Received and fed back after so many hours, then sent back.
    private static func sentBack(_ fixture: inout DocketFixture, _ hop: AssignmentID, after hours: Double) throws {
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        fixture.now = DocketFixture.monday.addingTimeInterval(hours * Self.hour)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.sendBack(fixture.docket.feedback.last!.id, reason: "不清"), .reviewer)
    }

    @Test func `sent back, a feedback keeps what was granted and how long it stood still before`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        let first = try Self.feedback(hop, of: fixture)
        try fixture.take(.askExtension(first.id, by: "PT10H", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.grantExtension(first.id, reason: "x"))
        fixture.now += Self.hour
        try fixture.take(.pause(first.id, reason: "x"))
        fixture.now += 2 * Self.hour
        try fixture.take(.resume(first.id, reason: "x"))
        try Self.sentBack(&fixture, hop, after: 5)

        // 24 hours from the assignment, 10 granted, 2 stood still.
        let again = try Self.feedback(hop, of: fixture)
        #expect(again.dueAt == DocketFixture.monday.addingTimeInterval(36 * Self.hour))
        #expect(try fixture.docket.recomputedDue(of: again) == again.dueAt)
    }

    @Test func `of a feedback sent back a part of the bare limit is given anew, and more on top in full`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        try Self.sentBack(&fixture, hop, after: 23.5)
        let sent = fixture.now
        let clock = try Self.feedback(hop, of: fixture)
        #expect(clock.dueAt == sent.addingTimeInterval(6 * Self.hour))

        try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.grantExtension(clock.id, reason: "x"))
        #expect(try Self.feedback(hop, of: fixture).dueAt == sent.addingTimeInterval(10 * Self.hour))
        try fixture.take(.pause(clock.id, reason: "x"))
        fixture.now += 3 * Self.hour
        try fixture.take(.resume(clock.id, reason: "x"))
        #expect(try Self.feedback(hop, of: fixture).dueAt == sent.addingTimeInterval(13 * Self.hour))
    }

    @Test func `the original time of a feedback sent back counts from where its rule counts`() throws {
        let plan = try Self.plan([
            "feedback": ["name": "反馈", "starts_on": "receipted", "stops_on": "feed_back", "limit": "PT24H"]
        ])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned()
        fixture.now += 3 * Self.hour
        try Self.sentBack(&fixture, hop, after: 4)

        #expect(try Self.feedback(hop, of: fixture).dueAt == DocketFixture.monday.addingTimeInterval(27 * Self.hour))
    }

    // MARK: The assignment above

    /// Assigned to the east district at the graver level, and passed on to its station at once.
    private static func forwarded(_ fixture: inout DocketFixture) throws -> (hop: AssignmentID, child: AssignmentID) {
        let hop = try fixture.assigned(level: "major")
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        fixture.now += Self.hour
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        return (hop, fixture.docket.assignments[1].id)
    }

    @Test func `an assignment that stands still binds nobody below it`() throws {
        var fixture = try DocketFixture()
        let (hop, child) = try Self.forwarded(&fixture)
        let bound = try Self.feedback(child, of: fixture)
        #expect(bound.dueAt == DocketFixture.monday.addingTimeInterval(24 * Self.hour))

        try fixture.take(.pause(try Self.feedback(hop, of: fixture).id, reason: "x"))
        #expect(try Self.feedback(child, of: fixture).dueAt == DocketFixture.monday.addingTimeInterval(25 * Self.hour))
        fixture.now += 600
        try fixture.take(.resume(try Self.feedback(hop, of: fixture).id, reason: "x"))
        #expect(try Self.feedback(child, of: fixture).dueAt == bound.dueAt.addingTimeInterval(600))
    }

    @Test func `what stood still past the time of the assignment above is not due before it goes on`() throws {
        var fixture = try DocketFixture()
        let (_, child) = try Self.forwarded(&fixture)
        let clock = try Self.feedback(child, of: fixture)
        try fixture.take(.pause(clock.id, reason: "x"), .dispatcher, DocketFixture.east)
        fixture.now += 30 * Self.hour
        try fixture.take(.resume(clock.id, reason: "x"), .dispatcher, DocketFixture.east)

        #expect(try Self.feedback(child, of: fixture).dueAt == fixture.now)
        #expect(try Self.feedback(child, of: fixture).breachedAt == nil)
    }

    @Test func `a regrade moves no clock by a limit that another is about to lose`() throws {
        let plan = try Self.plan([
            "feedback": [
                "name": "反馈", "starts_on": "assigned", "stops_on": "feed_back",
                "limit": ["general": "P3WD", "major": "PT30M"],
            ]
        ])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        let child = fixture.docket.assignments[1].id
        fixture.now += Self.hour
        try fixture.take(.pause(try Self.feedback(child, of: fixture).id, reason: "x"), .dispatcher, DocketFixture.east)
        fixture.now += Self.hour
        try fixture.take(
            .resume(try Self.feedback(child, of: fixture).id, reason: "x"), .dispatcher, DocketFixture.east)
        fixture.now += Self.hour

        try fixture.take(.grade(level: "major", reason: "x"))
        // Under the limit it had, the child would have been due when it went on, an hour ago.
        let due = DocketFixture.monday.addingTimeInterval(1800)
        #expect(try Self.feedback(hop, of: fixture).dueAt == due)
        #expect(try Self.feedback(child, of: fixture).dueAt == due)
        #expect(try Self.feedback(child, of: fixture).breachedAt == nil)
    }

    @Test func `time that the assignment above does not have is not granted`() throws {
        var fixture = try DocketFixture()
        let (_, child) = try Self.forwarded(&fixture)
        let clock = try Self.feedback(child, of: fixture)
        try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"), .handler, DocketFixture.eastOne)

        #expect {
            try fixture.take(.grantExtension(clock.id, reason: "x"), .dispatcher, DocketFixture.east)
        } throws: { error in
            guard case .badFields(let faults) = error as? Refusal else { return false }
            return faults.map(\.code) == ["assignment_above_is_due"]
                && faults[0].detail.contains("2026-03-03T09:00:00+08:00")
        }
        try fixture.take(.refuseExtension(clock.id, reason: "x"), .dispatcher, DocketFixture.east)
    }

    // MARK: Whose time it is

    @Test func `time that a unit sets itself is stopped by its leader alone, and nobody asks for more`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        let review = try #require(fixture.docket.clocks.first { $0.kind == .review }).id

        #expect(throws: Refusal.notPermitted(.pause, role: .dispatcher)) {
            try fixture.take(.pause(review, reason: "x"))
        }
        #expect(throws: Refusal.self) { try fixture.take(.askExtension(review, by: "P9D", reason: "x")) }
        #expect(throws: Refusal.self) { try fixture.take(.askExtension(review, by: "P9D", reason: "x"), .leader) }
        try fixture.take(.pause(review, reason: "x"), .leader)
    }

    @Test func `a clock that is stopped while it stands still ends its pause`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned(level: "major")
        let receipt = try #require(Self.clock("receipt", of: fixture))
        try fixture.take(.pause(receipt.id, reason: "x"))
        fixture.now += Self.hour

        let changes = try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        #expect(changes.endedPauses == [receipt.id])
        let stopped = try #require(changes.stoppedClocks.first { $0.clock.id == receipt.id })
        #expect(stopped.clock.pauses.map(\.end) == [fixture.now])
        // It stood still when it would have run out.
        #expect(stopped.outcome == .met)
    }

    // MARK: The end

    @Test func `what the plan wants filed once is filed before the end`() throws {
        let plan = try Self.plan(
            Self.cadence.merging([
                "brief": [
                    "name": "摘报", "starts_on": "graded", "stops_on": "report.brief", "levels": ["major"],
                    "limit": "PT4H",
                ],
                "any": ["name": "报告", "starts_on": "registered", "stops_on": "report", "limit": "PT4H"],
            ]) { $1 }, reports: ["brief", "follow_up"])
        var fixture = try DocketFixture(plan: plan)
        let hop = try fixture.assigned(level: "major")
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil), .reviewer)

        let open = fixture
        #expect(throws: Refusal.unfiled(.conclude, forms: ["brief", "follow_up"])) {
            try fixture.take(.conclude(reason: "x"))
        }
        // The way out is a milder level, which wants less, or to file it.
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(throws: Refusal.self) { try fixture.take(.conclude(reason: "x")) }
        try fixture.take(Self.filing("follow_up"))
        try fixture.take(.conclude(reason: "x"))

        fixture = open
        try fixture.take(Self.filing("brief"))
        #expect(Self.clock("follow_up", of: fixture) != nil)
        try fixture.take(.conclude(reason: "x"))
        #expect(fixture.docket.clocks.isEmpty)
    }

    @Test func `a reopened case waits again for what is not filed, from then on`() throws {
        let plan = try Self.plan(
            Self.cadence.merging([
                "brief": ["name": "摘报", "starts_on": "graded", "stops_on": "report.brief", "limit": "PT4H"],
                "first": ["name": "首报", "starts_on": "registered", "stops_on": "report.first", "limit": "PT4H"],
            ]) { $1 }, reports: ["first", "brief", "follow_up"])
        var fixture = try DocketFixture(plan: plan)
        try fixture.take(.grade(level: "major", reason: "x"))
        try fixture.take(Self.filing("first"))
        try fixture.take(.dismiss(reason: "x"))
        #expect(fixture.docket.clocks.isEmpty)
        fixture.now += 86_400 * 7

        try fixture.take(.reopen(reason: "x"), .leader)
        #expect(Self.clock("brief", of: fixture)?.startedAt == fixture.now)
        #expect(Self.clock("follow_up", of: fixture)?.startedAt == fixture.now)
        #expect(Self.clock("first", of: fixture) == nil)
        // Whatever moves later, what was due before counts from the reopening.
        let reopened = fixture.now
        fixture.now += 600
        try fixture.take(.grade(level: "general", reason: "x"))
        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(Self.clock("follow_up", of: fixture)?.startedAt == reopened)
    }
}
