import BihuanLine
import Foundation
import StoreTestSupport
import Testing

/// Clocks and forms of the plan, by people who type.
struct ClockCommandTests {
    @Test func `a clock is explained, stands still, goes on and is given more time`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                let clock = try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    _ = try await line.ask("CASE GRADE \(record) general reason=常规")
                    _ = try await line.ask("CASE ASSIGN \(record) east reason=属地")
                    let rows = (try await line.ask("LIST CLOCKS").block ?? []).map {
                        $0.split(separator: "\t").map(String.init)
                    }
                    let row = try #require(rows.first { $0.contains("feedback") })
                    #expect(row.contains("最终反馈"))
                    return try #require(row.last)
                }

                let why = try await officer.act(as: "dispatcher.east") { line async throws in
                    try await line.ask("CLOCK WHY \(clock)").block ?? []
                }
                #expect(why.contains("limit\tP3WD"))
                #expect(why.contains("plan\tharbin-001@1"))
                #expect(why.contains("requirements\tR34,R101,R109"))

                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "CLOCK PAUSE \(clock) reason=等检验",
                        "CLOCK EXTEND \(clock) by=soon reason=x", "CLOCK EXTEND \(clock) P1WD reason=排队"
                    ).map { String($0.prefix(3)) } == ["493", "501", "291"])
                let asked = try await officer.act(as: "dispatcher.city") { line async throws in
                    try await line.ask("LIST CLOCKS asked=yes").block ?? []
                }
                #expect(asked.count == 2 && asked[1].contains("\tP1WD\t") && asked[1].hasSuffix(clock))
                #expect(
                    try await officer.say(
                        as: "dispatcher.city", "CLOCK PAUSE \(clock) reason=等检验", "CLOCK PAUSE \(clock) reason=等检验",
                        "CLOCK RESUME \(clock) reason=出结果", "CLOCK GRANT \(clock) reason=同意",
                        "CLOCK REFUSE \(clock) reason=不同意"
                    ).map { String($0.prefix(3)) } == ["291", "491", "291", "291", "491"])
            }
        }
    }

    @Test func `a form is filed line by line, and a line that is none is refused and not lost`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    _ = try await line.ask("CASE GRADE \(record) sensitive reason=媒体")
                    #expect(try await line.ask("CASE FILE \(record) brief reason=摘报").code == 393)
                    let faulty = try await line.answer(block: ["summary 忘了冒号"])
                    #expect(faulty.code == 501 && faulty.text.contains("fields.proposal"))
                    #expect(try await line.ask("CASE FILE \(record) brief reason=摘报").code == 393)
                    let doubled = try await line.answer(block: ["summary: 过期食品", "proposal: 转属地", "summary: 三件"])
                    #expect(doubled.code == 501 && doubled.text.contains("fields.summary"))
                    #expect(try await line.ask("CASE FILE \(record) brief reason=摘报").code == 393)
                    let filed = try await line.answer(block: ["summary: 过期食品", "  三件", "proposal: 转属地"])
                    #expect(filed.code == 291)
                    #expect(try await line.ask("CASE FILE \(record) nothing fields=x reason=x").code == 501)
                }
            }
        }
    }
}
