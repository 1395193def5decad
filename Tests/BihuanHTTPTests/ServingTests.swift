import Logging
import ServiceLifecycle
import Testing

@testable import BihuanHTTP

struct ServingTests {
    @Test func `the log names route, status and request, and nothing that anybody wrote`() async throws {
        let lines = RecordingLogHandler.Lines()
        let logger = Logger(label: "test") { _ in RecordingLogHandler(lines) }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let door = JSONDoor(
            configuration: try RunningDoor.configuration(),
            routes: RunningDoor.routes,
            readiness: { [] },
            logger: logger,
            onListening: { continuation.yield($0) }
        )
        try await RunningDoor.with(door, ports, logger) { port in
            _ = try await RunningDoor.ask(
                port, "POST", "/echo", ["Content-Type: application/json", "X-Request-Id: r-7"],
                body: #"{"a":"13800000000"}"#
            )
            _ = try await RunningDoor.ask(
                port, "GET", "/api/v1/secret/zhangsan?name=lisi", ["Authorization: Bearer hunter2"])
            _ = try await RunningDoor.ask(port, "GET", "/wangwu?q=zhaoliu")
            _ = try await RunningDoor.ask(port, "GET", "/broken")
            _ = try await RawClient.exchange(port, Array("GET /sunqi\r\n\r\n".utf8))
        }

        let text = lines.all.joined(separator: "\n")
        for written in ["13800000000", "zhangsan", "lisi", "hunter2", "wangwu", "zhaoliu", "sunqi", "密码"] {
            #expect(!text.contains(written))
        }
        let requests = lines.all.filter { $0.contains("info Request ") }
        #expect(requests.count == 5)
        #expect(requests.contains { $0.contains("r-7") && $0.contains("/echo") && $0.contains("200") })
        #expect(requests.contains { $0.contains("/api/v1/secret/{id}") && $0.contains("401") })
        #expect(lines.all.contains { $0.contains("error Unforeseen error") && $0.contains("Unforeseen") })
    }

    @Test func `a shutdown waits for the answer in progress and takes nothing new`() async throws {
        let (starts, started) = AsyncStream<Void>.makeStream()
        let (releases, release) = AsyncStream<Void>.makeStream()
        let slow = Route("GET", "/slow", .open) { _ in
            started.yield()
            for await _ in releases { break }
            return Reply(.text("done"))
        }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let door = JSONDoor(
            configuration: try RunningDoor.configuration(),
            routes: [slow],
            readiness: { [] },
            logger: logger,
            onListening: { continuation.yield($0) }
        )
        let group = ServiceGroup(services: [door], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var listening = ports.makeAsyncIterator()
            let port = await listening.next() ?? 0
            // Kept alive: it is the door that ends the connection.
            async let answer = RawClient.exchange(port, Array("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            for await _ in starts { break }

            await group.triggerGracefulShutdown()
            release.yield()

            #expect(RawResponse.all(try await answer).map(\.status) == [200])
            try await tasks.waitForAll()
            // Whoever comes now finds nobody at the port.
            let late = try? await RawClient.exchange(port, Array("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(late?.isEmpty ?? true)
        }
    }

    @Test func `a port that is taken is an error, not a wait`() async throws {
        try await RunningDoor.with { port in
            let door = JSONDoor(
                configuration: try JSONDoorConfiguration(port: port),
                routes: [],
                readiness: { [] },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            await #expect(throws: (any Error).self) { try await door.run() }
        }
    }

    @Test(arguments: [-1, 65_536])
    func `a port is a port`(port: Int) {
        #expect(throws: JSONDoorConfiguration.Fault.self) { try JSONDoorConfiguration(port: port) }
    }
}
