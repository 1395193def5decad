import StoreTestSupport
import Synchronization
import TestSupport
import Testing

@testable import BihuanHTTP

/// What clients do who mean harm or know no better, each at the real door.
struct HostileClientTests {
    // MARK: However the network cuts

    @Test func `a message that could be cut two ways is refused wherever the network cuts it`() async throws {
        try await RunningDoor.with { port in
            for text in RequestGuardTests.ambiguous {
                let bytes = Array(text.utf8)
                // Every other point; the odd and the even ones by turns.
                let cuts =
                    stride(from: 1 + bytes.count % 2, to: bytes.count, by: 2).map { [$0] } + [Array(1..<bytes.count)]
                try await Self.eachCut(port, bytes, cuts) { answers, cut in
                    #expect(answers.map(\.status) == [400], "\(text.debugDescription) cut at \(cut)")
                    #expect(answers.first?.code == "request.malformed")
                }
            }
        }
    }

    static let sound: [(String, [Int])] = [
        (
            RequestGuardTests.echo
                + "Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n3;x=\"y\"\r\n1,2\r\n1\r\n]\r\n0\r\nX-T: a\r\n\r\n"
                + "GET /item HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [200, 200]
        ),
        (
            "GET /item HTTP/1.1\r\nHost: x\r\n\r\n" + RequestGuardTests.echo
                + "Content-Length: 4\r\n\r\n{,} GARBAGE\r\n\r\n",
            [200, 400, 400]
        ),
    ]

    @Test(arguments: sound)
    func `sound messages are answered alike wherever the network cuts them`(text: String, statuses: [Int]) async throws
    {
        try await RunningDoor.with { port in
            let bytes = Array(text.utf8)
            let whole = RawResponse.all(try await RawClient.exchange(port, bytes))
            #expect(whole.map(\.status) == statuses)
            let cuts = (1..<bytes.count).map { [$0] } + [Array(1..<bytes.count)]
            try await Self.eachCut(port, bytes, cuts) { answers, cut in
                #expect(answers.map(\.status) == statuses, "cut at \(cut)")
                #expect(answers.first?.body == whole.first?.body)
            }
        }
    }

    private static func eachCut(
        _ port: Int, _ bytes: [UInt8], _ cuts: [[Int]], _ check: @escaping @Sendable ([RawResponse], [Int]) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, cut) in cuts.enumerated() {
                if number >= 16 { _ = try await group.next() }
                group.addTask {
                    check(RawResponse.all(try await RawClient.exchange(port, bytes, cuts: cut)), cut)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `of five hundred byte strings in a body each is text and taken, or is not and refused`() async throws {
        try await RunningDoor.with { port in
            var sent: [UInt8] = []
            for string in ByteStrings.all {
                sent += Array((RequestGuardTests.echo + "Content-Length: \(string.count + 2)\r\n\r\n").utf8)
                sent += [0x22] + string + [0x22]
            }
            sent += Array("GET /item HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
            let answers = RawResponse.all(try await RawClient.exchange(port, sent))
            #expect(answers.map(\.status) == ByteStrings.all.map { ByteStrings.isText($0) ? 200 : 400 } + [200])
        }
    }

    // MARK: Who takes too long

    @Test func `trailers that drip are ended by the deadline of the body`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.bodyDeadline = .milliseconds(200)
        configuration.minimumRate = 0
        try await RunningDoor.with(configuration) { port in
            let bytes = Array((RequestGuardTests.echo + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: ").utf8)
            let answers = RawResponse.all(try await RawClient.exchange(port, bytes, drip: [0x61]))
            #expect(answers.map(\.status) == [408])
        }
    }

    @Test func `a head that drips behind an answer is ended too`() async throws {
        var configuration = try RunningDoor.configuration()
        // Long enough that a busy machine does not end it before the answer.
        configuration.idleTimeout = .seconds(2)
        try await RunningDoor.with(configuration) { port in
            let first = "GET /item HTTP/1.1\r\nHost: x\r\n\r\n"
            let bytes = Array((first + "GET /item HTTP/1.1\r\nX: ").utf8)
            let cuts = [Int](first.utf8.count..<bytes.count)
            let answers = RawResponse.all(try await RawClient.exchange(port, bytes, cuts: cuts))
            #expect(answers.first?.status == 200)
            #expect(answers.dropFirst().allSatisfy { $0.status == 400 })
        }
    }

    @Test func `a client that asks on and on and never reads is cut off though the kernel takes every answer`()
        async throws
    {
        let one = "GET /item HTTP/1.1\r\nHost: x\r\n\r\n"
        let request = Array(
            (String(repeating: one, count: 799) + one.replacing("Host: x", with: "Host: x\r\nConnection: close")).utf8)
        var configuration = try RunningDoor.configuration()
        configuration.writeTimeout = .milliseconds(400)
        let slow = try await RunningDoor.with(configuration) { port in
            RawResponse.all(try await RawClient.exchange(port, request, hesitation: 2_500))
        }
        let quick = try await RunningDoor.with { port in
            RawResponse.all(try await RawClient.exchange(port, request))
        }

        #expect(slow.count < 800)
        #expect(quick.count == 800)
    }

    // MARK: How many

    private final class Crowd: Sendable {
        let left = Mutex(3)
    }

    @Test func `when the door is full, who has waited longest gives way`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.connectionLimit = 3
        configuration.idleTimeout = .seconds(8)
        try await RunningDoor.with(configuration) { port in
            // Two that say nothing and one that stops in its head, each until the server ends it.
            let crowd = Crowd()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for text in ["", "", "GET /item HTTP/1.1\r\nX: "] {
                    group.addTask {
                        let bytes = try await RawClient.exchange(port, Array(text.utf8))
                        #expect(RawResponse.all(bytes).allSatisfy { $0.status == 400 })
                        crowd.left.withLock { $0 -= 1 }
                    }
                }
                for _ in 0..<20 {
                    let answer = try await RunningDoor.ask(port, "GET", "/item")
                    #expect(answer.status == 200)
                }
                // No more of them than had to.
                #expect(crowd.left.withLock { $0 } < 3)
                try await group.waitForAll()
            }
        }
    }

    @Test func `while everybody is being answered one more is told to come later`() async throws {
        let (releases, release) = AsyncStream<Void>.makeStream()
        let (starts, started) = AsyncStream<Void>.makeStream()
        let slow = Route("GET", "/slow", .open) { _ in
            started.yield()
            for await _ in releases { break }
            return Reply(.text("done"))
        }
        var configuration = try RunningDoor.configuration()
        configuration.connectionLimit = 1
        try await RunningDoor.with(configuration, routes: [slow]) { port in
            async let first = RunningDoor.ask(port, "GET", "/slow")
            for await _ in starts { break }

            let second = RawResponse.all(try await RawClient.exchange(port, []))
            #expect(second.map(\.status) == [503])
            #expect(second.first?.headers["retry-after"] == "5")
            #expect(second.first?.code == "overloaded")

            release.yield()
            #expect(try await first.status == 200)
            release.yield()
            let third = try await RunningDoor.ask(port, "GET", "/slow")
            #expect(third.status == 200)
        }
    }

    @Test func `large bodies share what memory there is for them, and small ones need none of it`() async throws {
        var configuration = try RunningDoor.configuration()
        configuration.bodyBudget = 100_000
        try await RunningDoor.with(configuration) { port in
            let text = { (count: Int) in "\"" + String(repeating: "a", count: count - 2) + "\"" }
            let within = try await RunningDoor.ask(port, "POST", "/echo", [RequestGuardTests.json], body: text(110_000))
            #expect(within.status == 200)
            let over = try await RunningDoor.ask(port, "POST", "/echo", [RequestGuardTests.json], body: text(120_000))
            #expect(over.status == 503)
            #expect(over.headers["retry-after"] == "5")
            let small = try await RunningDoor.ask(port, "POST", "/echo", [RequestGuardTests.json], body: text(16_384))
            #expect(small.status == 200)
            // What was drawn is there again.
            let again = try await RunningDoor.ask(port, "POST", "/echo", [RequestGuardTests.json], body: text(110_000))
            #expect(again.status == 200)
        }
    }

    // MARK: What is written back

    @Test func `nothing that anybody wrote adds a header or a line to an answer`() async throws {
        let evil = #"甲\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"#
        try await APIDoor.with { port, city in
            let officer = try await APIClient.logIn("dispatcher.city", at: port)
            let plain = try await officer.post("/cases", APITests.lead(1))
            for field in ["title", "content", "reference", "source", "channel"] {
                var members = ["source": "s", "reference": "R-\(field)", "channel": "hotline", "content": "过期食品"]
                members[field] = evil
                let body = "{" + members.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
                let answer = try await officer.post("/cases", body)
                #expect([200, 201, 400].contains(answer.status), "\(field)")
                #expect(answer.headers["set-cookie"] == nil)
                guard answer.status == 201, let path = answer.headers["location"] else { continue }
                #expect(Set(answer.headers.keys) == Set(plain.headers.keys))
                let read = try await officer.get(path)
                #expect(read.status == 200 && read.headers["set-cookie"] == nil)
            }
            for header in [
                "X-Request-Id: a%0d%0aSet-Cookie: a=b", "Idempotency-Key: \"a\u{85}b\"", "If-None-Match: \"v1\"\u{B}",
            ] {
                let answer = try await officer.get("/me", [header])
                #expect(answer.headers["set-cookie"] == nil)
                #expect(
                    answer.headers["x-request-id"]?.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x25 } == true)
            }
        }
    }
}
