@testable import BihuanHTTP

/// An answer as it came over the wire.
struct RawResponse {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    /// The body as a JSON object; empty if it is none.
    var json: JSONObject {
        if case .object(let object)? = try? JSONParser.parse(self.body) { object } else { JSONObject() }
    }

    /// The `code` of a problem.
    var code: String? {
        if case .string(let code)? = self.json["code"] { code } else { nil }
    }

    /// The answers in a stream of bytes, cut by Content-Length.
    static func all(_ bytes: [UInt8]) -> [RawResponse] {
        var responses: [RawResponse] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let halves = line.split(separator: ":", maxSplits: 1)
                headers[halves[0].lowercased()] = halves.count == 2 ? String(halves[1].drop { $0 == " " }) : ""
            }
            let length = status == 100 ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
            let body = rest[end.upperBound...].prefix(length)
            responses.append(RawResponse(status: status, headers: headers, body: Array(body)))
            rest = rest[body.endIndex...]
        }
        return responses
    }
}
