import SeededRandom
import Testing

@testable import BihuanHTTP

struct RequestGuardTests {
    static let json = "Content-Type: application/json"
    static let echo = "POST /echo HTTP/1.1\r\nHost: x\r\n\(json)\r\n"

    /// Messages that two readers could cut differently. A request for `/item` is hidden in each.
    static let ambiguous: [String] = [
        // CL.TE and TE.CL
        echo + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo
            + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        // Two lengths
        echo + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: 2, 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: +2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: -2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: 0x2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length: 18446744073709551618\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        // Transfer codings that are not chunked, or hidden
        echo + "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Transfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        // Folded lines, bare line ends, blanks
        echo + "X-A: b\r\n Content-Length: 30\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "X-A: b\r\n\tc\r\nContent-Length: 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Content-Length : 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "X-A: b\rX-B: c\r\nContent-Length: 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}GET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        // Broken chunks
        echo + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        echo
            + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\nGET /item HTTP/1.1\r\nHost: x\r\n\r\n",
        // Two hosts
        "GET /item HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        // No HTTP at all
        "\u{16}\u{3}\u{1}\0\u{5}hello",
        "GET /item\r\n\r\n",
        "GET /item HTTP/9.9\r\nHost: x\r\n\r\n",
        "BREW /item HTTP/1.1\r\nHost: x\r\n\r\n",
    ]

    @Test(arguments: ambiguous)
    func `a message that could be cut two ways is refused, and the connection ends`(text: String) async throws {
        try await RunningDoor.with { port in
            let answers = RawResponse.all(try await RawClient.exchange(port, Array(text.utf8)))

            #expect(answers.map(\.status) == [400])
            #expect(answers.first?.code == "request.malformed")
            #expect(answers.first?.headers["connection"] == "close")
        }
    }

    @Test func `a request without a host is refused`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RawClient.exchange(port, "GET /item HTTP/1.1\r\n\r\n")
            #expect(answer.status == 400)
        }
    }

    @Test func `a good request before a malformed one is answered first`() async throws {
        try await RunningDoor.with { port in
            let text = "GET /item HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE\r\n\r\n"
            let answers = RawResponse.all(try await RawClient.exchange(port, Array(text.utf8)))
            #expect(answers.map(\.status) == [200, 400])
        }
    }

    @Test func `a chunked body is read as one`() async throws {
        try await RunningDoor.with { port in
            let text =
                Self.echo
                + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n3;x=y\r\n1,2\r\n1\r\n]\r\n0\r\n\r\n"
            let answer = try await RawClient.exchange(port, text)
            #expect(String(decoding: answer.body, as: UTF8.self) == "[1,2]")
        }
    }

    @Test func `a body of exactly the limit passes and one byte more does not`() async throws {
        try await RunningDoor.with { port in
            let string = { (count: Int) in "\"" + String(repeating: "a", count: count - 2) + "\"" }
            let limit = 1_048_576

            let within = try await RunningDoor.ask(port, "POST", "/echo", [Self.json], body: string(limit))
            #expect(within.status == 200)
            #expect(within.body.count == limit)

            let over = try await RunningDoor.ask(port, "POST", "/echo", [Self.json], body: string(limit + 1))
            #expect(over.status == 413)
            #expect(over.code == "body.too_large")
        }
    }

    @Test func `a chunked body is stopped at the limit too`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.bodyLimit = 1_000
        try await RunningDoor.with(configuration) { port in
            var text = Self.echo + "Transfer-Encoding: chunked\r\n\r\n"
            for _ in 0..<101 { text += "a\r\n          \r\n" }
            let answer = try await RawClient.exchange(port, text)
            #expect(answer.status == 413)
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test func `a declared body over the limit is refused before it comes`() async throws {
        try await RunningDoor.with { port in
            let answer = try await RawClient.exchange(port, Self.echo + "Content-Length: 999999999999\r\n\r\n{")
            #expect(answer.status == 413)
        }
    }

    @Test func `headers are bounded in size and in number`() async throws {
        try await RunningDoor.with { port in
            let requests: [(headers: [String], status: Int)] = [
                (["X-A: " + String(repeating: "a", count: 8_000)], 200),
                (["X-A: " + String(repeating: "a", count: 8_193)], 431),
                ((0..<90).map { "X-\($0): a" }, 200),
                ((0..<101).map { "X-\($0): a" }, 431),
                ((0..<3).map { "X-\($0): " + String(repeating: "a", count: 7_000) }, 431),
            ]
            for request in requests {
                let answer = try await RunningDoor.ask(port, "GET", "/item", request.headers)
                #expect(answer.status == request.status)
            }
        }
    }

    @Test func `a body that drips is ended by the deadline`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.bodyDeadline = .milliseconds(200)
        configuration.minimumRate = 0
        try await RunningDoor.with(configuration) { port in
            let bytes = try await RawClient.exchange(
                port,
                Array((Self.echo + "Content-Length: 100000\r\n\r\n[").utf8),
                drip: [0x20]
            )
            let answer = try #require(RawResponse.all(bytes).first)
            #expect(answer.status == 408)
            #expect(answer.code == "body.too_slow")
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test func `a body below the minimum rate is ended after the grace`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.rateGrace = .milliseconds(150)
        configuration.minimumRate = 100_000
        try await RunningDoor.with(configuration) { port in
            let bytes = try await RawClient.exchange(
                port,
                Array((Self.echo + "Transfer-Encoding: chunked\r\n\r\n").utf8),
                drip: Array("1\r\n \r\n".utf8)
            )
            #expect(RawResponse.all(bytes).first?.status == 408)
        }
    }

    @Test func `a head that drips is ended by the idle time-out`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.idleTimeout = .milliseconds(200)
        try await RunningDoor.with(configuration) { port in
            let bytes = try await RawClient.exchange(port, Array("GET /item HTTP/1.1\r\nX: ".utf8), drip: [0x61])
            #expect(RawResponse.all(bytes).allSatisfy { $0.status == 400 })
        }
    }

    @Test func `a silent connection is closed`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.idleTimeout = .milliseconds(100)
        try await RunningDoor.with(configuration) { port in
            let bytes = try await RawClient.exchange(port, Array("GET /item HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(RawResponse.all(bytes).map(\.status) == [200])
        }
    }

    @Test func `a client that does not read is cut off`() async throws {
        let request = Array("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        var configuration = try RunningDoor.configuration()
        configuration.writeTimeout = .milliseconds(100)
        let slow = try await RunningDoor.with(configuration) { port in
            try await RawClient.exchange(port, request, hesitation: 1_000)
        }
        let quick = try await RunningDoor.with { port in try await RawClient.exchange(port, request) }

        #expect(slow.count < 16 << 20)
        #expect(quick.count > 16 << 20)
    }

    @Test func `the rest of a refused body is not waited for`() async throws {
        try await RunningDoor.with { port in
            let text =
                "POST /api/v1/secret HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
                + String(repeating: "x", count: 1_000)
            let answer = try await RawClient.exchange(port, text)
            #expect(answer.status == 401)
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test func `a client that asks first is told to go on`() async throws {
        try await RunningDoor.with { port in
            let text = Self.echo + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
            let answers = RawResponse.all(try await RawClient.exchange(port, Array(text.utf8)))
            #expect(answers.map(\.status) == [100, 200])
        }
    }

    @Test func `random bytes get a refusal or nothing, and the door stays up`() async throws {
        try await RunningDoor.with { port in
            var random = SeededGenerator(seed: 42)
            let good = Array((Self.echo + "Content-Length: 7\r\n\r\n{\"a\":1}").utf8)
            for _ in 0..<60 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                        in: .min ... .max, using: &random)
                }
                let answers = RawResponse.all(try await RawClient.exchange(port, bytes, patience: 30))
                #expect(answers.allSatisfy { $0.status < 500 })
            }
            let healthy = try await RunningDoor.ask(port, "GET", "/livez")
            #expect(healthy.status == 200)
        }
    }
}
