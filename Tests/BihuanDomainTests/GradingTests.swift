import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// How grave a case is: what the plan proposes, what the officer judges, what a sensitive period adds.
struct GradingTests {
    private static func scheme(_ more: [String: PlanNode] = [:]) -> PlanNode {
        DocketFixture.node.with([
            "schemes": [
                "case": [
                    "name": "等级",
                    "factors": [["key": "momentum", "name": "传播态势"], ["key": "media", "name": "媒体关注度"]],
                    "levels": [
                        [
                            "key": "general", "name": "一般", "colour": "blue", "score": "0",
                            "criteria": [["key": "few", "name": "报道不多"]],
                        ],
                        [
                            "key": "major", "name": "重大", "colour": "orange", "score": "4",
                            "criteria": [["key": "many", "name": "报道较多"]],
                            "triggers": [["key": "livelihood", "name": "涉及民生"]],
                            "spread": ["reads": "1000", "outlets": "3"],
                        ],
                    ],
                ]
            ]
        ]).with(more)
    }

    private static func fixture(_ more: [String: PlanNode] = [:], periods: [SensitivePeriod] = []) throws
        -> DocketFixture
    {
        try DocketFixture(plan: try Plan(Self.scheme(more)), periods: periods)
    }

    private static let period = SensitivePeriod(
        name: "两会", first: CivilDay("2026-03-01")!, last: CivilDay("2026-03-15")!)

    @Test(arguments: [
        (Assessment(scores: ["momentum": 1, "media": 2]), "general", "score"),
        (Assessment(scores: ["momentum": 1, "media": 3]), "major", "score"),
        (Assessment(criteria: ["few"]), "general", "few"),
        (Assessment(criteria: ["few", "many"]), "major", "many"),
        (Assessment(scores: ["momentum": 0], triggers: ["livelihood"]), "major", "livelihood"),
    ])
    func `the gravest level that anything speaks for is proposed, and what spoke for it is told first`(
        assessment: Assessment, level: String, key: String
    ) throws {
        let proposal = try Plan(Self.scheme()).cases.proposal(for: assessment)
        #expect(proposal.level == level)
        #expect(proposal.matches.first?.key == key)
    }

    @Test func `nothing is proposed of what nobody has looked at`() throws {
        let proposal = try Plan(Self.scheme()).cases.proposal(for: .none)
        #expect(proposal.level == nil && proposal.matches.isEmpty)
    }

    @Test func `a metric speaks from its threshold on, with its count`() throws {
        let plan = try Plan(Self.scheme())
        #expect(plan.cases.proposal(for: .none, spread: SpreadCounts([.reads: 999, .comments: 9_999])).level == nil)
        let proposal = plan.cases.proposal(for: .none, spread: SpreadCounts([.reads: 1_000, .outlets: 1]))
        #expect(proposal.level == "major")
        #expect(proposal.matches.map(\.threshold) == [1_000])
    }

    @Test func `every fault of an assessment is told at once, by field`() throws {
        var fixture = try Self.fixture()
        let wrong = Assessment(scores: ["momentum": 4, "weather": 1], criteria: ["fog"], triggers: ["rain"])
        let refusal = #expect(throws: Refusal.self) {
            try fixture.take(.grade(level: "grave", assessment: wrong, reason: "x"))
        }
        guard case .badFields(let faults) = refusal else {
            Issue.record("not refused by field")
            return
        }
        #expect(Set(faults.map(\.field)) == ["level", "factors.momentum", "factors.weather", "criteria", "triggers"])
        #expect(fixture.docket.record.level == nil)
    }

    @Test func `the officer decides, and what was proposed stands beside it`() throws {
        var fixture = try Self.fixture()
        let changes = try fixture.take(
            .grade(level: "general", assessment: Assessment(triggers: ["livelihood"]), reason: "查无实据"))
        #expect(changes.newGrading?.level == "general")
        #expect(changes.newGrading?.proposal.level == "major")
        #expect(changes.events.first?.detail["proposed"] == "major")
    }

    @Test func `a sensitive period raises the level by the plan's rule, and says so`() throws {
        var fixture = try Self.fixture(["sensitive_periods": ["raise_by": "1"]], periods: [Self.period])
        let changes = try fixture.take(.grade(level: "general", reason: "x"))
        #expect(fixture.docket.record.level == "major")
        #expect(changes.newGrading?.judged == "general")
        #expect(changes.events.first?.detail["sensitive_period"] == "两会")
        // The clocks are those of the level the case has.
        #expect(fixture.docket.clocks.allSatisfy { $0.level == "major" })

        // Above the gravest there is none.
        let again = try fixture.take(.grade(level: "major", reason: "x"))
        #expect(again.newGrading?.raise == nil)
    }

    @Test func `outside the period, and without a rule, a level is what was judged`() throws {
        var later = try Self.fixture(["sensitive_periods": ["raise_by": "1"]], periods: [Self.period])
        // 2026-03-16 00:00 in China: the day after the last.
        later.now = Date(timeIntervalSince1970: 1_773_590_400)
        try later.take(.grade(level: "general", reason: "x"))
        #expect(later.docket.record.level == "general")

        var ruleless = try Self.fixture(periods: [Self.period])
        try ruleless.take(.grade(level: "general", reason: "x"))
        #expect(ruleless.docket.record.level == "general")
    }

    @Test func `a count that reaches a graver level's threshold proposes it once, until somebody grades`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.grade(level: "general", reason: "x"))
        let calm = try fixture.take(.observe(SpreadDraft(counts: SpreadCounts([.reads: 10]))), .duty)
        #expect(calm.events.map(\.kind) == [.observed])

        let loud = try fixture.take(.observe(SpreadDraft(counts: SpreadCounts([.reads: 5_000]))), .duty)
        #expect(loud.events.map(\.kind) == [.observed, .raiseProposed])
        #expect(loud.messages.map(\.topic) == ["case.raise_proposed"])
        #expect(fixture.docket.record.proposedLevel == "major")
        #expect(fixture.docket.record.level == "general")

        let louder = try fixture.take(.observe(SpreadDraft(counts: SpreadCounts([.reads: 9_000]))), .duty)
        #expect(louder.events.map(\.kind) == [.observed])

        try fixture.take(.grade(level: "general", reason: "为旧闻"))
        #expect(fixture.docket.record.proposedLevel == nil)
    }

    @Test func `an older count that comes late is kept and proposes nothing`() throws {
        var fixture = try Self.fixture()
        try fixture.take(.observe(SpreadDraft(counts: SpreadCounts([.reads: 10]))), .duty)
        let late = try fixture.take(
            .observe(
                SpreadDraft(
                    counts: SpreadCounts([.reads: 5_000]), observedAt: fixture.now.addingTimeInterval(-60))), .duty)
        #expect(late.newSample != nil)
        #expect(fixture.docket.record.proposedLevel == nil)
    }

    @Test func `a count must say something, and nothing of the future`() throws {
        var fixture = try Self.fixture()
        for draft in [
            SpreadDraft(counts: SpreadCounts([:])), SpreadDraft(counts: SpreadCounts([.reads: -1])),
            SpreadDraft(counts: SpreadCounts([.reads: 1]), observedAt: fixture.now.addingTimeInterval(60)),
        ] {
            #expect(throws: Refusal.self) { try fixture.take(.observe(draft), .duty) }
        }
        #expect(throws: Refusal.self) {
            try fixture.take(
                .observe(SpreadDraft(counts: SpreadCounts([.reads: 1]))), .handler, DocketFixture.east)
        }
    }
}
