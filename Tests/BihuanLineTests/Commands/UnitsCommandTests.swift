import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// Several units on one case, by people who type.
struct UnitsCommandTests {
    private static let final =
        "kind=final verdict=substantiated findings=查实 measures=下架 result=立案 fields=\"neglect: 有漏洞\\nbreach: 否\" reason=核查完毕"

    private static func shown(_ officer: Officer, as login: String, _ ref: String) async throws -> [String: Any] {
        try await officer.act(as: login) { line async throws in
            let data = Data(
                (try await line.ask("CASE SHOW \(ref) format=json").block ?? []).joined(separator: "\n").utf8)
            return Shown(object: try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
        }.object
    }

    private struct Shown: @unchecked Sendable {
        let object: [String: Any]
    }

    @Test func `lead, assist, guide and inform work on one case`() async throws {
        try await TestCity.with { city in
            try await city.registry { registry in
                _ = try await registry.addOfficer(
                    login: "dispatcher.food", name: "处室派单", password: TestCity.password, unit: "food",
                    role: .dispatcher, in: city.city, hasher: PasswordHasher(), at: Date())
            }
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                #expect(
                    try await officer.say(
                        as: "dispatcher.city", "CASE REGISTER title=t content=c channel=hotline reason=r",
                        "CASE GRADE \(record) general reason=r", "CASE ASSIGN \(record) east reason=r",
                        "CASE ASSIGN \(record) west role=assist reason=r",
                        "CASE ASSIGN \(record) food role=guide reason=r",
                        "CASE ASSIGN \(record) price role=inform reason=r",
                        "CASE ASSIGN \(record) east role=guide reason=r")
                        == [
                            "291 \(record)", "291 \(record)", "291 A-000001", "291 A-000002", "291 A-000003",
                            "291 A-000004", "501 unit.has_another_role",
                        ])
                #expect(
                    try await officer.say(as: "handler.price", "CASE RECEIVE A-000004 reason=r") == ["291 A-000004"])
                #expect(
                    try await officer.say(
                        as: "handler.food", "CASE RECEIVE A-000003 reason=r", "CASE FEEDBACK A-000003 \(Self.final)",
                        "CASE COMMENT A-000001 text=请核对台账 reason=r", "CASE COMMENT A-000004 text=x reason=r")
                        == ["291 A-000003", "491 state.received", "291 A-000001", "490 assignment"])
                #expect(
                    try await officer.say(as: "dispatcher.west", "CASE RECEIVE A-000002 reason=r") == ["291 A-000002"])
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "CASE RECEIVE A-000001 reason=r",
                        "TASK ADD A-000001 text=抽样 officer=handler.east due=2026-03-02T12:00:00+08:00 reason=r",
                        "CASE FEEDBACK A-000001 \(Self.final)", "TASK FINISH A-000001-T1 evidence=报告 reason=r",
                        "TASK ADD A-000001 text=走访 unit=east-1 reason=r", "TASK ADD A-000001 text=走访 reason=r",
                        "TASK DROP A-000001-T2 reason=不需要",
                        "TASK DROP A-000001-T3 reason=x", "CASE FEEDBACK A-000001 \(Self.final)")
                        == [
                            "291 A-000001", "291 A-000001-T1", "491 work.open", "291 A-000001-T1",
                            "501 unit.not_on_the_case", "291 A-000001-T2", "291 A-000001-T2", "490 task",
                            "491 work.open",
                        ])
                #expect(
                    try await officer.say(as: "dispatcher.west", "CASE FEEDBACK A-000002 \(Self.final)") == [
                        "291 A-000002-F1"
                    ])
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "CASE ACCEPT A-000002 reason=r", "CASE FEEDBACK A-000001 \(Self.final)")
                        == ["291 A-000002-F1", "291 A-000001-F1"])

                func assignment(_ view: [String: Any], _ ref: String) -> [String: Any] {
                    (view["assignments"] as? [[String: Any]] ?? []).first { $0["ref"] as? String == ref } ?? [:]
                }
                func answers(_ view: [String: Any], _ ref: String) -> Int? {
                    ((assignment(view, ref)["feedback"] as? [[String: Any]])?.first?["answers"] as? [Any])?.count
                }
                let all = try await Self.shown(officer, as: "dispatcher.city", record)
                let guide = try await Self.shown(officer, as: "handler.food", record)
                let lead = try await Self.shown(officer, as: "dispatcher.east", record)
                #expect(answers(all, "A-000001") == 2 && answers(all, "A-000002") == 2)
                #expect(answers(lead, "A-000001") == 2 && answers(lead, "A-000002") == 2)
                // The guide reviews the lead, and not its assist.
                #expect(answers(guide, "A-000001") == 2 && answers(guide, "A-000002") == 0)
                #expect((assignment(all, "A-000001")["comments"] as? [Any])?.count == 1)
                #expect((assignment(all, "A-000001")["tasks"] as? [Any])?.count == 2)
                let units = all["units"] as? [[String: Any]] ?? []
                // The four parts, and the guide's own that must review (R102).
                #expect(units.count == 5)
                let review = units.first { $0["role"] as? String == "review" }
                #expect(review?["unit"] as? String == "food")
                #expect(review?["action_required"] as? String == "CASE ACCEPT, CASE SENDBACK")
                #expect(
                    try await officer.say(as: "dispatcher.city", "CASE ACCEPT A-000001 reason=r").first?.hasPrefix(
                        "291")
                        == false)
                #expect(
                    try await officer.say(as: "dispatcher.food", "CASE ACCEPT A-000001 reason=r") == ["291 A-000001-F1"]
                )
                #expect(
                    try await officer.say(as: "dispatcher.city", "CASE CONCLUDE \(record) reason=r") == [
                        "291 \(record)"
                    ])
                try await officer.act(as: "dispatcher.east") { line async throws in
                    #expect(try await line.ask("LIST TASKS").block?.count == 1)
                }
            }
        }
    }
}
