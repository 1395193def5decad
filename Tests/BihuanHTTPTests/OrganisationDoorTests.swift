import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Units, officers and posts through the JSON door: administered from the own unit downwards, open work never orphaned.
struct OrganisationDoorTests {
    /// A case that was assigned to a district, forwarded to a station and received there.
    private static func forwarded(to unit: String, _ station: String, at port: Int) async throws -> (String, String) {
        let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
        let district = try await APIClient.logIn("dispatcher.\(unit)", at: port)
        let ref = try #require(try await dispatch.post("/cases", LoopThroughJSONTests.lead).text("ref"))
        _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"sensitive","reason":"涉及食品安全"}"#)
        let first = try #require(
            try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"\#(unit)","reason":"属地管辖"}"#).text("ref"))
        _ = try await district.post("/assignments/\(first)/actions/receive")
        #expect(
            try await district.post("/assignments/\(first)/actions/forward", #"{"unit":"\#(station)","reason":"辖区"}"#)
                .status == 200)
        return (ref, first)
    }

    @Test func `districts merge: the successor has the open work, and the history tells the old name`() async throws {
        try await APIDoor.with { port, city in
            let (ref, first) = try await Self.forwarded(to: "east", "east-1", at: port)
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            let station = try await APIClient.logIn("handler.east-1", at: port)
            let old = try await APIClient.logIn("dispatcher.east", at: port)
            #expect(try await west.get("/cases/\(ref)").status == 404)

            let operating = try await APIClient.logIn("operator.city", at: port)
            #expect(
                try await operating.post("/units/east/actions/rename", #"{"name":"东区局","reason":"三定"}"#).status == 200)
            let before = Date().addingTimeInterval(-3_600 * 24 * 365 * 40).ISO8601Format()
            let inUse = try await operating.post("/units/east/actions/close", #"{"reason":"撤销"}"#)
            #expect(inUse.status == 409 && inUse.text("code") == "unit.in_use")
            let merged = try await operating.post("/units/east/actions/merge", #"{"to":"west","reason":"区划调整"}"#)
            #expect(merged.status == 200)
            #expect(merged.text("unit/parent") == "west")

            // Sessions of the old unit end; its officers act in the new one.
            #expect(try await old.get("/me").status == 401)
            #expect(
                try await APIClient.logIn("dispatcher.east", at: port).get("/me").text("acting/unit/label") == "west")
            #expect(try await west.get("/cases/\(ref)").status == 200)
            #expect(try await west.get("/assignments/\(first)").text("unit/label") == "west")
            // The station goes on as before, now for the successor.
            let work = try await station.get("/worklist")
            let second = try #require(work.text("items/0/subject"))
            #expect(try await station.post("/assignments/\(second)/actions/receive").status == 200)
            let events = try await west.get("/cases/\(ref)/timeline")
            #expect(String(decoding: events.body, as: UTF8.self).contains("handed_over"))

            let history = try await west.get("/units/east/changes?at=\(before)")
            #expect(history.status == 200)
            #expect(history.text("then/name") == "东区市场监督管理局")
            #expect(history.text("then/parent/label") == "city")
            let kinds = (0..<(history.count("items") ?? 0)).map { history.text("items/\($0)/kind") }
            #expect(kinds == ["opened", "renamed", "merged"])
            let whole = try await operating.get("/changes?limit=4")
            let newest = (0..<(whole.count("items") ?? 0)).map { whole.text("items/\($0)/kind") }
            #expect(newest == ["merged", "moved", "moved", "renamed"])
            // A closed unit is no longer picked.
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let other = try #require(
                try await dispatch.post(
                    "/cases", LoopThroughJSONTests.lead.replacingOccurrences(of: "GD-1", with: "GD-2")
                ).text("ref"))
            _ = try await dispatch.post("/cases/\(other)/actions/grade", #"{"level":"sensitive","reason":"涉及食品安全"}"#)
            #expect(
                try await dispatch.post("/cases/\(other)/assignments", #"{"unit":"east","reason":"属地"}"#).status == 400)
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `an operator administers the own subtree, and what lies outside is not there`() async throws {
        try await APIDoor.with { port, city in
            try await city.registry { registry in
                _ = try await registry.addPost(
                    login: "handler.food", unit: "east", role: .operator, in: city.city, at: Date())
            }
            let chief = try await APIClient.logIn("operator.city", at: port)
            let post = try await city.post("operator", in: "east")
            let door = APIClient(port: port)
            let token = try #require(
                try await door.post(
                    "/sessions",
                    #"{"name":"handler.food@\#(TestCity.code)","password":"\#(TestCity.password)","post":"\#(post)"}"#
                ).text("token"))
            let east = APIClient(port: port, token: token)

            let clerk = try await APIClient.logIn("dispatcher.city", at: port)
            let refused = try await clerk.post("/units/east/actions/rename", #"{"name":"东","reason":"三定"}"#)
            #expect(refused.status == 403 && refused.text("code") == "administration.not_permitted")
            #expect(try await door.post("/units/east/actions/rename", #"{"name":"东","reason":"三定"}"#).status == 401)

            #expect(try await east.post("/units/west/actions/rename", #"{"name":"西","reason":"三定"}"#).status == 404)
            #expect(
                try await east.post("/units/nowhere/actions/rename", #"{"name":"西","reason":"三定"}"#).status == 404)
            let outside = try await east.post("/units/east-1/actions/move", #"{"parent":"west","reason":"划转"}"#)
            #expect(outside.status == 422 && outside.text("code") == "unit.unknown")
            #expect(
                try await east.post("/units/east/actions/close", #"{"reason":"撤销"}"#).text("code") == "unit.own")
            let opened = try await east.post(
                "/units", #"{"label":"east-3","parent":"east","tier":"station","name":"东三所","reason":"增设"}"#)
            #expect(opened.status == 201 && opened.text("unit/path") == "city.east.east-3")
            #expect(
                try await east.post(
                    "/units", #"{"label":"East 4","parent":"east","tier":"station","name":"东四所","reason":"增设"}"#
                ).status >= 400)

            // Officers.
            let added = try await east.post(
                "/officers",
                #"{"login":"sun","name":"孙","password":"Long enough 1!","unit":"east-3","role":"handler","reason":"录用"}"#
            )
            #expect(added.status == 201 && added.text("posts/0/unit/label") == "east-3")
            #expect(
                try await east.post(
                    "/officers",
                    #"{"login":"qian","name":"钱","password":"short","unit":"east-3","role":"handler","reason":"录用"}"#
                ).text("code") == "officer.password")
            #expect(
                try await east.post("/officers/leader.city/actions/lock", #"{"reason":"越权"}"#).status == 404)
            #expect(
                try await east.post(
                    "/officers/leader.city/actions/reset", #"{"password":"Long enough 1!","reason":"越权"}"#
                ).status == 404)
            let appoint = #"{"unit":"city","role":"operator","reason":"越权"}"#
            #expect(try await east.post("/officers/sun/actions/post", appoint).status == 404)
            #expect(try await east.post("/officers/sun/actions/lock", #"{"reason":"调查"}"#).status == 200)
            #expect(
                try await door.post("/sessions", #"{"name":"sun@test","password":"Long enough 1!"}"#).status == 401)
            #expect(try await east.post("/officers/sun/actions/unlock", #"{"reason":"结束"}"#).status == 200)
            let changes = try await chief.get("/changes?of=officers")
            #expect(changes.text("items/0/kind") == "unlocked" && changes.text("items/0/login") == "sun")
            #expect(try await chief.get("/changes?of=cases").status == 400)
            // By the local operator as well.
            try await city.registry { registry in
                let note = Registry.Note("调查", by: "root")
                try await registry.setLocked(true, login: "sun", in: city.city, note: note)
                try await registry.setLocked(false, login: "sun", in: city.city, note: note)
                _ = try await registry.addPost(
                    login: "sun", unit: "east", role: .duty, in: city.city, at: Date(), note: note)
                try await registry.endPost(login: "sun", unit: "east", role: .duty, in: city.city, note: note)
            }
            let local = try await chief.get("/changes?of=officers&limit=4")
            let kinds = (0..<4).map { local.text("items/\($0)/kind") }
            #expect(kinds == ["post_ended", "posted", "unlocked", "locked"])
            #expect(local.text("items/0/by") == "local:root" && local.text("items/0/role") == "duty")
            #expect(
                try await door.post("/sessions", #"{"name":"sun@test","password":"Long enough 1!"}"#).status == 201)
            #expect(
                try await chief.post("/units/east-3/actions/move", #"{"parent":"west","reason":"划转"}"#).status == 200)
            #expect(try await east.post("/officers/sun/actions/lock", #"{"reason":"调查"}"#).status == 404)
        }
    }

    @Test func `work does not come to a unit that is recused from its case, by no change of the organisation`()
        async throws
    {
        try await APIDoor.with { port, city in
            let (ref, first) = try await Self.forwarded(to: "east", "east-1", at: port)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            #expect(
                try await dispatch.post("/cases/\(ref)/actions/recuse", #"{"unit":"west","reason":"涉及该局"}"#).status
                    == 200)
            let operating = try await APIClient.logIn("operator.city", at: port)
            for (path, body) in [
                ("/units/east/actions/close", #"{"to":"west","reason":"撤销"}"#),
                ("/units/east/actions/merge", #"{"to":"west","reason":"合并"}"#),
                ("/units/east/actions/hand_over", #"{"to":"west","reason":"移交"}"#),
                ("/units/east-1/actions/move", #"{"parent":"west","reason":"划转"}"#),
            ] {
                let refused = try await operating.post(path, body)
                #expect(refused.status == 409 && refused.text("code") == "unit.recused", "\(path)")
                #expect(String(decoding: refused.body, as: UTF8.self).contains(ref), "\(path)")
            }
            let east = try await APIClient.logIn("dispatcher.east", at: port)
            #expect(try await east.get("/assignments/\(first)").text("unit/label") == "east")
            #expect(try await city.drift() == nil)
            // What has nothing to do with the case goes as before.
            #expect(
                try await operating.post("/units/east-2/actions/move", #"{"parent":"west","reason":"划转"}"#).status
                    == 200)
        }
    }

    @Test func `what stands in the way is told by ref as far as the own post sees it, else by number`() async throws {
        try await APIDoor.with { port, city in
            func clear(_ login: String, _ unit: String, _ role: PostRole) async throws {
                try await city.registry { registry in
                    try await registry.setClearance(1, login: login, unit: unit, role: role, in: city.city)
                }
            }
            for (login, unit, role) in [
                ("dispatcher.city", "city", PostRole.dispatcher), ("dispatcher.east", "east", .dispatcher),
                ("handler.east-1", "east-1", .handler),
            ] { try await clear(login, unit, role) }
            let (ref, _) = try await Self.forwarded(to: "east", "east-1", at: port)
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            #expect(
                try await dispatch.post("/cases/\(ref)/actions/restrict", #"{"secrecy":1,"reason":"举报人要求"}"#).status
                    == 200)
            let operating = try await APIClient.logIn("operator.city", at: port)
            #expect(try await operating.get("/cases/\(ref)").status == 404)

            let inUse = try await operating.post("/units/east/actions/close", #"{"reason":"撤销"}"#)
            #expect(inUse.status == 409 && inUse.text("code") == "unit.in_use")
            let told = String(decoding: inUse.body, as: UTF8.self)
            #expect(!told.contains(ref) && told.contains("1 件不在本岗位知悉范围内的案件"), "\(told)")
            // A case that is not seen is one that is not there.
            func handOver(_ cases: String) async throws -> RawResponse {
                try await operating.post(
                    "/units/east/actions/hand_over", #"{"to":"west","cases":[\#(cases)],"reason":"专办"}"#)
            }
            let (hidden, absent) = (try await handOver(#""\#(ref)""#), try await handOver(#""TST-2026-099999""#))
            #expect(hidden.status == absent.status && hidden.text("code") == "case.not_with_unit")
            #expect(absent.text("code") == "case.not_with_unit")
            #expect(try await handOver("").text("errors/0/code") == "list.too_short")
            #expect(
                try await operating.post("/units/city/actions/hand_over", #"{"to":"food","reason":"移交"}"#).text("code")
                    == "unit.top")

            // Nor does it go where nobody is cleared, but with the posts of those who are.
            for body in [#"{"to":"west","reason":"移交"}"#, #"{"to":"west","posts":"end","reason":"撤并"}"#] {
                let path = body.contains("posts") ? "/units/east/actions/merge" : "/units/east/actions/hand_over"
                let refused = try await operating.post(path, body)
                #expect(refused.status == 409 && refused.text("code") == "unit.uncleared", "\(path)")
                #expect(!String(decoding: refused.body, as: UTF8.self).contains(ref))
            }
            #expect(
                try await operating.post("/units/east/actions/merge", #"{"to":"west","reason":"撤并"}"#).status == 200)
            let moved = try await APIClient.logIn("dispatcher.east", at: port)
            #expect(try await moved.get("/cases/\(ref)").status == 200)
            #expect(
                try await APIClient.logIn("dispatcher.west", at: port).get("/cases/\(ref)").status == 404, "not cleared"
            )
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `cases handed over by name are handed over once under a key, and the taker is told how many`()
        async throws
    {
        try await APIDoor.with { port, city in
            let (ref, first) = try await Self.forwarded(to: "east", "east-1", at: port)
            let operating = try await APIClient.logIn("operator.city", at: port)
            let body = #"{"to":"west","cases":["\#(ref)"],"reason":"专办"}"#
            for isAgain in [false, true] {
                let done = try await operating.post(
                    "/units/east/actions/hand_over", body, ["Idempotency-Key: once"])
                #expect(done.status == 200, "\(String(decoding: done.body, as: UTF8.self))")
                #expect((done.headers["idempotent-replayed"] == "true") == isAgain)
            }
            #expect(
                try await operating.post("/units/east/actions/hand_over", body, ["Idempotency-Key: other"]).text("code")
                    == "case.not_with_unit")
            let west = try await APIClient.logIn("dispatcher.west", at: port)
            #expect(try await west.get("/assignments/\(first)").text("unit/label") == "west")
            let told = try await city.owner { connection throws(PostgresError) -> [String] in
                try connection.query(
                    "select o.payload::text as said from bihuan.outbox o where o.topic = 'work.handed_over'"
                ).rows.map { row throws(PostgresError) in try row.get("said") }
            }
            #expect(told.count == 1 && told[0].contains(#""cases": 1"#) && !told[0].contains(ref), "\(told)")
        }
    }

    @Test func `a change of the organisation repeated under its key is done once, and its key is for nothing else`()
        async throws
    {
        try await APIDoor.with { port, _ in
            let operating = try await APIClient.logIn("operator.city", at: port)
            func post(_ path: String, _ body: String, key: String) async throws -> RawResponse {
                try await operating.post(path, body, ["Idempotency-Key: \(key)"])
            }
            let unit = #"{"label":"north","parent":"city","tier":"district","name":"北区局","reason":"设立"}"#
            #expect(try await post("/units", unit, key: "a").status == 201)
            let again = try await post("/units", unit, key: "a")
            #expect(again.status == 200 && again.text("unit/label") == "north")
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(try await post("/units", unit, key: "b").status >= 400)
            let other = try await post("/units/north/actions/rename", #"{"name":"北","reason":"更名"}"#, key: "a")
            #expect(other.status == 422)

            let officer =
                #"{"login":"bei","name":"北一","password":"Long-enough-1","unit":"west","role":"handler","reason":"新任"}"#
            #expect(try await post("/officers", officer, key: "c").status == 201)
            #expect(try await post("/officers", officer, key: "c").status == 200)
            // Under a key of its own the second closing finds nothing to close; under the first one it is the first again.
            let close = #"{"reason":"撤销","posts":"end"}"#
            let closed = try await post("/units/north/actions/close", close, key: "d")
            #expect(closed.status == 200)
            #expect(try await post("/units/north/actions/close", close, key: "d").status == 200)
            #expect(try await post("/units/north/actions/close", close, key: "e").status >= 400)
        }
    }

    @Test func `a deputy acts only between the dates, and the log says for whom`() async throws {
        try await APIDoor.with { port, city in
            let chief = try await APIClient.logIn("operator.city", at: port)
            let door = APIClient(port: port)
            func body(_ from: TimeInterval, _ until: TimeInterval) -> String {
                let (begin, end) = (
                    Date().addingTimeInterval(from).ISO8601Format(), Date().addingTimeInterval(until).ISO8601Format()
                )
                return """
                    {"unit":"city","role":"dispatcher","acting_for":"dispatcher.city","from":"\(begin)","until":"\(end)",\
                    "reason":"出差"}
                    """
            }
            func logIn() async throws -> RawResponse {
                let post = try await city.post("dispatcher", in: "city")
                return try await door.post(
                    "/sessions",
                    #"{"name":"handler.food@\#(TestCity.code)","password":"\#(TestCity.password)","post":"\#(post)"}"#)
            }
            #expect(
                try await chief.post(
                    "/officers/handler.food/actions/post",
                    #"{"unit":"city","role":"dispatcher","acting_for":"dispatcher.city","reason":"出差"}"#
                ).text("code") == "post.deputy_needs_end")
            // Nobody lets others know more than he may himself.
            let over = try await chief.post(
                "/officers/handler.food/actions/post",
                #"{"unit":"food","role":"reviewer","clearance":1,"reason":"专办"}"#)
            #expect(over.text("code") == "post.above_own_clearance")
            #expect(
                try await chief.post(
                    "/officers/handler.food/actions/post",
                    #"{"unit":"food","role":"reviewer","clearance":3,"reason":"专办"}"#
                ).status == 400)
            let appointed = try await chief.post("/officers/handler.food/actions/post", body(3_600, 7_200))
            #expect(appointed.status == 200 && appointed.number("posts/0/clearance") == 0)
            #expect(try await chief.get("/me").number("acting/clearance") == 0)
            #expect(try await logIn().status == 401)
            #expect(
                try await chief.post(
                    "/officers/handler.food/actions/end_post",
                    #"{"unit":"city","role":"dispatcher","reason":"改期"}"#
                ).status == 200)
            #expect(try await chief.post("/officers/handler.food/actions/post", body(-60, 3_600)).status == 200)
            let opened = try await logIn()
            #expect(opened.status == 201)
            let deputy = APIClient(port: port, token: opened.text("token"))
            let ref = try #require(try await deputy.post("/cases", LoopThroughJSONTests.lead).text("ref"))
            _ = try await deputy.post("/cases/\(ref)/actions/grade", #"{"level":"sensitive","reason":"涉及食品安全"}"#)
            let log = String(decoding: try await deputy.get("/cases/\(ref)/timeline").body, as: UTF8.self)
            #expect(log.contains("（代理派单city）"))
            // The day is over: nothing is opened, and what was open is not.
            try await city.letPass(post: city.post("dispatcher", in: "city"))
            #expect(try await deputy.get("/me").status == 401)
            #expect(try await logIn().status == 401)
        }
    }
}
