package import BihuanStore
import Glibc
package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The line door: BHAP/1 on a Unix socket, on TCP with STARTTLS, and on a port where TLS begins at once.
package struct LineServer: Service {
    private typealias Stream = NIOAsyncChannel<WireMessage, ByteBuffer>
    private typealias Listener = NIOAsyncChannel<Stream, Never>

    /// How a connection reached us.
    private enum Entrance: Sendable {
        case local
        case clear
        case implicitTLS
    }

    private let configuration: LineServerConfiguration
    private let dispatcher: LineDispatcher
    private let registry: SessionRegistry
    private let logger: Logger
    private let onListening: @Sendable (LineAddresses) async -> Void

    /// - Parameter onListening: called once, when every listener is open.
    package init(
        configuration: LineServerConfiguration,
        store: Store,
        logger: Logger,
        onListening: @escaping @Sendable (LineAddresses) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.registry = SessionRegistry(
            most: configuration.sessions, strangers: configuration.strangers, perUser: configuration.sessionsPerUser)
        self.dispatcher = LineDispatcher(
            configuration: configuration, registry: self.registry, store: store, logger: logger)
        self.logger = logger
        self.onListening = onListening
    }

    /// Listens until the service group stops it.
    ///
    /// On graceful shutdown no new session is let in, a command that is being carried out is answered, and everybody
    /// else hears `400`.
    package func run() async throws {
        let tls = try self.configuration.certificate?.makeContext()
        let group = MultiThreadedEventLoopGroup.singleton
        var listeners: [(entrance: Entrance, listener: Listener)] = []
        var addresses = LineAddresses()
        do {
            if let path = self.configuration.socketPath {
                try await UnixSocketFile.makeWay(at: path, on: group)
                listeners.append((.local, try await self.listenLocally(path, on: group)))
                addresses.socketPath = path
            }
            if let port = self.configuration.port {
                let listener = try await self.listen(port, on: group, tls: nil)
                listeners.append((.clear, listener))
                addresses.port = listener.channel.localAddress?.port
            }
            if let port = self.configuration.tlsPort, let tls {
                let listener = try await self.listen(port, on: group, tls: tls)
                listeners.append((.implicitTLS, listener))
                addresses.tlsPort = listener.channel.localAddress?.port
            }
        } catch {
            for (_, listener) in listeners { try? await listener.channel.close() }
            throw error
        }
        defer { if let path = addresses.socketPath { UnixSocketFile.remove(path) } }
        await self.onListening(addresses)
        self.logger.info("Line door open", metadata: Self.metadata(addresses))
        let open = listeners
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for (entrance, listener) in open {
                    tasks.addTask { try await self.accept(entrance, listener, tls: tls) }
                }
                try await tasks.waitForAll()
            }
        } onGracefulShutdown: {
            for (_, listener) in open { listener.channel.close(promise: nil) }
            self.registry.drain()
        }
        self.logger.info("Line door closed")
    }

    // MARK: Listening

    private func bootstrap(on group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Small reads: together with the back-pressure of the stream they bound what is sent ahead.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4_096))
    }

    private func listenLocally(_ path: String, on group: MultiThreadedEventLoopGroup) async throws -> Listener {
        let listener = try await self.bootstrap(on: group)
            .bind(unixDomainSocketPath: path) { self.prepare($0, tls: nil) }
        do {
            try UnixSocketFile.protect(path, groupName: self.configuration.socketGroup)
        } catch {
            try? await listener.channel.close()
            throw error
        }
        return listener
    }

    private func listen(
        _ port: Int, on group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?
    ) async throws -> Listener {
        let timeout = SocketOptionValue(self.configuration.timeouts.write / .milliseconds(1))
        return try await self.bootstrap(on: group)
            // What the kernel has taken counts as written, so the kernel itself gives up a client that does not read.
            .childChannelOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: timeout)
            .bind(host: self.configuration.host, port: port) { self.prepare($0, tls: tls) }
    }

    private func prepare(_ channel: any Channel, tls: NIOSSLContext?) -> EventLoopFuture<Stream> {
        channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
            try channel.pipeline.syncOperations.addHandler(WireHandler())
            return try Stream(
                wrappingChannelSynchronously: channel,
                configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2))
            )
        }
    }

    // MARK: Sessions

    private func accept(_ entrance: Entrance, _ listener: Listener, tls: NIOSSLContext?) async throws {
        try await listener.executeThenClose { streams in
            try await withThrowingDiscardingTaskGroup { sessions in
                for try await stream in streams {
                    sessions.addTask { await self.serve(entrance, stream, tls: tls) }
                }
            }
        }
    }

    /// A session's own failure (a reset, a timeout) ends that session and nothing else.
    private func serve(_ entrance: Entrance, _ stream: Stream, tls: NIOSSLContext?) async {
        let log = CommandLog(logger: self.logger)
        do {
            try await stream.executeThenClose { inbound, _ in
                let channel = stream.channel
                let source = entrance == .local ? nil : channel.remoteAddress?.ipAddress ?? "unknown"
                switch self.registry.admit(channel, from: source) {
                case .failure(let fault):
                    try await self.turnAway(fault.refusal, channel, entrance)
                case .success(let number):
                    defer { self.registry.leave(number) }
                    let session = await self.session(number, entrance, channel, tls: tls)
                    let deadline = Deadline()
                    try await channel.eventLoop.submit { [tick = self.configuration.timeouts.tick] in
                        try channel.pipeline.syncOperations.addHandler(DeadlineHandler(deadline, tick: tick))
                    }.get()
                    let connection = LineConnection(
                        channel: channel, registry: self.registry, dispatcher: self.dispatcher,
                        configuration: self.configuration, tls: tls, deadline: deadline, log: log
                    )
                    log.opened(session)
                    defer { log.closed(session) }
                    try await connection.run(inbound.makeAsyncIterator(), session: session)
                }
            }
        } catch {
            self.logger.debug("Line session broken off", metadata: ["error": "\(error)"])
        }
    }

    private func session(
        _ number: Int, _ entrance: Entrance, _ channel: any Channel, tls: NIOSSLContext?
    ) async -> LineSession {
        let peer: Peer
        if entrance == .local, let credentials = await PeerCredentials.read(from: channel) {
            peer = .local(uid: credentials.uid, pid: credentials.pid, osUser: credentials.userName)
        } else {
            peer = .remote(address: channel.remoteAddress?.ipAddress ?? "unknown")
        }
        return LineSession(
            number: number, peer: peer, isSecured: entrance == .implicitTLS,
            canSecure: entrance == .clear && tls != nil
        )
    }

    private func turnAway(_ refusal: SessionRegistry.Refusal, _ channel: any Channel, _ entrance: Entrance) async throws
    {
        // Behind TLS the word would cost a handshake, which is what a flood wants.
        guard entrance != .implicitTLS else { return }
        let text =
            switch refusal {
            case .full: "too many sessions"
            case .goingDown: "going down"
            }
        var buffer = channel.allocator.buffer(capacity: 64)
        LineOutput.status(LineReply(.closing, text: text), into: &buffer)
        try await channel.writeAndFlush(buffer)
    }

    private static func metadata(_ addresses: LineAddresses) -> Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let path = addresses.socketPath { metadata["socket"] = "\(path)" }
        if let port = addresses.port { metadata["port"] = "\(port)" }
        if let port = addresses.tlsPort { metadata["tls-port"] = "\(port)" }
        return metadata
    }
}
