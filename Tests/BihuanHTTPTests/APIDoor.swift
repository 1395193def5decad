import Logging
import ServiceLifecycle
import StoreTestSupport

@testable import BihuanHTTP

/// Runs the whole JSON door on a city of its own.
enum APIDoor {
    static func with<Value: Sendable>(
        _ body: @Sendable (_ port: Int, _ city: TestCity) async throws -> Value
    ) async throws -> Value {
        try await TestCity.with { city in
            let (ports, continuation) = AsyncStream<Int>.makeStream()
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let door = JSONDoor(
                configuration: try RunningDoor.configuration(),
                store: city.store,
                cursorKey: [UInt8](repeating: 7, count: 32),
                logger: logger,
                onListening: { continuation.yield($0) }
            )
            return try await RunningDoor.with(door, ports, logger) { try await body($0, city) }
        }
    }
}
