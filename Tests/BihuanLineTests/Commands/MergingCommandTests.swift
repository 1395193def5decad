import BihuanLine
import StoreTestSupport
import Testing

struct MergingCommandTests {
    @Test func `cases are merged and parted, leads come and go, and likeness is told`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                try await Officer(server: server).act(as: "dispatcher.city") { line async throws in
                    let words = "channel=hotline reason=r content=\"市民反映学府路某超市销售过期牛奶，要求查处\""
                    _ = try await line.ask("CASE REGISTER title=\"超市销售过期牛奶\" \(words)")
                    let again = try await line.ask("CASE REGISTER title=\"超市销售过期牛奶\" \(words)")
                    #expect(again.line.contains("TST-2026-000001 1.00 merge"))
                    let similar = try await line.ask("CASE SIMILAR TST-2026-000002").block ?? []
                    #expect(similar.count == 2 && similar[1].hasPrefix("TST-2026-000001\t1.00\ttext"))

                    let merged = try await line.ask("CASE MERGE TST-2026-000001 TST-2026-000002 reason=同一事件")
                    #expect(merged.line.hasPrefix("291 TST-2026-000001 2 已并案, 状态 merged"))
                    #expect(try await line.ask("CASE MERGE TST-2026-000001 TST-2026-000002 reason=x").code != 291)
                    let shown = try await line.ask("CASE SHOW TST-2026-000001").block ?? []
                    #expect(shown.contains("merged_into\tTST-2026-000002"))
                    let leads = try await line.ask("LIST LEADS TST-2026-000002").block ?? []
                    #expect(leads.count == 3)
                    let lead = leads[1].split(separator: "\t")[0]
                    let parted = try await line.ask("CASE UNMERGE TST-2026-000001 reason=并错了")
                    #expect(parted.line.hasPrefix("291 TST-2026-000001 3 已撤销并案, 状态 registered"))

                    let new = try await line.ask("CASE ATTACH TST-2026-000002 channel=hotline content=又一条 reason=r")
                    #expect(new.code == 291)
                    #expect(try await line.ask("CASE DETACH TST-2026-000001 \(lead) reason=r").code != 291)
                    // A lead waits in no case, and then becomes one, or goes into one.
                    let taken = try await line.ask(
                        "LEAD TAKE channel=hotline reference=L-1 phone=13800001234 content=\"反映某路段夜间施工扰民\"")
                    #expect(taken.code == 291 && taken.line.contains("已收下线索, 状态 loose"))
                    let loose = taken.line.split(separator: " ")[1]
                    let known = try await line.ask("LEAD TAKE channel=hotline reference=L-1 content=x")
                    #expect(known.code == 292 && known.line.contains(loose))
                    let made = try await line.ask(
                        "CASE REGISTER title=夜间施工 channel=hotline leads=\(loose) reason=r")
                    #expect(made.line.hasPrefix("291 TST-2026-000003"))
                    let own = try await line.ask("LIST LEADS TST-2026-000003").block ?? []
                    #expect(own.count == 2 && own[1].hasPrefix("\(loose)\t"))
                    #expect((try await line.ask("LIST CONTACTS TST-2026-000003").block ?? []).count == 2)
                    let nowhere = try await line.ask(
                        "CASE REGISTER title=x channel=hotline leads=\(loose),x reason=r")
                    #expect(nowhere.line.contains("leads"))
                    let stale = try await line.ask(
                        "CASE ATTACH TST-2026-000003 channel=hotline content=又一条 version=9 reason=r")
                    #expect(stale.code != 291)
                    #expect((try await line.ask("LIST LEADS TST-2026-000003").block ?? []).count == 2)
                    let trace = try await line.ask("CASE TRACE TST-2026-000001").block ?? []
                    #expect(trace.contains { $0.contains("\tmerged\t") && $0.contains("case=TST-2026-000002") })
                }
            }
        }
    }
}
