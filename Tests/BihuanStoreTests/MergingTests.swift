import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import StoreTestSupport
import Testing

struct MergingTests {
    @Test
    func `a merge takes the graver level, the leads and the time along, and an un-merge brings back all but the level`()
        async throws
    {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            try await play.take(one, .grade(level: "major", reason: "x"))
            try await play.take(one, .assign(unit: "east", instruction: "", reason: "x"))
            try await play.take(two, .grade(level: "general", reason: "x"))

            let merged = try await play.take(one, .merge(into: two, reason: "同一事件"))

            #expect(merged.state == "merged" && merged.allowed == [.unmerge])
            let absorbed = try await play.look(one)
            #expect(absorbed.mergedInto == two && absorbed.leads.isEmpty)
            #expect(absorbed.view.light == nil && absorbed.assignments[0].allowed.isEmpty)
            let survivor = try await play.look(two)
            #expect(survivor.merged == [one] && survivor.leads.count == 2)
            #expect(survivor.view.level == "major")
            #expect(try await play.log(one).suffix(1) == [.merged])
            #expect(try await play.log(two).suffix(2) == [.absorbed, .graded])
            #expect(
                try await city.store.queries.timeline(play.dispatcher, .ref(one)).events.last?.detail["case"] == two)
            #expect(try await play.city.drift() == nil)

            let undone = try await play.take(one, .unmerge(reason: "并错了"))

            #expect(undone.state == "assigned")
            #expect(try await play.look(one).leads.count == 1)
            #expect(try await play.look(two).leads.count == 1)
            #expect(try await play.look(two).view.level == "major")
            #expect(try await play.log(two).last == .parted)
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `a merged case's clock never fires, and after the un-merge it has the time that was left`() async throws
    {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            for ref in [one, two] { try await play.take(ref, .grade(level: "general", reason: "x")) }
            try await play.take(one, .assign(unit: "east", instruction: "", reason: "x"))
            let east = try await city.token("handler.east")
            let before = try await city.store.queries.worklist(east).items
            #expect(before.map(\.kind) == [.receipt])
            try await city.advance(by: .seconds(3600))

            try await play.take(one, .merge(into: two, reason: "同一事件"))
            try await city.advance(by: .seconds(5 * 86_400))
            let fired = try await play.log(one).count
            for _ in 0..<4 { await play.sweep() }

            #expect(try await play.log(one).count == fired)
            #expect(try await city.store.queries.worklist(east).items.isEmpty)
            #expect(try await city.store.queries.clocks(east).items.isEmpty)
            #expect(try await play.city.drift() == nil)
            try await play.take(one, .unmerge(reason: "并错了"))
            let after = try await city.store.queries.worklist(east).items
            #expect(after.map(\.kind) == [.receipt])
            let moved = after[0].dueAt.timeIntervalSince(before[0].dueAt)
            #expect(abs(moved - 5 * 86_400) < 120, "the receipt stood still as long as the case was merged")
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `a case merged while late is not counted meanwhile and is late again afterwards`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            try await play.take(one, .grade(level: "general", reason: "x"))
            try await play.take(two, .grade(level: "general", reason: "x"))
            try await play.take(one, .assign(unit: "east", instruction: "", reason: "x"))
            // Late, and no order yet.
            try await city.advance(by: .seconds(4 * 3600 + 1800))
            for _ in 0..<4 { await play.sweep() }
            let leader = try await city.token("leader.city")
            let late = try await city.store.queries.summary(leader).total.overdue
            #expect(late > 0)

            try await play.take(one, .merge(into: two, reason: "同一事件"))
            let meanwhile = try await city.store.queries.summary(leader).total
            #expect(meanwhile.overdue < late && meanwhile.open == 1)
            #expect(try await play.city.drift() == nil)

            try await play.take(one, .unmerge(reason: "并错了"))
            #expect(try await city.store.queries.summary(leader).total.overdue == late)
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `an un-merge after a feedback loses nothing`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            for ref in [one, two] {
                try await play.take(ref, .grade(level: "general", reason: "x"))
                try await play.feedBack(
                    try await play.take(ref, .assign(unit: "east", instruction: "", reason: "x")).id)
            }

            try await play.take(one, .merge(into: two, reason: "同一事件"))
            try await play.take(one, .unmerge(reason: "并错了"))

            for ref in [one, two] {
                let hop = try await play.look(ref).assignments[0]
                #expect(hop.state == .fedBack && hop.allowed.contains(.recall) == false)
                let feedback = try await city.store.queries.feedback(of: .id(hop.id.rawValue), play.dispatcher)
                #expect(feedback.map(\.state) == [.pending] && feedback[0].allowed.contains(.accept))
                try await play.accept(hop.id.rawValue)
                #expect(try await play.look(ref).view.state == .accepted)
            }
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `two merges of two cases into each other end with one of them merged`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            for round in 0..<4 {
                let (one, two) = (try await play.open("a\(round)"), try await play.open("b\(round)"))
                async let first = play.attempt(one, .merge(into: two, reason: "x"))
                async let second = play.attempt(two, .merge(into: one, reason: "x"))
                let done = try await [first, second]

                #expect(done.filter { $0 }.count == 1)
                let states = [try await play.look(one).view.state, try await play.look(two).view.state]
                #expect(states.filter { $0 == .merged }.count == 1)
            }
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `what cannot be merged is refused by field and rule`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            let over = try await play.open("3")
            try await play.take(over, .dismiss(reason: "x"))
            let drill = try await play.open("4", isDrill: true)

            #expect(try await play.fault(one, .merge(into: one, reason: "x")) == "into same_case")
            #expect(try await play.fault(one, .merge(into: over, reason: "x")) == "into case_is_over")
            #expect(try await play.fault(one, .merge(into: drill, reason: "x")) == "into drill_and_earnest")
            #expect(try await play.fault(one, .merge(into: "TST-2026-000999", reason: "x")) == "into not_found")
            #expect(try await play.fault(one, .merge(into: two, reason: " ")) == "reason required")
            #expect(try await play.fault(one, .unmerge(reason: "x")) == "not allowed")
            try await play.take(two, .merge(into: one, reason: "x"))
            #expect(try await play.fault(over, .merge(into: one, reason: "x")) == "not allowed")
            let third = try await play.open("5")
            #expect(try await play.fault(third, .merge(into: two, reason: "x")) == "into case_is_merged")
            #expect(try await play.fault(two, .grade(level: "general", reason: "x")) == "not allowed")
            try await play.take(one, .merge(into: third, reason: "x"))
            #expect(try await play.fault(two, .unmerge(reason: "x")) == "case survivor_is_merged")
            try await play.take(one, .unmerge(reason: "x"))
            try await play.take(two, .unmerge(reason: "x"))
            #expect(try await play.look(two).leads.count == 1, "each lead is back where it came from")
            #expect(try await play.look(one).leads.count == 1)
        }
    }

    @Test func `the leads of a sealed case do not leave it for one that more may see`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            try await play.take(one, .recuse(unit: "east", reason: "投诉的是该局"))

            #expect(try await play.fault(one, .merge(into: two, reason: "x")) == "into recusal_missing")
            try await play.take(two, .recuse(unit: "east", reason: "投诉的是该局"))
            try await play.take(one, .merge(into: two, reason: "同一事件"))
            #expect(try await play.city.drift() == nil)
        }
    }

    @Test func `nothing is offered in a merged case but the un-merge`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            try await play.take(one, .grade(level: "general", reason: "x"))
            try await play.take(one, .assign(unit: "east", instruction: "", reason: "x"))
            try await play.take(one, .merge(into: two, reason: "同一事件"))

            let merged = try await play.look(one)
            #expect(merged.view.allowed == [.unmerge])
            #expect(merged.assignments.map(\.duties) == [[]])
        }
    }

    @Test func `a case for whose answer somebody waits is not merged away; the other goes into it`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            try await play.take(one, .grade(level: "general", reason: "x"))
            let referral = try await play.take(
                one, .refer(ReferralDraft(kind: .outside, to: "公安局", text: "x"), reason: "x"))

            #expect(try await play.fault(one, .merge(into: two, reason: "x")) == "open \(referral.ref ?? "")")
            #expect(try await play.look(one).view.state == .graded)
            try await play.take(two, .merge(into: one, reason: "同一事件"))
            #expect(try await play.look(one).merged == [two])
        }
    }

    @Test func `no case loses its last lead by what was done to the one it was merged into`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            let own = try await play.look(two).leads[0].id
            let others = try await play.look(one).leads[0].id
            try await play.take(one, .merge(into: two, reason: "同一事件"))

            #expect(try await play.fault(two, .detachLead(own, reason: "x")) == "lead last_lead")
            #expect(try await play.fault(two, .detachLead(others, reason: "x")) == "lead last_lead")
            try await play.take(one, .unmerge(reason: "并错了"))
            #expect(try await play.look(one).leads.map(\.id) == [others])
            #expect(try await play.look(two).leads.map(\.id) == [own])
        }
    }

    @Test func `a recall after the reopening does not take what was accepted before it for the result`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let one = try await play.open("1")
            try await play.take(one, .grade(level: "general", reason: "x"))
            let done = try await play.take(one, .assign(unit: "east", instruction: "", reason: "x")).id
            try await play.feedBack(done)
            try await play.accept(done)
            try await play.take(one, .conclude(reason: "x"))
            try await play.take(one, .reopen(reason: "又有反映"))
            try await play.take(one, .assign(unit: "west", instruction: "", reason: "x"))
            let hop = try #require(try await play.look(one).assignments.last)

            let recalled = try await city.store.desk.perform(
                on: .assignment(.ref(hop.ref)), by: .session(play.dispatcher), via: .json
            ) { .recall(AssignmentID(rawValue: $0), reason: "转错了") }

            #expect(recalled.caseState == CaseState.graded.rawValue)
        }
    }

    @Test func `leads come to a case and leave it, but never the last one`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let (one, two) = (try await play.open("1"), try await play.open("2"))
            let lead = try await city.store.desk.take(TestCity.lead("L"), by: play.dispatcher, via: .json)
            let id = LeadID(rawValue: lead.id)

            try await play.take(one, .attachLead(id, reason: "同一事件"))

            #expect(try await play.look(one).leads.count == 2)
            #expect(try await play.take(one, .attachLead(id, reason: "再说一次")).changed == false)
            #expect(try await play.fault(two, .attachLead(id, reason: "x")) == "lead attached_elsewhere")
            try await play.take(one, .detachLead(id, reason: "不是一件事"))
            let own = try await play.look(one).leads[0].id
            #expect(try await play.fault(one, .detachLead(own, reason: "x")) == "lead last_lead")
            #expect(try await play.fault(two, .detachLead(own, reason: "x")) == "lead not_found")
            #expect(try await play.log(one).suffix(2) == [.attached, .detached])

            let new = try await city.store.desk.attach(
                TestCity.lead("N"), to: .ref(two), reason: "又来一条", by: play.dispatcher, via: .json)
            #expect(new.ref == two)
            #expect(try await play.look(two).leads.count == 2)
        }
    }

    @Test func `a suggestion says what to do, and never names a case the asker cannot see`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let text = "市民反映南岗区学府路某某超市长期销售过期食品，牛奶和面包均已过期三天以上，要求查处并答复。"
            let one = try await play.open("1", content: text)
            let two = try await play.open("2", content: "市民再次反映南岗区学府路某某超市销售过期食品，牛奶面包过期三天以上，要求查处。")
            _ = try await play.open("3", content: "咨询办理个体工商户营业执照需要哪些材料，在哪个窗口办理。")
            let other = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("1", content: text)),
                by: try await city.token("dispatcher.city2", in: TestCity.otherCode), via: .json)

            let found = try await city.store.queries.similar(toCase: .ref(one), play.dispatcher)
            #expect(found.map(\.caseRef) == [two])
            #expect(found.first?.proposes == .merge && found.first?.why == [.text])
            #expect(other.ref != nil)

            // The district sees neither, then one: and is told of that one alone.
            let east = try await city.token("dispatcher.east")
            let lead = try await city.store.desk.take(TestCity.lead("E", content: text), by: east, via: .json)
            let id = LeadID(rawValue: lead.id)
            #expect(try await city.store.queries.similar(toLead: id, east).isEmpty)
            try await play.take(two, .grade(level: "general", reason: "x"))
            try await play.take(two, .assign(unit: "east", instruction: "", reason: "x"))
            let seen = try await city.store.queries.similar(toLead: id, east)
            #expect(seen.map(\.caseRef) == [two] && seen.first?.proposes == .attach)
            await #expect(throws: DeskError.self) {
                try await city.store.queries.similar(toCase: .ref(one), east)
            }

            try await play.take(one, .dismiss(reason: "不属实"))
            let over = try await city.store.queries.similar(toCase: .ref(two), play.dispatcher)
            #expect(over.first?.proposes == .reopen, "a repeat of what is over proposes to reopen it")
        }
    }

    @Test func `leads that nobody has read are read by the housekeeping`() async throws {
        try await TestCity.with { city in
            let play = try await Play(city)
            let text = "反映某小区夜间施工噪音扰民，请有关部门尽快处理。"
            let (one, two) = (try await play.open("1", content: text), try await play.open("2", content: text))
            try await city.owner { connection throws(PostgresError) in
                _ = try connection.query("update bihuan.leads set grams = null")
            }
            #expect(try await city.store.queries.similar(toCase: .ref(one), play.dispatcher).isEmpty)
            #expect(try await city.store.clockClaims.readLeads() == 2)
            #expect(try await city.store.clockClaims.readLeads() == 0)
            #expect(try await city.store.queries.similar(toCase: .ref(one), play.dispatcher).map(\.caseRef) == [two])
        }
    }
}

/// A dispatcher at work.
private struct Play: Sendable {
    let city: TestCity
    let dispatcher: String

    init(_ city: TestCity) async throws {
        self.city = city
        self.dispatcher = try await city.token("dispatcher.city")
    }

    func open(_ reference: String, content: String = "市民反映某超市销售过期食品。", isDrill: Bool = false) async throws -> String {
        let outcome = try await self.city.store.desk.register(
            CaseDraft(lead: TestCity.lead(reference, content: content), isDrill: isDrill), by: self.dispatcher,
            via: .json)
        return try #require(outcome.ref)
    }

    @discardableResult
    func take(_ ref: String, _ command: CaseCommand) async throws(DeskError) -> Outcome {
        try await self.city.store.desk.perform(on: .record(.ref(ref)), by: .session(self.dispatcher), via: .json) { _ in
            command
        }
    }

    /// Whether it was done.
    func attempt(_ ref: String, _ command: CaseCommand) async throws -> Bool {
        do throws(DeskError) {
            return try await self.take(ref, command).changed
        } catch {
            switch error {
            case .refused, .stale: return false
            default: throw error
            }
        }
    }

    /// Field and code of the one fault it is refused for.
    func fault(_ ref: String, _ command: CaseCommand) async throws -> String? {
        do throws(DeskError) {
            try await self.take(ref, command)
            return nil
        } catch {
            switch error {
            case .refused(.badFields(let faults)):
                return faults.map { "\($0.field) \($0.code)" }.joined(separator: ", ")
            case .refused(.notAllowed): return "not allowed"
            case .refused(.openWork(_, let refs)): return "open \(refs.joined(separator: ", "))"
            default: throw error
            }
        }
    }

    /// The east district signs an assignment and answers it.
    func feedBack(_ hop: UUID) async throws {
        let east = try await self.city.token("handler.east")
        _ = try await self.city.store.desk.perform(on: .assignment(.id(hop)), by: .session(east), via: .json) {
            .receive(AssignmentID(rawValue: $0), reason: nil)
        }
        _ = try await self.city.store.desk.perform(on: .assignment(.id(hop)), by: .session(east), via: .json) {
            .feedBack(
                AssignmentID(rawValue: $0),
                FeedbackDraft(kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办"))
        }
    }

    func accept(_ hop: UUID) async throws {
        let feedback = try await self.city.store.queries.feedback(of: .id(hop), self.dispatcher)
        _ = try await self.city.store.desk.perform(
            on: .feedback(try #require(feedback.last).id.rawValue), by: .session(self.dispatcher), via: .json
        ) { .accept(FeedbackID(rawValue: $0), reason: nil) }
    }

    func look(_ ref: String) async throws -> CaseDetail {
        try await self.city.store.queries.record(self.dispatcher, .ref(ref))
    }

    func log(_ ref: String) async throws -> [EventKind] {
        try await self.city.store.queries.timeline(self.dispatcher, .ref(ref)).events.map(\.kind)
    }

    func sweep() async {
        await SupervisionSweeper(
            store: self.city.store, configuration: SweeperConfiguration(), clock: ContinuousClock(),
            logger: Logger(label: "test")
        ).pass()
    }
}
