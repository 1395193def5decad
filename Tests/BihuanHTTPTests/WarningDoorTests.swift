import BihuanDomain
import BihuanStore
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Warnings through the JSON door: proposed, issued by who may, answered by every unit, lifted.
struct WarningDoorTests {
    /// Appoints the city's leader to the roles that the plan gives its warnings to.
    private static func appoint(_ roles: [String], in city: TestCity) async throws {
        try await city.registry { registry in
            try await registry.appoint(login: "leader.city", unit: "city", role: .leader, to: roles, in: city.city)
        }
    }

    private static let proposal =
        #"{"level":"major","text":"类似问题可能在多家门店发生","measures":"24 小时内排查","units":["east","food"]}"#

    @Test func `a warning is issued by its authority, told to every unit of the plan, answered and lifted`()
        async throws
    {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"major","reason":"涉及民生"}"#)
            #expect(try await east.get("/cases/\(ref)").status == 404)

            let proposed = try await dispatch.post("/cases/\(ref)/warnings", Self.proposal)
            #expect(proposed.status == 201 && proposed.text("kind") == "warning")
            let warning = try #require(proposed.text("ref"))
            #expect(warning == "W-000001")
            // Proposed, it is nobody's but the owner's.
            #expect(try await east.get("/warnings/\(warning)").status == 404)

            let leader = try await APIClient.logIn("leader.city", at: port)
            let issue = "/warnings/\(warning)/actions/issue_warning"
            #expect(try await leader.post(issue, #"{"reason":"同意"}"#).status == 403)
            try await Self.appoint(["chief"], in: city)
            #expect(
                try await leader.get("/warnings/\(warning)").words("allowed_actions") == [
                    "issue_warning", "decline_warning",
                ])
            #expect(try await leader.post(issue, #"{"reason":"同意"}"#).status == 200)

            // Whoever is told sees the warning and its case; others see neither.
            let told = try await east.get("/warnings/\(warning)")
            #expect(told.status == 200 && told.text("level_name") == "重大" && told.text("colour") == "orange")
            // A district sees its own receipt, the owner all of them.
            #expect(told.count("receipts") == 1 && told.text("receipts/0/urgency") == "urgent")
            #expect(try await dispatch.get("/warnings/\(warning)").count("receipts") == 3)
            #expect(try await east.get("/cases/\(ref)").text("warnings/0/ref") == warning)
            #expect(try await west.get("/warnings/\(warning)").status == 404)
            #expect(try await west.get("/cases/\(ref)").status == 404)
            #expect(try await west.get("/warnings").count("items") == 0)

            let respond = "/warnings/\(warning)/actions/respond"
            #expect(try await west.post(respond, #"{"measures":"x"}"#).status == 404)
            #expect(try await east.post(respond, #"{"measures":" "}"#).status == 400)
            let answered = try await east.post(respond, #"{"measures":"已排查 12 家，下架 3 批次"}"#)
            #expect(answered.status == 200)
            let seen = try await dispatch.get("/warnings/\(warning)")
            let place = try #require((0..<3).first { seen.text("receipts/\($0)/unit/label") == "east" })
            #expect(seen.text("receipts/\(place)/measures") == "已排查 12 家，下架 3 批次")

            #expect(try await east.post("/warnings/\(warning)/actions/lift_warning", #"{"reason":"x"}"#).status == 403)
            let lifted = try await leader.post("/warnings/\(warning)/actions/lift_warning", #"{"reason":"已平息"}"#)
            #expect(lifted.status == 200 && lifted.text("state") == "lifted")
            #expect(try await east.get("/warnings?state=lifted").count("items") == 1)
            #expect(try await leader.post(issue, #"{"reason":"x"}"#).status == 409)
        }
    }

    @Test func `what is wrong with a proposal is told field by field`() async throws {
        try await APIDoor.with { port, _ in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            for (body, code) in [
                (#"{"text":"x"}"#, "level"), (#"{"level":"purple","text":"x"}"#, "level"),
                (#"{"level":"general","text":"x"}"#, "units"),
                (#"{"level":"general","text":"x","units":["nowhere"]}"#, "units"),
            ] {
                let refused = try await dispatch.post("/cases/\(ref)/warnings", body)
                #expect(refused.status == 400, "\(body)")
                #expect(refused.text("errors/0/pointer")?.contains(code) == true, "\(body)")
            }
            #expect(try await dispatch.get("/cases/\(ref)").count("warnings") == 0)
        }
    }
}
