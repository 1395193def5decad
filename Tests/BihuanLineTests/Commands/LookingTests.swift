import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

struct LookingTests {
    /// A city with `count` cases, the newest assigned to the east.
    private static func run(
        cases count: Int, _ body: @Sendable (Officer, TestCity) async throws -> Void
    ) async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            for number in 1...count {
                var lead = TestCity.lead("T-\(number)")
                lead.title = "第 \(number) 件"
                _ = try await city.store.desk.register(CaseDraft(lead: lead), by: token, via: .json)
            }
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                try await officer.say(
                    as: "dispatcher.city", "CASE GRADE TST-2026-00000\(count) general reason=r",
                    "CASE ASSIGN TST-2026-00000\(count) east reason=r")
                try await body(officer, city)
            }
        }
    }

    private func objects(_ reply: ClientReply) throws -> [[String: Any]] {
        try (reply.block ?? []).map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func `cases are listed newest first, in pages by ref, as text and as JSON`() async throws {
        try await Self.run(cases: 5) { officer, _ in
            try await officer.act(as: "dispatcher.city") { line async throws in
                let all = try await line.ask("LIST CASES")
                #expect(all.code == 215)
                #expect(all.block?.first == "#ref\tlevel\tlight\tunit\tdue\tstate\ttitle\tdrill")
                let refs = (all.block ?? []).dropFirst().map { $0.split(separator: "\t")[0] }
                #expect(refs == (1...5).reversed().map { "TST-2026-00000\($0)" })

                let first = try objects(try await line.ask("LIST CASES limit=2 format=json"))
                #expect(first.compactMap { $0["ref"] as? String } == ["TST-2026-000005", "TST-2026-000004"])
                #expect(first[0]["unit"] as? String == "east" && first[0]["level"] as? String == "general")
                #expect(first[1]["level"] is NSNull)
                let rest = try objects(try await line.ask("LIST CASES after=TST-2026-000004 limit=9 format=json"))
                #expect(
                    rest.compactMap { $0["ref"] as? String } == [
                        "TST-2026-000003", "TST-2026-000002", "TST-2026-000001",
                    ])

                for (filter, count) in [
                    ("state=registered", 4), ("state=graded,assigned", 1), ("level=general", 1), ("level=critical", 0),
                    ("unit=city.east", 1), ("unit=west", 0), ("light=green", 5), ("light=red", 0), ("open=no", 0),
                    ("state=registered limit=1", 1),
                ] {
                    #expect(try await line.ask("LIST CASES \(filter)").block?.count == count + 1, "\(filter)")
                }
                #expect(try await line.ask("LIST CASES after=TST-2026-999999").line.hasPrefix("490 object "))
                #expect(try await line.ask("SET format=json lang=en").code == 290)
                #expect(try objects(try await line.ask("LIST CASES limit=1")).count == 1)
                #expect(
                    try await line.ask("CASE SHOW TST-2026-999999").line == "490 case not there, or not yours to see")
            }
        }
    }

    @Test func `units, clocks, work, summary, health and who I am are told`() async throws {
        try await Self.run(cases: 2) { officer, city in
            try await officer.act(as: "dispatcher.city") { line async throws in
                let units = try await line.ask("LIST UNITS under=city.east").block ?? []
                #expect(
                    units == [
                        "#code\ttier\tname\topen\toverdue", "city.east\tdistrict\t东区市场监督管理局\t1\t0",
                        "city.east.east-1\tstation\t东一市场监督管理所\t0\t0", "city.east.east-2\tstation\t东二市场监督管理所\t0\t0",
                    ])
                #expect(try await line.ask("LIST UNITS limit=2 after=city.east").block?.count == 3)
                #expect(try await line.ask("LIST UNITS after=nowhere").code == 490)
                let me = try objects(try await line.ask("WHOAMI format=json"))
                #expect(
                    me.count == 1 && me[0]["user"] as? String == "dispatcher.city@test"
                        && me[0]["via"] as? String == "unix")
                let clocks = try objects(try await line.ask("LIST CLOCKS unit=east format=json"))
                #expect(Set(clocks.compactMap { $0["kind"] as? String }) == ["receipt", "feedback"])
                #expect(clocks.allSatisfy { $0["ref"] as? String == "A-000001" })
                #expect(try await line.ask("LIST CLOCKS within=1s").block?.count == 1)
                #expect((try await line.ask("LIST CLOCKS within=5h").block?.count ?? 0) >= 3)
                let work = try objects(try await line.ask("LIST WORK format=json"))
                #expect(work.contains { ($0["do"] as? [String])?.contains("CASE GRADE") == true })
                let health = try await line.ask("HEALTH").block ?? []
                #expect(
                    health.contains { $0.hasPrefix("ok\tdatabase\t") }
                        && health.contains { $0.hasPrefix("ok\tmigrations\t") })
            }
            try await city.advance(by: .seconds(86_400 * 9))
            try await officer.act(as: "leader.city") { line async throws in
                let summary = try objects(try await line.ask("SUMMARY format=json"))
                #expect(summary.first?["kind"] as? String == "total" && summary.first?["open"] as? Int == 2)
                #expect(summary.contains { $0["kind"] as? String == "unit" && $0["unit"] as? String == "east" })
                #expect(try await line.ask("LIST CASES light=red").block?.count == 3)
            }
        }
    }

    @Test func `a newsreader finds units and their open assignments`() async throws {
        try await Self.run(cases: 1) { officer, _ in
            try await officer.act(as: "dispatcher.city") { line async throws in
                #expect(
                    try await line.ask("LIST NEWSGROUPS city.east*,!*-2").block == [
                        "city.east\t东区市场监督管理局", "city.east.east-1\t东一市场监督管理所",
                    ])
                #expect(try await line.ask("LIST ACTIVE city.*st").block == ["city.east 1 1 n", "city.west 0 1 n"])
                #expect(try await line.ask("LIST").block?.count == 9)
            }
        }
    }

    @Test(arguments: OutputFormat.allCases)
    func `no stored text makes a line, a column or a reply of its own`(format: OutputFormat) async throws {
        try await Self.run(cases: 1) { officer, _ in
            try await officer.act(as: "dispatcher.city") { line async throws in
                let hostile = #"a\n.\n205 bye\tb\n100 help\n..\n"#
                #expect(try await line.ask("CASE URGE A-000001 reason=\"\(hostile)\"").code == 291)
                #expect(
                    try await line.ask("CASE SUPERVISE A-000001 requirement=\"\(hostile)\" reason=\"\(hostile)\"").code
                        == 291)
                #expect(try await line.ask("SET format=\(format.rawValue)").code == 290)

                let trace = try await line.ask("CASE TRACE TST-2026-000001").block ?? []
                let rows = format == .text ? trace.dropFirst() : trace[...]
                #expect(rows.count == 5)
                if format == .text { #expect(rows.allSatisfy { $0.split(separator: "\t").count == 9 }) }
                #expect(try await line.ask("CASE SHOW TST-2026-000001").code == 215)
                #expect(try await line.ask("DATE").code == 111)
            }
        }
    }

    @Test func `a session that ends in the database ends at the door`() async throws {
        try await Self.run(cases: 1) { officer, city in
            try await officer.act(as: "leader.city") { line async throws in
                #expect(try await line.ask("WHOAMI").code == 215)
                try await city.owner { connection throws(PostgresError) in
                    _ = try connection.query("update bihuan.officers set locked_at = now() where login = 'leader.city'")
                }
                #expect(try await line.ask("WHOAMI").code == 480)
                #expect(try await line.ask("LIST UNITS").code == 480)
                #expect(try await line.ask("CAPABILITIES").block?.contains("AUTHINFO USER SASL") == true)
            }
        }
    }
}
