import BihuanLine
import Foundation
import NIOCore
import StoreTestSupport
import TestSupport
import Testing

/// The same bytes get the same answer however the network cuts them, at the real door.
struct CutTests {
    private static let texts: [String] = [
        "DATE\r\nDATE\n", "DATE\nDATE\r\n", "DATE\rDATE\r\n", "STAT\r\r\n", "\r\r\nSTAT\r\n", "STAT\n\rSTAT\n",
        "STAT\r\n.\r\n..\r\n", "\n.\n", "\r.\r", "STAT\r\n\n.\r\nSTAT\r\n", "STAT 1\u{0}\r\nSTAT\r\n",
        "口令\r\nSTAT\r\n",
        "\u{FEFF}STAT\r\n", "STARTTLS\r\nSTAT\r\n", "AUTHINFO USER 张\r\nAUTHINFO PASS \" \"\r\n",
        "SET lang=en format=json\r\nXYZZY\r\n", "STAT \"a\\\"b\" c\r\n",
        "QUIT\r\nSTAT\r\n",
        "STAT\u{85}STAT\u{2028}\r\n", "STAT\u{B}\u{C}\r\n", "\t STAT\r\n",
    ]

    private static let others: [[UInt8]] = [
        [0x53, 0xC0, 0x8A, 0x0D, 0x0A, 0x53, 0x0D, 0x0A], [0xED, 0xA0, 0x80, 0x0A],
        [0xE5, 0x8F, 0x0D, 0x0A, 0xA3, 0x0D, 0x0A], [0xFF, 0xFE, 0x53, 0x00, 0x0D, 0x00, 0x0A, 0x00],
        [0xF4, 0x90, 0x80, 0x80, 0x0D, 0x0A], [0x00, 0x0A, 0x00, 0x0A],
    ]

    @Test func `a conversation does not depend on where the network cut it`() async throws {
        try await ServerFixture.run { server in
            let address = RawSocket.Address.path(server.socketPath)
            for stream in Self.texts.map({ Array($0.utf8) }) + Self.others {
                let whole = try await RawSocket.exchange(address, stream).received
                #expect(whole.starts(with: Array("200 ".utf8)))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var cuts = (1..<stream.count).map { [$0] }
                    cuts.append(Array(1..<stream.count))
                    for (number, cut) in cuts.enumerated() {
                        if number >= 12 { _ = try await group.next() }
                        group.addTask {
                            let answer = try await RawSocket.exchange(address, stream, cuts: cut)
                            #expect(!answer.hung)
                            #expect(
                                Self.said(answer.received) == Self.said(whole),
                                "\(String(decoding: stream, as: UTF8.self).debugDescription) cut at \(cut)")
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// What was said, times left out.
    private static func said(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("111 ") ? "111" : $0
        }
    }

    @Test func `of five hundred byte strings each is text and read, or is not and refused, and the session goes on`()
        async throws
    {
        try await ServerFixture.run { server in
            var sent: [UInt8] = []
            for string in ByteStrings.all { sent += string + [0x0D, 0x0A] }
            sent += Array("QUIT\r\n".utf8)
            for cuts in [[], Array(stride(from: 7, to: sent.count, by: 7))] {
                let answer = try await RawSocket.exchange(.path(server.socketPath), sent, cuts: cuts)
                let replies = String(decoding: answer.received, as: UTF8.self).split(separator: "\r\n").dropFirst()
                #expect(replies.count == ByteStrings.all.count + 1)
                for (string, reply) in zip(ByteStrings.all, replies) {
                    #expect(reply.hasPrefix("501 line.utf8@") != ByteStrings.isText(string), "\(string): \(reply)")
                }
                #expect(replies.last?.hasPrefix("205 ") == true)
            }
        }
    }

    @Test func `no other ending of a line smuggles the end of a text block, and what follows is never a command`()
        async throws
    {
        let smuggled = [
            "a\r\n\n.\n", "a\r\n\n.\r\n", "a\r\n\r.\r", "a\r\n.\n", "a\r\n.\r\r\n", "a\r\n.\r.\r\n", "a\r\n.\u{0}\r\n",
            "a\r\n. \r\n",
            "a\r\n..\r\n",
        ]
        try await TestCity.with { city in
            try await ServerFixture.run(city) {
                $0.sessionsPerUser = 30
            } _: { server in
                for (number, wire) in smuggled.enumerated() {
                    try await RawClient.connect(socket: server.socketPath) { client in
                        try await client.send(
                            "AUTHINFO USER dispatcher.city@test\r\nAUTHINFO PASS 口令 带 空格 Aa1\r\n"
                                + "CASE FEEDBACK A-1 kind=interim reason=x\r\n")
                        let isAsked = try await client.read(until: "393 ")
                        #expect(isAsked)
                        try await client.send(wire + "DATE\r\nSTAT\r\n")
                        try await client.finishSending()
                        let codes = RawClient.codes(try await client.readToEnd())
                        // The last three are lines of the block, which has not ended.
                        #expect(codes == [200, 381, 281, 393] + (number < 6 ? [501] : []), "\(wire.debugDescription)")
                    }
                }
            }
        }
    }

    @Test func `a line without an end is refused at the limit, however long it goes on`() async throws {
        try await ServerFixture.run { server in
            let endless = [UInt8](repeating: 0x61, count: 4 << 20)
            let answer = try await RawSocket.exchange(.port(server.port), endless, finish: false)
            let text = String(decoding: answer.received, as: UTF8.self)
            #expect(!answer.hung)
            // A reset may take the words away, never add any.
            #expect(RawClient.codes(text) == [200, 501] || RawClient.codes(text).count < 2)
        }
    }
}
