import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Grading, spread and sensitive periods through the JSON door.
struct GradingDoorTests {
    @Test func `what the plan proposes is asked first, and stands in the history beside what was judged`() async throws
    {
        try await APIDoor.with { port, _ in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))

            let ask = "/cases/\(ref)/proposal?factors=sensitivity:3,momentum:2,media:2,society:2,influence:1"
            let proposal = try await dispatch.get("\(ask)&criteria=many_reports&triggers=livelihood")
            #expect(proposal.status == 200)
            #expect(proposal.text("level") == "major")
            #expect(proposal.text("matches/0/level") == "major")
            #expect((0..<3).map { proposal.text("matches/\($0)/kind") } == ["score", "trigger", "criterion"])
            #expect(proposal.text("scheme/levels/0/name") == "一般")
            let wrong = try await dispatch.get("/cases/\(ref)/proposal?factors=weather:1&triggers=rain")
            #expect(wrong.status == 400 && wrong.count("errors") == 2)
            #expect(try await dispatch.get("/cases/\(ref)/proposal?factors=media:9").status == 400)

            let body = #"{"level":"sensitive","factors":{"media":2},"triggers":["livelihood"],"reason":"已核实，影响有限"}"#
            #expect(try await dispatch.post("/cases/\(ref)/actions/grade", body).status == 200)
            let history = try await dispatch.get("/cases/\(ref)/gradings")
            #expect(history.count("items") == 1)
            #expect(history.text("items/0/level") == "sensitive" && history.text("items/0/proposed") == "major")
            #expect(history.text("items/0/matches/0/key") == "livelihood")
            #expect(history.text("items/0/reason") == "已核实，影响有限")
            #expect(history.text("items/0/officer") == "派单city")
        }
    }

    @Test func `counts of the spread are kept, and one that reaches a threshold proposes a raise`() async throws {
        try await APIDoor.with { port, _ in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let duty = try await APIClient.logIn("duty.city", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"常规"}"#)

            let calm = #"{"reads":1200,"comments":30,"observed_at":"2026-03-02T08:50:00+08:00","source":"监测平台"}"#
            #expect(try await duty.post("/cases/\(ref)/spread", calm).status == 200)
            #expect(try await dispatch.get("/cases/\(ref)").text("proposed_level") == nil)
            #expect(try await duty.post("/cases/\(ref)/spread", #"{"reads":1500000,"outlets":4}"#).status == 200)
            let record = try await dispatch.get("/cases/\(ref)")
            #expect(record.text("proposed_level") == "major" && record.text("level") == "general")
            let samples = try await dispatch.get("/cases/\(ref)/spread")
            #expect(samples.count("items") == 2)
            #expect(samples.text("items/0/source") == "监测平台" && samples.number("items/1/reads") == 1_500_000)

            #expect(try await duty.post("/cases/\(ref)/spread", #"{"source":"x"}"#).status == 400)
            #expect(try await duty.post("/cases/\(ref)/spread", #"{"reads":-1}"#).status == 400)
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"major","reason":"传播加快"}"#)
            #expect(try await dispatch.get("/cases/\(ref)").text("proposed_level") == nil)

            // What a district does not see looks as if it were not there.
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            for path in ["spread", "gradings", "proposal"] {
                #expect(try await west.get("/cases/\(ref)/\(path)").status == 404)
            }
        }
    }
}
