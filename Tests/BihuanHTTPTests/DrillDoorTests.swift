import StoreTestSupport
import Testing

@testable import BihuanHTTP

struct DrillDoorTests {
    private static func lead(_ number: Int, _ more: String = "") -> String {
        APITests.lead(number).dropLast() + more + "}"
    }

    @Test func `a drill is marked wherever it is shown`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("handler.east", at: port)

            let opened = try await dispatch.post("/cases", Self.lead(1, #","drill":true"#))
            #expect(opened.status == 201)
            #expect(opened.text("ref") == "DRL-2026-000001")
            #expect(opened.value("case/is_drill") == .bool(true))
            let real = try await dispatch.post("/cases", Self.lead(1))
            #expect(real.status == 201 && real.text("ref") == "TST-2026-000001")
            #expect(real.value("case/is_drill") == .bool(false))
            let again = try await dispatch.post("/cases", Self.lead(1, #","drill":true"#))
            #expect(again.status == 200 && again.text("ref") == "DRL-2026-000001")
            #expect(again.value("changed") == .bool(false))

            let path = "/cases/DRL-2026-000001"
            _ = try await dispatch.post("\(path)/actions/grade", #"{"level":"major","reason":"x"}"#)
            let hop = try await dispatch.post("\(path)/assignments", #"{"unit":"east","reason":"x"}"#)
            #expect(hop.text("ref") == "DRL-A-000001" && hop.value("case/is_drill") == .bool(true))
            let order = try await dispatch.post(
                "/assignments/DRL-A-000001/supervisions",
                #"{"cause":"inadequate","requirement":"限期","reason":"x"}"#)
            #expect(order.text("ref") == "DRL-D-000001")

            let shown = try await dispatch.get(path)
            #expect(shown.value("is_drill") == .bool(true))
            #expect(shown.value("leads/0/is_drill") == .bool(true))
            #expect(shown.value("assignments/0/case/is_drill") == .bool(true))
            #expect(shown.value("supervisions/0/is_drill") == .bool(true))
            #expect(try await dispatch.get("/assignments/DRL-A-000001").value("case/is_drill") == .bool(true))
            #expect(try await dispatch.get("/supervisions/DRL-D-000001").value("is_drill") == .bool(true))
            let log = try await dispatch.get("\(path)/timeline")
            #expect(log.value("is_drill") == .bool(true))
            #expect(log.text("items/0/detail/drill") == "yes")
            #expect(log.text("items/2/detail/not_sent") == "east assignment.assigned")
            #expect(try await dispatch.get("/cases/TST-2026-000001/timeline").value("is_drill") == .bool(false))

            let work = try await east.get("/worklist")
            #expect(work.text("items/0/case/ref") == "DRL-2026-000001")
            #expect(work.value("items/0/case/is_drill") == .bool(true))
            let clock = try #require(work.text("items/0/id"))
            #expect(try await east.get("/clocks/\(clock)").value("case/is_drill") == .bool(true))
            #expect(try await east.get("/clocks/\(clock)/why").value("case/is_drill") == .bool(true))
        }
    }

    @Test func `lists show drills among the rest, alone, or not at all`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            for number in 1...3 {
                _ = try await dispatch.post("/cases", Self.lead(number, number == 2 ? #","drill":true"# : ""))
            }
            let all = try await dispatch.get("/cases")
            #expect(all.count("items") == 3)
            #expect(all.value("items/1/is_drill") == .bool(true) && all.value("items/0/is_drill") == .bool(false))
            let alone = try await dispatch.get("/cases?drill=true")
            #expect(alone.count("items") == 1 && alone.text("items/0/ref") == "DRL-2026-000001")
            let without = try await dispatch.get("/cases?drill=false&open=true")
            #expect(without.count("items") == 2 && without.text("items/1/ref") == "TST-2026-000001")
            #expect(try await dispatch.get("/clocks?drill=true").count("items") == 1)
            #expect(try await dispatch.get("/clocks?drill=false").count("items") == 2)
            #expect(try await dispatch.get("/supervisions?drill=true").count("items") == 0)
            #expect(try await dispatch.get("/cases?drill=perhaps").status == 400)
            #expect(try await dispatch.get("/summary").number("total/open") == 2)
        }
    }

    @Test func `who may not register may not register a drill, and leads in earnest stay out of it`() async throws {
        try await APIDoor.with { port, city in
            let east = try await APIClient.logIn("handler.east", at: port)
            #expect(try await east.post("/cases", Self.lead(1, #","drill":true"#)).status == 403)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let loose = try await dispatch.post("/leads", APITests.lead(1))
            let id = try #require(loose.text("id"))
            let refused = try await dispatch.post("/cases", Self.lead(2, #","drill":true,"leads":["\#(id)"]"#))
            #expect(refused.status == 400)
            #expect(String(decoding: refused.body, as: UTF8.self).contains("not_of_a_drill"))
            #expect(try await dispatch.post("/leads", Self.lead(3, #","drill":true"#)).status == 400)
        }
    }
}
