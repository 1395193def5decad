import BihuanDomain
import BihuanLine
import BihuanStore
import StoreTestSupport
import Testing

/// The ladder, duty and the registers, by people who type.
struct LadderCommandTests {
    @Test func `a case is urged and supervised, and its duty officers are tested`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                let record = "TST-2026-000001"
                var test = ""
                try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    _ = try await line.ask("CASE GRADE \(record) general reason=常规")
                    _ = try await line.ask("CASE ASSIGN \(record) east reason=属地")
                    let set =
                        "DUTY SET east 2026-03-02 shifts=handler.east/2026-03-02T08:00:00+08:00/2026-03-02T20:00:00+08:00"
                    #expect(try await line.ask(set).code == 501, "a reason is asked for")
                    #expect(try await line.ask(set + " reason=排班").code == 291)
                    #expect(try await line.ask("DUTY SET east 2026-03-02 shifts=x reason=排班").code == 501)
                    let roster = try await line.ask("DUTY SHOW east date=2026-03-02").block ?? []
                    #expect(
                        roster.count { $0.hasPrefix("shift\t") } == 1 && roster.count { $0.hasPrefix("gap\t") } == 2)
                    #expect(roster.last?.hasPrefix("on-duty\teast\thandler.east") == true)
                    #expect(try await line.ask("DUTY TEST reason=抽查").code == 501)
                }
                let asked = try await officer.say(
                    as: "dispatcher.city", "DUTY TEST case=\(record) within=10m reason=抽查",
                    "CASE URGE \(record) reason=x")
                #expect(asked.map { $0.prefix(3) } == ["291", "493"])
                test = asked[0].split(separator: " ").last.map(String.init) ?? ""
                let name = test
                #expect(
                    try await officer.say(as: "handler.west", "DUTY ACK \(name) reason=在").map { $0.prefix(3) } == [
                        "490"
                    ])
                #expect(
                    try await officer.say(as: "handler.east", "DUTY ACK \(name) reason=在岗").map { $0.prefix(3) } == [
                        "291"
                    ])
                try await officer.act(as: "leader.city") { line async throws in
                    let result = try await line.ask("DUTY RESULT \(name)").block ?? []
                    #expect(result.contains { $0.hasPrefix("east\thandler.east") && $0.contains("\tanswered\t") })
                    #expect(try await line.ask("DUTY TESTS case=\(record)").block?.last?.hasPrefix(name) == true)
                    #expect(try await line.ask("CASE URGE \(record) reason=领导过问").code == 291)
                    #expect(try await line.ask("CASE URGE A-000001 reason=领导过问").code == 291)
                    #expect(try await line.ask("LIST URGES \(record)").block?.count { $0.contains("\tmanual\t") } == 2)
                    let order = "CASE SUPERVISE A-000001 cause=inadequate requirement=说明 reason=不到位"
                    #expect(try await line.ask(order + " limit=P9X").code == 501)
                    #expect(try await line.ask(order + " grade=serious limit=PT2H").code == 291)
                    let shown = try await line.ask("CASE SHOW \(record)").block ?? []
                    #expect(shown.contains { $0.contains("grade\tserious") })
                    #expect(shown.contains { $0.contains("unreachable\tcity") })
                    #expect(try await line.ask("LIST ESCALATED").code == 215)
                }
            }
        }
    }

    @Test func `contacts, experts and supplies are kept by whom they are for`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let officer = Officer(server: server)
                #expect(
                    try await officer.say(
                        as: "dispatcher.east", "LIAISON SET west liaison name=甲 reason=x",
                        "EXPERT SET name=张 field=食品 reason=x", "SUPPLY SET east item=箱 quantity=3 place=库 reason=x",
                        "SUPPLY SET west item=箱 quantity=3 place=库 reason=x"
                    ).map { $0.prefix(3) } == ["493", "493", "291", "493"])
                try await officer.act(as: "dispatcher.city") { line async throws in
                    _ = try await line.ask("CASE REGISTER title=过期 content=过期食品 channel=hotline reason=热线")
                    #expect(
                        try await line.ask("LIAISON SET east information_officer name=甲 phone=0451-1 reason=x").code
                            == 291)
                    #expect(
                        try await line.ask("LIAISON SET east information_officer name=乙 phone=0451-2 reason=x").code
                            == 291)
                    let contacts = try await line.ask("LIST LIAISONS unit=east").block ?? []
                    #expect(contacts.count { $0.contains("information_officer") } == 1)
                    #expect(contacts.last?.contains("乙") == true)
                    #expect(try await line.ask("LIAISON END east information_officer name=乙 reason=调离").code == 291)
                    #expect(try await line.ask("LIAISON END east information_officer name=乙 reason=调离").code == 490)
                    #expect(try await line.ask("EXPERT SET name=张教授 field=食品 reason=聘").code == 291)
                    let row = try #require(try await line.ask("LIST EXPERTS").block?.last)
                    let id = try #require(row.split(separator: "\t").first)
                    #expect(try await line.ask("EXPERT SHOW \(id)").block?.last == row)
                    #expect(try await line.ask("CASE ENGAGE TST-2026-000001 \(id) reason=会商").code == 291)
                    let shown = try await line.ask("CASE SHOW TST-2026-000001").block ?? []
                    #expect(shown.contains { $0.contains("张教授") })
                    let supplies = try await line.ask("LIST SUPPLIES under=east").block ?? []
                    let supply = try #require(supplies.last?.split(separator: "\t").first)
                    #expect(try await line.ask("SUPPLY INSPECT \(supply) next=2026-09-01 reason=例检").code == 291)
                    // What is wrong is called as it was written here.
                    for (command, fault) in [
                        ("SUPPLY INSPECT \(supply) next=2020-01-01 reason=x", "next.not_in_the_future"),
                        ("EXPERT SET name=李 field=食品 from=2026-05-01 until=2026-04-01 reason=x", "until.not_after"),
                        ("DUTY TEST units=east within=10s reason=x", "within.out_of_range"),
                        ("CASE RESTRICT TST-2026-000001 2 reason=x", "level.above_own_clearance"),
                        ("BULK unit=proposed cases=TST-2026-000001 level=nonsense reason=x", "level"),
                    ] {
                        let answer = try await line.ask(command)
                        let told = ([answer.text] + (answer.block ?? [])).joined(separator: " ")
                        #expect(told.contains(fault), "\(command): \(answer.line)")
                    }
                }
            }
        }
    }
}
