import BihuanLine
import BihuanStore
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import StoreTestSupport

/// A line door of a test's own, in a directory of its own.
struct ServerFixture: Sendable {
    let addresses: LineAddresses
    let certificate: LineCertificate
    private let group: ServiceGroup

    var port: Int { self.addresses.port! }
    var tlsPort: Int { self.addresses.tlsPort! }
    var socketPath: String { self.addresses.socketPath! }

    func shutDown() async {
        await self.group.triggerGracefulShutdown()
    }

    /// Opens a line door on every kind of listener, runs `body`, and closes it again.
    ///
    /// - Parameter city: whose store is behind it; without one there is none, which is enough for what needs no log-in.
    static func run(
        _ city: TestCity? = nil,
        configure: (inout LineServerConfiguration) -> Void = { _ in },
        _ body: @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        let directory = "/tmp/bihuan-line-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let certificate = try LineCertificate.load(orMakeIn: directory, hostName: "haerbin-a")
        var configuration = LineServerConfiguration(version: "0.1.0")
        configuration.name = "haerbin-a"
        configuration.certificate = certificate
        configuration.socketPath = "\(directory)/admin.sock"
        configuration.port = 0
        configuration.tlsPort = 0
        configuration.backOff = .milliseconds(10)
        configuration.timeouts.tick = .milliseconds(20)
        configure(&configuration)
        let (ready, opened) = AsyncStream.makeStream(of: LineAddresses.self)
        let store = city?.store ?? Self.nowhere()
        let server = LineServer(configuration: configuration, store: store, logger: Self.silent) { addresses in
            opened.yield(addresses)
        }
        let group = ServiceGroup(services: [server], logger: Self.silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { opened.finish() }
                try await group.run()
            }
            for await addresses in ready {
                try await body(ServerFixture(addresses: addresses, certificate: certificate, group: group))
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// A store whose database does not answer.
    private static func nowhere() -> Store {
        let pool = Pool(
            PoolConfiguration(conninfo: "host=/nonexistent dbname=nowhere", size: 1), logger: Self.silent)
        return Store(
            pools: Pools(server: pool, worker: pool), hasher: PasswordHasher(),
            schema: SchemaState(migration: 0, meaning: nil))
    }

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
