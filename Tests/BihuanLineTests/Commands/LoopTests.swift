import BihuanLine
import Foundation
import StoreTestSupport
import Testing

/// A case walked round the whole loop by people who type.
struct LoopTests {
    private static let final =
        "kind=final verdict=substantiated measures=\"下架封存, 责令改正\" result=\"已立案\" reason=\"核查完毕\""

    @Test func `a case goes from the duty desk down to a station and comes back concluded`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"

                let first = try await officer.act(as: "dispatcher.city") { line async throws in
                    #expect(
                        try await line.ask("CASE REGISTER title=\"过期食品\" channel=hotline reason=\"热线\"").code == 393)
                    let text = ["市民反映某超市销售过期食品。", ".以点开头的一行", "", "联系方式见工单"]
                    let opened = try await line.answer(block: text)
                    #expect(opened.line.hasPrefix("291 \(record) 1 "))
                    let shown = try await line.ask("CASE SHOW \(record) format=json")
                    let data = Data((shown.block ?? []).joined(separator: "\n").utf8)
                    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
                    #expect((object["content"] as? [String])?.joined() == text.joined(separator: "\n"))
                    #expect(object["state"] as? String == "registered")
                    #expect(
                        object["next"] as? [String] == [
                            "CASE GRADE", "CASE DISMISS", "CASE FILE", "CASE SPREAD", "CASE WARN", "CASE REFER",
                            "CASE ATTACH", "CASE DETACH", "CASE MERGE", "CASE RECUSE", "CASE RESTRICT", "CASE ENGAGE",
                        ])

                    let early = try await line.ask("CASE ASSIGN \(record) east reason=\"属地\"")
                    #expect(early.line.hasPrefix("491 state.registered "))
                    #expect(early.text.contains("CASE GRADE, CASE DISMISS"))
                    #expect(
                        try await line.ask("CASE GRADE \(record) sensitive version=9 reason=\"多家媒体\"").line.hasPrefix(
                            "492 1 "))
                    #expect(
                        try await line.ask("CASE GRADE \(record) sensitive version=1 reason=\"多家媒体\"").line.hasPrefix(
                            "291 \(record) 2 "))
                    let assigned = try await line.ask(
                        "CASE ASSIGN \(record) city.east note=\"请 核查\" key=k-1 reason=\"属地\"")
                    let first = String(assigned.text.prefix { $0 != " " })
                    #expect(assigned.line.hasPrefix("291 \(first) 1 ") && first.hasPrefix("A-"))
                    let again = try await line.ask(
                        "CASE ASSIGN \(record) city.east note=\"请 核查\" key=k-1 reason=\"属地\"")
                    #expect(again.line.hasPrefix("292 \(first) 1 "))
                    let other = try await line.ask("CASE ASSIGN \(record) west key=k-1 reason=\"属地\"")
                    #expect(other.line.hasPrefix("494 key.reused "))
                    #expect(
                        try await line.ask("CASE URGE \(first) reason=\"距时限 2 小时\"").line.hasPrefix("291 \(first) "))
                    return first
                }
                #expect(
                    try await officer.say(
                        as: "dispatcher.west", "CASE RECEIVE \(first) reason=x", "CASE SHOW \(record)") == [
                            "490 assignment", "490 case",
                        ])
                let forwarded = try await officer.say(
                    as: "dispatcher.east", "CASE CONCLUDE \(record) reason=x", "CASE RECEIVE \(first) reason=\"签收\"",
                    "CASE FORWARD \(first) east-1 note=\"到现场\" reason=\"辖区\"",
                    "CASE FORWARD \(first) west-1 reason=\"辖区\"")
                let second = String(forwarded[2].dropFirst(4))
                #expect(
                    forwarded == [
                        "493 jurisdiction", "291 \(first)", "291 \(second)", "501 unit.not_directly_below",
                    ])
                try await officer.act(as: "handler.east-1") { line async throws in
                    #expect(try await line.ask("CASE RECEIVE \(second) reason=\"签收\"").code == 291)
                    let interim = try await line.ask(
                        "CASE FEEDBACK \(second) kind=interim findings=\"已到现场\" reason=\"进展\"")
                    #expect(interim.line.hasPrefix("291 \(second)-F1 1 "))
                    let empty = try await line.ask("CASE FEEDBACK \(second) kind=final findings=x reason=x")
                    #expect(empty.line.hasPrefix("501 measures.required "))
                    #expect(try await line.ask("CASE FEEDBACK \(second) \(Self.final)").code == 393)
                    #expect(try await line.answer(block: ["过期食品 12 袋", "属实"]).line.hasPrefix("291 \(second)-F2 2 "))
                }
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "CASE FEEDBACK \(first) findings=\"早了\" \(Self.final)",
                        "CASE SENDBACK \(second) reason=\"数量不清\"")
                        == ["491 state.forwarded", "291 \(second)-F2"])
                #expect(
                    try await officer.say(
                        as: "handler.east-1", "CASE FEEDBACK \(second) findings=\"12 袋\" \(Self.final)") == [
                            "291 \(second)-F3"
                        ])
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "CASE ACCEPT \(second)-F2 reason=\"旧的\"",
                        "CASE ACCEPT \(second) reason=\"清楚\"",
                        "CASE FEEDBACK \(first) findings=\"12 袋\" \(Self.final)")
                        == ["491 state.sent_back", "291 \(second)-F3", "291 \(first)-F1"])
                #expect(
                    try await officer.say(
                        as: "reviewer.city", "CASE CONCLUDE \(record) reason=x", "CASE ACCEPT \(first)-F1 reason=\"通过\""
                    )
                        == ["493 role.reviewer", "291 \(first)-F1"])
                try await officer.act(as: "dispatcher.city") { line async throws in
                    let early = try await line.ask("CASE CONCLUDE \(record) reason=\"反馈审核通过\"")
                    #expect(early.line.hasPrefix("491 unfiled ") && early.text.contains("brief"))
                    #expect(try await line.ask("CASE FILE \(record) brief reason=\"摘报\"").code == 393)
                    #expect(try await line.answer(block: ["summary: 过期食品", "proposal: 转属地"]).code == 291)
                    #expect(
                        try await line.ask("CASE CONCLUDE \(record) reason=\"反馈审核通过\"").line.hasPrefix("291 \(record) ")
                    )
                    let trace = try await line.ask("CASE TRACE \(first)").block ?? []
                    #expect(trace.first == "#seq\tat\tactor\tunit\taction\tref\tvia\treason\tdetail")
                    let actions = trace.dropFirst().map { $0.split(separator: "\t")[4] }
                    #expect(actions.first == "registered" && actions.last == "concluded")
                    #expect(trace.contains { $0.contains("\tfed_back\t") && $0.contains("\t核查完毕\t") })
                    #expect(trace.dropFirst().allSatisfy { $0.split(separator: "\t")[6] == "line" })
                    #expect(try await line.ask("LIST CASES open=yes").block?.count == 1)
                    #expect(try await line.ask("CASE REOPEN \(record) reason=\"新情况\"").code == 291)
                    #expect(try await line.ask("CASE DISMISS \(record) reason=\"重复\"").code / 100 == 2)
                }
            }
        }
    }

    @Test func `an order is answered, upheld, answered again and lifted`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                #expect(
                    try await officer.say(
                        as: "dispatcher.city", "CASE REGISTER title=t content=c channel=hotline reason=r",
                        "CASE GRADE TST-2026-000001 general reason=r", "CASE ASSIGN TST-2026-000001 east reason=r",
                        "CASE SUPERVISE A-000001 cause=inadequate requirement=\"立即反馈\" reason=\"不清晰\"",
                        "CASE LIFT D-000001 reason=r")
                        == [
                            "291 TST-2026-000001", "291 TST-2026-000001", "291 A-000001", "291 D-000001",
                            "491 state.issued",
                        ])
                try await officer.act(as: "dispatcher.east") { line async throws in
                    #expect(try await line.ask("CASE REPLY D-000001 reason=r").code == 393)
                    #expect(try await line.answer(block: ["正在办理"]).code == 291)
                }
                #expect(
                    try await officer.say(as: "dispatcher.city", "CASE UPHOLD D-000001 reason=\"不具体\"") == [
                        "291 D-000001"
                    ])
                #expect(
                    try await officer.say(as: "dispatcher.east", "CASE REPLY D-000001 text=\"今日办结\" reason=r") == [
                        "291 D-000001"
                    ])
                #expect(
                    try await officer.say(
                        as: "dispatcher.city", "CASE RAISE D-000001 reason=r", "CASE LIFT D-000001 reason=\"认可\"",
                        "CASE LIFT D-000001 reason=r",
                        "CASE RECALL A-000001 reason=\"另行安排\"")
                        == ["494 unit.top", "291 D-000001", "491 state.lifted", "291 A-000001"])
            }
        }
    }

    @Test func `a text block that is too large or no text leaves the session in step`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                try await Officer(server: server).act(as: "dispatcher.city") { line async throws in
                    let ask = "CASE REGISTER title=t channel=hotline reason=r"
                    for (lines, name) in [
                        ([String(repeating: "a", count: 1_048_577)], "block.too-large"),
                        (Array(repeating: String(repeating: "a", count: 1_000), count: 1_100), "block.too-large"),
                        ([String(repeating: "案", count: 4_001)], "block.length"), ([], "block.length"),
                        (["a\0b"], "block.nul"), (["\u{FEFF}"], "block.bom"),
                    ] {
                        #expect(try await line.ask(ask).code == 393)
                        #expect(try await line.answer(block: lines).line.hasPrefix("498 \(name) "))
                        #expect(try await line.ask("DATE").code == 111)
                    }
                }
            }
        }
    }

    @Test func `a block sent ahead of its 393 ends the session instead of running as commands`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let answer = try await RawClient.exchange(
                    socket: server.socketPath,
                    "AUTHINFO USER dispatcher.city@test\nAUTHINFO PASS \(TestCity.password)\n"
                        + "CASE REGISTER title=t channel=hotline reason=r\nSET lang=en\n.\n")
                #expect(RawClient.codes(answer) == [200, 381, 281, 501])
                #expect(answer.utf8.contains("block.early".utf8))
            }
        }
    }
}
