import Foundation
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// The door as an unmodified curl meets it.
struct CurlTests {
    /// Runs curl and gives back what it printed, the status in the last line.
    static func curl(_ arguments: [String]) async throws -> (body: [UInt8], status: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                        process.arguments = ["curl", "-sS", "--max-time", "30", "-w", "\n%{http_code}"] + arguments
                        let pipe = Pipe()
                        process.standardOutput = pipe
                        try process.run()
                        let output = Array(pipe.fileHandleForReading.readDataToEndOfFile())
                        process.waitUntilExit()
                        let cut = output.lastIndex(of: UInt8(ascii: "\n")) ?? 0
                        return (Array(output[..<cut]), String(decoding: output[(cut + 1)...], as: UTF8.self))
                    }
                )
            }
        }
    }

    @Test func `log in, register, read`() async throws {
        try await APIDoor.with { port, city in
            let base = "http://127.0.0.1:\(port)/api/v1"
            let json = ["-H", "Content-Type: application/json"]
            let login = try await Self.curl(
                json + [
                    "-d", #"{"name":"dispatcher.city@test","password":"\#(TestCity.password)"}"#, "\(base)/sessions",
                ]
            )
            #expect(login.status == "201")
            let session = RawResponse(status: 201, headers: [:], body: login.body)
            let bearer = ["-H", "Authorization: Bearer \(session.text("token") ?? "")"]

            let registered = try await Self.curl(bearer + json + ["-d", LoopThroughJSONTests.lead, "\(base)/cases"])
            #expect(registered.status == "201")
            let head = try await Self.curl(bearer + ["-I", "\(base)/cases/TST-2026-000001"])
            #expect(head.status == "200")
            let list = try await Self.curl(bearer + ["--http1.0", "\(base)/cases?limit=1"])
            #expect(list.status == "200")
            #expect(RawResponse(status: 200, headers: [:], body: list.body).text("items/0/title") == "超市销售过期食品")
        }
    }

    @Test func `a large body that asks first is told to go on`() async throws {
        try await RunningDoor.with { port in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let text = "\"" + String(repeating: "a", count: 1_000_000) + "\""
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let answer = try await Self.curl([
                "-H", "Content-Type: application/json", "-H", "Expect: 100-continue", "--expect100-timeout", "25",
                "--data-binary", "@\(path)", "http://127.0.0.1:\(port)/echo",
            ])
            #expect(answer.status == "200")
            #expect(answer.body.count == text.utf8.count)
        }
    }
}
