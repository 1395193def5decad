import BihuanDomain
import BihuanStore
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Where cases go, and many at once, through the JSON door.
struct RoutingDoorTests {
    static func lead(_ title: String, _ reference: String) -> String {
        #"""
        {"source":"hotline-12345","reference":"\#(reference)","channel":"hotline","title":"\#(title)","content":"\#(title)"}
        """#
    }

    static func setUp(_ city: TestCity) async throws {
        try await city.registry { registry in
            try await registry.importLineWords([LineWord(line: "食品", word: "过期")], of: city.city)
            try await registry.importRoutingRules(
                [
                    RoutingRuleDraft(
                        number: 5, words: ["校园"], target: "@line", reason: "校园食品归处室"),
                    RoutingRuleDraft(number: 6, line: "食品", target: "price", role: "inform", reason: "价格处备查"),
                ], of: city.city)
        }
    }

    @Test func `a case tells where it would go, why, and what is missing`() async throws {
        try await APIDoor.with { port, city in
            try await Self.setUp(city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let ref = try #require(try await dispatch.post("/cases", Self.lead("东区某超市销售过期食品", "1")).text("ref"))

            let routing = try await dispatch.get("/cases/\(ref)/routing")
            #expect(routing.status == 200)
            #expect(routing.text("case") == ref && routing.text("lead/unit/label") == "east")
            #expect(routing.text("lead/source") == "plan" && routing.number("lead/rule") == 1)
            #expect(routing.words("lead/requirements")?.contains("R17") == true)
            #expect(routing.text("first_hop/label") == "east")
            #expect(routing.text("guides/0/unit/label") == "food")
            #expect(routing.text("inform/0/why") == "本市规则 6：价格处备查")
            #expect(routing.text("area/confidence") == "exact" && routing.text("area/matches/0/word") == "东区")
            #expect(routing.text("area/matches/0/field") == "title")
            #expect(routing.words("line/lines") == ["食品"] && routing.count("gaps") == 0)

            let west = try await APIClient.logIn("dispatcher.west", at: port)
            #expect(try await west.get("/cases/\(ref)/routing").status == 404)
            #expect(try await dispatch.get("/cases/\(ref)/routing?x=1").status == 400)
        }
    }

    @Test func `a text is routed before it is a case, and a month afterwards`() async throws {
        try await APIDoor.with { port, city in
            try await Self.setUp(city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let school = try await dispatch.post(
                "/routing/preview", #"{"title":"西区过期牛奶","category":"校园食品","level":"major"}"#)
            #expect(school.status == 200 && school.text("lead/unit/label") == "food")
            #expect(school.text("lead/source") == "city" && school.text("alternatives/0/unit/label") == "west")
            let nothing = try await dispatch.post("/routing/preview", #"{"title":"某处"}"#)
            #expect(nothing.text("lead/unit/label") == nil && nothing.text("gaps/0/kind") == "area")
            #expect(try await dispatch.post("/routing/preview", #"{"title":"x","level":"huge"}"#).status == 400)
            #expect(try await dispatch.post("/routing/preview", #"{"text":"x"}"#).status == 400)

            _ = try await dispatch.post("/cases", Self.lead("东区过期", "1"))
            _ = try await dispatch.post("/cases", Self.lead("某处", "2"))
            let month = try await dispatch.get("/routing/preview?month=2026-03")
            #expect(month.status == 200 && month.number("cases") == 2 && month.number("proposed") == 1)
            #expect(month.text("units/0/unit/label") == "east" && month.text("gaps/0/kind") == "area")
            for wrong in ["", "?month=2026", "?month=2026-13", "?month=2026-03&x=1"] {
                #expect(try await dispatch.get("/routing/preview\(wrong)").status == 400)
            }
        }
    }

    @Test func `many are graded and assigned with a result for each, and once under one key`() async throws {
        try await APIDoor.with { port, city in
            try await Self.setUp(city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try #require(try await dispatch.post("/cases", Self.lead("东区过期", "1")).text("ref"))
            let nowhere = try #require(try await dispatch.post("/cases", Self.lead("某处", "2")).text("ref"))
            let body = #"""
                {"cases":["\#(east)","\#(nowhere)","TST-2026-000999"],"grade":{"level":"general"},
                 "assign":{"unit":"proposed"},"reason":"集中派单"}
                """#

            let done = try await dispatch.post("/cases/actions/bulk", body, ["Idempotency-Key: b-1"])
            #expect(done.status == 200 && done.number("done") == 1 && done.number("failed") == 2)
            #expect(done.text("items/0/outcome/kind") == "assignment" && done.text("items/0/outcome/unit") == "east")
            #expect(done.text("items/0/outcome/case/level") == "general")
            #expect(done.text("items/1/problem/errors/0/code") == "field.no_proposal")
            #expect(done.text("items/2/problem/code") != nil && done.number("items/2/problem/status") == 404)
            #expect(try await dispatch.get("/cases/\(nowhere)").text("state") == "registered")

            let again = try await dispatch.post("/cases/actions/bulk", body, ["Idempotency-Key: b-1"])
            #expect(again.text("items/0/outcome/ref") == done.text("items/0/outcome/ref"))
            #expect(try await dispatch.get("/cases/\(east)/assignments").count("items") == 1)
            let other = body.replacing("集中派单", with: "别的")
            #expect(try await dispatch.post("/cases/actions/bulk", other, ["Idempotency-Key: b-1"]).status == 422)
            for wrong in [
                #"{"cases":[],"grade":{"level":"general"},"reason":"x"}"#, #"{"cases":["a"],"reason":"x"}"#,
                #"{"cases":["a"],"grade":{"level":"general"}}"#,
            ] {
                let refused = try await dispatch.post("/cases/actions/bulk", wrong)
                #expect(refused.status == 400 || refused.status == 422)
            }
        }
    }
}
