import SeededRandom

@testable import BihuanHTTP

/// Makes requests for the routes of a door, each part now right, now wrong.
struct RandomRequest {
    struct Made {
        var bytes: [UInt8]
        var isHead: Bool
    }

    private var random: SeededGenerator
    private let routes: [Route]
    private let token: String

    init(seed: UInt64, routes: [Route], token: String) {
        self.random = SeededGenerator(seed: seed)
        // Logging out would end the run, logging in is slow by design.
        self.routes = routes.filter { !$0.template.contains("sessions") }
        self.token = token
    }

    private static let ids = [
        "TST-2026-000001", "TST-2026-000002", "TST-2026-999999", "A-000001", "A-000002", "D-000001", "city", "east",
        "01938a3e-0000-7000-8000-000000000001", "%E8%BF%87", "..", "%00", "'--", "x%2Fy", "a%20b",
    ]
    private static let words = [
        "general", "critical", "east", "west", "east-1", "final", "interim", "substantiated", "overdue", "inadequate",
        "hotline", "phone", "2026-03-02T08:00:00+08:00", "2026-03-02T08:00:00", "9999-12-31T23:59:59Z", "", " ",
        "'; --",
        "市民反映某店销售过期食品。", "\\u0000", "\\ud800", "\\u202e", "caf\\u0065\\u0301", "😀", "\\\"", "\\n",
    ]
    private static let names = [
        "level", "reason", "unit", "instruction", "kind", "verdict", "findings", "measures", "result", "cause",
        "requirement", "reply", "source", "reference", "channel", "title", "content", "received_at", "leads", "zzz",
    ]
    private static let queries = [
        "limit=1", "limit=0", "limit=999999999999999999999", "after=AAAA", "state=assigned", "state=x", "light=red",
        "unit=east", "under=city", "tier=station", "within=PT1H", "within=P", "open=true", "received_after=x",
        "verbose",
        "%", "%00=1", "a=b&a=b", "received_before=2026-03-02T08:00:00Z", "level=general,critical",
    ]

    mutating func next() -> Made {
        let route = self.routes.randomElement(using: &self.random)!
        var method = route.method
        if self.chance(20) {
            method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].randomElement(using: &self.random)!
        }
        var path = route.template
        for name in ["{id}", "{label}", "{kind}"] {
            path = path.replacing(name, with: Self.ids.randomElement(using: &self.random)!)
        }
        if self.chance(4) {
            let count = Int.random(in: 1...3, using: &self.random)
            path +=
                "?" + (0..<count).map { _ in Self.queries.randomElement(using: &self.random)! }.joined(separator: "&")
        }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"]
        if !self.chance(10) { lines.append("Authorization: Bearer \(self.chance(20) ? "x" : self.token)") }
        if self.chance(8) {
            lines.append(
                "Idempotency-Key: \(self.chance(3) ? "a b" : "k\(Int.random(in: 0...9, using: &self.random))")")
        }
        if self.chance(10) {
            lines.append("If-Match: \(["\"v1\"", "\"v2\"", "*", "v1", "W/\"v1\""].randomElement(using: &self.random)!)")
        }
        if self.chance(10) {
            lines.append(
                "Accept: \(["*/*", "text/html", "application/json;q=0", ";;", "a/b"].randomElement(using: &self.random)!)"
            )
        }
        var body: [UInt8] = []
        if method != "GET" && method != "HEAD" {
            lines.append("Content-Type: \(self.chance(15) ? "text/plain" : "application/json")")
            body = Array(self.object(2).utf8)
            if self.chance(8), !body.isEmpty {
                body[Int.random(in: body.indices, using: &self.random)] = UInt8.random(
                    in: .min ... .max, using: &self.random)
            }
            lines.append("Content-Length: \(body.count)")
        }
        return Made(bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body, isHead: method == "HEAD")
    }

    /// True once in `count` times.
    private mutating func chance(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self.random) == 0
    }

    private mutating func object(_ depth: Int) -> String {
        // Often a body that fits a route, so that the run gets somewhere.
        if depth == 2, !self.chance(3) {
            return [
                #"{"reason":"理由"}"#, #"{"level":"general","reason":"理由"}"#, #"{"unit":"east","reason":"理由"}"#,
                #"{"unit":"east-1","reason":"理由"}"#, #"{"kind":"interim","findings":"经过"}"#,
                #"{"kind":"final","verdict":"unverifiable","findings":"甲","measures":"乙","result":"丙"}"#,
                #"{"cause":"overdue","requirement":"要求","reason":"理由"}"#, #"{"reply":"回复"}"#,
                #"{"source":"hotline","channel":"phone","content":"市民反映。"}"#, "{}",
            ].randomElement(using: &self.random)!
        }
        let count = Int.random(in: 0...4, using: &self.random)
        let members = (0..<count).map { _ in
            "\"\(Self.names.randomElement(using: &self.random)!)\":\(self.value(depth))"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0...9, using: &self.random) {
        case 0: "null"
        case 1: "\(Int64.random(in: .min ... .max, using: &self.random))"
        case 2: ["true", "1e400", "-0", "0.5"].randomElement(using: &self.random)!
        case 3 where depth > 0: self.object(depth - 1)
        case 4 where depth > 0: "[" + (0..<2).map { _ in self.value(depth - 1) }.joined(separator: ",") + "]"
        default: "\"\(Self.words.randomElement(using: &self.random)!)\""
        }
    }
}
