import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Warnings: who proposes and issues them, who is told, what becomes of them.
struct WarningTests {
    private static let node = DocketFixture.node.with([
        "roles": [
            ["key": "office", "name": "舆情办", "post": "dispatcher", "unit": "city"],
            ["key": "deputy", "name": "副组长", "post": "leader", "unit": "city"],
            ["key": "chief", "name": "组长", "post": "leader", "unit": "city"],
            ["key": "section", "name": "涉及处室", "post": "dispatcher", "unit": "line"],
            ["key": "district", "name": "属地局", "post": "dispatcher", "unit": "district"],
        ],
        "warnings": [
            "proposed_by": "office", "issued_by": ["general": "deputy", "major": "chief"],
            "fan_out": [
                "general": [["role": "district"]],
                "major": [
                    ["role": "district", "urgency": "urgent"], ["role": "section"], ["role": "chief"],
                    ["role": "deputy"],
                ],
            ],
            "colours": [
                ["level": "general", "elsewhere": "general"], ["level": "general", "possible": "general"],
                ["level": "major", "happened": "general"], ["level": "major", "possible": "major"],
            ],
        ],
        "clocks": DocketFixture.clocks.with([
            "answer": [
                "name": "预警响应", "starts_on": "warned", "stops_on": "respond",
                "limit": ["general": "PT4H", "major": "PT1H"],
            ]
        ]),
    ])

    private static func fixture(_ more: [String: PlanNode] = [:], periods: [SensitivePeriod] = []) throws
        -> DocketFixture
    {
        var fixture = try DocketFixture(plan: try Plan(Self.node.with(more)), periods: periods)
        try fixture.take(.grade(level: "general", reason: "x"))
        return fixture
    }

    private static func draft(
        _ level: String? = "major", _ grounds: WarningGrounds = WarningGrounds(), units: [String] = ["east", "food"]
    ) -> WarningDraft {
        WarningDraft(level: level, grounds: grounds, text: "类似事件可能在本市发生", measures: "排查", units: units)
    }

    private static func warned(_ fixture: inout DocketFixture) throws(Refusal) -> WarningID {
        try fixture.take(.warn(Self.draft()))
        let id = fixture.docket.warnings[0].id
        try fixture.take(.issueWarning(id, reason: "同意"), .leader, as: ["chief"])
        return id
    }

    @Test(arguments: [
        (WarningGrounds(elsewhere: "general"), "general"), (WarningGrounds(possible: "general"), "general"),
        (WarningGrounds(happened: "general"), "major"), (WarningGrounds(possible: "major"), "major"),
        (WarningGrounds(possible: "general", elsewhere: "major"), "general"),
    ])
    func `the level follows from what happened, may happen and happened elsewhere`(
        grounds: WarningGrounds, level: String
    ) throws {
        var fixture = try Self.fixture()
        try fixture.take(.warn(Self.draft(nil, grounds, units: level == "major" ? ["east", "food"] : ["east"])))
        #expect(fixture.docket.warnings.map(\.level) == [level])
    }

    @Test func `each level is issued by its authority or a graver level's, and by nobody else`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.warn(Self.draft()))
        let id = fixture.docket.warnings[0].id
        for (role, unit, appointments) in [
            (PostRole.dispatcher, DocketFixture.city, Set<String>()), (.leader, DocketFixture.city, []),
            (.leader, DocketFixture.city, ["deputy"]), (.leader, DocketFixture.east, ["chief"]),
        ] {
            #expect(throws: Refusal.outsideJurisdiction(.issueWarning)) {
                try fixture.take(.issueWarning(id, reason: "x"), role, unit, as: appointments)
            }
        }
        try fixture.take(.issueWarning(id, reason: "x"), .leader, as: ["chief"])
        #expect(fixture.docket.warnings[0].state == .issued)

        try fixture.take(.warn(Self.draft("general", units: ["east"])))
        try fixture.take(.issueWarning(fixture.docket.warnings[1].id, reason: "x"), .leader, as: ["chief"])
    }

    @Test func `every unit that the plan names is told once, urgently where one of its roles is`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.warn(Self.draft()))
        let issued = try fixture.take(
            .issueWarning(fixture.docket.warnings[0].id, reason: "x"), .leader, as: ["chief"])
        let told = Dictionary(uniqueKeysWithValues: issued.newReceipts.map { ($0.unit, $0) })
        #expect(Set(told.keys) == [DocketFixture.east, DocketFixture.food, DocketFixture.city])
        #expect(told[DocketFixture.east]?.urgency == .urgent)
        #expect(told[DocketFixture.food]?.urgency == .normal)
        #expect(told[DocketFixture.city]?.roles == ["chief", "deputy"])
        #expect(issued.messages.count { $0.topic == "warning.issued" } == 3)
        #expect(issued.messages.first { $0.unit == DocketFixture.east }?.isUrgent == true)
        // Each has a clock of its own, by the level of the warning.
        let clocks = issued.newClocks.filter { $0.kind == .response }
        #expect(Set(clocks.map(\.unit)) == Set(told.keys))
        #expect(clocks.allSatisfy { $0.dueAt == fixture.now.addingTimeInterval(3600) })
    }

    @Test func `whoever proposes is told which units are missing, and which are none of its business`() throws {
        var fixture = try Self.fixture()
        let missing = #expect(throws: Refusal.self) { try fixture.take(.warn(Self.draft(units: ["east"]))) }
        guard case .badFields(let faults) = missing else {
            Issue.record("not refused by field")
            return
        }
        #expect(faults.map(\.code) == ["recipient_missing"])
        #expect(throws: Refusal.self) { try fixture.take(.warn(Self.draft("general", units: ["east", "food"]))) }
        #expect(throws: Refusal.self) { try fixture.take(.warn(Self.draft(units: ["nowhere"]))) }
        #expect(throws: Refusal.self) { try fixture.take(.warn(Self.draft(nil, WarningGrounds(happened: "grave")))) }

        // A unit with an assignment of the case need not be named.
        try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        try fixture.take(.warn(Self.draft("general", units: [])))
    }

    @Test func `a unit's answer stops its own clock, and it may say more later`() throws {
        var fixture = try Self.fixture()
        let id = try Self.warned(&fixture)
        #expect(throws: Refusal.outsideJurisdiction(.respond)) {
            try fixture.take(.respond(id, measures: "已排查"), .dispatcher, DocketFixture.west)
        }
        let answered = try fixture.take(.respond(id, measures: "已排查"), .dispatcher, DocketFixture.east)
        #expect(answered.stoppedClocks.map(\.clock.unit) == [DocketFixture.east])
        #expect(answered.answeredReceipt?.receipt.receivedAt == fixture.now)
        let first = fixture.now
        fixture.now += 600
        let more = try fixture.take(.respond(id, measures: "又查 3 家"), .dispatcher, DocketFixture.east)
        #expect(more.answeredReceipt?.receipt.receivedAt == first)
        #expect(more.stoppedClocks.isEmpty)
    }

    @Test func `a warning is lifted by its authority, and what was still awaited is void`() throws {
        var fixture = try Self.fixture()
        let id = try Self.warned(&fixture)
        try fixture.take(.respond(id, measures: "已排查"), .dispatcher, DocketFixture.east)
        #expect(throws: Refusal.outsideJurisdiction(.liftWarning)) {
            try fixture.take(.liftWarning(id, reason: "x"))
        }
        let lifted = try fixture.take(.liftWarning(id, reason: "已平息"), .leader, as: ["chief"])
        #expect(Set(lifted.stoppedClocks.map(\.outcome)) == [.void])
        #expect(lifted.messages.count { $0.topic == "warning.lifted" } == 3)
    }

    @Test func `a case is not concluded while a warning stands`() throws {
        var fixture = try Self.fixture()
        let id = try Self.warned(&fixture)
        #expect(throws: Refusal.openWork(.dismiss, refs: [fixture.docket.warnings[0].ref])) {
            try fixture.take(.dismiss(reason: "x"))
        }
        try fixture.take(.liftWarning(id, reason: "x"), .leader, as: ["chief"])
        try fixture.take(.dismiss(reason: "x"))
    }

    @Test func `a declined warning tells nobody and is over`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.warn(Self.draft()))
        let id = fixture.docket.warnings[0].id
        let declined = try fixture.take(.declineWarning(id, reason: "无必要"), .leader, as: ["chief"])
        #expect(declined.newReceipts.isEmpty && declined.newClocks.isEmpty)
        #expect(throws: Refusal.self) { try fixture.take(.issueWarning(id, reason: "x"), .leader, as: ["chief"]) }
    }

    @Test func `a sensitive period raises a warning where the plan's rule is about warnings`() throws {
        let period = SensitivePeriod(name: "两会", first: CivilDay("2026-03-01")!, last: CivilDay("2026-03-15")!)
        let warnings: PlanNode = [
            "name": "预警",
            "levels": [
                ["key": "general", "name": "蓝色", "colour": "blue"], ["key": "major", "name": "橙色", "colour": "orange"],
            ],
        ]
        var fixture = try Self.fixture(
            [
                "sensitive_periods": ["raise_by": "1", "scheme": "warning"],
                "schemes": [
                    "case": [
                        "name": "等级",
                        "levels": [
                            ["key": "general", "name": "一般", "colour": "blue"],
                            ["key": "major", "name": "重大", "colour": "orange"],
                        ],
                    ], "warning": warnings,
                ],
            ], periods: [period])
        #expect(fixture.docket.record.level == "general")
        let proposed = try fixture.take(.warn(Self.draft("general")))
        #expect(fixture.docket.warnings[0].level == "major")
        #expect(proposed.events[0].detail["sensitive_period"] == "两会")
    }

    @Test func `a plan without warnings refuses one`() throws {
        var fixture = try DocketFixture()
        #expect(throws: Refusal.notInPlan(.warn)) { try fixture.take(.warn(Self.draft())) }
    }
}
