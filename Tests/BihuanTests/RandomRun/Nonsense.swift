import SeededRandom
import StoreTestSupport

/// Words that have broken programs before.
enum Nonsense {
    static func text(_ random: inout SeededGenerator) -> String {
        let words = [
            "", " ", "过期食品", "a", "\"", "\\", "'", "%00", "%", "..", "../../etc/passwd", "null", "-1", "0", "1e999",
            "9223372036854775808", "true", "{}", "[]", "NaN", "é", "e\u{301}", "\u{FEFF}", "\u{202E}", "🚨",
            "' or 1=1 --", "<script>", "2026-03-02T09:00:00", "2026-03-02T09:00:00+08:00", "2026-02-30T00:00:00Z",
            "general", "critical", "east", "east-1", "west", "final", "interim", "substantiated",
            String(repeating: "长", count: Int.random(in: 1...300, using: &random)),
            String(repeating: "[", count: Int.random(in: 1...80, using: &random)),
        ]
        return words.randomElement(using: &random)!
    }

    /// Damages some of the bytes, or none.
    static func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        guard Int.random(in: 0..<4, using: &random) == 0, !bytes.isEmpty else { return bytes }
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3:
                bytes.insert(
                    contentsOf: [[13, 10], [10], [13], [0], [0xC0, 0x80], [0xED, 0xA0, 0x80]]
                        .randomElement(using: &random)!, at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}

/// Requests that are nearly right.
enum HTTPNonsense {
    static func request(_ tokens: [String], _ known: [String], _ random: inout SeededGenerator) -> [UInt8] {
        let method = ["GET", "GET", "POST", "POST", "POST", "DELETE", "PATCH", "HEAD", "PUT"]
            .randomElement(using: &random)!
        let object = Bool.random(using: &random) ? known.randomElement(using: &random)! : Self.escaped(&random)
        let paths = [
            "/cases", "/cases/\(object)", "/cases/\(object)/timeline", "/cases/\(object)/assignments",
            "/cases/\(object)/actions/grade", "/cases/\(object)/actions/conclude", "/cases/\(object)/actions/reopen",
            "/assignments/\(object)", "/assignments/\(object)/actions/receive", "/assignments/\(object)/actions/return",
            "/assignments/\(object)/actions/forward", "/assignments/\(object)/feedback",
            "/assignments/\(object)/supervisions", "/supervisions", "/supervisions/\(object)/actions/reply", "/clocks",
            "/worklist", "/summary", "/units", "/units/\(object)", "/leads", "/leads/\(object)", "/me", "/sessions",
            "/feedback/\(object)/actions/accept", "/\(object)",
        ]
        var path = "/api/v1" + paths.randomElement(using: &random)!
        if Int.random(in: 0..<3, using: &random) == 0 {
            let name = ["limit", "after", "state", "level", "light", "unit", "under", "q", "within"]
                .randomElement(using: &random)!
            path += "?\(name)=\(Self.escaped(&random))"
        }
        var head = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"]
        if Int.random(in: 0..<8, using: &random) > 0 {
            head.append("Authorization: Bearer \(tokens.randomElement(using: &random)!)")
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            head.append("If-Match: \"v\(Int.random(in: 0...4, using: &random))\"")
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            head.append("Idempotency-Key: \"k\(Int.random(in: 0...9, using: &random))\"")
        }
        var body: [UInt8] = []
        if method == "POST" || method == "PATCH" {
            body = Nonsense.damaged(Array(Self.object(&random).utf8), &random)
            head.append("Content-Type: application/json")
            head.append("Content-Length: \(body.count)")
        }
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        return Int.random(in: 0..<5, using: &random) == 0 ? Nonsense.damaged(bytes, &random) : bytes
    }

    /// The status codes of the answers.
    static func codes(_ text: String) -> [String] {
        text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.") }.compactMap {
            $0.split(separator: " ").dropFirst().first.map(String.init)
        }
    }

    private static func object(_ random: inout SeededGenerator) -> String {
        let names = [
            "reason", "level", "unit", "instruction", "kind", "verdict", "findings", "measures", "result", "source",
            "reference", "channel", "title", "content", "occurred_at", "leads", "cause", "requirement", "reply", "name",
            "password",
        ]
        // Half of the bodies are what some action wants, so that steps are taken.
        let whole = [
            #"{"level":"sensitive","reason":"x"}"#, #"{"unit":"east","reason":"x"}"#, #"{"reason":"x"}"#,
            #"{"kind":"final","verdict":"substantiated","findings":"a","measures":"b","result":"c"}"#,
            #"{"kind":"interim","findings":"a"}"#, #"{"unit":"east-1","reason":"x"}"#, #"{"reply":"x"}"#,
            #"{"source":"s","channel":"hotline","content":"过期食品"}"#,
        ]
        if Bool.random(using: &random) { return whole.randomElement(using: &random)! }
        var members: [String] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let value =
                ["1", "null", "true", "{}", "[]", "1.5", "\"x\"", "\"\(Self.quoted(Nonsense.text(&random)))\""]
                .randomElement(using: &random)!
            members.append("\"\(names.randomElement(using: &random)!)\":\(value)")
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private static func escaped(_ random: inout SeededGenerator) -> String {
        Nonsense.text(&random).utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// Conversations that are nearly right.
enum LineNonsense {
    static func conversation(
        _ logins: [String], _ known: [String], _ random: inout SeededGenerator
    ) -> [UInt8] {
        var lines: [String] = []
        if Int.random(in: 0..<4, using: &random) > 0 {
            lines.append("AUTHINFO USER \(logins.randomElement(using: &random)!)@\(TestCity.code)")
            lines.append("AUTHINFO PASS \(TestCity.password)")
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) { lines.append(Self.line(known, &random)) }
        lines.append("QUIT")
        return Nonsense.damaged(Array((lines.joined(separator: "\r\n") + "\r\n").utf8), &random)
    }

    /// First words that look like reply codes, blocks left out.
    static func codes(_ text: String) -> [String] {
        var codes: [String] = []
        var isInBlock = false
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            if isInBlock {
                isInBlock = line != "."
            } else if line.count >= 3 {
                let code = String(line.prefix(3))
                codes.append(code)
                isInBlock = ["100", "101", "215"].contains(code)
            }
        }
        return codes
    }

    private static func line(_ known: [String], _ random: inout SeededGenerator) -> String {
        let object = Bool.random(using: &random) ? known.randomElement(using: &random)! : Nonsense.text(&random)
        let word = Self.quoted(Nonsense.text(&random))
        let lines = [
            "CAPABILITIES", "HELP", "DATE", "WHOAMI", "WHOAMI format=json", "LIST UNITS", "LIST CASES",
            "LIST CASES light=red limit=2", "LIST CASES state=\(word)", "LIST CLOCKS within=2h", "LIST NEWSGROUPS *",
            "LIST ACTIVE", "SUMMARY", "HEALTH", "SET lang=en format=json", "SET format=\(word)", "MODE READER", "STAT",
            "CASE SHOW \(object)", "CASE TRACE \(object)", "CASE GRADE \(object) general reason=\(word)",
            "CASE ASSIGN \(object) east reason=\(word)", "CASE RECEIVE \(object) reason=\"x\"",
            "CASE RETURN \(object) reason=\"x\"", "CASE URGE \(object) reason=\(word) version=\(word)",
            "CASE FORWARD \(object) east-1 reason=\"x\" key=\(word)",
            "CASE FEEDBACK \(object) kind=interim findings=\(word) reason=\"x\"",
            "CASE SUPERVISE \(object) cause=overdue requirement=\(word) reason=\"x\"",
            "CASE CONCLUDE \(object) reason=\"x\"", "\(word) \(word)", "CASE \(word)", "AUTHINFO USER \(word)",
            "AUTHINFO PASS", "STARTTLS", ".", "",
        ]
        return lines.randomElement(using: &random)!
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
