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
        Number(plan: "004-4-school", clock: "immediate_report", level: "major", event: .graded, limit: "NOW"),
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
                    let moment = try #require(try await drive.moment(of: number.event, at: number.level))
                    let due = try PlanDriveTests.calendar.deadline(TimeLimit(number.limit)!, from: moment)
                    #expect(abs(clock.dueAt.timeIntervalSince(due)) < 1, "\(number.clock) at \(level.key)")
                    checked += 1
                }
                #expect(try await drive.differences().isEmpty)
            }
            #expect(checked == Self.numbers.count { $0.plan == name })

            try await drive.fileWhatIsAwaited()
            try await drive.investigate()
            #expect(try await drive.differences().isEmpty)
            if name == "004-5-archives" {
                // R28: the result on the day the work is done.
                let result = try #require(try await drive.clocks().first { $0.rule == "result" })
                #expect(CivilDay(result.dueAt, offset: .china).text == "2026-03-02")
            }
            try await drive.fileWhatIsAwaited()
            #expect(try await drive.conclude() == "concluded")
            #expect(try await drive.differences().isEmpty)
            try await drive.fileWhatIsAwaited()

            #expect(try await drive.clocks().isEmpty, "nothing is waited for after the end")
            #expect(try await drive.late() == 0)
            #expect(try await drive.brokenChains() == 0)
        }
    }

    /// R22, R23: the cadence of 重大 and above.
    @Test func `in Harbin progress is due again and again from 重大 on, and what is said in public once it was said`()
        async throws
    {
        let text = try PlanFileTests.text("001-harbin")
        try await TestCity.with { city in
            let plan = try await Self.adopt(text, in: city)
            var drive = Drive(
                city: city, plan: plan, dispatcher: try await city.token("dispatcher.city"),
                east: try await city.token("handler.east"))
            try await drive.register(Self.occurred, Self.discovered, Self.received)
            func running(_ rule: String) async throws -> ClockView? {
                try await drive.clocks().first { $0.rule == rule }
            }
            try await drive.grade("sensitive")
            let hop = try await drive.assign()
            try await drive.receive(hop)
            #expect(try await running("interim") == nil)
            #expect(try await running("continuing_release") == nil)

            // From 重大 on every two hours, of 特别重大 every hour, counted from when it was first asked.
            try await city.advance(by: .seconds(600))
            try await drive.grade("major")
            let first = try #require(try await running("interim"))
            #expect(first.limit == "PT2H" && first.dueAt == first.startedAt.addingTimeInterval(7200))
            #expect(abs(first.startedAt.timeIntervalSince(first.now)) < 30)
            try await drive.grade("critical")
            let graver = try #require(try await running("interim"))
            #expect(graver.id == first.id && graver.dueAt == first.startedAt.addingTimeInterval(3600))

            // Each feedback of a phase asks for the next one.
            var before = graver
            for _ in 1...3 {
                try await city.advance(by: .seconds(1_800))
                try await drive.feedBack(hop, .interim)
                let next = try #require(try await running("interim"))
                #expect(next.id != before.id && next.startedAt > before.startedAt.addingTimeInterval(1_700))
                #expect(next.dueAt == next.startedAt.addingTimeInterval(3600))
                let ended = try await city.store.queries.clock(drive.dispatcher, id: before.id)
                #expect(ended.outcome == .met)
                before = next
            }
            #expect(try await drive.differences().isEmpty)

            // Said once, it is to be said again within the day, each time anew.
            #expect(try await running("continuing_release") == nil)
            try await drive.file("authoritative_information")
            #expect(try await running("authoritative_information") == nil)
            let release = try #require(try await running("continuing_release"))
            #expect(release.dueAt == release.startedAt.addingTimeInterval(86_400))
            try await city.advance(by: .seconds(3_000))
            try await drive.feedBack(hop, .interim)
            try await drive.file("authoritative_information")
            let again = try #require(try await running("continuing_release"))
            #expect(again.id != release.id && again.startedAt > release.startedAt.addingTimeInterval(2_900))
            #expect(try await city.store.queries.clock(drive.dispatcher, id: release.id).outcome == .met)
            try await drive.file("press_conference")
            #expect(try await running("continuing_release")?.id == again.id, "a conference is no such release")

            // With the final feedback no phase is left; what is said goes on until the case is over.
            try await drive.feedBack(hop, .final)
            #expect(try await running("interim") == nil)
            #expect(try await running("continuing_release") != nil)
            try await drive.accept(hop)
            #expect(try await drive.differences().isEmpty)
            #expect(try await drive.conclude() == "concluded")
            #expect(try await running("continuing_release") == nil)
            #expect(try await drive.late() == 0)
        }
    }

    /// R26.
    @Test func `in the school a grave matter is to be reported at once, and how long it took is told`() async throws {
        let text = try PlanFileTests.text("004-4-school")
        try await TestCity.with { city in
            let plan = try await Self.adopt(text, in: city)
            var drive = Drive(
                city: city, plan: plan, dispatcher: try await city.token("dispatcher.city"),
                east: try await city.token("handler.east"))
            try await drive.register(Self.occurred, Self.discovered, Self.received)
            try await drive.grade("general")
            #expect(try await !drive.clocks().contains { $0.rule == "immediate_report" })
            try await city.advance(by: .seconds(600))
            try await drive.grade("major")
            let clock = try #require(try await drive.clocks().first { $0.rule == "immediate_report" })
            #expect(clock.limit == "NOW" && clock.dueAt == clock.startedAt && clock.nextAt == nil)
            let graded = try #require(try await drive.moment(of: .graded, at: "major"))
            #expect(abs(clock.startedAt.timeIntervalSince(graded)) < 1)

            try await city.advance(by: .seconds(300))
            try await drive.file("immediate_report")
            let ended = try await city.store.queries.clock(drive.dispatcher, id: clock.id)
            // At once is never late: the time it took stands for itself.
            #expect(ended.outcome == .met && ended.breachedAt == nil)
            #expect((300..<400).contains(try #require(ended.elapsed)))
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
        let hop = try await self.assign()
        try await self.receive(hop)
        try await self.feedBack(hop, .final)
        try await self.accept(hop)
    }

    func assign() async throws -> ObjectKey {
        .ref(try #require(try await self.take(.assign(unit: "east", instruction: "请核查", reason: "属地")).ref))
    }

    func receive(_ hop: ObjectKey) async throws {
        _ = try await self.desk.perform(on: .assignment(hop), by: .session(self.east), via: .json) {
            .receive(AssignmentID(rawValue: $0), reason: nil)
        }
    }

    func feedBack(_ hop: ObjectKey, _ kind: FeedbackKind) async throws {
        let questions = self.plan.questions(of: kind).fields
        let answers = Dictionary(uniqueKeysWithValues: questions.map { ($0.key, $0.kind.example) })
        let draft =
            kind == .final
            ? FeedbackDraft(
                kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办", fields: answers)
            : FeedbackDraft(kind: .interim, findings: "正在核查", fields: answers)
        _ = try await self.desk.perform(on: .assignment(hop), by: .session(self.east), via: .json) {
            .feedBack(AssignmentID(rawValue: $0), draft)
        }
    }

    func accept(_ hop: ObjectKey) async throws {
        let all = try await self.city.store.queries.feedback(of: hop, self.dispatcher)
        let pending = try #require(all.last { $0.state == .pending }).id.rawValue
        _ = try await self.desk.perform(on: .feedback(pending), by: .session(self.dispatcher), via: .json) {
            .accept(FeedbackID(rawValue: $0), reason: nil)
        }
    }

    func file(_ form: String) async throws {
        let fields = try #require(self.plan.form(form)).fields.map { ($0.key, $0.kind.example) }
        _ = try await self.take(.file(FilingDraft(form: form, fields: Dictionary(uniqueKeysWithValues: fields))))
    }

    /// Deadlines that are stored otherwise than the rows say from which they follow.
    func differences() async throws -> [Registry.ClockDifference] {
        try await self.city.registry { try await $0.clocksThatDiffer(of: self.city.city) }
    }

    func conclude() async throws -> String { try await self.take(.conclude(reason: "已查清并整改")).state }

    func clocks() async throws -> [ClockView] {
        try await self.city.store.queries.clocks(self.dispatcher, limit: 100).items
    }

    /// - Parameter level: of several gradings the first of this one counts.
    func moment(of event: StartEvent, at level: String) async throws -> Date? {
        if event == .graded {
            let gradings = try await self.city.store.queries.gradings(ofCase: .ref(self.ref), self.dispatcher)
            return gradings.first { $0.level == level }?.gradedAt
        }
        let detail = try await self.city.store.queries.record(self.dispatcher, .ref(self.ref))
        return switch event {
        case .occurred: detail.occurredAt
        case .discovered: detail.discoveredAt
        case .received: detail.view.receivedAt
        case .registered: detail.view.openedAt
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
