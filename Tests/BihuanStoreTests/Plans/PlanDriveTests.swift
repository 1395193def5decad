import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// Each plan that ships, adopted by a city and followed by a case from intake to its end.
struct PlanDriveTests {
    /// When what the case is about happened, was noticed and came in; it is registered at ``TestCity/monday``.
    private static let occurred = TestCity.monday.addingTimeInterval(-1_800)
    private static let discovered = TestCity.monday.addingTimeInterval(-120)
    private static let received = TestCity.monday.addingTimeInterval(-60)

    /// A number of a source: the clock, the level at which it holds, and from what the deadline counts.
    private struct Number {
        var plan: String
        var clock: String
        var level: String
        var event: StartEvent
        var limit: String
    }

    private static let numbers: [Number] = [
        Number(plan: "002-nanchong", clock: "quick_report", level: "general", event: .discovered, limit: "PT10M"),
        Number(plan: "000-generic", clock: "written_report", level: "risk", event: .discovered, limit: "PT2H"),
        Number(plan: "000-generic", clock: "immediate_report", level: "risk", event: .discovered, limit: "NOW"),
        Number(
            plan: "001-harbin", clock: "authoritative_information", level: "critical", event: .graded, limit: "PT4H"),
        Number(plan: "001-harbin", clock: "press_conference", level: "critical", event: .graded, limit: "PT24H"),
        Number(plan: "004-3-college", clock: "first_report", level: "general", event: .occurred, limit: "PT4H"),
        Number(plan: "004-3-college", clock: "first_report", level: "larger", event: .occurred, limit: "PT3H"),
        Number(plan: "004-3-college", clock: "first_report", level: "major", event: .occurred, limit: "PT2H"),
        Number(plan: "004-4-school", clock: "dispatch", level: "general", event: .graded, limit: "PT2H"),
        Number(plan: "004-4-school", clock: "explanation", level: "general", event: .registered, limit: "PT24H"),
        Number(plan: "004-5-archives", clock: "statement", level: "ungraded", event: .discovered, limit: "PT3H"),
        Number(plan: "004-5-archives", clock: "opinion", level: "ungraded", event: .discovered, limit: "EOD"),
    ]

    @Test(arguments: PlanFileTests.names)
    func `a case follows the plan from intake to conclusion, each clock from its own event`(name: String) async throws {
        let text = try PlanFileTests.text(name)
        try await TestCity.with { city in
            let plan = try await Self.adopt(text, in: city)
            var drive = Drive(
                city: city, plan: plan, dispatcher: try await city.token("dispatcher.city"),
                east: try await city.token("handler.east"))
            try await drive.register(Self.occurred, Self.discovered, Self.received)

            var checked = 0
            for level in plan.levels {
                try await drive.grade(level.key)
                let running = try await drive.clocks()
                for number in Self.numbers where number.plan == name && number.level == level.key {
                    let clock = try #require(running.first { $0.rule == number.clock }, "\(number.clock)")
                    let moment = try #require(try await drive.moment(of: number.event))
                    let due = try PlanDriveTests.calendar.deadline(TimeLimit(number.limit)!, from: moment)
                    #expect(abs(clock.dueAt.timeIntervalSince(due)) < 1, "\(number.clock) at \(level.key)")
                    checked += 1
                }
            }
            #expect(checked == Self.numbers.count { $0.plan == name })

            try await drive.fileWhatIsAwaited()
            try await drive.investigate()
            if name == "004-5-archives" {
                // R28: the result on the day the work is done.
                let result = try #require(try await drive.clocks().first { $0.rule == "result" })
                #expect(CivilDay(result.dueAt, offset: .china).text == "2026-03-02")
            }
            try await drive.fileWhatIsAwaited()
            #expect(try await drive.conclude() == "concluded")
            try await drive.fileWhatIsAwaited()

            #expect(try await drive.clocks().isEmpty, "nothing is waited for after the end")
            #expect(try await drive.late() == 0)
            #expect(try await drive.brokenChains() == 0)
        }
    }

    private static let calendar = WorkingCalendar(holidays: [], workdays: [], years: [2026])

    private static func adopt(_ text: String, in city: TestCity) async throws -> Plan {
        try await city.registry { try await $0.adopt(suggestionsOf: text, in: city.city).plan }
    }
}

/// One case under way, by its officers.
private struct Drive {
    let city: TestCity
    let plan: Plan
    let dispatcher: String
    let east: String
    private var ref = ""

    init(city: TestCity, plan: Plan, dispatcher: String, east: String) {
        self.city = city
        self.plan = plan
        self.dispatcher = dispatcher
        self.east = east
    }

    private var desk: Desk { self.city.store.desk }

    mutating func register(_ occurred: Date, _ discovered: Date, _ received: Date) async throws {
        var lead = TestCity.lead("T-1")
        lead.occurredAt = .instant(occurred)
        lead.receivedAt = .instant(received)
        let draft = CaseDraft(
            lead: lead, discoveredAt: .instant(discovered), matter: self.plan.matters.first { $0.needsAnswer }?.key)
        self.ref = try #require(try await self.desk.register(draft, by: self.dispatcher, via: .json).ref)
    }

    private func take(_ command: CaseCommand) async throws -> Outcome {
        try await self.desk.perform(on: .record(.ref(self.ref)), by: .session(self.dispatcher), via: .json) { _ in
            command
        }
    }

    func grade(_ level: String) async throws {
        _ = try await self.take(.grade(level: level, reason: "按预案"))
    }

    /// Every form that a running clock waits for, once.
    func fileWhatIsAwaited() async throws {
        for clock in try await self.clocks() where clock.kind == .filing {
            let act = try #require(self.plan.clock(clock.rule)).stopsOn
            let form = try #require(
                act.form.flatMap { self.plan.form($0) } ?? self.plan.forms.first { $0.act == act.kind })
            var fields: [String: String] = [:]
            for field in form.fields { fields[field.key] = field.kind.example }
            _ = try await self.take(.file(FilingDraft(form: form.id, fields: fields)))
        }
        let needsAnswer = self.plan.matters.contains { $0.needsAnswer }
        let answered = try await self.city.store.queries.filings(ofCase: .ref(self.ref), self.dispatcher).contains {
            $0.act == .answer
        }
        if needsAnswer, !answered, let form = self.plan.forms.first(where: { $0.act == .answer }) {
            let fields = Dictionary(uniqueKeysWithValues: form.fields.map { ($0.key, $0.kind.example) })
            _ = try await self.take(.file(FilingDraft(form: form.id, fields: fields)))
        }
    }

    func investigate() async throws {
        let hop = try #require(try await self.take(.assign(unit: "east", instruction: "请核查", reason: "属地")).ref)
        let target = Target.assignment(.ref(hop))
        _ = try await self.desk.perform(on: target, by: .session(self.east), via: .json) {
            .receive(AssignmentID(rawValue: $0), reason: nil)
        }
        let questions = self.plan.questions(of: .final).fields
        let answers = Dictionary(uniqueKeysWithValues: questions.map { ($0.key, $0.kind.example) })
        let answer = try await self.desk.perform(on: target, by: .session(self.east), via: .json) {
            .feedBack(
                AssignmentID(rawValue: $0),
                FeedbackDraft(
                    kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办",
                    fields: answers))
        }
        _ = try await self.desk.perform(on: .feedback(answer.id), by: .session(self.dispatcher), via: .json) {
            .accept(FeedbackID(rawValue: $0), reason: nil)
        }
    }

    func conclude() async throws -> String { try await self.take(.conclude(reason: "已查清并整改")).state }

    func clocks() async throws -> [ClockView] {
        try await self.city.store.queries.clocks(self.dispatcher, limit: 100).items
    }

    func moment(of event: StartEvent) async throws -> Date? {
        let detail = try await self.city.store.queries.record(self.dispatcher, .ref(self.ref))
        return switch event {
        case .occurred: detail.occurredAt
        case .discovered: detail.discoveredAt
        case .received: detail.view.receivedAt
        case .registered: detail.view.openedAt
        case .graded: detail.view.gradedAt
        default: nil
        }
    }

    /// What did not end in time.
    func late() async throws -> Int {
        try await self.city.owner { connection throws(PostgresError) in
            try connection.query(
                "select count(*) as n from bihuan.clocks where outcome not in ('met', 'void')"
            ).rows[0].get("n")
        }
    }

    func brokenChains() async throws -> Int {
        try await self.city.owner { connection throws(PostgresError) in
            try connection.query(
                """
                select count(*) as n from bihuan.cases c
                 where bihuan.verify_chain(c.city_id, c.case_id) is not null
                """
            ).rows[0].get("n")
        }
    }
}

extension PlanForm.Field.Kind {
    /// Something that the field takes.
    var example: String {
        switch self {
        case .text: "已核查，详见附件。"
        case .date: "2026-03-02"
        case .time: "2026-03-02T10:00:00+08:00"
        case .number: "3"
        case .link: "https://example.org/1"
        case .yesOrNo: "yes"
        }
    }
}
