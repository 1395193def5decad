import BihuanLine
import Foundation
import StoreTestSupport
import Testing

struct LimitTests {
    @Test func `a stranger who says nothing is cut off without a word`() async throws {
        try await ServerFixture.run {
            $0.timeouts.stranger = .milliseconds(150)
        } _: { server in
            let answer = try await RawClient.connect(port: server.port) { try await $0.readToEnd() }
            #expect(RawClient.codes(answer) == [200])
        }
    }

    @Test func `a line that is dripped is cut off however busily it drips`() async throws {
        try await ServerFixture.run {
            $0.timeouts.strangerLine = .milliseconds(200)
        } _: { server in
            let (answer, sent) = try await RawClient.connect(port: server.port) { client in
                var sent = 0
                do {
                    while sent < 1_000 {
                        try await client.send("D")
                        sent += 1
                        try await Task.sleep(for: .milliseconds(20))
                    }
                } catch {}
                return (try await client.readToEnd(), sent)
            }
            #expect(RawClient.codes(answer) == [200])
            #expect(sent < 1_000)
        }
    }

    @Test func `somebody logged in has more patience from us than a stranger`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { configuration in
                configuration.timeouts.stranger = .milliseconds(150)
                configuration.timeouts.idle = .seconds(30)
            } _: { server in
                try await RawClient.connect(socket: server.socketPath) { client in
                    try await client.send("AUTHINFO USER dispatcher.city@test\nAUTHINFO PASS 口令 带 空格 Aa1\n")
                    #expect(try await client.read(until: "281 "))
                    try await Task.sleep(for: .milliseconds(500))
                    try await client.send("DATE\n")
                    #expect(try await client.read(until: "111 "))
                }
            }
        }
    }

    @Test func `a client that does not read is cut off`() async throws {
        try await ServerFixture.run {
            $0.timeouts.write = .milliseconds(300)
        } _: { server in
            try await RawClient.connect(port: server.port) { client in
                let help = String(repeating: "HELP\r\n", count: 500)
                await #expect(throws: (any Error).self) {
                    for _ in 0..<2_000 { try await client.send(help) }
                }
            }
            #expect(RawClient.codes(try await RawClient.exchange(port: server.port, "QUIT\r\n")) == [200, 205])
        }
    }

    @Test func `there are never more sessions than places, nor more strangers than theirs`() async throws {
        try await ServerFixture.run { configuration in
            configuration.sessions = 2
            configuration.strangers = 1
        } _: { server in
            try await RawClient.connect(port: server.port) { first in
                #expect(try await first.read(until: "200 "))
                let second = try await RawClient.connect(port: server.port) { try await $0.readToEnd() }
                #expect(second == "400 too many sessions\r\n")
                try await RawClient.connect(socket: server.socketPath) { local in
                    #expect(try await local.read(until: "200 "))
                    let answer = try await RawClient.connect(socket: server.socketPath) { try await $0.readToEnd() }
                    #expect(answer == "400 too many sessions\r\n")
                }
            }
            // The places are free again once their sessions are gone.
            var answer = ""
            for _ in 0..<500 where RawClient.codes(answer) != [200, 205] {
                // Turned away while it still speaks: that is no answer either.
                answer = (try? await RawClient.exchange(port: server.port, "QUIT\r\n")) ?? ""
            }
            #expect(RawClient.codes(answer) == [200, 205])
        }
    }

    @Test func `whoever takes every place of strangers keeps no other address out`() async throws {
        try await ServerFixture.run { configuration in
            configuration.strangers = 3
        } _: { server in
            try await RawClient.connect(port: server.port, from: "127.0.0.2") { oldest in
                let isIn = try await oldest.read(until: "200 ")
                #expect(isIn)
                try await RawClient.connect(port: server.port, from: "127.0.0.2") { second in
                    try await RawClient.connect(port: server.port, from: "127.0.0.2") { third in
                        #expect(try await second.read(until: "200 "))
                        #expect(try await third.read(until: "200 "))
                        let fourth = try await RawClient.connect(port: server.port, from: "127.0.0.2") {
                            try await $0.readToEnd()
                        }
                        #expect(fourth == "400 too many sessions\r\n")

                        let honest = try await RawClient.exchange(port: server.port, "DATE\r\nQUIT\r\n")
                        #expect(RawClient.codes(honest) == [200, 111, 205])
                        try await second.send("DATE\r\n")
                        #expect(try await second.read(until: "111 "))
                    }
                }
                let answer = try await oldest.readToEnd()
                #expect(RawClient.codes(answer) == [200])
            }
        }
    }

    @Test func `a stranger who keeps busy without logging in is cut off all the same`() async throws {
        try await ServerFixture.run {
            $0.timeouts.logIn = .milliseconds(300)
        } _: { server in
            let (answer, sent) = try await RawClient.connect(port: server.port) { client in
                var sent = 0
                do {
                    while sent < 1_000 {
                        try await client.send("DATE\r\n")
                        sent += 1
                        try await Task.sleep(for: .milliseconds(20))
                    }
                } catch {}
                return (try await client.readToEnd(), sent)
            }
            #expect(sent < 1_000)
            #expect(Set(RawClient.codes(answer).dropFirst()) == [111])
        }
    }

    @Test func `handshakes that never come leave the other doors open`() async throws {
        try await ServerFixture.run { configuration in
            configuration.strangers = 2
            configuration.timeouts.write = .milliseconds(200)
        } _: { server in
            // They connect to the TLS port, say nothing or nonsense, and wait for the end.
            let ends = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await RawClient.connect(port: server.tlsPort, from: "127.0.0.2") { client in
                            if number % 2 == 1 { try? await client.send("AUTHINFO USER x\r\n") }
                            return try await client.readToEnd()
                        }
                    }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(ends.allSatisfy { !$0.utf8.contains("200 ".utf8) && !$0.utf8.contains("381 ".utf8) })
            #expect(RawClient.codes(try await RawClient.exchange(port: server.port, "QUIT\r\n")) == [200, 205])
        }
    }

    @Test func `an officer has so many sessions and no more`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) {
                $0.sessionsPerUser = 1
            } _: { server in
                let logIn = "AUTHINFO USER dispatcher.city@test\nAUTHINFO PASS 口令 带 空格 Aa1\n"
                try await RawClient.connect(socket: server.socketPath) { first in
                    try await first.send(logIn)
                    #expect(try await first.read(until: "281 "))
                    #expect(
                        RawClient.codes(try await RawClient.exchange(socket: server.socketPath, logIn)) == [
                            200, 381, 400,
                        ])
                }
            }
        }
    }

    @Test func `a server that goes down says so to everybody who waits and lets nobody in`() async throws {
        try await ServerFixture.run { server in
            try await RawClient.connect(port: server.port) { idle in
                let isGreeted = try await idle.read(until: "200 ")
                #expect(isGreeted)
                await server.shutDown()
                let answer = try await idle.readToEnd()
                #expect(RawClient.codes(answer) == [200, 400])
            }
            // Refused, or let go without a word: the listener may still be closing.
            let late = (try? await RawClient.exchange(port: server.port, "DATE\r\n")) ?? ""
            #expect(!RawClient.codes(late).contains(111))
            for _ in 0..<200 where FileManager.default.fileExists(atPath: server.socketPath) {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(!FileManager.default.fileExists(atPath: server.socketPath))
        }
    }

    @Test func `the socket is for owner and group, and a living server keeps it`() async throws {
        try await ServerFixture.run { server in
            let attributes = try FileManager.default.attributesOfItem(atPath: server.socketPath)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
            let path = server.socketPath
            await #expect(throws: LineServerFault.socketInUse(path: path)) {
                try await ServerFixture.run {
                    $0.socketPath = path
                } _: { _ in
                }
            }
            #expect(RawClient.codes(try await RawClient.exchange(socket: path, "QUIT\n")) == [200, 205])
        }
    }
}
