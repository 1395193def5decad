import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// Units, officers and posts, by people who type.
struct OrganisationCommandTests {
    @Test func `a moved district takes its open work along, and a closed unit's work is never orphaned`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                try await officer.say(
                    as: "dispatcher.city", "CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线",
                    "CASE GRADE \(record) sensitive reason=食品", "CASE ASSIGN \(record) east reason=属地")
                #expect(try await officer.say(as: "dispatcher.west", "CASE SHOW \(record)") == ["490 case"])
                let answers = try await officer.say(
                    as: "operator.city", "UNIT MOVE east west reason=代管", "UNIT MOVE city west reason=x",
                    "UNIT CLOSE east reason=撤销", "UNIT RENAME nowhere name=x reason=x")
                #expect(answers == ["294 0", "494 unit.own", "491 unit.in_use", "490 unit"])
                #expect(
                    try await officer.say(as: "dispatcher.west", "CASE SHOW \(record)").first?.hasPrefix("215") == true)
                #expect(
                    try await officer.say(as: "dispatcher.east", "UNIT RENAME east name=东 reason=x")
                        == ["493 administration.not_permitted"])
                let closed = try await officer.say(
                    as: "operator.city", "UNIT HANDOVER east price cases=\(record) reason=专办",
                    "UNIT HANDOVER east price cases=\(record) reason=专办", "UNIT HANDOVER price east reason=退回",
                    "UNIT MERGE east west reason=撤并")
                #expect(closed == ["294 1", "494 case.not_with_unit", "294 1", "294 1"])
                try await officer.act(as: "dispatcher.west") { line async throws in
                    #expect(try await line.ask("LIST WORK").block?.contains { $0.contains(record) } == true)
                    let unit = try await line.ask("UNIT SHOW east at=2020-01-01T00:00:00+08:00").block ?? []
                    #expect(unit.contains("closed\tyes"))
                    #expect(unit.contains("name_then\t东区市场监督管理局") && unit.contains("parent_then\tcity"))
                    #expect(try await line.ask("LIST CHANGES").block?.contains { $0.contains("merged\teast") } == true)
                    #expect(try await line.ask("LIST CHANGES of=officers").block?.count == 1)
                }
            }
        }
    }

    @Test func `officers are added, appointed, locked and ended by an operator`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                try await officer.act(as: "operator.city") { line async throws in
                    #expect(
                        try await line.ask("OFFICER ADD sun name=孙 unit=east-1 role=handler reason=录用").code == 393)
                    #expect(try await line.answer(block: [TestCity.password]).code == 290)
                    let until = Date().addingTimeInterval(3_600).ISO8601Format()
                    #expect(
                        try await line.ask(
                            "OFFICER POST sun unit=east role=leader acting=leader.east reason=代理"
                        ).line.hasPrefix("494 post.deputy_needs_end"))
                    #expect(
                        try await line.ask(
                            "OFFICER POST sun unit=east role=leader acting=leader.east until=\(until) reason=代理"
                        ).code == 290)
                    #expect(
                        try await line.ask(
                            "OFFICER POST sun unit=east role=reviewer clearance=1 reason=专办"
                        ).line.hasPrefix("494 post.above_own_clearance"))
                    let posts = try await line.ask("LIST POSTS under=east").block ?? []
                    #expect(posts.contains { $0.hasPrefix("sun\t") && $0.hasSuffix("\tleader.east\t0") })
                    #expect(try await line.ask("LIST CHANGES of=officers").block?.count == 3)
                }
                #expect(try await officer.say(as: "sun", "WHOAMI").first?.hasPrefix("215") == true)
                let answers = try await officer.say(
                    as: "operator.city", "OFFICER ENDPOST sun unit=east role=leader reason=期满",
                    "OFFICER ENDPOST sun unit=east role=leader reason=期满", "OFFICER LOCK sun reason=调查",
                    "OFFICER LOCK operator.city reason=误", "OFFICER LOCK nobody reason=误",
                    "OFFICER UNLOCK sun reason=结束")
                #expect(answers[0].hasPrefix("290") && answers[2].hasPrefix("290") && answers[5].hasPrefix("290"))
                #expect(
                    [answers[1], answers[3], answers[4]]
                        == ["494 post.not_held", "494 officer.oneself", "490 officer"])
            }
        }
    }
}
