import BihuanDomain
import BihuanLine
import BihuanStore
import StoreTestSupport
import Testing

/// Where cases go, and many at once, by people who type.
struct RoutingCommandTests {
    @Test func `a case tells where it would go, and a month is routed again`() async throws {
        try await TestCity.with { city in
            try await city.registry { registry in
                try await registry.importLineWords([LineWord(line: "食品", word: "过期")], of: city.city)
            }
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=东区过期 content=过期 channel=hotline reason=热线")
                    _ = try await line.ask("CASE REGISTER title=某处 content=某处 channel=hotline reason=热线")
                    let route = try await line.ask("CASE ROUTE TST-2026-000001")
                    #expect(route.code == 215)
                    let block = route.block ?? []
                    #expect(block.contains("lead\teast") && block.contains("area\texact"))
                    #expect(block.contains { $0.contains("涉及处室") })
                    #expect(try await line.ask("CASE ROUTE TST-2026-000009").code == 490)
                    let month = try await line.ask("LIST ROUTING month=2026-03").block ?? []
                    #expect(month.contains { $0.hasPrefix("total\t2026-03\t2\t1") })
                    #expect(month.contains { $0.hasPrefix("unit\teast\t") })
                    #expect(month.contains { $0.hasPrefix("gap\tarea\t") })
                    #expect(try await line.ask("LIST ROUTING month=2026").code == 501)
                    #expect(try await line.ask("LIST ROUTING").code == 501)
                }
                #expect(try await officer.say(as: "dispatcher.west", "CASE ROUTE TST-2026-000001") == ["490 case"])
            }
        }
    }

    @Test func `many refs are sent as a block, and each has its line`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                try await Officer(server: server).act(as: "dispatcher.city") { line async throws in
                    for title in ["东区过期", "某处", "西区过期"] {
                        _ = try await line.ask("CASE REGISTER title=\(title) content=x channel=hotline reason=热线")
                    }
                    #expect(try await line.ask("BULK level=general unit=proposed reason=集中 key=k1").code == 393)
                    let refs = ["TST-2026-000001", "TST-2026-000002", "TST-2026-000007", "TST-2026-000003"]
                    let reply = try await line.answer(block: refs)
                    #expect(reply.code == 215)
                    let rows = (reply.block ?? []).dropFirst().map {
                        $0.split(separator: "\t", omittingEmptySubsequences: false)
                    }
                    #expect(rows.map { String($0[1]) } == ["291", "501", "490", "291"])
                    #expect(rows.first?[5] == "east" && rows.last?[5] == "west")

                    // Again under the same key: done already.
                    _ = try await line.ask("BULK level=general unit=proposed reason=集中 key=k1")
                    let again = try await line.answer(block: refs).block ?? []
                    #expect(again.dropFirst().first?.contains("\t292\t") == true)
                    // On the line itself, parted by commas; and what is badly said is refused whole.
                    #expect(
                        try await line.ask("BULK level=major cases=TST-2026-000001,TST-2026-000002 reason=提级").code
                            == 215)
                    let preview = try await line.ask("ROUTE PREVIEW content=某超市销售过期食品 category=食品")
                    #expect(preview.code == 215 && preview.block?.contains { $0.hasPrefix("area") } == true)
                    #expect(try await line.ask("ROUTE PREVIEW content=x level=nonsense").text.hasPrefix("level."))
                    #expect(try await line.ask("BULK cases=TST-2026-000001 reason=x").code == 501)
                    #expect(try await line.ask("BULK level=general cases=TST-2026-000001").code == 501)
                    #expect(try await line.ask("CASE SHOW TST-2026-000002").block?.contains("level\tmajor") == true)
                }
            }
        }
    }
}
