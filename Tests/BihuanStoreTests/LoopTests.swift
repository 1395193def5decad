import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// A case walked round the whole loop at the Desk, as the real roles on a real PostgreSQL.
struct LoopTests {
    @Test func `a case goes from the public down to a station and comes back concluded`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let reviewer = try await city.token("reviewer.city")
            let east = try await city.token("dispatcher.east")
            let station = try await city.token("handler.east-1")

            let opened = try await desk.register(CaseDraft(lead: TestCity.lead("T-1")), by: dispatcher, via: .json)
            #expect(opened.ref == "TST-2026-000001")
            #expect(opened.state == "registered")
            #expect(
                opened.allowed == [
                    .grade, .dismiss, .file, .observe, .warn, .refer, .attachLead, .detachLead, .merge, .recuse,
                    .restrict, .engageExpert,
                ])
            let target = Target.record(.ref("TST-2026-000001"))

            _ = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .grade(level: "sensitive", reason: "多家媒体报道")
            }
            let assigned = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .assign(unit: "east", instruction: "请核查并反馈", reason: "属地管理")
            }
            #expect(assigned.kind == .assignment)
            #expect(assigned.dueAt == TestCity.monday.addingTimeInterval(86_400).rounded(near: assigned.dueAt))
            let first = try #require(assigned.ref)

            _ = try await desk.perform(on: .assignment(.ref(first)), by: .session(east), via: .json) {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }
            let forwarded = try await desk.perform(on: .assignment(.ref(first)), by: .session(east), via: .json) {
                .forward(AssignmentID(rawValue: $0), unit: "east-1", instruction: "到现场核查", reason: "辖区")
            }
            let second = try #require(forwarded.ref)
            _ = try await desk.perform(on: .assignment(.ref(second)), by: .session(station), via: .json) {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }
            _ = try await desk.perform(on: .assignment(.ref(second)), by: .session(station), via: .json) {
                .feedBack(AssignmentID(rawValue: $0), FeedbackDraft(kind: .interim, findings: "已到现场"))
            }

            // The district answers for its station, so it cannot pass up what it has not accepted.
            await #expect(
                performing: {
                    try await desk.perform(on: .assignment(.ref(first)), by: .session(east), via: .json) {
                        .feedBack(AssignmentID(rawValue: $0), Self.final)
                    }
                },
                throws: { error in
                    if case DeskError.refused(.notAllowed(.feedBack, state: "forwarded", _)) = error {
                        true
                    } else {
                        false
                    }
                })

            let answered = try await desk.perform(on: .assignment(.ref(second)), by: .session(station), via: .json) {
                .feedBack(AssignmentID(rawValue: $0), Self.final)
            }
            _ = try await desk.perform(on: .feedback(answered.id), by: .session(east), via: .json) {
                .sendBack(FeedbackID(rawValue: $0), reason: "数量不清")
            }
            let again = try await desk.perform(on: .assignment(.ref(second)), by: .session(station), via: .json) {
                .feedBack(AssignmentID(rawValue: $0), Self.final)
            }
            _ = try await desk.perform(on: .feedback(again.id), by: .session(east), via: .json) {
                .accept(FeedbackID(rawValue: $0), reason: nil)
            }
            let passed = try await desk.perform(on: .assignment(.ref(first)), by: .session(east), via: .json) {
                .feedBack(AssignmentID(rawValue: $0), Self.final)
            }
            let accepted = try await desk.perform(on: .feedback(passed.id), by: .session(reviewer), via: .json) {
                .accept(FeedbackID(rawValue: $0), reason: nil)
            }
            #expect(accepted.caseState == "accepted")
            let conclude = CaseCommand.conclude(reason: "已核实并整改")
            await #expect(
                performing: {
                    try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in conclude }
                },
                throws: { error in
                    if case DeskError.refused(.unfiled(.conclude, forms: ["brief"])) = error { true } else { false }
                })
            _ = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .file(FilingDraft(form: "brief", fields: ["summary": "已核实来源", "proposal": "转属地核查"]))
            }
            let concluded = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in conclude }
            #expect(concluded.state == "concluded")

            let detail = try await city.store.queries.record(dispatcher, .ref("TST-2026-000001"))
            #expect(detail.view.state == .concluded)
            #expect(detail.assignments.map(\.state) == [.accepted, .accepted])
            let log = try await city.store.queries.timeline(dispatcher, .ref("TST-2026-000001"))
            #expect(log.events.map(\.seq) == Array(1...log.events.count))
            #expect(log.events.count == detail.view.version)
            let broken = try await city.owner { connection throws(PostgresError) -> Int? in
                try connection.query(
                    "select bihuan.verify_chain(c.city_id, c.case_id) as seq from bihuan.cases c"
                ).rows[0].get("seq")
            }
            #expect(broken == nil)
            let running = try await city.owner { connection throws(PostgresError) -> Int in
                try connection.query("select count(*) as n from bihuan.clocks where stopped_at is null").rows[0].get(
                    "n")
            }
            #expect(running == 0)
        }
    }

    @Test func `a returned assignment gives the work back and takes the case from the unit's sight`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let east = try await city.token("dispatcher.east")
            _ = try await desk.register(CaseDraft(lead: TestCity.lead("T-2")), by: dispatcher, via: .json)
            let target = Target.record(.ref("TST-2026-000001"))
            _ = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .grade(level: "general", reason: "常规")
            }
            let hop = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .assign(unit: "east", instruction: "", reason: "属地")
            }
            #expect(try await city.store.queries.cases(east).items.count == 1)

            let returned = try await desk.perform(on: .assignment(.id(hop.id)), by: .session(east), via: .json) {
                .return(AssignmentID(rawValue: $0), reason: "不属本辖区")
            }

            #expect(returned.state == "returned")
            #expect(returned.caseState == "graded")
            #expect(try await city.store.queries.cases(east).items.isEmpty)
            let work = try await city.store.queries.worklist(dispatcher)
            #expect(work.items.map(\.kind) == [.dispatch])
        }
    }

    @Test func `one district's return leaves the case with the other, whom it does not see`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let reviewer = try await city.token("reviewer.city")
            let east = try await city.token("dispatcher.east")
            let west = try await city.token("dispatcher.west")
            _ = try await desk.register(CaseDraft(lead: TestCity.lead("T-6")), by: dispatcher, via: .json)
            let target = Target.record(.ref("TST-2026-000001"))
            _ = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .grade(level: "general", reason: "x")
            }
            let first = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .assign(unit: "east", instruction: "", reason: "x")
            }
            let second = try await desk.perform(on: target, by: .session(dispatcher), via: .json) { _ in
                .assign(unit: "west", instruction: "", reason: "x")
            }

            let returned = try await desk.perform(on: .assignment(.id(second.id)), by: .session(west), via: .json) {
                .return(AssignmentID(rawValue: $0), reason: "不属本辖区")
            }
            #expect(returned.caseState == "assigned")

            _ = try await desk.perform(on: .assignment(.id(first.id)), by: .session(east), via: .json) {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }
            let answered = try await desk.perform(on: .assignment(.id(first.id)), by: .session(east), via: .json) {
                .feedBack(AssignmentID(rawValue: $0), Self.final)
            }
            let accepted = try await desk.perform(on: .feedback(answered.id), by: .session(reviewer), via: .json) {
                .accept(FeedbackID(rawValue: $0), reason: nil)
            }
            #expect(accepted.caseState == "accepted")
        }
    }

    @Test func `a registration said again burns no case number`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let draft = CaseDraft(lead: LeadDraft(source: "duty", channel: "phone", content: "电梯困人"))
            for _ in 0..<3 { _ = try await desk.register(draft, by: dispatcher, via: .json, key: "again") }

            let next = try await desk.register(CaseDraft(lead: TestCity.lead("T-7")), by: dispatcher, via: .json)

            #expect(next.ref == "TST-2026-000002")
        }
    }

    @Test func `a lead taken in before becomes the lead of the case registered under its reference`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let lead = try await desk.take(TestCity.lead("T-8"), by: dispatcher, via: .json)

            let opened = try await desk.register(CaseDraft(lead: TestCity.lead("T-8")), by: dispatcher, via: .json)
            let again = try await desk.register(CaseDraft(lead: TestCity.lead("T-8")), by: dispatcher, via: .json)

            #expect(opened.kind == .record)
            #expect(opened.changed)
            #expect(!again.changed)
            #expect(again.id == opened.id)
            let detail = try await city.store.queries.record(dispatcher, .id(opened.id))
            #expect(detail.leads.map(\.id.rawValue) == [lead.id])
        }
    }

    @Test func `the same key does the same thing once`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let draft = CaseDraft(lead: TestCity.lead("T-3"))

            let first = try await desk.register(draft, by: dispatcher, via: .json, key: "k-1")
            let second = try await desk.register(draft, by: dispatcher, via: .line, key: "k-1")

            #expect(!first.replayed)
            #expect(second.replayed)
            #expect(first.id == second.id)
            await #expect(
                performing: {
                    try await desk.register(
                        CaseDraft(lead: TestCity.lead("T-4")), by: dispatcher, via: .json, key: "k-1")
                },
                throws: { error in
                    if case DeskError.keyReused = error { true } else { false }
                })
        }
    }

    @Test func `a sibling district's case is not there at all`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let west = try await city.token("dispatcher.west")
            let foreign = try await city.token("dispatcher.city2", in: TestCity.otherCode)
            _ = try await desk.register(CaseDraft(lead: TestCity.lead("T-5")), by: dispatcher, via: .json)

            for token in [west, foreign] {
                await #expect(
                    performing: {
                        try await city.store.queries.record(token, .ref("TST-2026-000001"))
                    },
                    throws: { error in
                        if case DeskError.notFound = error { true } else { false }
                    })
                await #expect(
                    performing: {
                        try await desk.perform(on: .record(.ref("TST-2026-000001")), by: .session(token), via: .json) {
                            _ in
                            .grade(level: "general", reason: "x")
                        }
                    },
                    throws: { error in
                        if case DeskError.notFound = error { true } else { false }
                    })
            }
        }
    }

    static let final = FeedbackDraft(
        kind: .final, verdict: .substantiated, findings: "过期食品 12 袋属实", measures: "下架封存,责令改正",
        result: "已立案,消费者获退款")
}

extension Date {
    /// The other time when it lies within a minute: tests let real seconds pass.
    func rounded(near other: Date?) -> Date {
        guard let other, abs(other.timeIntervalSince(self)) < 60 else { return self }
        return other
    }
}
