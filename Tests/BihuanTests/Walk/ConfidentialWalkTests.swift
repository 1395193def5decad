import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// Who must not see a case, who may not, and how the complainant is reached: through both doors, as the real roles.
struct ConfidentialWalkTests {
    private static let dispatcher = "dispatcher.city"
    private static let east = "dispatcher.east"
    private static let station = "handler.east-1"

    /// What the door answers a refusal with, without what differs between any two requests.
    private static func refusal(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
        } catch let error as DoorSaidNo {
            guard let object = try? JSONSerialization.jsonObject(with: Data(error.answer.utf8)) as? [String: Any] else {
                return error.answer
            }
            return
                "\(object["status"] ?? "") \(object["type"] ?? "") \(object["detail"] ?? "") \(object["errors"] ?? "")"
        }
        return "done"
    }

    /// Graded, assigned to the east, received, forwarded to its station and received there.
    private static func opened(_ doors: BothDoors, _ json: JSONHand) async throws -> (
        record: String, first: String, second: String
    ) {
        let record = try await json.register("C-\(UUID().uuidString.prefix(6))", by: "duty.city")
        try await json.grade(record, "general", by: Self.dispatcher)
        let first = try await json.assign(record, to: "east", by: Self.dispatcher)
        try await json.hop(first, verb: "receive", by: Self.east)
        let second = try await json.forward(first, to: "east-1", by: Self.east)
        try await json.hop(second, verb: "receive", by: Self.station)
        return (record, first, second)
    }

    /// Everything a unit could find a case by, as far as it shows the ref.
    private static func sightings(
        of refs: [String], by login: String, _ json: JSONHand, _ line: LineHand
    ) async throws -> [String] {
        var sightings: [String] = []
        for path in [
            "/cases", "/worklist", "/clocks", "/assignments", "/supervisions", "/leads", "/summary", "/warnings",
        ] {
            guard let answer = try? await json.call("GET", path, by: login) else { continue }
            let text = String(decoding: try JSONSerialization.data(withJSONObject: answer), as: UTF8.self)
            if refs.contains(where: text.contains) { sightings.append(path) }
        }
        for command in ["LIST CASES", "LIST WORK", "LIST CLOCKS", "LIST WARNINGS", "SUMMARY"] {
            let text = (try await line.say(command, by: login).block ?? []).joined(separator: "\n")
            if refs.contains(where: text.contains) { sightings.append(command) }
        }
        return sightings
    }

    // MARK: Recusal

    @Test func `a recused district and its stations find nothing of the case by any way, until the recusal is lifted`()
        async throws
    {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let (record, first, second) = try await Self.opened(doors, json)
            let refs = [record, first, second]
            let id = try #require(try await json.call("GET", "/cases/\(record)", by: Self.dispatcher)["id"] as? String)
            #expect(try await Self.sightings(of: refs, by: Self.east, json, line).contains("/cases"))
            #expect(try await Self.sightings(of: refs, by: Self.station, json, line).contains("LIST WORK"))

            _ = try await json.call(
                "POST", "/cases/\(record)/actions/recuse", ["unit": "east", "reason": "投诉的是该局"], by: Self.dispatcher)

            for login in [Self.east, Self.station, "leader.east"] {
                #expect(try await Self.sightings(of: refs, by: login, json, line).isEmpty, "\(login)")
                for path in [
                    "/cases/%", "/cases/%/timeline", "/cases/%/assignments", "/cases/%/gradings", "/cases/%/spread",
                    "/cases/%/filings", "/cases/%/recusals", "/cases/%/reads", "/cases/%/contacts",
                ] {
                    let hidden = try await Self.refusal {
                        _ = try await json.call("GET", path.replacing("%", with: record), by: login)
                    }
                    let byID = try await Self.refusal {
                        _ = try await json.call("GET", path.replacing("%", with: id), by: login)
                    }
                    let absent = try await Self.refusal {
                        _ = try await json.call("GET", path.replacing("%", with: "TST-2026-099999"), by: login)
                    }
                    #expect(hidden == absent && byID == absent, "\(login) \(path)")
                }
                for (command, ref, none) in [
                    ("CASE SHOW", record, "TST-2026-099999"), ("CASE TRACE", record, "TST-2026-099999"),
                    ("CASE SHOW", first, "A-999999"), ("LIST RECUSALS", record, "TST-2026-099999"),
                ] {
                    let hidden = try await Self.refusal { try await line.say("\(command) \(ref)", by: login) }
                    let absent = try await Self.refusal { try await line.say("\(command) \(none)", by: login) }
                    #expect(hidden == absent, "\(login) \(command)")
                }
                let acted = try await Self.refusal {
                    try await json.hop(first, verb: "return", by: login)
                }
                #expect(acted == (try await Self.refusal { try await json.hop("A-999999", verb: "return", by: login) }))
            }
            // The work came back, and nothing of it waits for the unit.
            let look = try await json.look(record, by: Self.dispatcher)
            #expect(look.state == "graded")
            #expect(look.log.filter { $0 == "recalled" }.count == 2)
            #expect(look.log.contains("recused"))
            let waiting = try await doors.city.owner { connection throws(PostgresError) in
                try connection.query(
                    """
                    select k.outcome from bihuan.clocks k
                      join bihuan.units u on u.city_id = k.city_id and u.unit_id = k.unit_id
                     where u.label like 'east%' and k.stopped_at is null
                    """
                ).rows.count
            }
            #expect(waiting == 0)
            // It goes past the unit: refused for it, and for those below, to whoever knows.
            let refused = try await Self.refusal { _ = try await json.assign(record, to: "east", by: Self.dispatcher) }
            #expect(refused.contains("recused"))
            #expect(
                try await Self.refusal {
                    try await line.say(#"CASE ASSIGN \#(record) east reason="再转""#, by: Self.dispatcher)
                }.contains("unit.recused"))
            _ = try await json.assign(record, to: "west", by: Self.dispatcher)
            let words = try await doors.city.owner { connection throws(PostgresError) in
                try connection.query(
                    """
                    select o.topic from bihuan.outbox o
                      join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
                      join bihuan.events e on e.city_id = o.city_id and e.case_id = o.case_id and e.seq = o.seq
                     where u.label like 'east%'
                       and e.seq >= (select min(r.seq) from bihuan.events r where r.case_id = o.case_id and r.kind = 'recused')
                    """
                ).rows.count
            }
            #expect(words == 0)
            #expect(try await line.say("LIST RECUSALS \(record)", by: Self.dispatcher).block?.count == 2)

            try await line.say(#"CASE LIFTRECUSAL \#(record) east reason="已查清无关""#, by: Self.dispatcher)

            _ = try await json.assign(record, to: "east", by: Self.dispatcher)
            #expect(try await Self.sightings(of: [record], by: Self.east, json, line).contains("/cases"))
        }
    }

    @Test func `an officer of the recused unit does not see the case in another post either`() async throws {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let (record, first, second) = try await Self.opened(doors, json)
            // The reviewer of the city also holds a post in the east's station.
            _ = try await doors.city.registry { registry in
                try await registry.addPost(
                    login: "reviewer.city", unit: "east-2", role: .handler, in: doors.city.city,
                    at: Date(timeIntervalSince1970: 1_700_000_000))
            }
            #expect(
                try await Self.sightings(of: [record], by: "reviewer.city", json, line).contains("/cases"))

            try await line.say(#"CASE RECUSE \#(record) east reason="投诉的是该局""#, by: Self.dispatcher)

            #expect(
                try await Self.sightings(of: [record, first, second], by: "reviewer.city", json, line).isEmpty)
            let hidden = try await Self.refusal { _ = try await json.look(record, by: "reviewer.city") }
            let absent = try await Self.refusal { _ = try await json.look("TST-2026-099999", by: "reviewer.city") }
            #expect(hidden == absent)
            #expect(try await Self.sightings(of: [record], by: "leader.city", json, line).contains("/cases"))
        }
    }

    @Test func `whoever recuses a unit that he has a post in can do so, of a case that is sealed already as well`()
        async throws
    {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let (record, first, second) = try await Self.opened(doors, json)
            _ = try await doors.city.registry { registry in
                try await registry.addPost(
                    login: Self.dispatcher, unit: "east-2", role: .handler, in: doors.city.city,
                    at: Date(timeIntervalSince1970: 1_700_000_000))
            }
            try await line.say(#"CASE RECUSE \#(record) west reason="投诉的是该局""#, by: Self.dispatcher)

            _ = try await json.call(
                "POST", "/cases/\(record)/actions/recuse", ["unit": "east", "reason": "也投诉该局"], by: Self.dispatcher)

            #expect(
                try await Self.sightings(of: [record, first, second], by: Self.dispatcher, json, line).isEmpty)
            let look = try await json.look(record, by: "leader.city")
            #expect(look.state == "graded" && look.log.filter { $0 == "recused" }.count == 2)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test func `at intake and at grading the units a case is about are named, and it goes past them`() async throws {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let body: [String: Any] = [
                "source": "hotline-12345", "reference": "about-1", "channel": "hotline",
                "content": "反映东区局工作人员推诿。", "about": ["east"],
            ]
            let made = try await json.call("POST", "/cases", body, by: Self.dispatcher)
            let record = try #require(made["ref"] as? String)
            try await json.grade(record, "general", by: Self.dispatcher)
            #expect(
                try await Self.refusal { _ = try await json.assign(record, to: "east", by: Self.dispatcher) }
                    .contains("recused"))

            let other = try await json.register("about-2", by: "duty.city")
            try await line.say(#"CASE GRADE \#(other) general about=west,food reason="涉及两家""#, by: Self.dispatcher)
            let recusals = try await json.call("GET", "/cases/\(other)/recusals", by: "leader.city")["items"] as? [Any]
            #expect(recusals?.count == 2)
            let own = try await Self.refusal {
                _ = try await json.call(
                    "POST", "/cases/\(other)/actions/recuse", ["unit": "city", "reason": "x"], by: Self.dispatcher)
            }
            #expect(own.contains("answers_for_it"))
        }
    }

    // MARK: Secrecy

    @Test func `a restricted case is there for those cleared for it alone, and every look at it is on record`()
        async throws
    {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let (record, first, second) = try await Self.opened(doors, json)
            func clear(_ login: String, _ unit: String, _ role: PostRole, _ clearance: Int) async throws {
                try await doors.city.registry { registry in
                    try await registry.setClearance(
                        clearance, login: login, unit: unit, role: role, in: doors.city.city)
                }
            }
            let above = try await Self.refusal {
                _ = try await json.call(
                    "POST", "/cases/\(record)/actions/restrict", ["secrecy": 1, "reason": "举报人要求"], by: Self.dispatcher)
            }
            #expect(above.contains("above_own_clearance"))
            try await clear(Self.dispatcher, "city", .dispatcher, 1)
            let blind = try await Self.refusal {
                try await line.say(#"CASE RESTRICT \#(record) 1 reason="举报人要求""#, by: Self.dispatcher)
            }
            #expect(blind.contains("level.not_cleared"))
            try await clear(Self.east, "east", .dispatcher, 1)
            try await clear(Self.station, "east-1", .handler, 1)
            func open(_ login: String) async throws -> Int? {
                let summary = try await json.call("GET", "/summary", by: login)
                return (summary["total"] as? [String: Any])?["open"] as? Int
            }
            #expect(try await open("leader.city") == 1)
            #expect(try await open("leader.east") == 1)
            try await line.say(#"CASE RESTRICT \#(record) 1 reason="举报人要求""#, by: Self.dispatcher)

            // A count would tell of it as well.
            #expect(try await open("leader.city") == 0)
            #expect(try await open("leader.east") == 0)
            #expect(try await open(Self.east) == 1)
            for login in ["leader.city", "duty.city", "reviewer.east", "leader.east"] {
                #expect(
                    try await Self.sightings(of: [record, first, second], by: login, json, line).isEmpty, "\(login)")
                let hidden = try await Self.refusal { _ = try await json.look(record, by: login) }
                #expect(hidden == (try await Self.refusal { _ = try await json.look("TST-2026-099999", by: login) }))
            }
            #expect(try await Self.sightings(of: [second], by: Self.station, json, line).contains("LIST WORK"))
            #expect(try await json.call("GET", "/cases/\(record)", by: Self.east)["secrecy"] as? Int == 1)
            _ = try await line.say("CASE TRACE \(record)", by: Self.dispatcher)
            let west = try await Self.refusal { _ = try await json.assign(record, to: "west", by: Self.dispatcher) }
            #expect(west.contains("not_cleared"))

            try await clear("leader.city", "city", .leader, 2)
            #expect(try await open("leader.city") == 1)
            let reads = try #require(
                try await json.call("GET", "/cases/\(record)/reads", by: "leader.city")["items"] as? [[String: Any]])
            #expect(reads.contains { $0["what"] as? String == "case" && $0["via"] as? String == "json" })
            #expect(reads.contains { $0["what"] as? String == "timeline" && $0["via"] as? String == "line" })
            #expect(
                (try await json.call("GET", "/cases/\(record)/reads", by: Self.east)["items"] as? [Any])?.isEmpty
                    == true)

            try await line.say(#"CASE RESTRICT \#(record) 0 reason="已公开""#, by: "leader.city")
            #expect(try await Self.sightings(of: [record], by: "leader.east", json, line).contains("/cases"))
        }
    }

    @Test func `a text marked as a state secret is not taken in`() async throws {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            for content in ["机密★ 3 年\n某某情况的报告", "【绝密】某某", "秘密★1年 某某"] {
                let body: [String: Any] = ["source": "hotline-12345", "channel": "hotline", "content": content]
                #expect(
                    try await Self.refusal { _ = try await json.call("POST", "/cases", body, by: "duty.city") }
                        .contains("state_secret"))
                #expect(
                    try await Self.refusal { _ = try await json.call("POST", "/leads", body, by: "duty.city") }
                        .contains("state_secret"))
            }
            let said = try await Self.refusal {
                try await line.say(
                    #"CASE REGISTER title="秘密★ 通知" content="内容" channel=hotline reason="来文""#, by: "duty.city")
            }
            #expect(said.contains("state_secret"))
            #expect(SecrecyMark.found(in: "秘密窝点制售假酒，请查处") == nil)
        }
    }

    // MARK: Contacts

    @Test
    func `a contact is kept sealed, shown masked to those who must answer, and whole only with a reason on record`()
        async throws
    {
        try await BothDoors.with { doors in
            let (json, line) = (JSONHand(port: doors.http), LineHand(socket: doors.socket))
            let body: [String: Any] = [
                "source": "hotline-12345", "reference": "contact-1", "channel": "hotline",
                "content": "市民来电反映某超市货架上有过期食品，要求答复。",
                "contact": ["phone": "13800001234", "email": "zhang@example.com"],
            ]
            let made = try await json.call("POST", "/cases", body, key: "c1", by: "duty.city")
            let record = try #require(made["ref"] as? String)
            let id = try #require(made["id"] as? String)
            #expect(try await json.call("POST", "/cases", body, key: "c1", by: "duty.city")["id"] as? String == id)
            try await json.grade(record, "general", by: Self.dispatcher)
            let hop = try await json.assign(record, to: "east", by: Self.dispatcher)

            func contacts(_ login: String) async throws -> [[String: Any]] {
                try #require(
                    try await json.call("GET", "/cases/\(record)/contacts", by: login)["items"] as? [[String: Any]])
            }
            let masked = try await contacts(Self.dispatcher)
            #expect(masked.compactMap { $0["masked"] as? String }.sorted() == ["138****1234", "z***@example.com"])
            #expect(try await contacts("handler.east").count == 2)
            for login in ["leader.city", "reviewer.city", "leader.east"] {
                #expect(try await contacts(login).isEmpty, "\(login)")
            }
            let listed = try await line.say("LIST CONTACTS \(record)", by: "duty.city").block ?? []
            #expect(listed.contains { $0.contains("138****1234") } && !listed.contains { $0.contains("13800001234") })

            let phone = try #require(masked.first { $0["kind"] as? String == "phone" }?["id"] as? String)
            for login in ["leader.city", "dispatcher.west", "handler.east-1"] {
                let refused = try await Self.refusal {
                    _ = try await json.call(
                        "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": "答复"], by: login)
                }
                #expect(refused.hasPrefix("404"), "\(login) \(refused)")
            }
            let mayNot = try await Self.refusal {
                _ = try await json.call(
                    "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": "答复"], by: Self.east)
            }
            #expect(mayNot.hasPrefix("403"))
            let keyed = try await Self.refusal {
                _ = try await json.call(
                    "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": "答复"], key: "r", by: Self.dispatcher
                )
            }
            #expect(keyed.contains("not_keyed"))
            await #expect(throws: DoorSaidNo.self, "a reason is required") {
                _ = try await json.call(
                    "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": " "], by: Self.dispatcher)
            }
            let shown = try await json.call(
                "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": "电话答复"], by: "handler.east")
            #expect(shown["value"] as? String == "13800001234")
            let said = try await line.say(#"CONTACT REVEAL \#(phone) reason="核实地址""#, by: Self.dispatcher)
            #expect(said.block?.last?.contains("13800001234") == true)

            let log = try await json.look(record, by: Self.dispatcher).log
            #expect(log.filter { $0 == "contact_revealed" }.count == 2)
            // Nowhere in the database but sealed.
            let traces = try await doors.city.owner { connection throws(PostgresError) -> [String] in
                var traces: [String] = []
                let tables = try connection.query(
                    "select relname::text as name from pg_class where relnamespace = 'bihuan'::regnamespace and relkind = 'r'"
                ).rows.map { row throws(PostgresError) -> String in try row.get("name") }
                for table in tables {
                    let found = try connection.query(
                        SQL(
                            trusted:
                                "select from bihuan.\(table) t where t::text ~ '13800001234|3133383030303031323334|zhang@'"
                        )
                    ).affected
                    if found > 0 { traces.append(table) }
                }
                return traces
            }
            #expect(traces.isEmpty, "\(traces)")

            _ = try await doors.city.registry { registry in
                try await registry.purgeContact(
                    ContactID(rawValue: UUID(uuidString: phone)!), reason: "本人要求", in: doors.city.city)
            }
            let purged = try await contacts(Self.dispatcher).first { $0["id"] as? String == phone }
            #expect(purged?["masked"] is NSNull || purged?["masked"] == nil)
            #expect(purged?["purged_at"] as? String != nil)
            #expect(
                try await Self.refusal {
                    _ = try await json.call(
                        "POST", "/contacts/\(phone)/actions/reveal_contact", ["reason": "答复"], by: Self.dispatcher)
                }.hasPrefix("404"))
            _ = hop
        }
    }

    @Test func `of somebody who posted something no contact is taken`() async throws {
        try await BothDoors.with { doors in
            let json = JSONHand(port: doors.http)
            for (more, code) in [
                (["channel": "hotline", "link": "https://weibo.example/1"], "of_a_post"),
                (["channel": "hotline", "outlet": "某论坛"], "of_a_post"), (["channel": "press"], "not_to_be_answered"),
                (["channel": "hotline", "phone": "不详"], "not_a_phone"),
            ] {
                var body: [String: Any] = [
                    "source": "hotline-12345", "content": "反映某超市。",
                    "contact": ["phone": more["phone"] ?? "13800001234"],
                ]
                for (name, value) in more where name != "phone" { body[name] = value }
                let refused = try await Self.refusal {
                    _ = try await json.call("POST", "/cases", body, by: "duty.city")
                }
                #expect(refused.contains(code), "\(refused)")
            }
        }
    }
}
