import BihuanLine
import Foundation
import NIOSSL
import StoreTestSupport
import Testing

struct TLSTests {
    @Test func `the certificate is made once, for this host, and its key is the server's alone`() throws {
        let parent = "/tmp/bihuan-line-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let directory = "\(parent)/tls"
        let first = try LineCertificate.load(orMakeIn: directory, hostName: "haerbin-a")
        let bytes = try Data(contentsOf: URL(filePath: first.certificatePath))

        _ = try LineCertificate.load(orMakeIn: directory, hostName: "haerbin-a")

        #expect(try Data(contentsOf: URL(filePath: first.certificatePath)) == bytes)
        let attributes = try FileManager.default.attributesOfItem(atPath: first.keyPath)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try FileManager.default.removeItem(atPath: first.keyPath)
        #expect(throws: LineServerFault.self) {
            _ = try LineCertificate.load(orMakeIn: directory, hostName: "haerbin-a")
        }
    }

    @Test func `our own client talks through STARTTLS and trusts only the certificate it was given`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                for host in ["localhost", "127.0.0.1"] {
                    let client = LineClient(
                        .tcp(host: host, port: server.port, trust: server.certificate.certificatePath))
                    let codes = try await client.converse { conversation, greeting in
                        [
                            greeting.code, try await conversation.ask("AUTHINFO USER dispatcher.city@test").code,
                            try await conversation.ask("AUTHINFO PASS 口令 带 空格 Aa1").code,
                            try await conversation.ask("HELP").code,
                            try await conversation.ask("STARTTLS").code, try await conversation.ask("QUIT").code,
                        ]
                    }
                    #expect(codes == [200, 381, 281, 100, 502, 205])
                }
                await #expect(throws: (any Error).self) {
                    try await LineClient(.tcp(host: "localhost", port: server.port, trust: nil)).converse {
                        conversation, _ in
                        _ = try await conversation.ask("DATE")
                    }
                }
            }
        }
    }

    @Test func `what was sent ahead of TLS is never carried out`() async throws {
        try await ServerFixture.run { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("STARTTLS\r\nSET lang=en\r\nMODE READER\r\n")
                #expect(try await client.read(until: "382 begin TLS\r\n"))
                // Not a TLS record: whatever comes now, it is not the answer to a command.
                try await client.send("DATE\r\n")
                let answer = try await client.readToEnd()
                #expect(answer.hasPrefix("200 bihuan 0.1.0 haerbin-a ready\r\n382 begin TLS\r\n"))
                #expect(
                    !answer.utf8.contains("290 ".utf8) && !answer.utf8.contains("201 ".utf8)
                        && !answer.utf8.contains("111 ".utf8))
            }
        }
    }

    @Test func `commands injected before the handshake are not carried out after it`() async throws {
        // As in CVE-2011-0411: the attacker's line travels in the packet of STARTTLS, the victim's handshake follows.
        try await ServerFixture.run { server in
            for injected in ["SET format=json\r\n", "SET lang=en\r\nSTAT\r\n", "DATE"] {
                let client = LineClient(
                    .tcp(host: "localhost", port: server.port, trust: server.certificate.certificatePath))
                let codes = try await client.converse(injecting: injected) { conversation in
                    [try await conversation.ask("DATE").code, try await conversation.ask("QUIT").code]
                }
                #expect(codes == [111, 205])
            }
        }
    }

    @Test(arguments: [false, true])
    func `openssl s_client gets every reply and a clean end`(implicit: Bool) async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                var arguments = [
                    "s_client", "-quiet", "-crlf", "-connect", "127.0.0.1:\(implicit ? server.tlsPort : server.port)",
                    "-CAfile", server.certificate.certificatePath, "-verify_return_error", "-verify_hostname",
                    "localhost",
                ]
                if !implicit { arguments += ["-starttls", "nntp"] }
                let result = try await Tool.run(
                    "openssl", arguments,
                    input: "AUTHINFO USER dispatcher.city@test\nAUTHINFO PASS 口令 带 空格 Aa1\nCAPABILITIES\nDATE\nQUIT\n")

                #expect(result.status == 0, "\(result.errors)")
                let codes = RawClient.codes(result.output)
                #expect(codes == (implicit ? [200] : []) + [381, 281, 101, 111, 205])
                #expect(!result.output.utf8.contains("STARTTLS".utf8))
            }
        }
    }

    @Test func `a client that closes its side under TLS gets every reply and then close_notify`() async throws {
        try await ServerFixture.run { server in
            let trust = server.certificate.certificatePath
            // NIOSSL throws when a connection ends without close_notify, so reading to the end proves that it came.
            let answer = try await RawClient.connect(port: server.tlsPort, trust: trust) { client in
                try await client.send(String(repeating: "DATE\r\nHELP\r\n", count: 100))
                try await client.finishSending()
                return try await client.readToEnd()
            }
            #expect(RawClient.codes(answer) == [200] + Array(repeating: [111, 100], count: 100).flatMap { $0 })
        }
    }

    @Test(arguments: ["-tls1", "-tls1_1"])
    func `old versions of TLS are refused`(version: String) async throws {
        try await ServerFixture.run { server in
            let result = try await Tool.run(
                "openssl",
                ["s_client", "-connect", "127.0.0.1:\(server.tlsPort)", version, "-cipher", "ALL:@SECLEVEL=0"],
                input: "QUIT\n")
            #expect(result.status != 0)
        }
    }
}
