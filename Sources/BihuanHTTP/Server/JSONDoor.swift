import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// The JSON door: an HTTP/1.1 server with the routes it is given, and with the pages that every server has
/// (`/livez`, `/readyz`, `/healthz`, `/problems`).
///
/// It listens in clear text and expects to stand behind a proxy that ends TLS, or on the loopback.
package struct JSONDoor: Service {
    let table: RouteTable
    private let configuration: JSONDoorConfiguration
    private let drain: DrainFlag
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - readiness: what `/readyz` asks, in this order.
    ///   - onListening: called once with the port that was bound.
    package init(
        configuration: JSONDoorConfiguration,
        routes: [Route],
        readiness: @escaping @Sendable () async -> [ReadinessCheck],
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        let drain = DrainFlag()
        self.table = RouteTable(routes + HealthRoutes.routes(readiness, drain) + ProblemRoutes.routes)
        self.configuration = configuration
        self.drain = drain
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown: then no connection is taken any more and requests in progress are answered.
    ///
    /// - Throws: what binding the port threw.
    package func run() async throws {
        let configuration = self.configuration
        let logger = self.logger
        let onListening = self.onListening
        let book = ConnectionBook(limit: configuration.connectionLimit)
        var channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestGuard(configuration: configuration, book: book, logger: logger)],
            idleTimeout: .init(configuration.idleTimeout)
        )
        channel.httpDecoder = .init(
            maxHeaderFieldSize: configuration.headerFieldLimit,
            maxHeaderListSize: configuration.headersLimit,
            maxHeaderFieldCount: configuration.headerCountLimit
        )
        let application = Application(
            responder: DoorResponder(
                table: self.table, configuration: configuration, bodyBudget: BodyBudget(configuration.bodyBudget),
                logger: logger),
            server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                // As many as may be in: where the kernel's queue is full, an honest client waits a second to try again.
                backlog: configuration.connectionLimit,
                // The book keeps the limit. This only bounds those who are on their way out.
                availableConnectionsDelegate: .maximum(configuration.connectionLimit * 5 / 4 + 8, logger: logger)
            ),
            onServerRunning: { await onListening($0.localAddress?.port ?? configuration.port) },
            logger: logger
        )
        let drain = self.drain
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            drain.raise()
        }
    }
}
