import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Clocks and filings of a plan through the JSON door.
struct ClockDoorTests {
    @Test func `a clock is explained, paused, let go on, and given more time by whom the plan lets`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let district = try await APIClient.logIn("dispatcher.east", at: port)
            let registered = try await dispatch.post("/cases", LoopThroughJSONTests.lead)
            let ref = try #require(registered.text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"常规"}"#)
            _ = try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"属地管辖"}"#)
            let clocks = try await district.get("/clocks")
            let places = 0..<(clocks.count("items") ?? 0)
            let place = try #require(places.first { clocks.text("items/\($0)/rule") == "feedback" })
            let id = try #require(clocks.text("items/\(place)/id"))

            // Three working days from Monday, explained.
            let why = try await district.get("/clocks/\(id)/why")
            #expect(why.status == 200)
            #expect(why.text("limit") == "P3WD")
            #expect(why.text("due_at") == "2026-03-05T23:59:59+08:00")
            #expect(why.text("plan/id") == "harbin-001")
            #expect(why.words("plan/requirements") == ["R34", "R101", "R109"])

            // Only who set the time stops it.
            let reason = #"{"reason":"等检验结果"}"#
            #expect(try await district.post("/clocks/\(id)/actions/pause", reason).status == 403)
            let paused = try await dispatch.post("/clocks/\(id)/actions/pause", reason)
            #expect(paused.status == 200 && paused.text("state") == "paused")
            #expect(paused.words("allowed_actions") == ["resume"])
            let twice = try await dispatch.post("/clocks/\(id)/actions/pause", reason)
            #expect(twice.status == 409 && twice.text("code") == "clock.paused")
            try await city.advance(by: .seconds(4 * 86_400))
            #expect(try await dispatch.post("/clocks/\(id)/actions/resume", #"{"reason":"结果已出"}"#).status == 200)
            let later = try await district.get("/clocks/\(id)/why")
            // Tuesday to Thursday stood still; Friday, Monday, Tuesday count.
            #expect(later.text("due_at") == "2026-03-10T23:59:59+08:00")
            #expect(later.text("pauses/0/reason") == "等检验结果")
            #expect(later.text("days_off/0/day") == "2026-03-07")

            // The unit asks for more time, the assigner decides.
            let ask = #"{"by":"P1WD","reason":"检验机构排队"}"#
            #expect(try await district.post("/clocks/\(id)/actions/ask_extension", ask).status == 200)
            let asked = try await dispatch.get("/clocks?asked=true")
            #expect(asked.count("items") == 1 && asked.text("items/0/asked") == "P1WD")
            let time = ["pause", "grant_extension", "refuse_extension"]
            #expect(asked.words("items/0/allowed_actions") == ["recall", "urge", "supervise"] + time)
            #expect(try await dispatch.get("/clocks/\(id)").text("asked") == "P1WD")
            #expect(try await district.post("/clocks/\(id)/actions/grant_extension", reason).status == 403)
            let granted = try await dispatch.post("/clocks/\(id)/actions/grant_extension", #"{"reason":"同意"}"#)
            #expect(granted.status == 200 && granted.text("due_at") == "2026-03-11T23:59:59+08:00")
            let bad = try await district.post("/clocks/\(id)/actions/ask_extension", #"{"by":"soon","reason":"x"}"#)
            #expect(bad.status == 400 && bad.text("errors/0/code") == "limit.malformed")
        }
    }

    @Test func `a form of the plan is filed once for each number, and refused field by field`() async throws {
        try await APIDoor.with { port, _ in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let district = try await APIClient.logIn("dispatcher.east", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"sensitive","reason":"多家媒体"}"#)
            _ = try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"属地管辖"}"#)

            let faulty = try await dispatch.post("/cases/\(ref)/filings", #"{"form":"brief","fields":{"summry":"x"}}"#)
            #expect(faulty.status == 400 && faulty.count("errors") == 3)
            let brief = #"{"form":"brief","fields":{"summary":"过期食品","proposal":"转属地"}}"#
            let filed = try await dispatch.post("/cases/\(ref)/filings", brief)
            #expect(filed.status == 201 && filed.text("kind") == "filing")
            let filing = try #require(filed.headers["location"])
            let seen = try await dispatch.get(String(filing.dropFirst("/api/v1".count)))
            #expect(seen.text("name") == "舆情摘报" && seen.text("fields/0/value") == "过期食品")
            #expect(try await dispatch.get("/cases/\(ref)/filings").count("items") == 1)
            // A report up is not for the unit below, which sees the case.
            #expect(try await district.get("/cases/\(ref)/filings").count("items") == 0)
            #expect(try await district.get(String(filing.dropFirst("/api/v1".count))).status == 404)
        }
    }
}
