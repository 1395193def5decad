import Foundation

/// A client of the JSON door on one connection, as plain as can be.
final class HTTPWire {
    struct Answer {
        var status: Int
        var body: [String: Any]
    }

    let port: Int
    private var wire: Wire?

    init(port: Int) {
        self.port = port
    }

    static func canConnect(to port: Int) -> Bool {
        (try? Wire(port: port)) != nil
    }

    /// The status of a page outside the API.
    func status(of path: String) throws(Wire.Broken) -> Int {
        let wire = try Wire(port: self.port)
        try wire.send(Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8))
        let words = try wire.line().split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Wire.Broken(why: "not HTTP") }
        return status
    }

    /// One request and its answer; after anything unforeseen the connection is given up.
    func ask(
        _ method: String, _ path: String, token: String? = nil, key: String? = nil, _ body: [String: Any]? = nil
    ) throws(Wire.Broken) -> Answer {
        let wire: Wire
        if let open = self.wire { wire = open } else { wire = try Wire(port: self.port) }
        self.wire = nil
        var head = "\(method) /api/v1\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let key { head += "Idempotency-Key: \"\(key)\"\r\n" }
        var bytes: [UInt8] = []
        if let body, let data = try? JSONSerialization.data(withJSONObject: body) {
            bytes = Array(data)
            head += "Content-Type: application/json\r\nContent-Length: \(bytes.count)\r\n"
        } else if method == "POST" {
            head += "Content-Length: 0\r\n"
        }
        try wire.send(Array((head + "\r\n").utf8) + bytes)

        let words = try wire.line().split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Wire.Broken(why: "not HTTP") }
        var length = 0
        var isKept = true
        while true {
            let line = try wire.line().lowercased()
            if line.isEmpty { break }
            if line.hasPrefix("content-length:") {
                length = Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
            } else if line.hasPrefix("transfer-encoding:") {
                throw Wire.Broken(why: "chunked")
            } else if line.hasPrefix("connection:"), line.hasSuffix("close") {
                isKept = false
            }
        }
        let content = try wire.bytes(length)
        if isKept { self.wire = wire }
        let object = (try? JSONSerialization.jsonObject(with: Data(content))) as? [String: Any]
        return Answer(status: status, body: object ?? [:])
    }
}
