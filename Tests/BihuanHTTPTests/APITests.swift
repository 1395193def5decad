import Logging
import StoreTestSupport
import Testing

@testable import BihuanHTTP

struct APITests {
    static func lead(_ number: Int) -> String {
        #"{"source":"hotline-12345","reference":"GD-\#(number)","channel":"hotline","content":"市民反映第 \#(number) 件事。"}"#
    }

    @Test func `every route of an officer turns away who has no session, always in the same words`() async throws {
        try await APIDoor.with { port, city in
            let api = JSONDoor(
                configuration: try RunningDoor.configuration(),
                store: city.store,
                cursorKey: [UInt8](repeating: 7, count: 32),
                logger: Logger(label: "test")
            )
            let stranger = "Authorization: Bearer bhs_test_" + String(repeating: "A", count: 43)
            var bodies: Set<String> = []
            for route in api.table.routes where route.access == .officer {
                let path = route.template.replacing("clocks/{id}", with: "clocks/01980000-0000-7000-8000-000000000001")
                    .replacing("leads/{id}", with: "leads/01980000-0000-7000-8000-000000000001")
                    .replacing("{id}", with: "TST-2026-000001").replacing("{label}", with: "city")
                let none = try await RunningDoor.ask(port, route.method, path, ["X-Request-Id: same"])
                #expect(none.status == 401, "\(route.method) \(path)")
                bodies.insert(String(decoding: none.body, as: UTF8.self).replacing(path, with: ""))
                if route.method == "GET", !route.template.hasSuffix("{id}") || route.template.hasSuffix("cases/{id}") {
                    let asked = route.template.hasSuffix("routing/preview") ? path + "?month=2026-10" : path
                    let unknown = try await RunningDoor.ask(
                        port, route.method, asked, ["X-Request-Id: same", stranger])
                    #expect(unknown.status == 401, "\(path)")
                    bodies.insert(String(decoding: unknown.body, as: UTF8.self).replacing(path, with: ""))
                }
            }
            #expect(bodies.count == 1)
            #expect(api.table.routes.filter { $0.access == .officer }.count > 35)
        }
    }

    @Test func `a log-in opens a session that says who one is, and a log-out ends it`() async throws {
        try await APIDoor.with { port, city in
            let officer = try await APIClient.logIn("dispatcher.east", at: port)
            let me = try await officer.get("/me")
            #expect(me.text("login") == "dispatcher.east@test")
            #expect(me.text("acting/unit/label") == "east")
            #expect(me.text("acting/role") == "dispatcher")
            #expect(me.value("posts/0/is_acting") == .bool(true))

            #expect(try await officer.ask("DELETE", "/sessions/current", [], body: nil).status == 204)
            #expect(try await officer.get("/me").status == 401)
            #expect(try await officer.ask("DELETE", "/sessions/current", [], body: nil).status == 401)
        }
    }

    @Test func `whatever is wrong with a log-in, the answer is the same`() async throws {
        try await APIDoor.with { port, city in
            let door = APIClient(port: port)
            let attempts = [
                #"{"name":"dispatcher.city@test","password":"wrong"}"#,
                #"{"name":"nobody@test","password":"wrong"}"#,
                #"{"name":"dispatcher.city@nowhere","password":"wrong"}"#,
                #"{"name":"dispatcher.city","password":"wrong"}"#,
                #"{"name":"dispatcher.city@test","password":"\#(TestCity.password)","post":"01938a3e-0000-7000-8000-000000000001"}"#,
            ]
            var bodies: Set<String> = []
            for attempt in attempts {
                let answer = try await door.post("/sessions", attempt, ["X-Request-Id: same"])
                #expect(answer.status == 401)
                #expect(answer.code == "session.refused")
                bodies.insert(String(decoding: answer.body, as: UTF8.self))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test func `the same key does a thing once, and another thing not at all`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let key = #"Idempotency-Key: "k-1""#

            let first = try await dispatch.post("/cases", Self.lead(1), [key])
            let second = try await dispatch.post("/cases", Self.lead(1), ["Idempotency-Key: k-1"])
            let other = try await dispatch.post("/cases", Self.lead(2), [key])

            #expect(first.status == 201)
            #expect(first.headers["idempotent-replayed"] == nil)
            #expect(second.status == 201)
            #expect(second.headers["idempotent-replayed"] == "true")
            #expect(second.body == first.body)
            #expect(second.headers["location"] == first.headers["location"])
            #expect(other.status == 422)
            #expect(other.code == "idempotency_key.reused")
            // Without a key the source's own reference tells that it is there already.
            let known = try await dispatch.post("/cases", Self.lead(1))
            #expect(known.status == 200)
            #expect(known.text("id") == first.text("id"))
            #expect(known.value("changed") == .bool(false))
        }
    }

    @Test func `the same key sent twice at once does a thing once`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let body = #"{"source":"desk","channel":"phone","content":"同时到达。"}"#
            async let one = dispatch.post("/cases", body, ["Idempotency-Key: twin"])
            async let two = dispatch.post("/cases", body, ["Idempotency-Key: twin"])
            let answers = [try await one, try await two]

            #expect(answers.map(\.status) == [201, 201])
            #expect(answers[0].body == answers[1].body)
            #expect(answers.filter { $0.headers["idempotent-replayed"] == "true" }.count == 1)
            #expect(try await dispatch.get("/cases").count("items") == 1)
        }
    }

    @Test func `who acts on an old version is shown the present one`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let registered = try await dispatch.post("/cases", Self.lead(1))
            let path = try #require(registered.headers["location"])
            let tag = try #require(registered.headers["etag"])
            #expect(try await dispatch.get(path).headers["etag"] == tag)
            let grade = #"{"level":"general","reason":"一般"}"#

            let stale = try await dispatch.post("\(path)/actions/grade", grade, [#"If-Match: "v99""#])
            #expect(stale.status == 412)
            #expect(stale.text("current/state") == "registered")
            #expect(stale.words("current/allowed_actions")?.contains("grade") == true)
            let foreign = try await dispatch.post("\(path)/actions/grade", grade, [#"If-Match: W/"v1""#])
            #expect(foreign.status == 412)
            let fresh = try await dispatch.post("\(path)/actions/grade", grade, ["If-Match: \(tag)"])
            #expect(fresh.status == 200)
            #expect(fresh.headers["etag"] != tag)

            let known = try #require(fresh.headers["etag"])
            #expect(try await dispatch.get(path, ["If-None-Match: \(known)"]).status == 304)
        }
    }

    @Test func `what may not be seen is told like what is not there`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let other = try await APIClient.logIn("dispatcher.city2", at: port, in: TestCity.otherCode)
            let registered = try await dispatch.post("/cases", Self.lead(1))
            let path = try #require(registered.headers["location"])
            let absent = "/api/v1/cases/01938a3e-0000-7000-8000-000000000001"

            for stranger in [west, other] {
                for suffix in ["", "/timeline", "/assignments"] {
                    let hidden = try await stranger.get(path + suffix, ["X-Request-Id: same"])
                    let missing = try await stranger.get(absent + suffix, ["X-Request-Id: same"])
                    #expect(hidden.status == 404)
                    #expect(
                        String(decoding: hidden.body, as: UTF8.self).replacing(path, with: "")
                            == String(decoding: missing.body, as: UTF8.self).replacing(absent, with: "")
                    )
                }
                let grade = #"{"level":"general","reason":"一般"}"#
                #expect(try await stranger.post("\(path)/actions/grade", grade).status == 404)
                #expect(try await stranger.get("/cases").count("items") == 0)
            }
        }
    }

    @Test func `a step out of turn names the steps there are, a step of another's is refused`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let leader = try await APIClient.logIn("leader.city", at: port)
            let duty = try await APIClient.logIn("duty.city", at: port)
            let path = try #require(try await dispatch.post("/cases", Self.lead(1)).headers["location"])

            let early = try await dispatch.post("\(path)/actions/conclude", #"{"reason":"办结"}"#)
            #expect(early.status == 409)
            #expect(early.code == "state.registered")
            #expect(early.words("allowed_actions")?.contains("grade") == true)
            #expect(early.text("type") == "/problems/state-conflict")
            let other = try await duty.post("\(path)/actions/conclude", #"{"reason":"办结"}"#)
            #expect(other.status == 403)
            #expect(other.code == "post.not_permitted")
            let registering = try await leader.post("/cases", Self.lead(2))
            #expect(registering.status == 403)
        }
    }

    @Test func `lists come in pages that lead on to each other`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            for number in 1...5 { _ = try await dispatch.post("/cases", Self.lead(number)) }
            var seen: [String] = []
            var path: String? = "/api/v1/cases?limit=2&state=registered"
            while let next = path {
                let page = try await dispatch.get(next)
                #expect(page.status == 200)
                for index in 0..<(page.count("items") ?? 0) { seen.append(page.text("items/\(index)/ref") ?? "") }
                if let cursor = page.text("next") {
                    #expect(
                        page.headers["link"] == "</api/v1/cases?limit=2&state=registered&after=\(cursor)>; rel=\"next\""
                    )
                }
                path = page.headers["link"].map { String($0.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(seen == (1...5).reversed().map { "TST-2026-00000\($0)" })

            let work = try await dispatch.get("/worklist?limit=2")
            #expect(work.count("items") == 2)
            let cursor = try #require(work.text("next"))
            #expect(try await dispatch.get("/worklist?limit=200&after=\(cursor)").count("items") == 3)
            #expect(try await dispatch.get("/clocks?after=\(cursor)").code == "cursor.invalid")
        }
    }

    /// Path, body, and the codes with their pointers.
    static let badBodies: [(path: String, body: String, faults: [String])] = [
        ("/sessions", "{}", ["field.missing /name", "field.missing /password"]),
        ("/sessions", #"{"name":"a@b","password":"","post":"x"}"#, ["text.too_short /password", "id.malformed /post"]),
        ("/leads", #"{"channel":1,"colour":2}"#, ["field.type /channel", "field.unknown /colour"]),
        ("/leads", "{}", ["field.missing /source", "field.missing /channel", "field.missing /content"]),
        (
            "/leads", #"{"source":"Hotline","channel":"phone","content":"甲","link":"javascript:alert(1)"}"#,
            ["text.not_a_label /source", "link.malformed /link"]
        ),
        (
            "/leads", #"{"source":"hotline","channel":"phone","content":"甲","received_at":"2026-03-02T08:00:00"}"#,
            ["time.offset_missing /received_at"]
        ),
        (
            "/leads", #"{"source":"hotline","channel":"phone","content":"甲","received_at":"2099-03-02T08:00:00Z"}"#,
            ["time.future /received_at"]
        ),
        (
            "/leads", #"{"source":"hotline","reference":"a b","channel":"phone","content":"甲"}"#,
            ["text.not_plain /reference"]
        ),
        ("/cases", #"{"leads":["x"]}"#, ["id.malformed /leads/0"]),
        (
            "/cases", #"{"leads":["01938a3e-0000-7000-8000-000000000001"]}"#, ["reference.not_found /leads"]
        ),
        ("/cases/{case}/actions/grade", "{}", ["field.missing /level", "field.missing /reason"]),
        ("/cases/{case}/actions/grade", #"{"level":"urgent","reason":"急"}"#, ["choice.unknown /level"]),
        ("/cases/{case}/actions/grade", #"{"level":"general","reason":" "}"#, ["text.blank /reason"]),
        ("/cases/{case}/actions/conclude", #"{"reason":null}"#, ["field.null /reason"]),
        ("/cases/{case}/actions/dismiss", #"{"raeson":"x"}"#, ["field.missing /reason", "field.unknown /raeson"]),
        ("/cases/{case}/assignments", "{}", ["field.missing /unit", "field.missing /reason"]),
        ("/cases/{case}/assignments", #"{"unit":"nowhere","reason":"甲"}"#, ["unit.unknown /unit"]),
        ("/cases/{case}/assignments", #"{"unit":"east-1","reason":"甲"}"#, ["unit.not_directly_below /unit"]),
        (
            "/assignments/{assignment}/feedback", #"{"kind":"last"}"#,
            ["choice.unknown /kind", "field.missing /findings"]
        ),
        (
            "/assignments/{assignment}/feedback", #"{"kind":"final","findings":"甲"}"#,
            ["field.missing /measures", "field.missing /result", "field.missing /verdict"]
        ),
        (
            "/assignments/{assignment}/supervisions", #"{"cause":"slow"}"#,
            ["choice.unknown /cause", "field.missing /requirement", "field.missing /reason"]
        ),
        ("/assignments/{assignment}/actions/return", "{}", ["field.missing /reason"]),
        ("/assignments/{assignment}/actions/forward", "{}", ["field.missing /unit", "field.missing /reason"]),
        ("/supervisions/D-000001/actions/reply", "{}", ["field.missing /reply"]),
    ]

    @Test func `every faulty field of every route has its error`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let ref = try #require(try await dispatch.post("/cases", Self.lead(1)).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"一般"}"#)
            let assignment = try #require(
                try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"属地"}"#).text("ref")
            )
            for (path, body, faults) in Self.badBodies {
                // Another case, still free to be assigned.
                let path = path.replacing("{assignment}", with: assignment).replacing("{case}", with: "TST-2026-000002")
                if path.contains("000002"), try await dispatch.get("/cases/TST-2026-000002").status == 404 {
                    _ = try await dispatch.post("/cases", Self.lead(2))
                    _ = try await dispatch.post(
                        "/cases/TST-2026-000002/actions/grade", #"{"level":"general","reason":"一般"}"#)
                }
                let answer = try await dispatch.post(path, body)
                let found = (0..<(answer.count("errors") ?? 0)).map {
                    "\(answer.text("errors/\($0)/code") ?? "") \(answer.text("errors/\($0)/pointer") ?? "")"
                }
                #expect(answer.status == 400, "\(path) \(body)")
                #expect(found == faults, "\(path) \(body)")
            }
        }
    }

    /// Paths with a query that is refused, and why.
    static let badQueries: [(path: String, code: String)] = [
        ("/cases?staet=open", "parameter.unknown"), ("/cases?state=open", "choice.unknown"),
        ("/cases?light=blue", "choice.unknown"), ("/cases?received_after=2026-03-02", "time.malformed"),
        ("/cases?open=1", "choice.unknown"), ("/cases?limit=201", "number.range"), ("/cases?after=x", "cursor.invalid"),
        ("/cases/TST-2026-000001?x=1", "parameter.unknown"), ("/clocks?within=24h", "duration.malformed"),
        ("/clocks?within=P3WD", "duration.malformed"), ("/units?tier=town", "choice.unknown"),
        ("/supervisions?state=open", "choice.unknown"), ("/worklist?unit=east", "parameter.unknown"),
        ("/summary?limit=1", "parameter.unknown"), ("/me?labels=1", "parameter.unknown"),
        ("/leads?limit=0", "number.range"),
    ]

    @Test func `every faulty parameter has its error`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            for (path, code) in Self.badQueries {
                let answer = try await dispatch.get(path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.code == code, "\(path)")
            }
        }
    }

    @Test func `lists and counts answer their filters`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let loose = try await dispatch.post("/leads", Self.lead(7))
            #expect(loose.status == 201)
            let lead = try #require(loose.text("id"))
            #expect(try await dispatch.get("/leads").text("items/0/id") == lead)
            #expect(try await dispatch.get("/leads/\(lead)").text("content") == "市民反映第 7 件事。")
            let merged = try await dispatch.post("/cases", #"{"leads":["\#(lead)"]}"#)
            #expect(merged.status == 201)
            let ref = try #require(merged.text("ref"))
            #expect(try await dispatch.get("/leads").count("items") == 0)
            #expect(try await dispatch.get("/leads/\(lead)").text("case") == ref)

            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"critical","reason":"特别重大"}"#)
            _ = try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"属地"}"#)
            let counts = [
                ("/cases?state=assigned,graded&level=critical,major&unit=east&open=true", 1),
                ("/cases?under=city&light=green&received_before=2099-01-01T00:00:00Z", 1),
                ("/cases?unit=west", 0), ("/cases?level=general", 0), ("/cases?open=false", 0),
                ("/cases?received_after=2099-01-01T00:00:00%2B08:00", 0),
                ("/units?tier=district", 2), ("/units?under=east", 3), ("/units?under=nowhere", 0),
                ("/cases/\(ref)/assignments", 1), ("/supervisions", 0), ("/clocks?unit=east&within=PT15M", 1),
            ]
            for (path, count) in counts {
                let answer = try await dispatch.get(path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.count("items") == count, "\(path)")
            }
            #expect(try await dispatch.get("/units/east").text("path") == "city.east")
            #expect(try await dispatch.get("/units/nowhere").status == 404)

            let clock = try #require(try await dispatch.get("/clocks?unit=east").text("items/0/id"))
            #expect(try await dispatch.get("/clocks/\(clock)").text("kind") == "receipt")
            try await city.advance(by: .seconds(3_600))
            #expect(try await dispatch.get("/clocks?light=red").count("items") ?? 0 > 0)
            let summary = try await dispatch.get("/summary")
            #expect(summary.number("total/open") == 1)
            #expect(summary.text("unit/label") == "city")
            #expect(summary.count("units") == 4)
        }
    }

    @Test func `readiness asks the database`() async throws {
        try await APIDoor.with { port, city in
            let ready = try await RunningDoor.ask(port, "GET", "/readyz?verbose")
            #expect(ready.status == 200)
            #expect(String(decoding: ready.body, as: UTF8.self).contains("[+] database"))
            #expect(String(decoding: ready.body, as: UTF8.self).contains("[+] migrations"))
        }
    }
}
