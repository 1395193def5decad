import NIOCore
import NIOPosix
import NIOSSL

/// A client that keeps no rules: it sends the bytes it is given and collects what comes back.
struct RawClient {
    private let channel: any Channel
    private var messages: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var received = ""

    /// Connects to a port of this machine or, without one, to the socket.
    ///
    /// - Parameters:
    ///   - source: the address of this machine to come from.
    ///   - trust: PEM file of the certificate to trust; with it TLS begins at once.
    static func connect<Result: Sendable>(
        port: Int? = nil, socket: String = "", from source: String? = nil, trust: String? = nil,
        _ body: (inout RawClient) async throws -> Result
    ) async throws -> Result {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let source { bootstrap = try bootstrap.bind(to: SocketAddress(ipAddress: source, port: 0)) }
        let prepare: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if let trust {
                    var configuration = TLSConfiguration.makeClientConfiguration()
                    configuration.trustRoots = .file(trust)
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(
                            context: NIOSSLContext(configuration: configuration), serverHostname: "localhost"))
                }
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        let stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        if let port {
            stream = try await bootstrap.connect(host: "127.0.0.1", port: port, channelInitializer: prepare)
        } else {
            stream = try await bootstrap.connect(unixDomainSocketPath: socket, channelInitializer: prepare)
        }
        return try await stream.executeThenClose { inbound, _ in
            var client = RawClient(channel: stream.channel, messages: inbound.makeAsyncIterator())
            return try await body(&client)
        }
    }

    func send(_ text: String) async throws {
        try await self.channel.writeAndFlush(self.channel.allocator.buffer(string: text))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(self.channel.allocator.buffer(bytes: bytes))
    }

    func finishSending() async throws {
        try await self.channel.close(mode: .output)
    }

    /// Reads until the text has come; false when the connection ended before.
    mutating func read(until text: String) async throws -> Bool {
        do {
            while !self.received.utf8.contains(text.utf8) {
                guard let bytes = try await self.messages.next(isolation: nil) else { return false }
                self.received += String(buffer: bytes)
            }
        } catch is IOError {
            return false
        }
        return true
    }

    /// Reads until the server closes.
    mutating func readToEnd() async throws -> String {
        do {
            while let bytes = try await self.messages.next(isolation: nil) { self.received += String(buffer: bytes) }
        } catch is IOError {
            // A reset is an end too.
        }
        return self.received
    }

    /// Sends everything, half-closes, and gives what the server answered.
    static func exchange(port: Int? = nil, socket: String = "", _ text: String) async throws -> String {
        try await Self.connect(port: port, socket: socket) { client in
            try await client.send(text)
            try await client.finishSending()
            return try await client.readToEnd()
        }
    }

    /// The reply codes of an answer, blocks left out.
    static func codes(_ answer: String) -> [Int] {
        var codes: [Int] = []
        var isInBlock = false
        for line in answer.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast() {
            if isInBlock {
                isInBlock = line != "."
            } else {
                let code = Int(line.prefix(3)) ?? -1
                codes.append(code)
                isInBlock = [100, 101, 215].contains(code)
            }
        }
        return codes
    }
}

extension String.UTF8View {
    /// Octets, because CR LF is one character.
    func contains(_ other: String.UTF8View) -> Bool {
        self.firstRange(of: Array(other)) != nil
    }

    private func firstRange(of other: [UInt8]) -> Index? {
        guard !other.isEmpty else { return self.startIndex }
        return self.indices.first { self[$0...].starts(with: other) }
    }
}
