import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// A case that goes on under a newer version of its plan.
struct ReplanTests {
    /// The fixture's plan once more, with other limits and names.
    private static func newer(_ clocks: [String: PlanNode]) throws -> Plan {
        try Plan(DocketFixture.node.with(["clocks": DocketFixture.clocks.with(clocks)]))
    }

    private static func fixture(_ successor: Plan?) throws -> DocketFixture {
        var fixture = try DocketFixture()
        _ = try fixture.assigned()
        fixture.docket = Docket(
            record: fixture.docket.record, assignments: fixture.docket.assignments, clocks: fixture.docket.clocks,
            tree: DocketFixture.tree, plan: fixture.docket.plan, successor: successor.map { (2, $0) },
            calendar: DocketFixture.calendar)
        return fixture
    }

    private static let shorter: [String: PlanNode] = [
        "receipt": [
            "name": "签收", "starts_on": "assigned", "stops_on": "receive",
            "limit": ["general": "PT2H", "major": "PT30M"],
        ]
    ]

    @Test func `running clocks take the limits of the new version from their own start`() throws {
        var fixture = try Self.fixture(try Self.newer(Self.shorter))
        fixture.now += 1_800
        let changes = try fixture.take(.replan(version: 2, reason: "新版施行"), .leader)
        let receipt = try #require(fixture.docket.clocks.first { $0.kind == .receipt })
        #expect(receipt.dueAt == DocketFixture.monday.addingTimeInterval(2 * 3600))
        #expect(changes.record.planVersion == 2)
        #expect(changes.events.map(\.kind) == [.replanned])
    }

    @Test func `what was breached under the old version stays breached`() throws {
        var fixture = try Self.fixture(try Self.newer(Self.shorter))
        let receipt = try #require(fixture.docket.clocks.first { $0.kind == .receipt })
        _ = try fixture.fire(receipt.id, .reminder, at: receipt.dueAt + 1)
        try fixture.take(.replan(version: 2, reason: "x"), .leader)
        #expect(fixture.docket.clocks.first { $0.id == receipt.id }?.breachedAt == receipt.dueAt)
    }

    @Test func `only the version in force may be named, and only by the owner`() throws {
        var fixture = try Self.fixture(try Self.newer(Self.shorter))
        #expect(throws: Refusal.self) { try fixture.take(.replan(version: 3, reason: "x"), .leader) }
        #expect(throws: Refusal.outsideJurisdiction(.replan)) {
            try fixture.take(.replan(version: 2, reason: "x"), .dispatcher, DocketFixture.east)
        }
        var current = try Self.fixture(nil)
        #expect(throws: Refusal.planIsCurrent) { try current.take(.replan(version: 2, reason: "x"), .leader) }
    }

    @Test func `a level that the new version does not know must be changed first`() throws {
        let node = DocketFixture.node.with([
            "schemes": [
                "case": [
                    "name": "等级",
                    "levels": [
                        ["key": "ordinary", "name": "普通", "colour": "blue"],
                        ["key": "major", "name": "重大", "colour": "orange"],
                    ],
                ]
            ],
            "clocks": DocketFixture.clocks.with([
                "receipt": ["name": "签收", "starts_on": "assigned", "stops_on": "receive", "limit": "PT4H"],
                "feedback": ["name": "反馈", "starts_on": "assigned", "stops_on": "feed_back", "limit": "P3WD"],
            ]),
        ])
        var fixture = try Self.fixture(try Plan(node))
        let refusal = #expect(throws: Refusal.self) { try fixture.take(.replan(version: 2, reason: "x"), .leader) }
        guard case .badFields(let faults) = refusal else {
            Issue.record("not refused by field")
            return
        }
        #expect(faults.map(\.code) == ["level_is_gone"])
        try fixture.take(.grade(level: "major", reason: "x"))
        try fixture.take(.replan(version: 2, reason: "x"), .leader)
    }
}
