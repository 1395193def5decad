import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

struct DrillRulesTests {
    private static func register(_ plan: Plan, isDrill: Bool) throws(Refusal) -> (docket: Docket, changes: Changes) {
        var mint = UUIDv7Mint(now: DocketFixture.monday, seed: 7)
        let record = CaseRecord(
            id: mint.next(), ref: isDrill ? "DRL-2026-000001" : "TST-2026-000001", isDrill: isDrill, title: "过期食品",
            owner: DocketFixture.city, state: .registered, receivedAt: DocketFixture.monday,
            openedAt: DocketFixture.monday, version: 0)
        return try Docket.register(
            record, tree: DocketFixture.tree, plan: plan, calendar: DocketFixture.calendar, by: .system, reason: nil,
            at: DocketFixture.monday, mint: &mint)
    }

    private static func planWithDrills() throws -> Plan {
        try Plan(DocketFixture.node.with(["drills": ["series": "DRL", "covers": ["信息报告"]]]))
    }

    @Test func `a plan without drills has none`() throws {
        #expect(throws: Never.self) { try Self.register(DocketFixture.plan, isDrill: false) }
        #expect {
            try Self.register(DocketFixture.plan, isDrill: true)
        } throws: { error in
            guard case Refusal.badFields(let faults) = error else { return false }
            return faults.map(\.field) == ["drill"] && faults.map(\.code) == ["plan_has_no_drills"]
        }
    }

    @Test func `a drill starts the clocks of a case, and its log says what it is and what was not sent`() throws {
        let plan = try Self.planWithDrills()
        var drill = try Self.register(plan, isDrill: true)
        var real = try Self.register(plan, isDrill: false)
        #expect(drill.changes.events.map(\.detail) == [["ref": "DRL-2026-000001", "drill": "yes"]])
        #expect(real.changes.events.map(\.detail) == [["ref": "TST-2026-000001"]])

        func assign(_ docket: inout Docket) throws -> Changes {
            var mint = UUIDv7Mint(now: DocketFixture.monday, seed: 8)
            let numbers = FreshNumbers(
                assignment: 7, supervision: 7, ofDrill: docket.record.isDrill ? docket.record.ref : nil)
            let dispatcher = DocketFixture.officer(.dispatcher, DocketFixture.city)
            _ = try docket.perform(
                .grade(level: "major", reason: "x"), by: dispatcher, at: DocketFixture.monday, numbers: numbers,
                mint: &mint)
            return try docket.perform(
                .assign(unit: "east", instruction: "", reason: "x"), by: dispatcher, at: DocketFixture.monday,
                numbers: numbers, mint: &mint)
        }
        let (played, done) = (try assign(&drill.docket), try assign(&real.docket))

        #expect(played.newAssignments.map(\.ref) == ["DRL-A-000007"] && done.newAssignments.map(\.ref) == ["A-000007"])
        #expect(drill.docket.clocks.map(\.rule) == real.docket.clocks.map(\.rule))
        #expect(drill.docket.clocks.map(\.dueAt) == real.docket.clocks.map(\.dueAt))
        #expect(played.messages.map(\.topic) == done.messages.map(\.topic))
        #expect(played.events.last?.detail["not_sent"] == "east assignment.assigned")
        #expect(done.events.last?.detail["not_sent"] == nil)
    }

    @Test(
        arguments: [
            ("HRB-2026-000123", .record), ("A-000412", .assignment), ("D-000007", .supervision),
            ("DRL-2026-000001", .record), ("DRL-A-000001", .assignment), ("DRL-D-000001", .supervision),
            ("01980000-0000-7000-8000-000000000001", .record), ("A", .record), ("", .record),
        ] as [(String, RefKind)])
    func `a ref tells what it names, of a drill as well`(ref: String, kind: RefKind) {
        #expect(RefKind(ref) == kind)
    }
}
