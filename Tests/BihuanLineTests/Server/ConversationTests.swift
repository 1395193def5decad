import BihuanLine
import Foundation
import StoreTestSupport
import Testing

struct ConversationTests {
    @Test func `the greeting names the program and the capabilities are the announced ones`() async throws {
        try await ServerFixture.run { server in
            let answer = try await RawClient.exchange(port: server.port, "CAPABILITIES\r\nQUIT\r\n")
            #expect(
                answer == """
                    200 bihuan 0.1.0 haerbin-a ready\r
                    101 capability list\r
                    VERSION 2\r
                    IMPLEMENTATION bihuan 0.1.0\r
                    LIST ACTIVE NEWSGROUPS UNITS CASES CLOCKS WORK OUTBOX\r
                    STARTTLS\r
                    XBIHUAN 1 LINE=16384 BLOCK=1048576 OUT=2046\r
                    XJSON 1\r
                    .\r
                    205 再见 bye\r

                    """)
            let local = try await RawClient.exchange(socket: server.socketPath, "CAPABILITIES\nQUIT\n")
            #expect(local.utf8.contains("\r\nAUTHINFO USER SASL\r\nSASL PLAIN EXTERNAL\r\n".utf8))
            #expect(!local.utf8.contains("STARTTLS".utf8))
        }
    }

    @Test func `a session without log-in gets the codes of the standard`() async throws {
        try await ServerFixture.run { server in
            let commands = [
                ("DATE", 111), ("MODE READER", 201), ("HEAD", 412), ("STAT <a@b>", 430), ("STAT 5", 412), ("HELP", 100),
                ("HELP CASE ASSIGN", 100), ("HELP FLY", 490), ("SET lang=en", 290), ("WHOAMI", 480), ("LIST", 480),
                ("CASE CONCLUDE HRB-1 reason=x", 480), ("AUTHINFO USER ops.li", 483), ("AUTHINFO PASS x", 483),
                ("AUTHINFO SASL PLAIN", 483), ("XYZZY", 500), ("CASE FLY", 501), ("", 501), ("QUIT", 205),
            ]
            let answer = try await RawClient.exchange(
                port: server.port, commands.map { $0.0 + "\r\n" }.joined())
            #expect(RawClient.codes(answer) == [200] + commands.map(\.1))
        }
    }

    @Test func `commands sent ahead are answered in order, and a half-closed connection gets every reply`() async throws
    {
        try await ServerFixture.run { server in
            let ahead = String(repeating: "DATE\r\nMODE READER\r\nSTAT\r\n", count: 700)
            for answer in [
                try await RawClient.exchange(port: server.port, ahead),
                try await RawClient.exchange(socket: server.socketPath, ahead),
            ] {
                #expect(
                    RawClient.codes(answer) == [200] + Array(repeating: [111, 201, 412], count: 700).flatMap { $0 })
            }
            #expect(
                RawClient.codes(try await RawClient.exchange(port: server.port, "DATE\nQUIT\nDATE\n")) == [
                    200, 111, 205,
                ])
            // Half a line is no command.
            #expect(RawClient.codes(try await RawClient.exchange(port: server.port, "DATE\r\nQUI")) == [200, 111])
        }
    }

    @Test(
        arguments: [
            ("DATE\r\nDATE\n", "line.ending"), ("DATE\nDATE\r\n", "line.ending"), ("DATE\rDATE\r\n", "line.bare-cr@5"),
            (String(repeating: "a", count: 16_384) + "\r\n", "line.too-long"),
            (String(repeating: "a", count: 40_000), "line.too-long"),
            ("HELP " + String(repeating: "a", count: 600) + "\r\n", "line.too-long@511"),
        ])
    func `a line whose end is in doubt ends the connection`(sent: String, name: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await RawClient.exchange(port: server.port, sent + "MODE READER\r\nMODE READER\n")
            #expect(answer.utf8.contains("501 \(name)".utf8))
            #expect(RawClient.codes(answer).last == 501)
        }
    }

    @Test(
        arguments: [
            ([0x44, 0x00], "line.nul@2"), ([0xC0, 0xAF], "line.utf8@1"), ([0xEF, 0xBB, 0xBF, 0x44], "line.bom@1"),
        ] as [([UInt8], String)])
    func `a line that is not text is refused and the session goes on`(bytes: [UInt8], name: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await RawClient.connect(port: server.port) { client in
                try await client.send(bytes + [13, 10] + Array("MODE READER\r\nQUIT\r\n".utf8))
                return try await client.readToEnd()
            }
            #expect(answer.utf8.contains("501 \(name) ".utf8))
            #expect(RawClient.codes(answer) == [200, 501, 201, 205])
        }
    }

    @Test func `a log-in over the Unix socket takes a password with blanks, and twice is once too often`() async throws
    {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let answer = try await RawClient.exchange(
                    socket: server.socketPath,
                    "AUTHINFO PASS x\nAUTHINFO USER dispatcher.city@test\nAUTHINFO PASS 口令 带 空格 Aa1\n"
                        + "AUTHINFO USER dispatcher.city@test\nCAPABILITIES\nSTARTTLS\nQUIT\n")
                #expect(RawClient.codes(answer) == [200, 482, 381, 281, 502, 101, 502, 205])
                #expect(!answer.utf8.contains("AUTHINFO USER SASL".utf8))
            }
        }
    }

    @Test func `SASL PLAIN logs in with and without an initial response`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let good = Data("\0dispatcher.city@test\0口令 带 空格 Aa1".utf8).base64EncodedString()
                let other = Data("root\0dispatcher.city@test\0口令 带 空格 Aa1".utf8).base64EncodedString()
                let script: [(String, [Int])] = [
                    ("AUTHINFO SASL PLAIN \(good)\n", [281]), ("AUTHINFO SASL PLAIN\n\(good)\n", [383, 281]),
                    ("AUTHINFO SASL PLAIN\n*\n", [383, 481]), ("AUTHINFO SASL PLAIN =\n", [481]),
                    ("AUTHINFO SASL PLAIN !!\n", [504]), ("AUTHINFO SASL PLAIN \(other)\n", [481]),
                    ("AUTHINFO SASL CRAM-MD5\n", [503]), ("AUTHINFO SASL EXTERNAL =\n", [481]),
                ]
                for (sent, codes) in script {
                    let answer = try await RawClient.exchange(socket: server.socketPath, sent)
                    #expect(RawClient.codes(answer) == [200] + codes, "\(sent)")
                }
            }
        }
    }

    @Test func `the third failed log-in ends the connection, each having cost more time`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) {
                $0.backOff = .milliseconds(40)
            } _: { server in
                let begun = ContinuousClock.now
                let attempt = "AUTHINFO USER dispatcher.city@test\nAUTHINFO PASS wrong\n"
                let answer = try await RawClient.exchange(
                    socket: server.socketPath, String(repeating: attempt, count: 4) + "DATE\n")
                #expect(RawClient.codes(answer) == [200, 381, 481, 381, 481, 381, 400])
                #expect(ContinuousClock.now - begun >= .milliseconds(40 + 80 + 160))
            }
        }
    }
}
