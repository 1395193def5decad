import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Clocks that a plan names itself: what starts them, what stops them, and what is done to them on the way.
struct NamedClockTests {
    /// The fixture's plan with more clocks, forms and a matter that must be answered.
    private static let node = DocketFixture.node.with([
        "matters": [["key": "question", "name": "询问", "needs_answer": "true"]],
        "forms": [
            "first": ["act": "report", "name": "首报", "fields": [["key": "text", "name": "内容"]]],
            "release": [
                "act": "publish", "name": "发布",
                "fields": [
                    ["key": "text", "name": "内容"], ["key": "link", "name": "链接", "kind": "link", "required": "false"],
                ],
            ],
            "answer": ["act": "answer", "name": "答复", "fields": [["key": "text", "name": "内容"]]],
            "evaluation": ["act": "evaluate", "name": "评估", "fields": [["key": "lessons", "name": "教训"]]],
        ],
        "chains": ["says": ["name": "口径", "forms": ["release", "answer"], "steps": ["chief"]]],
        "roles": [["key": "chief", "name": "组长", "post": "leader", "unit": "city"]],
        "clocks": Self.clocks,
    ])

    private static let clocks = DocketFixture.clocks.with([
        "first_report": [
            "name": "首报", "starts_on": "occurred", "stops_on": "report.first",
            "limit": ["general": "PT4H", "major": "PT2H"],
        ],
        "release": [
            "name": "发布", "starts_on": "graded", "stops_on": "publish", "levels": ["major"], "limit": "PT4H",
        ],
        "cadence": [
            "name": "持续发布", "starts_on": "published", "stops_on": "publish", "levels": ["major"], "limit": "PT24H",
            "repeats": "true",
        ],
        "raised": [
            "name": "升级报告", "starts_on": "level_raised", "stops_on": "report", "levels": ["major"], "limit": "NOW",
        ],
        "evaluation": [
            "name": "评估", "starts_on": "concluded", "stops_on": "evaluate", "limit": "P15WD",
        ],
    ])

    static func fixture(occurred: Date? = DocketFixture.monday.addingTimeInterval(-3600)) throws
        -> DocketFixture
    {
        try DocketFixture(plan: try Plan(Self.node), occurredAt: occurred, matter: "question")
    }

    /// The fixture's plan with another limit of the first report.
    private static func fixture(firstReport limits: [String: PlanNode]) throws -> DocketFixture {
        let clock: PlanNode = [
            "name": "首报", "starts_on": "occurred", "stops_on": "report.first",
            "limit": PlanNode.map([], .start).with(limits),
        ]
        let node = Self.node.with(["clocks": Self.clocks.with(["first_report": clock])])
        return try DocketFixture(plan: try Plan(node), occurredAt: DocketFixture.monday, matter: "question")
    }

    private static func clock(_ rule: String, of fixture: DocketFixture) -> ClockRecord? {
        fixture.docket.clocks.first { $0.rule == rule }
    }

    private static let text = ["text": "已到现场"]

    @Test func `a clock counts from what happened, not from when it was written down`() throws {
        var fixture = try Self.fixture()
        let occurred = DocketFixture.monday.addingTimeInterval(-3600)

        // Not graded yet, so the tightest of its limits binds.
        #expect(Self.clock("first_report", of: fixture)?.dueAt == occurred.addingTimeInterval(7200))
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(Self.clock("first_report", of: fixture)?.dueAt == occurred.addingTimeInterval(14_400))
        try fixture.take(.grade(level: "major", reason: "x"))
        #expect(Self.clock("first_report", of: fixture)?.dueAt == occurred.addingTimeInterval(7200))
    }

    @Test func `before it is graded the limit binds that ends first by the calendar`() throws {
        // Monday 09:00: 8 office hours end on Tuesday at 10:00, 20 hours at 05:00.
        let office = try Self.fixture(firstReport: ["general": "PT8WH", "major": "PT20H"])
        #expect(Self.clock("first_report", of: office)?.limit == .wall(72_000))

        // Both may take no time at all.
        for _ in 0..<20 {
            let atOnce = try Self.fixture(firstReport: ["general": "EOD", "major": "NOW"])
            #expect(Self.clock("first_report", of: atOnce)?.limit == .immediate)
        }
    }

    @Test func `a calendar that does not reach as far as a limit stops no case that another limit binds`() throws {
        let fixture = try Self.fixture(firstReport: ["general": "P250WD", "major": "PT2H"])
        #expect(Self.clock("first_report", of: fixture)?.limit == .wall(7200))
    }

    @Test func `what the plan counts from must be told at intake`() throws {
        #expect(throws: Refusal.self) { try Self.fixture(occurred: nil) }
    }

    @Test func `a filing stops the clocks that wait for it and no other`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.grade(level: "major", reason: "x"))
        let changes = try fixture.take(.file(FilingDraft(form: "first", fields: Self.text)))

        #expect(changes.stoppedClocks.map(\.clock.rule) == ["first_report"])
        #expect(changes.stoppedClocks.map(\.outcome) == [.met])
        #expect(Self.clock("release", of: fixture) != nil)
        // Filed, it is not waited for again when the level changes.
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(Self.clock("first_report", of: fixture) == nil)
    }

    @Test func `what is due again and again starts anew with each filing, until the end`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.grade(level: "major", reason: "x"))
        try fixture.take(.file(FilingDraft(form: "release", fields: Self.text)))
        let first = try #require(Self.clock("cadence", of: fixture))
        fixture.now = fixture.now.addingTimeInterval(600)
        let changes = try fixture.take(.file(FilingDraft(form: "release", fields: Self.text)))

        #expect(changes.newFiling?.record.number == 2)
        #expect(changes.stoppedClocks.map(\.clock.id) == [first.id])
        let second = try #require(Self.clock("cadence", of: fixture))
        #expect(second.dueAt == first.dueAt.addingTimeInterval(600))
    }

    @Test func `a graver level starts what it asks for at once`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(Self.clock("raised", of: fixture) == nil)
        fixture.now = fixture.now.addingTimeInterval(900)
        try fixture.take(.grade(level: "major", reason: "转发量上升"))

        #expect(Self.clock("raised", of: fixture)?.dueAt == fixture.now)
        // It was not grave before: the release counts from now, and still does when it was milder in between.
        let raised = fixture.now
        #expect(Self.clock("release", of: fixture)?.startedAt == raised)
        fixture.now = fixture.now.addingTimeInterval(900)
        try fixture.take(.grade(level: "general", reason: "影响有限"))
        try fixture.take(.grade(level: "major", reason: "转发量上升"))
        #expect(Self.clock("release", of: fixture)?.startedAt == raised)
    }

    @Test func `a form is refused with each of its faults`() throws {
        var fixture = try Self.fixture()
        let faults = [
            FieldFault(
                field: "fields.extra", rule: .other(code: "unknown_field", "表单没有这一项；有：text, link")),
            FieldFault(field: "fields.text", rule: .required), FieldFault(field: "fields.link", rule: .badLink),
        ]

        #expect(throws: Refusal.badFields(faults)) {
            try fixture.take(.file(FilingDraft(form: "release", fields: ["link": "ftp://x", "extra": "y"])))
        }
        #expect(throws: Refusal.self) { try fixture.take(.file(FilingDraft(form: "none", fields: [:]))) }
        // One evaluates what is over.
        #expect(throws: Refusal.self) {
            try fixture.take(.file(FilingDraft(form: "evaluation", fields: ["lessons": "x"])))
        }
    }

    @Test func `a case is not concluded before whoever asked was answered, and is evaluated after`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        try fixture.take(.accept(fixture.docket.feedback[0].id, reason: nil))
        #expect(throws: Refusal.unanswered(.conclude, forms: ["answer"])) {
            try fixture.take(.conclude(reason: "x"))
        }
        try fixture.take(.file(FilingDraft(form: "answer", fields: Self.text)))
        try fixture.take(.file(FilingDraft(form: "first", fields: Self.text)))
        try fixture.take(.conclude(reason: "x"))

        #expect(fixture.docket.clocks.map(\.rule) == ["evaluation"])
        try fixture.take(.file(FilingDraft(form: "evaluation", fields: ["lessons": "x"])))
        #expect(fixture.docket.clocks.isEmpty)
    }

    // MARK: Pauses and extensions

    @Test func `a clock that stands still does not fire and ends later by as much`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
        try fixture.take(.pause(clock.id, reason: "等检验结果"))

        let paused = try #require(fixture.docket.clock(clock.id))
        #expect(paused.isPaused && paused.nextAt == nil && paused.nextRung == .notice)
        #expect(throws: Refusal.clockStands(.pause, .paused)) { try fixture.take(.pause(clock.id, reason: "x")) }
        // Long after it would have fired.
        #expect(try fixture.fire(clock.id, .notice, at: clock.dueAt).isEmpty)

        fixture.now = DocketFixture.monday.addingTimeInterval(36_000)
        try fixture.take(.resume(clock.id, reason: "结果已出"))
        let resumed = try #require(fixture.docket.clock(clock.id))
        #expect(resumed.dueAt == clock.dueAt.addingTimeInterval(36_000))
        #expect(resumed.nextRung == .notice && resumed.nextAt != nil)
        #expect(throws: Refusal.clockStands(.resume, .notPaused)) { try fixture.take(.resume(clock.id, reason: "x")) }
    }

    @Test func `more time is asked for by the unit before it is due, and granted by the assigner`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })

        #expect(throws: Refusal.outsideJurisdiction(.askExtension)) {
            try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"))
        }
        #expect(throws: Refusal.badFields([FieldFault(field: "by", rule: .badLimit)])) {
            try fixture.take(.askExtension(clock.id, by: "EOD", reason: "x"), .handler, DocketFixture.east)
        }
        #expect(throws: Refusal.clockStands(.grantExtension, .notAsked)) {
            try fixture.take(.grantExtension(clock.id, reason: "x"))
        }
        try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "检验未出"), .handler, DocketFixture.east)
        #expect(throws: Refusal.outsideJurisdiction(.grantExtension)) {
            try fixture.take(.grantExtension(clock.id, reason: "x"), .dispatcher, DocketFixture.east)
        }
        try fixture.take(.grantExtension(clock.id, reason: "同意"))
        #expect(fixture.docket.clock(clock.id)?.dueAt == clock.dueAt.addingTimeInterval(14_400))

        try fixture.take(.askExtension(clock.id, by: "P1WD", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.refuseExtension(clock.id, reason: "不同意"))
        #expect(fixture.docket.clock(clock.id)?.dueAt == clock.dueAt.addingTimeInterval(14_400))
        #expect(fixture.docket.clock(clock.id)?.asked == nil)
    }

    @Test func `what is overdue gets no more time`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
        fixture.now = clock.dueAt.addingTimeInterval(1)

        #expect(throws: Refusal.clockStands(.pause, .overdue)) { try fixture.take(.pause(clock.id, reason: "x")) }
        #expect(throws: Refusal.clockStands(.askExtension, .overdue)) {
            try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"), .handler, DocketFixture.east)
        }
    }

    @Test func `a breach that no sweeper has seen yet is kept when the level changes`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
        // In its last second there is time yet; after it there is none.
        var inTime = fixture
        inTime.now = clock.dueAt
        try inTime.take(.grade(level: "general", reason: "x"))
        #expect(inTime.docket.clock(clock.id)?.limit == .workingDays(3))
        #expect(inTime.docket.clock(clock.id)?.breachedAt == nil)

        fixture.now = clock.dueAt.addingTimeInterval(1)
        try fixture.take(.grade(level: "general", reason: "x"))
        let kept = try #require(fixture.docket.clock(clock.id))
        #expect(kept.breachedAt == clock.dueAt && kept.dueAt == clock.dueAt && kept.limit == clock.limit)
        #expect(kept.level == "general")
        // Whoever is to be reminded still is.
        fixture.now = fixture.now.addingTimeInterval(1)
        #expect(try fixture.fire(clock.id, .notice, at: fixture.now).firing?.rung == .notice)
        #expect(try fixture.fire(clock.id, .reminder, at: fixture.now).firing?.rung == .reminder)
        try fixture.take(.receive(hop, reason: nil), .handler, DocketFixture.east)
        let changes = try fixture.take(.feedBack(hop, DocketFixture.final), .handler, DocketFixture.east)
        #expect(changes.stoppedClocks.first { $0.clock.id == clock.id }?.outcome == .late)
    }

    @Test func `what stands still has run out when a graver level gives it less than it has used`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned()
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
        // Thirty hours of 24 are gone.
        fixture.now = DocketFixture.monday.addingTimeInterval(108_000)
        try fixture.take(.pause(clock.id, reason: "x"))
        try fixture.take(.grade(level: "major", reason: "x"))
        let due = DocketFixture.monday.addingTimeInterval(86_400)
        #expect(fixture.docket.clock(clock.id)?.dueAt == due)
        #expect(throws: Refusal.clockStands(.askExtension, .overdue)) {
            try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"), .handler, DocketFixture.east)
        }

        fixture.now = fixture.now.addingTimeInterval(60)
        try fixture.take(.grade(level: "general", reason: "x"))
        #expect(fixture.docket.clock(clock.id)?.breachedAt == due)
        try fixture.take(.resume(clock.id, reason: "x"))
        #expect(fixture.docket.clock(clock.id)?.dueAt == due)
    }

    @Test func `a change of level keeps what was granted and how long the clock stood still`() throws {
        var fixture = try Self.fixture()
        let hop = try fixture.assigned(level: "major")
        let clock = try #require(fixture.docket.clocks.first { $0.assignment == hop && $0.kind == .feedback })
        try fixture.take(.askExtension(clock.id, by: "PT4H", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.grantExtension(clock.id, reason: "x"))
        try fixture.take(.grade(level: "general", reason: "x"))
        try fixture.take(.grade(level: "major", reason: "x"))

        #expect(fixture.docket.clock(clock.id)?.dueAt == clock.dueAt.addingTimeInterval(14_400))
    }
}
