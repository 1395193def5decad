import StoreTestSupport
import Testing

@testable import BihuanHTTP

struct LoopThroughJSONTests {
    static let lead = """
        {"source":"hotline-12345","reference":"GD-1","channel":"hotline","title":"超市销售过期食品",\
        "content":"市民反映某超市销售过期食品。","received_at":"2026-03-02T08:30:00+08:00"}
        """

    @Test func `a case goes round the whole loop`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let district = try await APIClient.logIn("dispatcher.east", at: port)
            let station = try await APIClient.logIn("handler.east-1", at: port)
            let leader = try await APIClient.logIn("leader.city", at: port)

            // 登记, 定级
            let registered = try await dispatch.post("/cases", Self.lead)
            #expect(registered.status == 201)
            let ref = try #require(registered.text("ref"))
            let location = try #require(registered.headers["location"])
            #expect(ref == "TST-2026-000001")
            #expect(registered.text("case/state") == "registered")
            let graded = try await dispatch.post(
                "/cases/\(ref)/actions/grade", #"{"level":"sensitive","reason":"涉及食品安全"}"#)
            #expect(graded.status == 200)
            #expect(graded.text("case/level") == "sensitive")
            #expect(graded.words("allowed_actions")?.contains("assign") == true)

            // 转办到区, 签收, 再转到所, 签收
            let assigned = try await dispatch.post(
                "/cases/\(ref)/assignments", #"{"unit":"east","instruction":"请核查并反馈","reason":"属地管辖"}"#
            )
            #expect(assigned.status == 201)
            let first = try #require(assigned.text("ref"))
            #expect(assigned.text("unit") == "east")
            #expect(try await district.post("/assignments/\(first)/actions/receive").status == 200)
            let forwarded = try await district.post(
                "/assignments/\(first)/actions/forward", #"{"unit":"east-1","reason":"现场在东一所辖区"}"#
            )
            #expect(forwarded.status == 200)
            let work = try await station.get("/worklist")
            #expect(work.text("items/0/kind") == "receipt")
            #expect(work.words("items/0/allowed_actions")?.contains("receive") == true)
            let second = try #require(work.text("items/0/subject"))
            #expect(try await station.post("/assignments/\(second)/actions/receive").status == 200)

            // 反馈: 阶段性, 最终; 退改; 再反馈; 逐级核验
            let interim = try await station.post(
                "/assignments/\(second)/feedback", #"{"kind":"interim","findings":"已到现场"}"#)
            #expect(interim.status == 201)
            let final = #"""
                {"kind":"final","verdict":"substantiated","findings":"查实过期食品 3 件","measures":"下架封存","result":"立案"}
                """#
            let draft = try await station.post("/assignments/\(second)/feedback", final)
            #expect(draft.status == 201)
            let feedback = try #require(draft.headers["location"])
            let sentBack = try await district.post("\(feedback)/actions/send_back", #"{"reason":"请补充进货来源"}"#)
            #expect(sentBack.status == 200)
            let again = try await station.post("/assignments/\(second)/feedback", final)
            let better = try #require(again.headers["location"])
            #expect(try await district.post("\(better)/actions/accept").status == 200)
            let upward = try await district.post("/assignments/\(first)/feedback", final)
            #expect(upward.status == 201)
            let list = try await dispatch.get("/assignments/\(first)/feedback")
            #expect(list.text("items/0/state") == "pending")
            #expect(list.words("items/0/allowed_actions") == ["accept", "send_back"])
            let top = try #require(list.text("items/0/id"))
            #expect(try await dispatch.post("/feedback/\(top)/actions/accept").status == 200)

            // 办结: 先填报预案要求的
            let early = try await dispatch.post("/cases/\(ref)/actions/conclude", #"{"reason":"已查处并回复"}"#)
            #expect(early.status == 409)
            #expect(early.text("code") == "state.unfiled")
            let brief = #"{"form":"brief","fields":{"summary":"已核实来源","proposal":"转属地核查"}}"#
            #expect(try await dispatch.post("/cases/\(ref)/filings", brief).status == 201)
            let concluded = try await dispatch.post("/cases/\(ref)/actions/conclude", #"{"reason":"已查处并回复"}"#)
            #expect(concluded.text("case/state") == "concluded")

            let detail = try await leader.get(location)
            #expect(detail.text("state") == "concluded")
            #expect(detail.count("assignments") == 2)
            #expect(detail.count("leads") == 1)
            #expect(detail.text("received_at") == "2026-03-02T08:30:00+08:00")
            let timeline = try await leader.get("/cases/\(ref)/timeline")
            #expect(timeline.text("items/0/kind") == "registered")
            #expect(timeline.count("items").map(Int64.init) == detail.number("version"))
            #expect(timeline.text("items/1/reason") == "涉及食品安全")
            #expect(timeline.text("items/1/via") == "json")
        }
    }

    @Test func `an order is issued, answered, upheld, answered again and lifted`() async throws {
        try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let district = try await APIClient.logIn("dispatcher.east", at: port)
            let ref = try #require(try await dispatch.post("/cases", Self.lead).text("ref"))
            _ = try await dispatch.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"一般"}"#)
            let assignment = try #require(
                try await dispatch.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"属地"}"#).text("ref")
            )
            let urged = try await dispatch.post("/assignments/\(assignment)/actions/urge", #"{"reason":"请尽快签收"}"#)
            #expect(urged.status == 200)

            let issued = try await dispatch.post(
                "/assignments/\(assignment)/supervisions",
                #"{"cause":"inadequate","requirement":"请说明进度","reason":"进展缓慢"}"#
            )
            #expect(issued.status == 201)
            let order = try #require(issued.headers["location"])
            #expect(issued.text("unit") == "east")
            let reply = #"{"reply":"已安排核查"}"#
            #expect(try await district.post("\(order)/actions/reply", reply).text("state") == "replied")
            #expect(try await dispatch.post("\(order)/actions/uphold", #"{"reason":"不够具体"}"#).text("state") == "issued")
            #expect(try await district.post("\(order)/actions/reply", reply).status == 200)
            let lifted = try await dispatch.post("\(order)/actions/lift", #"{"reason":"已到位"}"#)
            #expect(lifted.text("state") == "lifted")

            let orders = try await district.get("/supervisions?state=lifted&unit=east")
            #expect(orders.text("items/0/reply") == "已安排核查")
            let late = try await dispatch.post("\(order)/actions/lift", #"{"reason":"再次"}"#)
            #expect(late.status == 409)
            #expect(late.code == "state.lifted")
            #expect(late.words("allowed_actions") == [])
        }
    }
}
