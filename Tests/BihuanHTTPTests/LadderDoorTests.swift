import BihuanDomain
import BihuanStore
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Orders with a grade and a deadline of their own, urging, duty, contacts, experts and supplies through the JSON door.
struct LadderDoorTests {
    @Test func `an order has a grade, a time of its own and a reply; a case is urged before it is assigned`()
        async throws
    {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let leader = try await APIClient.logIn("leader.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))

            let urge = "/cases/\(ref)/actions/urge"
            #expect(try await leader.get("/cases/\(ref)").words("allowed_actions")?.contains("urge") == true)
            #expect(try await dispatch.post(urge, #"{"reason":"快办"}"#).status == 403)
            #expect(try await leader.post(urge, #"{"reason":" "}"#).status == 400)
            #expect(try await leader.post(urge, #"{"reason":"请尽快定级"}"#).status == 200)
            let urges = try await dispatch.get("/cases/\(ref)/urges")
            #expect(urges.number("manual") == 1 && urges.text("items/0/reason") == "请尽快定级")
            #expect(try await dispatch.get("/cases/\(ref)").number("urges") == 1)

            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"x"}"#)
            let hop = try #require(
                try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"x"}"#).text("ref"))
            let orders = "/assignments/\(hop)/supervisions"
            for wrong in [
                #""limit":"NOW""#, #""limit":"PT1H","due_at":"2026-03-03T10:00:00+08:00""#,
                #""due_at":"2020-01-01T00:00:00Z""#, #""grade":"dire""#,
            ] {
                let body = #"{"cause":"inadequate","requirement":"说明","reason":"x",\#(wrong)}"#
                #expect(try await leader.post(orders, body).status == 400, "\(wrong)")
            }
            let order = try await leader.post(
                orders, #"{"cause":"inadequate","requirement":"说明原因","reason":"不到位","grade":"serious","limit":"PT2H"}"#)
            #expect(order.status == 201)
            let seen = try await east.get("/supervisions/\(try #require(order.text("ref")))")
            #expect(seen.text("grade") == "serious" && seen.text("limit") == "PT2H")
            #expect(order.text("due_at") == seen.text("due_at"))
        }
    }

    @Test func `a roster is set and its gaps are told; those on duty are tested, of a case too`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("handler.east", at: port)
            let west = try await APIClient.logIn("handler.west", at: port)
            let day = "/units/east/duty?date=2026-03-02"
            let shift =
                #"{"shifts":[{"officer":"handler.east","from":"2026-03-02T08:00:00+08:00","until":"2026-03-02T20:00:00+08:00"}]}"#
            #expect(try await west.ask("PUT", day, [], body: shift).status == 403)
            #expect(try await dispatch.ask("PUT", "/units/east/duty", [], body: shift).status == 400)
            #expect(try await dispatch.ask("PUT", day, [], body: shift).status == 200)
            // Again the same: it takes the place of itself.
            #expect(try await dispatch.ask("PUT", day, [], body: shift).status == 200)
            let roster = try await west.get(day)
            #expect(roster.count("shifts") == 1 && roster.text("shifts/0/officer") == "handler.east")
            #expect(roster.count("gaps") == 2 && roster.text("gaps/0/until") == "2026-03-02T08:00:00+08:00")
            #expect(roster.text("on_duty/0/officer") == "handler.east")
            let twice = #"""
                {"shifts":[
                {"officer":"handler.east","from":"2026-03-03T08:00:00+08:00","until":"2026-03-03T20:00:00+08:00"},
                {"officer":"handler.east","from":"2026-03-03T19:00:00+08:00","until":"2026-03-03T23:00:00+08:00"}]}
                """#
            let overlap = try await dispatch.ask("PUT", "/units/east/duty?date=2026-03-03", [], body: twice)
            #expect(overlap.status == 400 && overlap.text("errors/0/code") == "field.overlap")
            #expect(try await dispatch.get("/units/east/duty?date=2026-03-03").count("shifts") == 0)
            let stranger = shift.replacing("handler.east", with: "handler.west")
            #expect(try await dispatch.ask("PUT", day, [], body: stranger).status == 400)

            // A case; whoever has it is called.
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"x"}"#)
            _ = try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"x"}"#)
            #expect(try await west.post("/duty/tests", #"{"units":["west"],"reason":"x"}"#).status == 403)
            #expect(try await dispatch.post("/duty/tests", #"{"reason":"x"}"#).status == 400)
            let made = try await dispatch.post(
                "/duty/tests", #"{"case":"\#(ref)","answer_within":600,"reason":"抽查"}"#, ["Idempotency-Key: t-1"])
            #expect(made.status == 201)
            let test = try #require(made.text("id"))
            let again = try await dispatch.post(
                "/duty/tests", #"{"case":"\#(ref)","answer_within":600,"reason":"抽查"}"#, ["Idempotency-Key: t-1"])
            #expect(again.text("id") == test)
            // Whoever has nothing to do with the case learns nothing of it by a test.
            let apart = try await dispatch.post("/duty/tests", #"{"case":"\#(ref)","units":["west"],"reason":"x"}"#)
            #expect(apart.status == 400 && apart.text("errors/0/code") == "field.not_on_the_case")
            let below = try await dispatch.post("/duty/tests", #"{"case":"\#(ref)","under":"west","reason":"x"}"#)
            #expect(below.text("errors/0/pointer") == "/under")
            let all = try await dispatch.post("/duty/tests", #"{"case":"\#(ref)","under":"city","reason":"x"}"#)
            #expect(try await dispatch.get("/duty/tests/\(all.text("id") ?? "")").count("calls") == 2)
            let waiting = try await dispatch.get("/duty/tests/\(test)")
            #expect(waiting.count("calls") == 2)
            #expect(try await west.get("/duty/tests/\(test)").status == 404)
            #expect(try await west.post("/duty/tests/\(test)/actions/ack").status == 404)
            let ack = try await east.post("/duty/tests/\(test)/actions/ack", #"{"note":"在岗"}"#)
            #expect(ack.status == 200 && ack.text("state") == "answered")

            // Nobody was on duty at the bureau itself.
            let shown = try await dispatch.get("/cases/\(ref)")
            #expect(shown.count("duty_tests") == 2)
            #expect(shown.count("duty_tests/0/unreachable") == 1)
            #expect(shown.text("duty_tests/0/unreachable/0/label") == "city")

            // Who does not answer in time is unreachable.
            let second = try #require(
                try await dispatch.post("/duty/tests", #"{"units":["east"],"answer_within":60,"reason":"再查"}"#).text(
                    "id"))
            try await city.advance(by: .seconds(120))
            let result = try await dispatch.get("/duty/tests/\(second)")
            #expect(result.text("calls/0/state") == "unreachable" && result.count("unreachable") == 1)
            _ = try await east.post("/duty/tests/\(second)/actions/ack")
            #expect(try await dispatch.get("/duty/tests/\(second)").text("calls/0/state") == "late")
        }
    }

    @Test func `contacts stand on every assignment, and a unit has one information officer`() async throws {
        try await APIDoor.with { port, _ in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let body = #"""
                {"liaisons":[{"kind":"responsible","name":"局长甲","phone":"0451-8888"},
                {"kind":"liaison","officer":"handler.east","phone":"0451-8889"},
                {"kind":"information_officer","name":"信息员乙","email":"yi@east.example"}]}
                """#
            // A district keeps its own, and nobody else's.
            #expect(try await east.ask("PUT", "/units/west/liaisons", [], body: body).status == 403)
            #expect(try await east.ask("PUT", "/units/city/liaisons", [], body: body).status == 403)
            let unknown = try await dispatch.ask(
                "PUT", "/units/east/liaisons", [],
                body: #"{"liaisons":[{"kind":"liaison","name":"甲"},{"kind":"liaison","officer":"nobody.here"}]}"#)
            #expect(unknown.text("errors/0/pointer") == "/liaisons/1/officer")
            #expect(try await dispatch.ask("PUT", "/units/nowhere/liaisons", [], body: body).status == 404)
            let set = try await dispatch.ask("PUT", "/units/east/liaisons", [], body: body)
            #expect(set.status == 200)
            #expect(try await east.get("/units/east/liaisons").count("items") == 3)
            let added = try await dispatch.post("/units/east/liaisons", #"{"kind":"spokesperson","name":"发言人丙"}"#)
            #expect(added.status == 201)
            #expect(try await east.get("/units/east/liaisons").count("items") == 4)
            let end = #"{"kind":"spokesperson","name":"发言人丙"}"#
            #expect(try await dispatch.post("/units/east/liaisons/actions/end", end).status == 200)
            #expect(try await dispatch.post("/units/east/liaisons/actions/end", end).status == 404)
            #expect(try await east.get("/units/east/liaisons").count("items") == 3)
            let two = #"""
                {"liaisons":[{"kind":"information_officer","name":"甲"},{"kind":"information_officer","name":"乙"}]}
                """#
            let refused = try await dispatch.ask("PUT", "/units/west/liaisons", [], body: two)
            #expect(refused.status == 400 && refused.text("errors/0/code") == "field.not_alone")
            #expect(try await east.get("/liaisons?kind=responsible&under=city").text("items/0/name") == "局长甲")

            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"x"}"#)
            _ = try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"x"}"#)
            let hop = try await dispatch.get("/cases/\(ref)/assignments")
            #expect(hop.count("items/0/liaisons") == 2 && hop.text("items/0/liaisons/0/name") == "局长甲")
            #expect(hop.text("items/0/liaisons/1/phone") == "0451-8889")
        }
    }

    @Test func `an expert is engaged on a case; supplies not inspected in time are listed`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let expert = #"{"name":"张教授","field":"食品安全","organisation":"某大学","contact":"0451-1"}"#
            #expect(try await east.post("/experts", expert).status == 403)
            let id = try #require(try await dispatch.post("/experts", expert).text("id"))
            #expect(try await east.get("/experts?field=%E9%A3%9F%E5%93%81%E5%AE%89%E5%85%A8").count("items") == 1)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            let engage = "/cases/\(ref)/experts"
            #expect(try await dispatch.post(engage, #"{"expert":"\#(id)","reason":" "}"#).status == 400)
            #expect(
                try await dispatch.post(engage, #"{"expert":"00000000-0000-0000-0000-000000000009","reason":"x"}"#)
                    .status == 400)
            #expect(try await dispatch.post(engage, #"{"expert":"\#(id)","reason":"会商"}"#).status == 200)
            #expect(try await dispatch.post(engage, #"{"expert":"\#(id)","reason":"会商"}"#).status != 200)
            #expect(try await dispatch.get("/cases/\(ref)").text("experts/0/name") == "张教授")
            #expect(try await east.get(engage).status == 404)

            let supply = #"{"item":"快检箱","quantity":3,"measure":"个","place":"库房","next_inspection_on":"2026-03-05"}"#
            #expect(try await east.post("/units/west/supplies", supply).status == 403)
            let box = try #require(try await east.post("/units/east/supplies", supply).text("id"))
            #expect(try await dispatch.get("/supplies?overdue=true").count("items") == 0)
            try await city.advance(by: .seconds(5 * 86_400))
            #expect(try await dispatch.get("/supplies?overdue=true&under=east").text("items/0/item") == "快检箱")
            let inspect = "/supplies/\(box)/actions/inspect"
            #expect(try await east.post(inspect, #"{"next_inspection_on":"2026-03-01"}"#).status == 400)
            #expect(try await east.post(inspect, #"{"next_inspection_on":"2026-09-01"}"#).status == 200)
            #expect(try await dispatch.get("/supplies?overdue=true").count("items") == 0)
        }
    }
}
