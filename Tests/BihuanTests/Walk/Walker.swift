import BihuanLine
import Foundation
import FoundationNetworking
import StoreTestSupport
import Testing

/// One officer's hand at a door: every step of the loop, said in that door's words.
protocol Hand: Sendable {
    func register(_ reference: String, by login: String) async throws -> String
    func grade(_ record: String, _ level: String, by login: String) async throws
    func assign(_ record: String, to unit: String, by login: String) async throws -> String
    func forward(_ hop: String, to unit: String, by login: String) async throws -> String
    func feedBack(_ hop: String, final: Bool, by login: String) async throws
    /// Reviews the feedback of a hop that waits.
    func review(_ hop: String, accept: Bool, by login: String) async throws
    func supervise(_ hop: String, by login: String) async throws -> String
    func reply(_ order: String, by login: String) async throws
    func order(_ order: String, verb: String, by login: String) async throws
    /// receive, return, recall, urge.
    func hop(_ hop: String, verb: String, by login: String) async throws
    func conclude(_ record: String, by login: String) async throws
    /// The state of a case and the kinds of its log.
    func look(_ record: String, by login: String) async throws -> (state: String, log: [String])
}

/// A door said no.
struct DoorSaidNo: Error, CustomStringConvertible {
    var request: String
    var answer: String

    var description: String { "\(self.request): \(self.answer)" }
}

/// The JSON door, through a foreign client (libcurl).
struct JSONHand: Hand {
    let port: Int
    /// Nil: each call logs in.
    var kept: KeptTokens?

    /// - Parameter login: of the city ``TestCity/code`` unless it names another, as in `d@other`.
    func call(
        _ method: String, _ path: String, _ body: [String: Any]? = nil, key: String? = nil, by login: String?
    ) async throws -> [String: Any] {
        var (status, data) = try await self.answer(method, path, body, key, login)
        if status == 401, let login, let kept {
            await kept.forget(login)
            (status, data) = try await self.answer(method, path, body, key, login)
        }
        guard (200...299).contains(status) else {
            throw DoorSaidNo(request: "\(method) \(path)", answer: String(decoding: data, as: UTF8.self))
        }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    private func answer(
        _ method: String, _ path: String, _ body: [String: Any]?, _ key: String?, _ login: String?
    ) async throws -> (status: Int, body: Data) {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(self.port)/api/v1\(path)")!)
        request.httpMethod = method
        if let login {
            let token =
                if let kept { try await kept.token(of: login) { try await self.logIn(login) } } else {
                    try await self.logIn(login)
                }
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        }
        if let key { request.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
        if let body {
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
    }

    private func logIn(_ login: String) async throws -> String {
        let session = try await self.call(
            "POST", "/sessions", ["name": TestCity.account(login), "password": TestCity.password], by: nil)
        return try #require(session["token"] as? String)
    }

    func register(_ reference: String, by login: String) async throws -> String {
        let body: [String: Any] = [
            "source": "hotline-12345", "reference": reference, "channel": "hotline",
            "title": "超市销售过期食品", "content": "市民来电反映某超市货架上有过期食品。",
        ]
        return try #require(try await self.call("POST", "/cases", body, by: login)["ref"] as? String)
    }

    func grade(_ record: String, _ level: String, by login: String) async throws {
        _ = try await self.call(
            "POST", "/cases/\(record)/actions/grade", ["level": level, "reason": "关注度"], by: login)
    }

    func assign(_ record: String, to unit: String, by login: String) async throws -> String {
        let body = ["unit": unit, "instruction": "请核查", "reason": "属地管理"]
        return try #require(
            try await self.call("POST", "/cases/\(record)/assignments", body, by: login)["ref"] as? String)
    }

    func forward(_ hop: String, to unit: String, by login: String) async throws -> String {
        let body = ["unit": unit, "instruction": "到现场", "reason": "辖区"]
        return try #require(
            try await self.call("POST", "/assignments/\(hop)/actions/forward", body, by: login)["ref"] as? String)
    }

    func feedBack(_ hop: String, final: Bool, by login: String) async throws {
        var body: [String: Any] = ["kind": final ? "final" : "interim", "findings": "现场发现过期食品"]
        if final {
            body["verdict"] = "substantiated"
            body["measures"] = "下架封存"
            body["result"] = "立案处理"
        }
        _ = try await self.call("POST", "/assignments/\(hop)/feedback", body, by: login)
    }

    func review(_ hop: String, accept: Bool, by login: String) async throws {
        let list = try await self.call("GET", "/assignments/\(hop)/feedback", by: login)["items"] as? [[String: Any]]
        let id = try #require(list?.last { $0["state"] as? String == "pending" }?["id"] as? String)
        _ = try await self.call(
            "POST", "/feedback/\(id)/actions/\(accept ? "accept" : "send_back")", ["reason": "复核"], by: login)
    }

    func supervise(_ hop: String, by login: String) async throws -> String {
        let body = ["cause": "inadequate", "requirement": "说明处置数量", "reason": "反馈不清"]
        return try #require(
            try await self.call("POST", "/assignments/\(hop)/supervisions", body, by: login)["ref"] as? String)
    }

    func reply(_ order: String, by login: String) async throws {
        _ = try await self.call(
            "POST", "/supervisions/\(order)/actions/reply", ["reply": "共 12 袋", "reason": "督办回复"], by: login)
    }

    func order(_ order: String, verb: String, by login: String) async throws {
        _ = try await self.call("POST", "/supervisions/\(order)/actions/\(verb)", ["reason": "已说明"], by: login)
    }

    func hop(_ hop: String, verb: String, by login: String) async throws {
        _ = try await self.call("POST", "/assignments/\(hop)/actions/\(verb)", ["reason": "按规定"], by: login)
    }

    func conclude(_ record: String, by login: String) async throws {
        _ = try await self.call("POST", "/cases/\(record)/actions/conclude", ["reason": "已整改"], by: login)
    }

    func look(_ record: String, by login: String) async throws -> (state: String, log: [String]) {
        let state = try #require(try await self.call("GET", "/cases/\(record)", by: login)["state"] as? String)
        let log = try await self.call("GET", "/cases/\(record)/timeline", by: login)
        let items = (log["items"] ?? log["events"]) as? [[String: Any]]
        return (state, try #require(items).compactMap { $0["kind"] as? String })
    }
}

extension TestCity {
    /// `name@city`, of this city unless it names another.
    static func account(_ login: String) -> String { login.contains("@") ? login : "\(login)@\(Self.code)" }
}

/// The line door, on its Unix socket.
struct LineHand: Hand {
    let socket: String
    /// Nil: each line has a conversation of its own.
    var kept: KeptConversations?

    static func logIn(_ login: String, _ conversation: inout LineConversation) async throws {
        for (line, code) in [
            ("AUTHINFO USER \(TestCity.account(login))", 381), ("AUTHINFO PASS \(TestCity.password)", 281),
        ] {
            let reply = try await conversation.ask(line)
            guard reply.code == code else { throw DoorSaidNo(request: "AUTHINFO", answer: reply.line) }
        }
    }

    @discardableResult
    func say(_ line: String, by login: String) async throws -> ClientReply {
        let reply =
            if let kept { try await kept.ask(line, by: login) } else { try await self.sayAlone(line, by: login) }
        guard reply.code / 100 == 2 else { throw DoorSaidNo(request: line, answer: reply.line) }
        return reply
    }

    private func sayAlone(_ line: String, by login: String) async throws -> ClientReply {
        try await LineClient(.socket(path: self.socket)).converse { conversation, _ in
            try await Self.logIn(login, &conversation)
            let reply = try await conversation.ask(line)
            if reply.code / 100 == 2 { _ = try await conversation.ask("QUIT") }
            return reply
        }
    }

    /// The ref in `291 <ref> <version> …`.
    func made(_ line: String, by login: String) async throws -> String {
        let reply = try await self.say(line, by: login)
        guard reply.code == 291, let ref = reply.text.split(separator: " ").first else {
            throw DoorSaidNo(request: line, answer: reply.line)
        }
        return String(ref)
    }

    func register(_ reference: String, by login: String) async throws -> String {
        try await self.made(
            #"CASE REGISTER title="超市销售过期食品" content="市民来电反映某超市货架上有过期食品。" channel=hotline reason="来电""#,
            by: login)
    }

    func grade(_ record: String, _ level: String, by login: String) async throws {
        try await self.say(#"CASE GRADE \#(record) \#(level) reason="关注度""#, by: login)
    }

    func assign(_ record: String, to unit: String, by login: String) async throws -> String {
        try await self.made(#"CASE ASSIGN \#(record) \#(unit) note="请核查" reason="属地管理""#, by: login)
    }

    func forward(_ hop: String, to unit: String, by login: String) async throws -> String {
        try await self.made(#"CASE FORWARD \#(hop) \#(unit) note="到现场" reason="辖区""#, by: login)
    }

    func feedBack(_ hop: String, final: Bool, by login: String) async throws {
        let rest = final ? #" verdict=substantiated measures="下架封存" result="立案处理""# : ""
        try await self.say(
            #"CASE FEEDBACK \#(hop) kind=\#(final ? "final" : "interim") findings="现场发现过期食品"\#(rest) reason="反馈""#,
            by: login)
    }

    func review(_ hop: String, accept: Bool, by login: String) async throws {
        try await self.say(#"CASE \#(accept ? "ACCEPT" : "SENDBACK") \#(hop) reason="复核""#, by: login)
    }

    func supervise(_ hop: String, by login: String) async throws -> String {
        try await self.made(
            #"CASE SUPERVISE \#(hop) cause=inadequate requirement="说明处置数量" reason="反馈不清""#, by: login)
    }

    func reply(_ order: String, by login: String) async throws {
        try await self.say(#"CASE REPLY \#(order) text="共 12 袋" reason="督办回复""#, by: login)
    }

    func order(_ order: String, verb: String, by login: String) async throws {
        try await self.say(#"CASE \#(verb.uppercased()) \#(order) reason="已说明""#, by: login)
    }

    func hop(_ hop: String, verb: String, by login: String) async throws {
        try await self.say(#"CASE \#(verb.uppercased()) \#(hop) reason="按规定""#, by: login)
    }

    func conclude(_ record: String, by login: String) async throws {
        try await self.say(#"CASE CONCLUDE \#(record) reason="已整改""#, by: login)
    }

    func look(_ record: String, by login: String) async throws -> (state: String, log: [String]) {
        let shown = try await self.say("CASE SHOW \(record) format=json", by: login)
        let object = try JSONSerialization.jsonObject(with: Data((shown.block ?? []).joined(separator: "\n").utf8))
        let state = try #require((object as? [String: Any])?["state"] as? String)
        let traced = try await self.say("CASE TRACE \(record) format=json", by: login)
        let log = try (traced.block ?? []).map { line in
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require((entry?["kind"] ?? entry?["action"]) as? String)
        }
        return (state, log)
    }
}
