import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// What the rules need of a clock's past is read for the steps that need it, and what is kept of a clock is seen by those
/// it concerns.
struct ClockStoreTests {
    private static let hour = 3600.0

    // MARK: Counting from the past

    @Test func `a clock of a level counts from when the case first stood at it, whatever came between`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            try await play.grade("general")
            try await city.advance(by: .seconds(6 * 3600))
            try await play.grade("critical")
            let raised = try #require(try await play.clock("authoritative_information"))
            #expect(abs(raised.startedAt.timeIntervalSince(TestCity.monday) - 6 * Self.hour) < 60)

            try await city.advance(by: .seconds(600))
            try await play.grade("general")
            try await city.advance(by: .seconds(600))
            try await play.grade("critical")
            let again = try #require(try await play.clock("authoritative_information"))
            #expect(again.id != raised.id)
            #expect(again.startedAt == raised.startedAt)
        }
    }

    @Test func `a reopened case waits for what is not filed from its reopening on`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            try await play.grade("sensitive")
            try await play.take(.dismiss(reason: "不属本局"))
            try await city.advance(by: .seconds(86_400))
            try await play.take(.reopen(reason: "补充材料"))
            let reopened = try #require(try await play.clock("brief"))
            #expect(abs(reopened.startedAt.timeIntervalSince(TestCity.monday) - 24 * Self.hour) < 60)

            try await play.grade("general")
            try await city.advance(by: .seconds(600))
            try await play.grade("sensitive")
            #expect(try await play.clock("brief")?.startedAt == reopened.startedAt)
        }
    }

    @Test func `sent back, a feedback keeps what its clock was granted before`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let east = try await city.token("handler.east")
            try await play.grade("sensitive")
            let hop = try await play.assign("east")
            try await play.extend("PT10H", by: east)
            try await play.receive(hop.id, east)
            try await city.advance(by: .seconds(3600))
            try await play.feedBack(hop.id, east)
            try await play.take(on: .feedback(try await play.pendingFeedback(hop.id))) {
                .sendBack(FeedbackID(rawValue: $0), reason: "数量不清")
            }

            // 24 hours from the assignment, and ten; then one more.
            let due = try #require(hop.due).addingTimeInterval(10 * Self.hour)
            #expect(try await play.clock("feedback")?.dueAt == due)
            try await play.extend("PT1H", by: east)
            #expect(try await play.clock("feedback")?.dueAt == due.addingTimeInterval(Self.hour))
            let clock = try #require(try await play.clock("feedback"))
            #expect(try await city.store.queries.why(play.dispatcher, id: clock.id).bound == .resubmission)
            #expect(try await play.differences().isEmpty)
        }
    }

    @Test func `a case that is accepted because a unit returned its part waits for each filing once`() async throws {
        try await TestCity.with { city in
            try await Self.adopt(try PlanFileTests.text("004-5-archives"), in: city)
            let play = try await Play(city, matter: "question")
            let (east, west) = (try await city.token("handler.east"), try await city.token("handler.west"))
            try await play.grade("ungraded")
            let first = try await play.assign("east")
            let second = try await play.assign("west")
            try await play.finish(first.id, east, fields: [:])
            #expect(try await play.clock("result") == nil)
            try await play.giveBack(second.id, west)
            let result = try #require(try await play.clock("result"))

            let third = try await play.assign("west")
            try await play.giveBack(third.id, west)
            #expect(try await play.clocks().filter { $0.rule == "result" }.map(\.id) == [result.id])
        }
    }

    @Test func `a station that does not see what is above it is bound by it all the same`() async throws {
        try await TestCity.with { city in
            var text = try PlanFileTests.text("001-harbin")
            text = text.replacing(
                "starts_on: assigned\n    stops_on: feed_back", with: "starts_on: receipted\n    stops_on: feed_back")
            try await Self.adopt(text, in: city)
            let play = try await Play(city)
            let (east, station) = (try await city.token("dispatcher.east"), try await city.token("handler.east-1"))
            try await play.grade("sensitive")
            let hop = try await play.assign("east")
            try await play.receive(hop.id, east)
            let above = try #require(try await play.clock("feedback"))
            try await city.advance(by: .seconds(3600))
            let below = try await play.take(on: .assignment(hop.id), east) {
                .forward(AssignmentID(rawValue: $0), unit: "east-1", instruction: "", reason: "辖区")
            }
            try await city.advance(by: .seconds(600))
            try await play.receive(.id(below.id), station)

            let own = try #require(try await play.clocks(station).first { $0.rule == "feedback" })
            #expect(own.dueAt == above.dueAt)
            #expect(try await city.store.queries.why(station, id: own.id).bound == .assignmentAbove)
            #expect(try await city.store.queries.why(play.dispatcher, id: above.id).bound == nil)
            #expect(try await play.differences().isEmpty)
        }
    }

    @Test func `a clock that is stopped while it stands still leaves no pause open`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let east = try await city.token("handler.east")
            try await play.grade("sensitive")
            let hop = try await play.assign("east")
            let receipt = try #require(try await play.clock("receipt"))
            try await play.take(on: .clock(receipt.id.rawValue)) { .pause(ClockID(rawValue: $0), reason: "停电") }
            try await city.advance(by: .seconds(7200))
            try await play.receive(hop.id, east)

            let why = try await city.store.queries.why(play.dispatcher, id: receipt.id)
            #expect(why.clock.outcome == .met)
            #expect(why.clock.pausedAt == nil)
            #expect(why.pauses.map(\.resumedAt) == [why.clock.stoppedAt])
        }
    }

    // MARK: At once

    @Test func `what is to be done at once is yellow while it is open and in time when it is done`() async throws {
        try await TestCity.with { city in
            let plan = try await Self.adopt(try PlanFileTests.text("000-generic"), in: city)
            let play = try await Play(city)
            try await city.advance(by: .seconds(5 * 60))
            let oral = try #require(try await play.clock("immediate_report"))
            #expect(oral.light == .yellow)
            #expect(oral.nextAt == nil)
            #expect((300..<360).contains(try #require(oral.elapsed)))
            var filter = ClockFilter()
            filter.light = .yellow
            #expect(try await city.store.queries.clocks(play.dispatcher, filter).items.map(\.id) == [oral.id])
            // Of the case it is the nearest to be done, but no deadline.
            let record = try await city.store.queries.record(play.dispatcher, play.ref).view
            #expect(record.light == .yellow)
            #expect(try #require(record.dueAt) > TestCity.monday)

            let form = try #require(plan.form("oral_report"))
            try await play.file(form)
            let ended = try await city.store.queries.clock(play.dispatcher, id: oral.id)
            #expect(ended.outcome == .met)
            #expect(ended.breachedAt == nil)
            #expect(ended.elapsed == Int(try #require(ended.stoppedAt).timeIntervalSince(ended.startedAt)))
        }
    }

    // MARK: Who sees what, and may do what

    @Test func `whoever set a time finds what was asked on top of it, and what may be done about it`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let east = try await city.token("handler.east")
            try await play.grade("sensitive")
            _ = try await play.assign("east")
            let clock = try #require(try await play.clock("feedback"))
            let work: [Verb] = [.recall, .urge, .supervise]
            var asked = ClockFilter()
            asked.isAsked = true
            #expect(try await city.store.queries.clocks(play.dispatcher, asked).items.isEmpty)
            #expect(try await city.store.queries.clock(play.dispatcher, id: clock.id).allowed == work + [.pause])
            #expect(try await city.store.queries.clock(east, id: clock.id).allowed.contains(.askExtension))

            try await play.take(on: .clock(clock.id.rawValue), east) {
                .askExtension(ClockID(rawValue: $0), by: "PT4H", reason: "检验未出")
            }
            let found = try await city.store.queries.clocks(play.dispatcher, asked).items
            #expect(found.map(\.asked) == ["PT4H"])
            #expect(found.map(\.allowed) == [work + [.pause, .grantExtension, .refuseExtension]])
            #expect(try await city.store.queries.clock(east, id: clock.id).asked == "PT4H")
            asked.isAsked = false
            #expect(try await !city.store.queries.clocks(play.dispatcher, asked).items.contains { $0.id == clock.id })
        }
    }

    @Test func `what stands still past a deadline that was pulled before its pause is offered no more time`()
        async throws
    {
        try await TestCity.with { city in
            let play = try await Play(city)
            let east = try await city.token("handler.east")
            try await play.grade("general")
            _ = try await play.assign("east")
            let receipt = try #require(try await play.clock("receipt"))
            try await play.take(on: .clock(receipt.id.rawValue), east) {
                .askExtension(ClockID(rawValue: $0), by: "PT1H", reason: "停电")
            }
            try await city.advance(by: .seconds(2 * 3600))
            try await play.take(on: .clock(receipt.id.rawValue)) { .pause(ClockID(rawValue: $0), reason: "停电") }
            // A quarter of an hour, of which two hours had gone when it came to stand still.
            try await play.grade("critical")

            let clock = try await city.store.queries.clock(play.dispatcher, id: receipt.id)
            let pausedAt = try #require(clock.pausedAt)
            #expect(clock.dueAt < pausedAt && clock.breachedAt == nil)
            #expect(clock.allowed.filter(Permission.clockVerbs.contains) == [.resume, .refuseExtension])
            #expect(try await city.store.queries.clock(east, id: receipt.id).allowed.contains(.askExtension) == false)
            await #expect(throws: DeskError.self) {
                try await play.take(on: .clock(receipt.id.rawValue)) {
                    .grantExtension(ClockID(rawValue: $0), reason: "x")
                }
            }
            try await play.take(on: .clock(receipt.id.rawValue)) {
                .refuseExtension(ClockID(rawValue: $0), reason: "x")
            }
            #expect(try await play.differences().isEmpty)
        }
    }

    // MARK: What is stored, computed again

    @Test func `every deadline follows from the other rows, and one that does not is found`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (east, west) = (try await city.token("handler.east"), try await city.token("handler.west"))
            try await play.grade("general")
            #expect(try await play.differences().isEmpty)
            let hop = try await play.assign("east")
            _ = try await play.assign("west")
            try await play.receive(hop.id, east)
            let mine = try #require(try await play.clocks(east).first { $0.rule == "feedback" })
            try await play.take(on: .clock(mine.id.rawValue), east) {
                .askExtension(ClockID(rawValue: $0), by: "P2WD", reason: "检验未出")
            }
            try await play.take(on: .clock(mine.id.rawValue)) { .grantExtension(ClockID(rawValue: $0), reason: "同意") }
            try await play.take(on: .clock(mine.id.rawValue)) { .pause(ClockID(rawValue: $0), reason: "待上级意见") }
            #expect(try await play.differences().isEmpty)
            try await city.advance(by: .seconds(90 * 60))
            try await play.take(on: .clock(mine.id.rawValue)) { .resume(ClockID(rawValue: $0), reason: "已答复") }
            for level in ["critical", "sensitive", "major"] {
                try await play.grade(level)
                #expect(try await play.differences().isEmpty, "\(level)")
            }
            try await city.advance(by: .seconds(600))
            try await play.feedBack(hop.id, east)
            try await play.take(on: .feedback(try await play.pendingFeedback(hop.id))) {
                .sendBack(FeedbackID(rawValue: $0), reason: "数量不清")
            }
            #expect(try await play.differences().isEmpty)
            _ = west

            // A deadline, a limit and a start that somebody changed by hand.
            let changes: [StaticString] = [
                "due_at = due_at + interval '1 minute'", "\"limit\" = 'PT1H'",
                "started_at = started_at - interval '1 hour'",
            ]
            for change in changes {
                try await city.owner { connection throws(PostgresError) in
                    _ = try connection.query(
                        "update bihuan.clocks set \(raw: change) where stopped_at is null and kind = 'feedback' and breached_at is null"
                    )
                }
                let found = try await play.differences()
                #expect(!found.isEmpty && found.allSatisfy { $0.rule == "feedback" }, "\(change) \(found)")
            }
        }
    }

    @Test func `what the owner alone files, proposes and stops is not told to a district`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (east, leader) = (try await city.token("dispatcher.east"), try await city.token("leader.city"))
            try await play.grade("sensitive")
            _ = try await play.assign("east")
            let brief = try #require(try await play.clock("brief"))
            try await play.take(on: .clock(brief.id.rawValue), leader) {
                .pause(ClockID(rawValue: $0), reason: "待市领导意见")
            }
            try await play.take(.file(FilingDraft(form: "brief", fields: ["summary": "核实", "proposal": "转属地"])))
            try await play.take(
                .file(
                    FilingDraft(form: "authoritative_information", fields: ["text": "正在核查", "channel": "官方网站"])))
            try await play.take(.observe(SpreadDraft(counts: SpreadCounts([.reads: 100_000_000]))))

            let told = try await play.kinds(east)
            let all = try await play.kinds(play.dispatcher)
            #expect(all.contains("paused") && all.contains("raise_proposed"))
            #expect(all.filter { $0 == "filed" }.count == 2)
            // What was said in public is for everybody on the case.
            #expect(told.filter { $0 == "filed" }.count == 1)
            #expect(!told.contains("paused") && !told.contains("raise_proposed"))
            #expect(told.contains("graded"))
        }
    }

    @discardableResult
    private static func adopt(_ text: String, in city: TestCity) async throws -> Plan {
        let connection = try await Connection.open(
            city.server.conninfo(database: city.database, user: "bihuan_migrate"))
        let plan = try await Registry(connection).adopt(suggestionsOf: text, in: city.city).plan
        await connection.close()
        return plan
    }
}

/// One case of a city, by its officers.
private struct Play {
    let city: TestCity
    let dispatcher: String
    let ref: ObjectKey

    init(_ city: TestCity, matter: String? = nil) async throws {
        self.city = city
        self.dispatcher = try await city.token("dispatcher.city")
        var lead = TestCity.lead("T-1")
        lead.occurredAt = .instant(TestCity.monday)
        let outcome = try await city.store.desk.register(
            CaseDraft(lead: lead, matter: matter), by: self.dispatcher, via: .json)
        self.ref = .ref(try #require(outcome.ref))
    }

    @discardableResult
    func take(
        on target: Target, _ token: String? = nil, _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws -> Outcome {
        try await self.city.store.desk.perform(
            on: target, by: .session(token ?? self.dispatcher), via: .json, command)
    }

    func take(_ command: CaseCommand) async throws { try await self.take(on: .record(self.ref)) { _ in command } }

    func grade(_ level: String) async throws { try await self.take(.grade(level: level, reason: "按预案")) }

    func assign(_ unit: String) async throws -> (id: ObjectKey, due: Date?) {
        let outcome = try await self.take(on: .record(self.ref)) { _ in
            .assign(unit: unit, instruction: "请核查", reason: "属地")
        }
        return (.id(outcome.id), outcome.dueAt)
    }

    func receive(_ hop: ObjectKey, _ token: String) async throws {
        try await self.take(on: .assignment(hop), token) { .receive(AssignmentID(rawValue: $0), reason: nil) }
    }

    func giveBack(_ hop: ObjectKey, _ token: String) async throws {
        try await self.take(on: .assignment(hop), token) { .return(AssignmentID(rawValue: $0), reason: "不属本区") }
    }

    /// - Parameter fields: what the plan's form asks for; Harbin's by default.
    func feedBack(
        _ hop: ObjectKey, _ token: String, fields: [String: String] = ["neglect": "否", "breach": "否"]
    ) async throws {
        try await self.take(on: .assignment(hop), token) {
            .feedBack(
                AssignmentID(rawValue: $0),
                FeedbackDraft(
                    kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办",
                    fields: fields))
        }
    }

    func pendingFeedback(_ hop: ObjectKey) async throws -> UUID {
        let all = try await self.city.store.queries.feedback(of: hop, self.dispatcher)
        return try #require(all.last { $0.state == .pending }).id.rawValue
    }

    /// Received, fed back and accepted.
    func finish(_ hop: ObjectKey, _ token: String, fields: [String: String] = ["neglect": "否", "breach": "否"])
        async throws
    {
        try await self.receive(hop, token)
        try await self.feedBack(hop, token, fields: fields)
        try await self.take(on: .feedback(try await self.pendingFeedback(hop))) {
            .accept(FeedbackID(rawValue: $0), reason: nil)
        }
    }

    /// Asked for on the running feedback, and granted.
    func extend(_ by: String, by token: String) async throws {
        let clock = try #require(try await self.clock("feedback")).id.rawValue
        try await self.take(on: .clock(clock), token) { .askExtension(ClockID(rawValue: $0), by: by, reason: "检验未出") }
        try await self.take(on: .clock(clock)) { .grantExtension(ClockID(rawValue: $0), reason: "同意") }
    }

    func file(_ form: PlanForm) async throws {
        let fields = Dictionary(uniqueKeysWithValues: form.fields.map { ($0.key, $0.kind.example) })
        try await self.take(.file(FilingDraft(form: form.id, fields: fields)))
    }

    func clocks(_ token: String? = nil) async throws -> [ClockView] {
        try await self.city.store.queries.clocks(token ?? self.dispatcher, limit: 100).items
    }

    func clock(_ rule: String) async throws -> ClockView? { try await self.clocks().first { $0.rule == rule } }

    func differences() async throws -> [Registry.ClockDifference] {
        try await self.city.registry { try await $0.clocksThatDiffer(of: self.city.city) }
    }

    func kinds(_ token: String) async throws -> [String] {
        try await self.city.store.queries.timeline(token, self.ref).events.map(\.kind.rawValue)
    }
}
