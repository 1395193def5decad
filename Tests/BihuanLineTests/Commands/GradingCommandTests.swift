import BihuanDomain
import BihuanLine
import BihuanStore
import StoreTestSupport
import Testing

/// Grading, spread and warnings, by people who type.
struct GradingCommandTests {
    @Test func `a level is proposed, graded with its grounds, and the spread is counted`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let record = "TST-2026-000001"
                try await Officer(server: server).act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    let proposal = try await line.ask(
                        "CASE PROPOSAL \(record) factors=media:3,society:3 triggers=livelihood")
                    #expect(proposal.block?.contains("level\tmajor") == true)
                    #expect(try await line.ask("CASE PROPOSAL \(record) factors=media").code == 501)
                    let graded = try await line.ask("CASE GRADE \(record) sensitive triggers=livelihood reason=影响有限")
                    #expect(graded.code == 291)
                    let rows = try await line.ask("LIST GRADINGS \(record)").block ?? []
                    #expect(rows.last?.contains("sensitive\tsensitive\tmajor") == true)
                    #expect(try await line.ask("CASE SPREAD \(record) reads=2000000 source=监测平台 reason=巡查").code == 291)
                    #expect(try await line.ask("CASE SPREAD \(record) reason=巡查").code == 501)
                    #expect(try await line.ask("LIST SPREAD \(record)").block?.last?.contains("2000000") == true)
                    let shown = try await line.ask("CASE SHOW \(record)").block ?? []
                    #expect(shown.contains("proposed_level\tmajor"))
                }
            }
        }
    }

    @Test func `a warning is proposed, issued, answered and lifted`() async throws {
        try await TestCity.with { city in
            try await city.registry { registry in
                try await registry.appoint(
                    login: "leader.city", unit: "city", role: .leader, to: ["chief"], in: city.city)
            }
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    _ = try await line.ask("CASE GRADE \(record) critical reason=重大")
                    #expect(
                        try await line.ask("CASE WARN \(record) level=critical units=east,food reason=外地已发生").code
                            == 393)
                    #expect(try await line.answer(block: ["本市可能发生"]).code == 291)
                }
                #expect(
                    try await officer.say(as: "dispatcher.city", "WARNING ISSUE W-000001 reason=同意").map {
                        String($0.prefix(3))
                    } == ["493"])
                #expect(
                    try await officer.say(as: "leader.city", "WARNING ISSUE W-000001 reason=同意").map {
                        String($0.prefix(3))
                    } == ["291"])
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "WARNING RESPOND W-000001 measures=已排查 reason=响应",
                        "WARNING RESPOND W-000009 measures=x reason=x"
                    ).map { String($0.prefix(3)) } == ["291", "490"])
                try await officer.act(as: "leader.city") { line async throws in
                    let list = try await line.ask("LIST WARNINGS state=issued").block ?? []
                    #expect(list.last?.contains("W-000001") == true)
                    let shown = try await line.ask("WARNING SHOW W-000001").block ?? []
                    #expect(shown.contains { $0.contains("已排查") })
                    #expect(try await line.ask("WARNING LIFT W-000001 reason=平息").code == 291)
                }
            }
        }
    }
}
