import BihuanDomain
import DomainTestSupport
import Testing

/// Recusal, secrecy and contacts: the rules alone.
struct ConfidentialTests {
    private static func codes(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch Refusal.badFields(let faults) {
            return faults.map { "\($0.field) \($0.code)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `a recusal ends what the unit and those below it had to do, the lowest first, and the work comes back`()
        throws
    {
        var fixture = try DocketFixture()
        let first = try fixture.assigned()
        try fixture.take(.receive(first, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.forward(first, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)

        let changes = try fixture.take(.recuse(unit: "east", reason: "投诉的是该局"))

        #expect(fixture.docket.assignments.allSatisfy { $0.state == .recalled })
        #expect(fixture.docket.record.state == .graded)
        #expect(changes.events.map(\.kind) == [.recused, .recalled, .recalled])
        #expect(changes.events.dropFirst().allSatisfy { $0.reason == "回避" })
        #expect(fixture.docket.clocks.map(\.unit) == [DocketFixture.city], "the dispatch alone is timed")
        #expect(changes.messages.isEmpty, "nobody is told")
        #expect(changes.newRecusals.map(\.unit) == [DocketFixture.east])
    }

    @Test func `a recusal of a station leaves its district at work`() throws {
        var fixture = try DocketFixture()
        let first = try fixture.assigned()
        try fixture.take(.receive(first, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.forward(first, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)

        try fixture.take(.recuse(unit: "east-1", reason: "投诉的是该所"))

        #expect(fixture.docket.assignments.map(\.state) == [.forwarded, .recalled])
        #expect(fixture.docket.record.state == .assigned)
        let again = Self.codes {
            try fixture.take(
                .forward(first, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        }
        #expect(again == ["unit unknown_unit"], "the district need not know")
    }

    @Test func `whoever knows is told that the unit is recused; the owner and those above it cannot be`() throws {
        var fixture = try DocketFixture()
        try fixture.take(.grade(level: "general", about: ["east"], reason: "x"))

        #expect(
            Self.codes { try fixture.take(.assign(unit: "east", instruction: "", reason: "x")) } == ["unit recused"])
        #expect(Self.codes { try fixture.take(.recuse(unit: "city", reason: "x")) } == ["unit answers_for_it"])
        #expect(Self.codes { try fixture.take(.recuse(unit: "nowhere", reason: "x")) } == ["unit unknown_unit"])
        #expect(Self.codes { try fixture.take(.liftRecusal(unit: "west", reason: "x")) } == ["unit not_recused"])
        #expect(try fixture.take(.recuse(unit: "east-1", reason: "x")).isEmpty, "it is out with its district")

        try fixture.take(.liftRecusal(unit: "east", reason: "查清"))
        try fixture.take(.assign(unit: "east", instruction: "", reason: "x"))
        #expect(fixture.docket.assignments.count == 1)
    }

    @Test func `neither guidance, information, a task nor a decision sends work to a recused unit`() throws {
        var fixture = try DocketFixture()
        let first = try fixture.assigned()
        try fixture.take(.receive(first, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.recuse(unit: "food", reason: "x"))
        try fixture.take(.recuse(unit: "east-1", reason: "x"))

        for role in [AssignmentRole.guide, .inform] {
            #expect(
                Self.codes { try fixture.take(.assign(unit: "food", instruction: "", role: role, reason: "x")) } == [
                    "unit recused"
                ])
        }
        #expect(
            Self.codes {
                try fixture.take(.addTask(first, TaskDraft(text: "x", unit: "east-1")), .handler, DocketFixture.east)
            } == ["unit unknown_unit"])
        try fixture.take(.dispute(first, proposed: "food", reason: "x"), .handler, DocketFixture.east)
        let dispute = fixture.docket.disputes[0].id
        #expect(
            Self.codes { try fixture.take(.arbitrate(dispute, unit: "food", reason: "x"), .leader) } == ["unit recused"]
        )
    }

    @Test func `nobody restricts a case beyond the own clearance, nor past units that have none`() throws {
        var fixture = try DocketFixture()
        _ = try fixture.assigned()

        #expect(
            Self.codes { try fixture.take(.restrict(level: 1, reason: "x")) } == [
                "secrecy above_own_clearance", "secrecy not_cleared",
            ])
        #expect(Self.codes { try fixture.take(.restrict(level: 3, reason: "x")) } == ["secrecy unknown_value"])
    }

    @Test(arguments: [
        ("13800001234", ContactDraft.Kind.phone, "138****1234"), ("0451-8612 3456", .phone, "045****3456"),
        ("8612345", .phone, "8****45"), ("zhang@example.com", .email, "z***@example.com"),
        ("临澜市穗河县幸福路 12 号", .address, "临澜市穗河县***"), ("幸福路", .address, "幸***"),
    ])
    func `a mask shows what tells two apart and no more`(value: String, kind: ContactDraft.Kind, masked: String) {
        #expect(ContactDraft(kind: kind, value: value).masked == masked)
    }

    @Test(arguments: [
        ("绝密", true), ("机密★", true), ("【秘密】关于…", true), ("　秘密 ★ 3年", true), ("绝密：某某", true),
        ("秘密窝点制售假酒", false), ("机密文件丢了", false), ("关于机密★的说明", false), ("", false),
    ])
    func `a text that begins with the mark of a state secret is known`(text: String, isMarked: Bool) {
        #expect((SecrecyMark.found(in: text) != nil) == isMarked)
    }
}
