import StoreTestSupport
import Testing

@testable import BihuanHTTP

struct MergingDoorTests {
    @Test func `two cases of one event are merged and parted, and each tells of the other`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let (one, two) = ("TST-2026-000001", "TST-2026-000002")
            _ = try await dispatch.post("/cases", APITests.lead(1))
            let second = try await dispatch.post("/cases", APITests.lead(2))
            // The texts differ by a digit: the answer to the intake says so.
            #expect(second.text("similar/0/case/ref") == one)
            #expect(second.text("similar/0/proposes") == "merge")
            _ = try await dispatch.post("/cases/\(one)/actions/grade", #"{"level":"major","reason":"x"}"#)
            _ = try await dispatch.post("/cases/\(two)/actions/grade", #"{"level":"general","reason":"x"}"#)

            let nowhere = try await dispatch.post("/cases/\(one)/actions/merge", #"{"into":"\#(one)","reason":"x"}"#)
            #expect(nowhere.status == 400)
            let merged = try await dispatch.post("/cases/\(one)/actions/merge", #"{"into":"\#(two)","reason":"同一事件"}"#)
            #expect(merged.status == 200 && merged.text("state") == "merged")
            #expect(merged.words("allowed_actions") == ["unmerge"])
            #expect(try await dispatch.get("/cases/\(one)").text("merged_into") == two)
            let survivor = try await dispatch.get("/cases/\(two)")
            #expect(survivor.words("merged") == [one] && survivor.text("level") == "major")
            #expect(try await dispatch.get("/cases/\(two)/leads").count("items") == 2)
            let log = try await dispatch.get("/cases/\(one)/timeline")
            #expect(log.text("items/2/kind") == "merged" && log.text("items/2/detail/case") == two)
            let frozen = try await dispatch.post("/cases/\(one)/actions/grade", #"{"level":"general","reason":"x"}"#)
            #expect(frozen.status == 409)

            let parted = try await dispatch.post("/cases/\(one)/actions/unmerge", #"{"reason":"并错了"}"#)
            #expect(parted.status == 200 && parted.text("state") == "graded")
            #expect(try await dispatch.get("/cases/\(two)").count("merged") == 0)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            #expect(
                try await east.post("/cases/\(one)/actions/merge", #"{"into":"\#(two)","reason":"x"}"#).status == 404)
        }
    }

    @Test func `leads are attached, listed and detached, and what is like them is told`() async throws {
        try await APIDoor.with { port, city in
            let duty = try await APIClient.logIn("duty.city", at: port)
            _ = try await duty.post("/cases", APITests.lead(1))
            let loose = try await duty.post("/leads", APITests.lead(2))
            let id = try #require(loose.text("id"))
            #expect(loose.text("similar/0/proposes") == "attach")
            #expect(try await duty.get("/leads/\(id)/similar").text("items/0/case/ref") == "TST-2026-000001")
            let path = "/cases/TST-2026-000001"
            let body = #"{"lead":"\#(id)","reason":"同一事件"}"#
            #expect(try await duty.post("\(path)/actions/attach_lead", body).status == 200)
            let new = try await duty.post("\(path)/leads", APITests.lead(3).dropLast() + #","reason":"又一条"}"#)
            #expect(new.status == 200)
            #expect(try await duty.get("\(path)/leads").count("items") == 3)
            // What was seen of the case holds for a new lead as for any step, and so does how to answer its sender.
            let fourth = APITests.lead(4).dropLast() + #","contact":{"phone":"13800001234"},"reason":"又一条"}"#
            let stale = try await duty.post("\(path)/leads", String(fourth), ["If-Match: \"1\""])
            #expect(stale.status == 412 && stale.text("code") == "version.stale")
            #expect(try await duty.get("\(path)/leads").count("items") == 3)
            #expect(try await duty.post("\(path)/actions/detach_lead", body).status == 200)
            #expect(try await duty.get("\(path)/leads").count("items") == 2)
            #expect(try await duty.get("\(path)/similar").status == 200)
        }
    }
}
