import BihuanHTTP
import BihuanLine
import BihuanStore
import Foundation
import Logging
import ServiceLifecycle
import StoreTestSupport

/// A small city with both doors open on ports of their own.
struct BothDoors: Sendable {
    let city: TestCity
    let http: Int
    let socket: String

    static func with<R: Sendable>(_ body: @Sendable (BothDoors) async throws -> R) async throws -> R {
        try await TestCity.with { city in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let directory = "/tmp/bihuan-walk-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            var line = LineServerConfiguration(version: "test")
            line.socketPath = "\(directory)/line.sock"

            let (ports, bound) = AsyncStream<Int>.makeStream()
            let (lines, opened) = AsyncStream<LineAddresses>.makeStream()
            let group = ServiceGroup(
                services: [
                    JSONDoor(
                        configuration: try JSONDoorConfiguration(port: 0), store: city.store,
                        cursorKey: [UInt8](repeating: 7, count: 32), logger: logger
                    ) { bound.yield($0) },
                    LineServer(
                        configuration: line, store: city.store, logger: logger
                    ) { opened.yield($0) },
                ], logger: logger)
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                var (portStream, lineStream) = (ports.makeAsyncIterator(), lines.makeAsyncIterator())
                let port = await portStream.next() ?? 0
                _ = await lineStream.next()
                do {
                    let value = try await body(
                        BothDoors(city: city, http: port, socket: "\(directory)/line.sock"))
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                    return value
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
        }
    }
}
