import Logging
import ServiceLifecycle

@testable import BihuanHTTP

/// Runs a door on a free port for as long as a test needs it.
enum RunningDoor {
    struct Unforeseen: Error {
        let secret = "密码 hunter2"
    }

    /// Routes that show what the door does before and after a route.
    static let routes = [
        Route("POST", "/echo", .open) { call in
            var writer = JSONWriter()
            writer.value(try await call.body())
            return Reply(.json(writer.bytes))
        },
        Route("GET", "/item", .open) { call in
            var reply = Reply(.json(Array("{}".utf8)))
            reply.tag = EntityTag(version: 3)
            reply.nextPage = "/item?after=x"
            return reply
        },
        Route("PATCH", "/item", .open) { call in
            var writer = JSONWriter()
            let version = try call.expectedVersion(isRequired: true)
            let key = try call.idempotencyKey()?.text
            writer.object {
                $0.member("version", version)
                $0.member("key", key)
            }
            return Reply(.json(writer.bytes))
        },
        Route("GET", "/broken", .open) { _ in throw Unforeseen() },
        Route("GET", "/api/v1/secret/{id}") { _ in Reply(.json(Array("{}".utf8))) },
        Route("POST", "/api/v1/secret") { _ in Reply(status: 201, .json(Array("{}".utf8))) },
        Route("GET", "/large", .open) { _ in Reply(.text(String(repeating: "x", count: 16 << 20))) },
    ]

    static func configuration() throws -> JSONDoorConfiguration {
        var configuration = try JSONDoorConfiguration(port: 0)
        configuration.linger = .milliseconds(200)
        return configuration
    }

    static func with<Value: Sendable>(
        _ configuration: JSONDoorConfiguration? = nil,
        readiness: [ReadinessCheck] = [],
        routes: [Route] = routes,
        _ body: @Sendable (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let door = JSONDoor(
            configuration: try configuration ?? Self.configuration(),
            routes: routes,
            readiness: { readiness },
            logger: logger,
            onListening: { continuation.yield($0) }
        )
        return try await Self.with(door, ports, logger, body)
    }

    /// Runs a door while `body` works with the port that it listens on.
    static func with<Value: Sendable>(
        _ door: JSONDoor,
        _ ports: AsyncStream<Int>,
        _ logger: Logger,
        _ body: @Sendable (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let group = ServiceGroup(services: [door], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            do {
                let value = try await body(port)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return value
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }

    /// Sends one request that asks for the connection to end.
    static func ask(
        _ port: Int,
        _ method: String,
        _ path: String,
        _ headers: [String] = [],
        body: String? = nil
    ) async throws -> RawResponse {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return try await RawClient.exchange(port, lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }
}
