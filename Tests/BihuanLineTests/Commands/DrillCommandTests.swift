import BihuanLine
import StoreTestSupport
import Testing

struct DrillCommandTests {
    @Test func `a drill is registered on purpose, and says so in every answer`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                try await Officer(server: server).act(as: "dispatcher.city") { line async throws in
                    let words = "channel=hotline content=\"某超市销售过期食品\" reason=\"年度演练\""
                    let opened = try await line.ask("CASE REGISTER title=\"演练用\" drill=yes \(words)")
                    #expect(opened.line.hasPrefix("291 DRL-2026-000001 1 演练, 已登记"))
                    let real = try await line.ask("CASE REGISTER title=\"真的\" drill=no \(words)")
                    #expect(real.line.hasPrefix("291 TST-2026-000001 1 已登记"))
                    #expect(try await line.ask("CASE REGISTER title=t drill=maybe \(words)").code == 501)
                    _ = try await line.ask("CASE GRADE DRL-2026-000001 general reason=r")
                    let assigned = try await line.ask("CASE ASSIGN DRL-2026-000001 east reason=r")
                    #expect(assigned.line.hasPrefix("291 DRL-A-000001 1 演练, "))
                    _ = try await line.ask("CASE SUPERVISE DRL-A-000001 requirement=\"限期\" reason=r")

                    // By its own ref, and by those of its assignment and its order.
                    for ref in ["DRL-2026-000001", "DRL-A-000001", "DRL-D-000001"] {
                        let shown = try await line.ask("CASE SHOW \(ref)").block ?? []
                        #expect(shown.prefix(2) == ["ref\tDRL-2026-000001", "drill\t演练"], "\(ref)")
                    }
                    let plain = try await line.ask("CASE SHOW TST-2026-000001").block ?? []
                    #expect(plain.prefix(2) == ["ref\tTST-2026-000001", "drill\t-"])

                    let marks = try await line.ask("LIST CASES").block ?? []
                    #expect(marks.map { $0.split(separator: "\t").last } == ["drill", "-", "演练"])
                    let alone = try await line.ask("LIST CASES drill=yes").block ?? []
                    #expect(alone.count == 2 && alone[1].hasPrefix("DRL-2026-000001\t"))
                    let without = try await line.ask("LIST CASES drill=no").block ?? []
                    #expect(without.count == 2 && without[1].hasPrefix("TST-2026-000001\t"))
                    let clocks = try await line.ask("LIST CLOCKS drill=yes").block ?? []
                    #expect(clocks.count > 2 && clocks.dropFirst().allSatisfy { $0.contains("\t演练\t") })
                    let trace = try await line.ask("CASE TRACE DRL-2026-000001").block ?? []
                    #expect(trace[1].contains("drill=yes") && trace[3].contains("not_sent=east assignment.assigned"))
                }
                try await Officer(server: server).act(as: "handler.east") { line async throws in
                    let work = try await line.ask("LIST WORK").block ?? []
                    #expect(work.count > 1 && work.dropFirst().allSatisfy { $0.hasSuffix("\t演练") })
                    let received = try await line.ask("CASE RECEIVE DRL-A-000001 reason=r")
                    #expect(received.line.hasPrefix("291 DRL-A-000001 2 演练, "))
                    let told = try await line.ask("CASE FEEDBACK DRL-A-000001 kind=interim findings=x reason=r")
                    #expect(told.line.hasPrefix("291 DRL-A-000001-F1 "))
                }
            }
        }
    }
}
