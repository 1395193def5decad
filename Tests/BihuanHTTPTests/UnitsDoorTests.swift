import BihuanDomain
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Several units on one case through the JSON door: lead, assist, guide and inform, tasks, and what a feedback says to few.
struct UnitsDoorTests {
    /// The plan as it is shipped, with whatever a test adds to it.
    static func adopt(_ more: String = "", in city: TestCity) async throws {
        let installation = try Installation.find(executable: URL(fileURLWithPath: #filePath))
        let text = try String(
            contentsOf: installation.plans.appendingPathComponent("001-harbin.yaml"), encoding: .utf8)
        try await city.registry { registry in
            _ = try await registry.adopt(suggestionsOf: text + more, in: city.city)
            _ = try await registry.addOfficer(
                login: "dispatcher.food", name: "处室派单", password: TestCity.password, unit: "food", role: .dispatcher,
                in: city.city, hasher: PasswordHasher(), at: Date())
            _ = try await registry.addOfficer(
                login: "dispatcher.east-1", name: "所派单", password: TestCity.password, unit: "east-1",
                role: .dispatcher, in: city.city, hasher: PasswordHasher(), at: Date())
        }
    }

    static let final = #"""
        {"kind":"final","verdict":"substantiated","findings":"查实","measures":"下架","result":"立案",\#
        "fields":{"neglect":"监管有漏洞","breach":"否"}}
        """#

    /// Registered and graded.
    static func record(_ dispatch: APIClient, matter: String? = nil) async throws -> String {
        let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
        let matter = matter.map { #","matter":"\#($0)""# } ?? ""
        let graded = try await dispatch.post(
            "/cases/\(ref)/actions/grade", #"{"level":"general","reason":"涉及民生"\#(matter)}"#)
        #expect(graded.status == 200)
        return ref
    }

    static func assign(_ dispatch: APIClient, _ ref: String, _ unit: String, _ role: String) async throws -> String {
        let assigned = try await dispatch.post(
            "/cases/\(ref)/assignments", #"{"unit":"\#(unit)","role":"\#(role)","reason":"分工"}"#)
        #expect(assigned.status == 201, "\(role)")
        return try #require(assigned.text("ref"))
    }

    private static func clocks(_ client: APIClient, of subject: String) async throws -> Set<String> {
        let list = try await client.get("/clocks?limit=200")
        return Set(
            (0..<(list.count("items") ?? 0)).compactMap { index in
                list.text("items/\(index)/subject") == subject ? list.text("items/\(index)/kind") : nil
            })
    }

    @Test func `lead, assist, guide and inform have clocks of their own, and the lead collects its assists`()
        async throws
    {
        try await APIDoor.with { port, city in
            try await Self.adopt(in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let food = try await APIClient.logIn("handler.food", at: port)
            let price = try await APIClient.logIn("handler.price", at: port)
            let ref = try await Self.record(dispatch)

            // A guide alone is no assignment of the work: the case is still to be given to somebody.
            let guide = try await Self.assign(dispatch, ref, "food", "guide")
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "graded")
            #expect(try await Self.clocks(dispatch, of: ref).contains("dispatch"))
            let lead = try await Self.assign(dispatch, ref, "east", "lead")
            let assist = try await Self.assign(dispatch, ref, "west", "assist")
            let inform = try await Self.assign(dispatch, ref, "price", "inform")
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "assigned")
            let twice = try await dispatch.post(
                "/cases/\(ref)/assignments", #"{"unit":"west","role":"inform","reason":"x"}"#)
            #expect(twice.status == 400 && twice.text("errors/0/pointer") == "/unit")
            // Whoever is told may stand anywhere below; whoever works, a tier below.
            let far = #"{"unit":"east-1","role":"assist","reason":"x"}"#
            #expect(try await dispatch.post("/cases/\(ref)/assignments", far).status == 400)
            let odd = #"{"unit":"east-1","role":"boss","reason":"x"}"#
            #expect(try await dispatch.post("/cases/\(ref)/assignments", odd).status == 400)

            #expect(try await Self.clocks(dispatch, of: lead) == ["receipt", "feedback"])
            #expect(try await Self.clocks(dispatch, of: assist) == ["receipt", "feedback"])
            #expect(try await Self.clocks(dispatch, of: guide) == ["receipt"])
            #expect(try await Self.clocks(dispatch, of: inform) == ["receipt"])

            // The lead sees its assist, the guide both; the assist and the one informed see themselves.
            #expect(try await east.get("/cases/\(ref)").count("assignments") == 2)
            #expect(try await food.get("/cases/\(ref)").count("assignments") == 3)
            #expect(try await west.get("/cases/\(ref)").count("assignments") == 1)
            #expect(try await price.get("/cases/\(ref)").count("assignments") == 1)
            #expect(try await west.get("/assignments/\(lead)").status == 404)

            // Receipt ends what is only told.
            let told = try await price.post("/assignments/\(inform)/actions/receive")
            #expect(told.status == 200 && told.text("state") == "closed")
            #expect(try await Self.clocks(dispatch, of: inform) == [])
            #expect(try await price.get("/cases/\(ref)").status == 200)
            for (client, hop) in [(east, lead), (west, assist), (food, guide)] {
                #expect(try await client.post("/assignments/\(hop)/actions/receive").text("state") == "received")
            }
            #expect(try await Self.clocks(dispatch, of: guide) == [])

            // The guide comments and does not feed back.
            let mine = try await food.get("/assignments/\(guide)")
            #expect(mine.words("allowed_actions") == ["return"])
            #expect(try await food.post("/assignments/\(guide)/feedback", Self.final).status == 409)
            #expect(try await food.post("/assignments/\(lead)/feedback", Self.final).status == 403)
            #expect(try await food.get("/assignments/\(lead)").words("allowed_actions") == ["comment"])
            let comment = "/assignments/\(lead)/actions/comment"
            #expect(try await food.post(comment, #"{"text":" "}"#).status == 400)
            #expect(try await food.post(comment, #"{"text":"请核对进货台账"}"#).status == 200)
            #expect(try await east.post(comment, #"{"text":"x"}"#).status == 403)
            #expect(try await west.post(comment, #"{"text":"x"}"#).status == 404)
            #expect(try await east.get("/assignments/\(lead)/comments").text("items/0/text") == "请核对进货台账")
            #expect(try await west.get("/assignments/\(lead)/comments").status == 404)

            // Who must do what next, as far as one sees.
            let parts = try await dispatch.get("/cases/\(ref)")
            #expect(parts.count("units") == 4)
            func part(_ view: RawResponse, _ hop: String) -> Int? {
                (0..<(view.count("units") ?? 0)).first { view.text("units/\($0)/assignment") == hop }
            }
            let leading = try #require(part(parts, lead))
            let informed = try #require(part(parts, inform))
            #expect(parts.words("units/\(leading)/action_required") == ["feed_back"])
            #expect(parts.words("units/\(informed)/action_required") == nil)
            #expect(parts.text("units/\(informed)/done_at") != nil)
            #expect(try await east.get("/assignments/\(lead)").words("action_required") == ["feed_back"])
            #expect(try await east.get("/assignments/\(assist)").words("action_required") == nil)

            // The lead waits for its assist, and reviews it.
            let early = try await east.post("/assignments/\(lead)/feedback", Self.final)
            #expect(
                early.status == 409 && early.text("detail")?.contains(assist) == true, "\(early.text("detail") ?? "")")
            let interim = try await east.post("/assignments/\(lead)/feedback", #"{"kind":"interim","findings":"在查"}"#)
            #expect(interim.status == 201)
            let helped = try #require(
                try await west.post("/assignments/\(assist)/feedback", Self.final).headers["location"])
            #expect(try await dispatch.post("\(helped)/actions/accept").status == 403)
            #expect(try await east.get("/assignments/\(assist)").words("action_required") == ["accept", "send_back"])
            #expect(try await east.post("\(helped)/actions/send_back", #"{"reason":"数量不清"}"#).status == 200)
            let again = try #require(
                try await west.post("/assignments/\(assist)/feedback", Self.final).headers["location"])
            #expect(try await east.post("\(again)/actions/accept").status == 200)
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "assigned")
            let given = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            // Where a section guides, it reviews; the office that assigned is told (R102).
            #expect(try await dispatch.post("\(given)/actions/accept").status == 403)
            #expect(try await dispatch.get("/assignments/\(lead)").text("reviewer/label") == "food")
            let section = try await APIClient.logIn("dispatcher.food", at: port)
            #expect(try await section.get("/worklist").text("items/0/kind") == "review")
            #expect(try await section.post("\(given)/actions/accept").status == 200)

            // With its lead the guide's part is over, and nothing holds the case.
            #expect(try await dispatch.get("/assignments/\(guide)").text("state") == "closed")
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "accepted")
            #expect(try await food.post(comment, #"{"text":"再看"}"#).status == 403)
            #expect(try await dispatch.post("/cases/\(ref)/actions/conclude", #"{"reason":"办结"}"#).status == 200)
        }
    }

    @Test func `what says who neglected his duty is for the reviewing tier and those above`() async throws {
        try await APIDoor.with { port, city in
            try await Self.adopt(in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let food = try await APIClient.logIn("handler.food", at: port)
            let station = try await APIClient.logIn("handler.east-1", at: port)
            let sibling = try await APIClient.logIn("handler.east-2", at: port)
            let ref = try await Self.record(dispatch)
            let lead = try await Self.assign(dispatch, ref, "east", "lead")
            let assist = try await Self.assign(dispatch, ref, "west", "assist")
            let guide = try await Self.assign(dispatch, ref, "food", "guide")
            for (client, hop) in [(east, lead), (west, assist), (food, guide)] {
                #expect(try await client.post("/assignments/\(hop)/actions/receive").status == 200)
            }
            let forward = "/assignments/\(lead)/actions/forward"
            #expect(try await east.post(forward, #"{"unit":"east-1","reason":"辖区"}"#).status == 200)
            #expect(try await east.post(forward, #"{"unit":"east-2","reason":"辖区"}"#).status == 200)
            let below = try #require(try await station.get("/worklist").text("items/0/subject"))
            let beside = try #require(try await sibling.get("/worklist").text("items/0/subject"))
            for (client, hop) in [(station, below), (sibling, beside)] {
                #expect(try await client.post("/assignments/\(hop)/actions/receive").status == 200)
            }

            // Asked for by name.
            let bare = #"{"kind":"final","verdict":"substantiated","findings":"查实","measures":"下架","result":"立案"}"#
            let missing = try await station.post("/assignments/\(below)/feedback", bare)
            #expect(missing.status == 400)
            #expect(
                Set([missing.text("errors/0/pointer"), missing.text("errors/1/pointer")]) == [
                    "/fields/neglect", "/fields/breach",
                ])
            let odd = bare.replacing("}", with: #","fields":{"neglect":"否","breach":"否","mood":"x"}}"#)
            #expect(try await station.post("/assignments/\(below)/feedback", odd).status == 400)

            func answers(_ client: APIClient, _ feedback: String) async throws -> [String]? {
                let view = try await client.get(feedback)
                guard view.status == 200 else { return nil }
                return (0..<(view.count("answers") ?? 0)).compactMap { view.text("answers/\($0)/key") }
            }
            let all = ["neglect", "breach"]
            let first = try #require(
                try await station.post("/assignments/\(below)/feedback", Self.final).headers["location"])
            #expect(try await answers(station, first) == all)
            #expect(try await answers(east, first) == all)
            #expect(try await answers(dispatch, first) == all)
            #expect(try await answers(sibling, first) == nil)
            #expect(try await answers(west, first) == nil)

            let helped = try #require(
                try await west.post("/assignments/\(assist)/feedback", Self.final).headers["location"])
            // The lead reviews it, and so reads it; the guide sees the feedback without them.
            #expect(try await answers(east, helped) == all)
            #expect(try await answers(food, helped) == [])
            #expect(try await answers(station, helped) == nil)

            let second = try #require(
                try await sibling.post("/assignments/\(beside)/feedback", Self.final).headers["location"])
            for feedback in [first, second, helped] {
                #expect(try await east.post("\(feedback)/actions/accept").status == 200)
            }
            let upper = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            #expect(try await answers(dispatch, upper) == all)
            // The guide reviews the lead, and so reads it.
            #expect(try await answers(food, upper) == all)
            #expect(try await answers(west, upper) == nil)
            #expect(try await answers(station, upper) == nil)
            #expect(try await dispatch.get(upper).text("answers/0/question") == "是否存在不履职、监管漏洞或其他责任")
        }
    }

    @Test func `where the matter says so the guide reviews the lead, and the office is told`() async throws {
        try await APIDoor.with { port, city in
            try await Self.adopt(
                "\nmatters:\n  - { key: misread, name: 误读, reviewer: guide, requirement: R102 }\n", in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let food = try await APIClient.logIn("dispatcher.food", at: port)
            let ref = try await Self.record(dispatch, matter: "misread")
            let lead = try await Self.assign(dispatch, ref, "east", "lead")
            let guide = try await Self.assign(dispatch, ref, "food", "guide")
            let other = try await Self.assign(dispatch, ref, "price", "guide")
            for (client, hop) in [(east, lead), (food, guide)] {
                #expect(try await client.post("/assignments/\(hop)/actions/receive").status == 200)
            }
            let given = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            #expect(try await dispatch.post("\(given)/actions/accept").status == 403)
            #expect(try await food.get("/worklist").text("items/0/kind") == "review")
            // Who reviews reads what is for few.
            #expect(try await food.get(given).count("answers") == 2)
            #expect(try await food.post("\(given)/actions/send_back", #"{"reason":"法条不全"}"#).status == 200)
            let again = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            // A guide that gives its part back takes no review with it.
            #expect(
                try await food.post("/assignments/\(guide)/actions/return", #"{"reason":"不属本处"}"#).status == 200)
            #expect(try await food.get(again).status == 404)
            #expect(try await dispatch.get("/assignments/\(lead)").text("reviewer/label") == "city")
            #expect(try await dispatch.post("\(again)/actions/send_back", #"{"reason":"另请法规处看"}"#).status == 200)
            let back = try await Self.assign(dispatch, ref, "food", "guide")
            #expect(try await food.post("/assignments/\(back)/actions/receive").status == 200)
            // The guide that stands longest reviews; it has not signed yet.
            let third = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            #expect(try await dispatch.get("/assignments/\(lead)").text("reviewer/label") == "price")
            #expect(
                try await dispatch.post("/assignments/\(other)/actions/recall", #"{"reason":"x"}"#).status == 200)
            #expect(try await dispatch.post("\(third)/actions/send_back", #"{"reason":"x"}"#).status == 200)
            let last = try #require(
                try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
            #expect(try await food.post("\(last)/actions/accept").status == 200)
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "accepted")
            #expect(try await dispatch.post("/cases/\(ref)/actions/conclude", #"{"reason":"办结"}"#).status == 200)
        }
    }

    @Test func `a matter may leave the review with whoever assigned, and without a guide it stays there`() async throws
    {
        try await APIDoor.with { port, city in
            try await Self.adopt(
                "\nmatters:\n  - { key: inquiry, name: 咨询, reviewer: assigner, requirement: 第四条 }\n", in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            for (matter, guide) in [("inquiry", "food"), (nil, nil)] {
                let ref = try await Self.record(dispatch, matter: matter)
                let lead = try await Self.assign(dispatch, ref, "east", "lead")
                if let guide { _ = try await Self.assign(dispatch, ref, guide, "guide") }
                #expect(try await east.post("/assignments/\(lead)/actions/receive").status == 200)
                let given = try #require(
                    try await east.post("/assignments/\(lead)/feedback", Self.final).headers["location"])
                #expect(try await dispatch.get("/assignments/\(lead)").text("reviewer/label") == "city")
                #expect(try await dispatch.post("\(given)/actions/accept").status == 200)
            }
        }
    }

    @Test func `an open task holds the final feedback of its assignment`() async throws {
        try await APIDoor.with { port, city in
            try await Self.adopt(in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let station = try await APIClient.logIn("handler.east-1", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let ref = try await Self.record(dispatch)
            let lead = try await Self.assign(dispatch, ref, "east", "lead")
            let tasks = "/assignments/\(lead)/tasks"
            #expect(try await east.post(tasks, #"{"text":"抽样"}"#).status == 409)
            #expect(try await east.post("/assignments/\(lead)/actions/receive").status == 200)
            for (body, field) in [
                (#"{"text":" "}"#, "/text"), (#"{"text":"x","officer":"handler.west-1"}"#, "/officer"),
                (#"{"text":"x","officer":"handler.east","unit":"east-1"}"#, "/unit"),
                (#"{"text":"x","unit":"west"}"#, "/unit"), (#"{"text":"x","unit":"nowhere"}"#, "/unit"),
                // The station does not work on the case yet.
                (#"{"text":"x","unit":"east-1"}"#, "/unit"),
                (#"{"text":"x","due_at":"2020-01-01T00:00:00+08:00"}"#, "/due_at"),
            ] {
                let refused = try await east.post(tasks, body)
                #expect(refused.status == 400 && refused.text("errors/0/pointer") == field, "\(body)")
            }
            let due = "2026-03-02T12:00:00+08:00"
            let sample = try await east.post(
                tasks, #"{"text":"抽样送检","officer":"handler.east","due_at":"\#(due)"}"#)
            #expect(sample.status == 201 && sample.text("ref") == "\(lead)-T1" && sample.text("state") == "open")
            #expect(try await dispatch.post(tasks, #"{"text":"x"}"#).status == 403)
            #expect(try await west.get(tasks).status == 404)
            #expect(try await dispatch.get(tasks).text("items/0/officer")?.hasSuffix("east") == true)
            #expect(try await dispatch.get("/tasks").count("items") == 0)
            #expect(try await east.get("/tasks").count("items") == 1)

            let early = try await east.post("/assignments/\(lead)/feedback", Self.final)
            #expect(early.status == 409 && early.text("detail")?.contains("\(lead)-T1") == true)
            #expect(
                try await east.post("/assignments/\(lead)/feedback", #"{"kind":"interim","findings":"在查"}"#).status
                    == 201)
            try await city.advance(by: .seconds(4 * 3600))
            #expect(try await east.get(tasks).value("items/0/is_overdue") == .bool(true))

            let first = try #require(sample.headers["location"])
            #expect(try await dispatch.post("\(first)/actions/finish_task", #"{"evidence":"x"}"#).status == 403)
            #expect(try await west.post("\(first)/actions/finish_task", #"{"evidence":"x"}"#).status == 404)
            #expect(try await east.post("\(first)/actions/finish_task", #"{"evidence":" "}"#).status == 400)
            #expect(
                try await east.post("\(first)/actions/finish_task", #"{"evidence":"报告 2026-017"}"#).text("state")
                    == "done")
            #expect(try await east.post("\(first)/actions/drop_task", #"{"reason":"x"}"#).status == 409)
            // A station works on the case once it is forwarded to it; then it may say itself that it is done.
            #expect(
                try await east.post(
                    "/assignments/\(lead)/actions/forward", #"{"unit":"east-1","reason":"辖区"}"#
                ).status == 200)
            let below = try #require(try await station.get("/worklist").text("items/0/subject"))
            let visit = try await east.post(tasks, #"{"text":"到店检查","unit":"east-1"}"#)
            #expect(visit.status == 201 && visit.text("unit") == "east-1")
            let second = try #require(visit.headers["location"])
            #expect(try await station.get("/tasks").text("items/0/text") == "到店检查")
            #expect(try await station.get(second).status == 200)
            #expect(try await station.post("\(second)/actions/finish_task", #"{"evidence":"已查"}"#).status == 200)
            #expect(try await station.post("/assignments/\(below)/actions/receive").status == 200)
            let given = try #require(
                try await station.post("/assignments/\(below)/feedback", Self.final).headers["location"])
            #expect(try await east.post("\(given)/actions/accept").status == 200)
            #expect(try await east.post("/assignments/\(lead)/feedback", Self.final).status == 201)
            let timeline = try await dispatch.get("/cases/\(ref)/timeline")
            let kinds = (0..<(timeline.count("items") ?? 0)).compactMap { timeline.text("items/\($0)/kind") }
            #expect(kinds.filter { $0 == "task_finished" }.count == 2, "\(kinds)")
        }
    }

    @Test func `an assist is forwarded like a lead, and its chain is reviewed hop by hop`() async throws {
        try await APIDoor.with { port, city in
            try await Self.adopt(in: city)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let station = try await APIClient.logIn("handler.west-1", at: port)
            let ref = try await Self.record(dispatch)
            let lead = try await Self.assign(dispatch, ref, "east", "lead")
            let assist = try await Self.assign(dispatch, ref, "west", "assist")
            #expect(try await east.post("/assignments/\(lead)/actions/receive").status == 200)
            #expect(try await west.post("/assignments/\(assist)/actions/receive").status == 200)
            #expect(
                try await west.post(
                    "/assignments/\(assist)/actions/forward", #"{"unit":"west-1","reason":"辖区"}"#
                ).status == 200)
            let below = try #require(try await station.get("/worklist").text("items/0/subject"))
            let hop = try await station.get("/assignments/\(below)")
            #expect(hop.text("role") == "assist" && hop.text("from/label") == "west")
            #expect(try await station.post("/assignments/\(below)/actions/receive").status == 200)
            // The station answers to its district, not to the lead.
            let given = try #require(
                try await station.post("/assignments/\(below)/feedback", Self.final).headers["location"])
            #expect(try await east.get(given).status == 404)
            #expect(try await west.post("/assignments/\(assist)/feedback", Self.final).status == 409)
            #expect(try await west.post("\(given)/actions/accept").status == 200)
            let helped = try #require(
                try await west.post("/assignments/\(assist)/feedback", Self.final).headers["location"])
            // A lead that gives the case back does not keep what it was to review.
            #expect(
                try await east.post("/assignments/\(lead)/actions/return", #"{"reason":"不属本区"}"#).status == 200)
            #expect(try await east.get("/cases/\(ref)").status == 404)
            #expect(try await east.post("\(helped)/actions/accept").status == 404)
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "graded")
            #expect(try await dispatch.post("\(helped)/actions/accept").status == 200)
            #expect(try await dispatch.get("/cases/\(ref)").text("state") == "graded")
        }
    }
}
