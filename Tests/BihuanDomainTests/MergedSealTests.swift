import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Who may know of a case that is merged, and of the one it is merged into: the rules alone.
struct MergedSealTests {
    private static let ref = "TST-2026-000009"

    /// The docket as it would be read with these cases merged into it, and with these clearances.
    private static func reading(
        _ docket: Docket, merged: [MergedCase] = [], clearances: [UnitID: Int] = [:]
    ) -> Docket {
        Docket(
            record: docket.record, assignments: docket.assignments, feedback: docket.feedback,
            supervisions: docket.supervisions, clocks: docket.clocks, warnings: docket.warnings,
            disputes: docket.disputes, referrals: docket.referrals, history: docket.history, tree: docket.tree,
            plan: docket.plan, calendar: docket.calendar, tasks: docket.tasks, clearances: clearances, merged: merged)
    }

    private static func merged(secrecy: Int = 0, recused: [UnitID] = []) -> MergedCase {
        MergedCase(id: CaseID(rawValue: UUID()), ref: Self.ref, secrecy: secrecy, recused: recused, version: 4)
    }

    /// Another case like it.
    private static func twin(of docket: Docket, _ change: (inout CaseRecord) -> Void = { _ in }) -> Docket {
        var record = docket.record
        record.id = CaseID(rawValue: UUID())
        record.ref = "TST-2026-000002"
        change(&record)
        return Docket(record: record, tree: docket.tree, plan: docket.plan, calendar: docket.calendar)
    }

    private static func codes(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch Refusal.badFields(let faults) {
            return faults.map { "\($0.field) \($0.code)" }
        } catch Refusal.openWork(_, let refs) {
            return refs
        } catch Refusal.notAllowed(_, let state, _) {
            return [state]
        } catch {
            return ["\(error)"]
        }
    }

    private static func merge(_ own: inout Docket, _ other: Docket, _ fixture: DocketFixture) throws -> Changes {
        var mint = fixture.mint
        var survivor: Docket? = other
        return try own.perform(
            .merge(into: other.record.ref, reason: "同一事件"), with: &survivor,
            by: DocketFixture.officer(.dispatcher, DocketFixture.city), at: fixture.now, mint: &mint
        ).own
    }

    @Test func `two cases are merged only when they are shut alike, either way`() throws {
        let fixture = try DocketFixture()
        for (own, other, code) in [
            (1, 0, "into less_secret"), (0, 1, "into own_less_secret"), (1, 1, nil),
        ] {
            var docket = Self.twin(of: fixture.docket) { $0.secrecy = own }
            let survivor = Self.twin(of: fixture.docket) { $0.secrecy = other }
            #expect(Self.codes { _ = try Self.merge(&docket, survivor, fixture) } == [code].compactMap(\.self))
        }
        for (own, other, code) in [
            ([DocketFixture.east], [], "into recusal_missing"), ([], [DocketFixture.east], "into own_recusal_missing"),
            ([DocketFixture.eastOne], [DocketFixture.east], "into own_recusal_missing"),
            ([DocketFixture.east], [DocketFixture.east], nil),
        ] as [([UnitID], [UnitID], String?)] {
            var docket = Self.twin(of: fixture.docket) { $0.recused = own }
            let survivor = Self.twin(of: fixture.docket) { $0.recused = other }
            #expect(Self.codes { _ = try Self.merge(&docket, survivor, fixture) } == [code].compactMap(\.self))
        }
    }

    @Test func `an order, a dispute or a referral that is open keeps its case from being merged away; work does not`()
        throws
    {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        let other = Self.twin(of: fixture.docket)
        var docket = fixture.docket
        #expect(Self.codes { _ = try Self.merge(&docket, other, fixture) }.isEmpty)

        try fixture.take(.supervise(hop, cause: .inadequate, requirement: "x", reason: "x"))
        try fixture.take(.dispute(hop, proposed: "west", reason: "x"), .handler, DocketFixture.east)
        try fixture.take(.refer(ReferralDraft(kind: .outside, to: "公安局", text: "x"), reason: "x"))
        docket = fixture.docket
        let refs = [docket.supervisions[0].ref, docket.disputes[0].ref, docket.referrals[0].ref]
        #expect(Self.codes { _ = try Self.merge(&docket, other, fixture) } == refs)
    }

    @Test func `what shuts a case shuts those merged into it, once`() throws {
        var fixture = try DocketFixture()
        let absorbed = Self.merged()
        fixture.docket = Self.reading(fixture.docket, merged: [absorbed])

        let recused = try fixture.take(.recuse(unit: "east", reason: "投诉的是该局"))
        #expect(recused.carried.map(\.record.id) == [absorbed.id])
        #expect(recused.carried[0].recusal?.unit == DocketFixture.east && recused.carried[0].event.kind == .recused)
        #expect(recused.carried[0].record.version == 5)
        #expect(try fixture.take(.recuse(unit: "east-1", reason: "x")).carried.isEmpty, "out with its district")

        fixture.docket = Self.reading(
            fixture.docket, merged: [absorbed], clearances: [DocketFixture.city: 2])
        let restricted = try fixture.docket.perform(
            .restrict(level: 1, reason: "x"), by: .system, at: fixture.now,
            numbers: FreshNumbers(assignment: 90, supervision: 90), mint: &fixture.mint)
        #expect(restricted.carried.map(\.secrecy) == [1] && restricted.carried[0].event.kind == .restricted)
    }

    @Test func `a case that is opened somewhat shuts none that was merged into it and stands open`() throws {
        var fixture = try DocketFixture()
        fixture.docket = Self.reading(
            Self.twin(of: fixture.docket) { $0.secrecy = 2 }, merged: [Self.merged()])

        let changes = try fixture.docket.perform(
            .restrict(level: 1, reason: "x"), by: .system, at: fixture.now,
            numbers: FreshNumbers(assignment: 90, supervision: 90), mint: &fixture.mint)

        #expect(fixture.docket.record.secrecy == 1 && changes.carried.isEmpty)
    }

    @Test func `a case is not opened to whom one that was merged into it still shuts out`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.recuse(unit: "east", reason: "x"))
        fixture.docket = Self.reading(fixture.docket, merged: [Self.merged(secrecy: 1, recused: [DocketFixture.east])])

        #expect(
            Self.codes { try fixture.take(.liftRecusal(unit: "east", reason: "x")) } == ["unit merged_case_recuses"])
        #expect(fixture.docket.record.recused == [DocketFixture.east], "a refused step changes nothing")
        #expect(
            Self.codes { try fixture.take(.restrict(level: 0, reason: "x")) } == ["secrecy merged_case_needs_it"])

        fixture.docket = Self.reading(fixture.docket, merged: [Self.merged()])
        try fixture.take(.liftRecusal(unit: "east", reason: "x"))
        #expect(fixture.docket.record.recused.isEmpty)
    }

    @Test func `a merged case is opened by itself and shut through the one that goes on`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.recuse(unit: "east", reason: "x"))
        let other = Self.twin(of: fixture.docket)
        _ = try Self.merge(&fixture.docket, other, fixture)

        let dispatcher = try #require(DocketFixture.officer(.dispatcher, DocketFixture.city).identity)
        #expect(
            Permission.allowed(on: fixture.docket.facts, to: dispatcher, in: fixture.docket.tree) == [
                .liftRecusal, .unmerge,
            ])
        #expect(Self.codes { try fixture.take(.recuse(unit: "west", reason: "x")) } == ["unit case_is_merged"])
        #expect(Self.codes { try fixture.take(.restrict(level: 1, reason: "x")) } == ["secrecy case_is_merged"])
        #expect(Self.codes { try fixture.take(.grade(level: "general", reason: "x")) } == ["merged"])
        try fixture.take(.liftRecusal(unit: "east", reason: "查清"))
        #expect(fixture.docket.record.recused.isEmpty)
    }

    @Test func `who was recused while nothing moved is relieved of its work by the un-merge`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned()
        let other = Self.twin(of: fixture.docket)
        var survivor: Docket? = other
        let dispatcher = DocketFixture.officer(.dispatcher, DocketFixture.city)
        var docket = fixture.docket
        _ = try docket.perform(
            .merge(into: other.record.ref, reason: "x"), with: &survivor, by: dispatcher, at: fixture.now,
            mint: &fixture.mint)
        var record = docket.record
        record.recused = [DocketFixture.east]
        docket = Docket(
            record: record, assignments: docket.assignments, clocks: docket.clocks, tree: docket.tree,
            plan: docket.plan, calendar: docket.calendar)

        let changes = try docket.perform(
            .unmerge(reason: "x"), with: &survivor, by: dispatcher, at: fixture.now + 60, mint: &fixture.mint)

        #expect(docket.assignments.map(\.state) == [.recalled] && docket.record.state == .graded)
        #expect(docket.clocks.map(\.unit) == [DocketFixture.city], "the dispatch alone is timed")
        #expect(changes.own.messages.isEmpty, "the unit is not to know")
    }

    @Test(arguments: ["order", "arbiter", "task"])
    func `nobody is blinded who decides, who is under an order, or who has a task`(who: String) throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        let units = [DocketFixture.city, DocketFixture.east]
        switch who {
        case "order":
            try fixture.take(
                .forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
            let below = fixture.docket.assignments[1].id
            try fixture.take(
                .supervise(below, cause: .inadequate, requirement: "x", reason: "x"), .dispatcher, DocketFixture.east)
        case "arbiter": try fixture.take(.dispute(hop, proposed: "west", reason: "x"), .handler, DocketFixture.east)
        default:
            try fixture.take(
                .forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
            try fixture.take(.addTask(hop, TaskDraft(text: "x", unit: "east-1")), .handler, DocketFixture.east)
        }
        var blind = fixture
        blind.docket = Self.reading(
            fixture.docket, clearances: Dictionary(uniqueKeysWithValues: units.map { ($0, 1) }))
        let isCovered = who == "arbiter"
        let refused = Self.codes {
            _ = try blind.docket.perform(
                .restrict(level: 1, reason: "x"), by: .system, at: blind.now,
                numbers: FreshNumbers(assignment: 90, supervision: 90), mint: &blind.mint)
        }
        #expect(refused == (isCovered ? [] : ["secrecy not_cleared"]))

        var seeing = fixture
        seeing.docket = Self.reading(
            fixture.docket,
            clearances: Dictionary(uniqueKeysWithValues: (units + [DocketFixture.eastOne]).map { ($0, 1) }))
        _ = try seeing.docket.perform(
            .restrict(level: 1, reason: "x"), by: .system, at: seeing.now,
            numbers: FreshNumbers(assignment: 90, supervision: 90), mint: &seeing.mint)
        #expect(seeing.docket.record.secrecy == 1)
    }

    @Test func `a lead that waits for the review of a guide is taken back together with that guide`() throws {
        var fixture = try DocketFixture()
        let lead = try fixture.assigned()
        try fixture.take(.receive(lead, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.assign(unit: "east-1", instruction: "", role: .guide, reason: "x"))
        try fixture.take(.feedBack(lead, DocketFixture.final), .handler, DocketFixture.east)
        // The plan of the matter has the guide review.
        var hops = fixture.docket.assignments
        hops[0].reviewer = DocketFixture.eastOne
        fixture.docket = Docket(
            record: fixture.docket.record, assignments: hops, feedback: fixture.docket.feedback,
            clocks: fixture.docket.clocks, tree: fixture.docket.tree, plan: fixture.docket.plan,
            calendar: fixture.docket.calendar)

        let changes = try fixture.take(.recuse(unit: "east", reason: "x"))

        #expect(fixture.docket.assignments.map(\.state) == [.recalled, .recalled])
        // Each write goes on from the one before it.
        let versions = changes.changedAssignments.filter { $0.id == lead }.map(\.version)
        #expect(versions == [hops[0].version + 1, hops[0].version + 2])
        #expect(fixture.docket.clocks.map(\.unit) == [DocketFixture.city])
    }
}
