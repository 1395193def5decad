import Testing

@testable import BihuanHTTP

struct DoorTests {
    static let json = "Content-Type: application/json"

    @Test func `a body goes in and comes out, and every answer carries its safeguards`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(
                port, "POST", "/echo", [Self.json, "X-Request-Id: abc-1"], body: #"{"a":"过期食品"}"#
            )

            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == #"{"a":"过期食品"}"#)
            #expect(answer.headers["x-request-id"] == "abc-1")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(answer.headers["connection"] == "close")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["server"] == nil)
        }
    }

    /// Method, path, headers, body; then the status and the code of the problem.
    static let refusals: [(String, String, [String], String?, Int, String)] = [
        ("GET", "/nowhere", [], nil, 404, "not_found"),
        ("GET", "/", [], nil, 404, "not_found"),
        ("GET", "/item/", [], nil, 404, "not_found"),
        ("DELETE", "/item", [], nil, 405, "method.not_allowed"),
        ("OPTIONS", "/item", ["Origin: https://elsewhere.example"], nil, 405, "method.not_allowed"),
        ("GET", "/api/v1/secret/1", [], nil, 401, "session.required"),
        ("GET", "/api/v1/secret/1", ["Authorization: Basic YTpi"], nil, 401, "session.required"),
        ("GET", "/api/v1/secret/1", ["Authorization: Bearer x"], nil, 401, "session.required"),
        (
            "GET", "/api/v1/secret/1", ["Authorization: Bearer \(WireTests.token)", "Accept: text/html"], nil, 406,
            "accept.unsupported"
        ),
        ("POST", "/echo", [], "{}", 415, "content_type.unsupported"),
        ("POST", "/echo", ["Content-Type: text/plain"], "{}", 415, "content_type.unsupported"),
        ("POST", "/echo", ["Content-Type: application/json; charset=gb18030"], "{}", 415, "content_type.unsupported"),
        ("POST", "/echo", [json, "Content-Encoding: gzip"], "{}", 415, "content_encoding.unsupported"),
        ("POST", "/echo", [json], "{,}", 400, "json.syntax"),
        ("POST", "/echo", [json], #"{"a":1,"a":2}"#, 400, "json.duplicate_key"),
        ("POST", "/echo", [json], " ", 400, "json.empty"),
        ("POST", "/echo", [json, "Expect: the-unexpected"], "{}", 417, "expect.unsupported"),
        ("PATCH", "/item", [], nil, 428, "if_match.required"),
        ("PATCH", "/item", ["If-Match: v3"], nil, 400, "if_match.malformed"),
        ("PATCH", "/item", [#"If-Match: "v3", "v4""#], nil, 400, "if_match.several"),
        ("PATCH", "/item", [#"If-Match: "v3""#, "Idempotency-Key: a b"], nil, 400, "idempotency_key.malformed"),
        (
            "PATCH", "/item", [#"If-Match: "v3""#, "Idempotency-Key: a", "Idempotency-Key: b"], nil, 400,
            "idempotency_key.malformed"
        ),
        ("GET", "/item", ["If-None-Match: v3"], nil, 400, "if_none_match.malformed"),
        ("GET", "/livez?verbos", [], nil, 400, "parameter.unknown"),
        ("GET", "/problems/nothing", [], nil, 404, "not_found"),
        ("GET", "/" + String(repeating: "a", count: 4_096), [], nil, 414, "address.too_long"),
        ("GET", "/broken", [], nil, 500, "internal"),
    ]

    @Test(arguments: refusals)
    func `a refusal is a problem document`(
        method: String,
        path: String,
        headers: [String],
        body: String?,
        status: Int,
        code: String
    ) async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(port, method, path, headers, body: body)

            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(answer.json["status"] == .integer(Int64(status)))
            #expect(answer.headers["content-type"]?.hasPrefix("application/problem+json") == true)
            #expect(answer.headers["content-language"] == "zh-CN")
            #expect(answer.json["request_id"] == .string(answer.headers["x-request-id"] ?? "-"))
            guard case .string(let type)? = answer.json["type"] else {
                Issue.record("no type")
                return
            }
            // The type resolves on this very server, as JSON and as a page.
            let page = try await RunningDoor.ask(port, "GET", type)
            #expect(page.status == 200)
            #expect(page.json["type"] == .string(type))
            let html = try await RunningDoor.ask(port, "GET", type, ["Accept: text/html"])
            #expect(html.headers["content-type"] == "text/html; charset=utf-8")
        }
    }

    @Test func `an address of exactly the limit is looked up`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(port, "GET", "/" + String(repeating: "a", count: 4_095))
            #expect(answer.status == 404)
        }
    }

    @Test func `what happened inside does not show`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(port, "GET", "/broken")
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("Unforeseen"))
        }
    }

    @Test func `no token, a wrong one and a malformed one are told the same`() async throws {
        try await RunningDoor.with { port in
            var bodies: Set<String> = []
            for header in [[], ["Authorization: Bearer"], ["Authorization: Basic x"], ["Authorization: Bearer bhs_é"]] {
                let answer = try await RunningDoor.ask(port, "GET", "/api/v1/secret/1", header + ["X-Request-Id: same"])
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] == "Bearer")
                bodies.insert(String(decoding: answer.body, as: UTF8.self))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test func `405 names the methods, and HEAD is GET without its content`() async throws {
        try await RunningDoor.with { port in
            let refused = try await RunningDoor.ask(port, "PUT", "/item")
            #expect(refused.headers["allow"] == "GET, HEAD, PATCH")

            let bytes = try await RawClient.exchange(
                port,
                Array("HEAD /item HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
            )
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.lowercased().contains("content-length: 2\r\n"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `a version that the client has is not sent again`() async throws {
        try await RunningDoor.with { port in
            let first = try await RunningDoor.ask(port, "GET", "/item")
            #expect(first.headers["etag"] == #""v3""#)
            #expect(first.headers["link"] == #"</item?after=x>; rel="next""#)
            let second = try await RunningDoor.ask(port, "GET", "/item", [#"If-None-Match: "v3""#])
            #expect(second.status == 304)
            #expect(second.body.isEmpty)
            let other = try await RunningDoor.ask(port, "GET", "/item", [#"If-None-Match: "v2""#])
            #expect(other.status == 200)
        }
    }

    @Test func `version and key reach the route`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(
                port, "PATCH", "/item", [#"If-Match: "v3""#, #"Idempotency-Key: "k-1""#]
            )
            #expect(String(decoding: answer.body, as: UTF8.self) == #"{"version":3,"key":"k-1"}"#)
        }
    }

    @Test func `problems come in English to those who prefer it`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RunningDoor.ask(port, "GET", "/nowhere", ["Accept-Language: en, zh;q=0.5"])
            #expect(answer.json["title"] == .string("There is no such thing"))
            #expect(answer.headers["content-language"] == "en")
        }
    }

    @Test func `health is told by word and by status`() async throws {
        let checks = [
            ReadinessCheck("database", isReady: false, text: "gone"), ReadinessCheck("schema", isReady: true),
        ]
        try await RunningDoor.with(readiness: checks) { port in
            let live = try await RunningDoor.ask(port, "GET", "/livez")
            #expect(live.status == 200)
            let ready = try await RunningDoor.ask(port, "GET", "/readyz?verbose")
            #expect(ready.status == 503)
            #expect(
                String(decoding: ready.body, as: UTF8.self)
                    == "[+] serving\n[-] database gone\n[+] schema\nnot ready\n"
            )
        }
        try await RunningDoor.with { port in
            let healthy = try await RunningDoor.ask(port, "GET", "/healthz")
            #expect(healthy.status == 200)
            #expect(String(decoding: healthy.body, as: UTF8.self) == "ok\n")
        }
    }

    @Test func `several requests on one connection are answered in order`() async throws {
        try await RunningDoor.with { port in
            let one = "POST /echo HTTP/1.1\r\nHost: x\r\n\(Self.json)\r\nContent-Length: 3\r\n\r\n"
            let text = one + "[1]" + one + "[2]" + "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answers = RawResponse.all(try await RawClient.exchange(port, Array(text.utf8)))

            #expect(answers.map(\.status) == [200, 200, 404])
            #expect(answers.prefix(2).map { String(decoding: $0.body, as: UTF8.self) } == ["[1]", "[2]"])
        }
    }
}
