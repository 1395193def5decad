import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// What operators look after: what the workers could not do.
struct OperationsTests {
    @Test func `an operator sees what was put aside and puts it back; others find nothing`() async throws {
        try await TestCity.with { city in
            _ = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("O-1")), by: try await city.token("dispatcher.city"), via: .json)
            try await city.owner { connection throws(PostgresError) in
                _ = try connection.flight([
                    "update bihuan.clocks set aside_at = now(), attempts = 8, last_error = 'refused by a rule'",
                    """
                    insert into bihuan.webhooks (city_id, unit_id, url)
                    select city_id, unit_id, 'https://east.example/hook' from bihuan.units where label = 'east'
                    """,
                    """
                    insert into bihuan.outbox (city_id, outbox_id, unit_id, topic, payload, fanned_at)
                    select city_id, md5('m')::uuid, unit_id, 'clock.notice', '{}', now() from bihuan.webhooks
                    """,
                    """
                    insert into bihuan.deliveries (city_id, outbox_id, webhook_id, attempts, aside_at, last_error)
                    select city_id, md5('m')::uuid, webhook_id, 10, now(), 'status 500' from bihuan.webhooks
                    """,
                ])
            }
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                try await officer.act(as: "operator.city") { line async throws in
                    let health = try await line.ask("HEALTH").block ?? []
                    #expect(health.contains("warn\tclocks-aside\t1, see LIST CLOCKS state=aside"))
                    #expect(health.contains("warn\twebhooks\t1 dead, 0 failing, see LIST OUTBOX state=dead"))
                    #expect(health.contains { $0.hasPrefix("ok\toutbox\t") })

                    let clocks = try await line.ask("LIST CLOCKS state=aside").block ?? []
                    #expect(clocks.first == "#clock\tcase\tkind\tunit\trung\taside\ttries\tlast_error")
                    let clock = try #require(clocks.dropFirst().first).split(separator: "\t").map(String.init)
                    #expect(clock[1...4] == ["TST-2026-000001", "grading", "city", "notice"])
                    #expect(clock[6...] == ["8", "refused by a rule"])

                    let dead = try await line.ask("LIST OUTBOX state=dead").block ?? []
                    #expect(
                        dead.first == "#id\twebhook\tunit\ttopic\tstate\ttries\tlast_error\tcreated\tnext")
                    let message = try #require(dead.dropFirst().first).split(separator: "\t").map(String.init)
                    #expect(message[2...6] == ["east", "clock.notice", "dead", "10", "status 500"])
                    #expect(try await line.ask("LIST OUTBOX state=waiting unit=east").block?.count == 1)

                    #expect(try await line.ask("CLOCK RETRY").code == 501)
                    #expect(
                        try await line.ask("CLOCK RETRY 00000000-0000-0000-0000-000000000000 reason=r").line
                            .hasPrefix("490 clock "))
                    #expect(try await line.ask("OUTBOX RETRY nonsense reason=r").line.hasPrefix("490 message "))
                    #expect(try await line.ask("CLOCK RETRY \(clock[0]) reason=修好").line.hasPrefix("294 1 "))
                    #expect(try await line.ask("OUTBOX RETRY unit=west reason=修好").line.hasPrefix("294 0 "))
                    #expect(
                        try await line.ask("OUTBOX RETRY \(message[0]) webhook=\(message[1]) reason=修好").line
                            .hasPrefix("294 1 "))
                    #expect(try await line.ask("LIST OUTBOX format=json").block?.count == 1)
                    #expect(try await line.ask("LIST OUTBOX state=dead").block?.count == 1)
                    #expect(try await line.ask("LIST CLOCKS state=aside").block?.count == 1)
                }
                try await officer.act(as: "dispatcher.city") { line async throws in
                    #expect(try await line.ask("LIST OUTBOX").block?.count == 1)
                    #expect(try await line.ask("OUTBOX RETRY reason=r").line.hasPrefix("294 0 "))
                    #expect(try await line.ask("CLOCK RETRY reason=r").line.hasPrefix("294 0 "))
                }
            }
        }
    }
}
