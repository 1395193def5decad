import NIOCore
import NIOPosix

/// Connects to a line door: what `bihuan ctl` is made of.
package struct LineClient: Sendable {
    package let address: LineClientAddress

    package init(_ address: LineClientAddress) {
        self.address = address
    }

    /// Connects, hears the greeting, puts TLS on where the address asks for it, and closes when `body` returns.
    package func converse<Result: Sendable>(
        _ body: (inout LineConversation, _ greeting: ClientReply) async throws -> Result
    ) async throws -> Result {
        let stream = try await self.connect()
        return try await Self.run(stream) { inbound in
            let host: String? = if case .tcp(let host, _, _) = self.address { host } else { nil }
            var conversation = LineConversation(stream.channel, host: host, inbound.makeAsyncIterator())
            let greeting = try await conversation.reply()
            guard greeting.exitStatus == 0 else { throw LineClientFault.refused(greeting.line) }
            if case .tcp(_, _, let trust) = self.address { try await conversation.startTLS(trust: trust) }
            return try await body(&conversation, greeting)
        }
    }

    /// Runs `body` and closes. What was said stands, whichever side was the first to close.
    static func run<Result: Sendable>(
        _ stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ body: (NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> Result
    ) async throws -> Result {
        var result: Result?
        do {
            try await stream.executeThenClose { inbound, _ in result = try await body(inbound) }
        } catch {
            guard result != nil else { throw error }
        }
        guard let result else { throw LineClientFault.closed }
        return result
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
        switch self.address {
        case .socket(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: Self.prepare)
        case .tcp(let host, let port, _):
            return try await bootstrap.connect(host: host, port: port, channelInitializer: Self.prepare)
        }
    }

    @Sendable private static func prepare(_ channel: any Channel) -> EventLoopFuture<
        NIOAsyncChannel<ByteBuffer, ByteBuffer>
    > {
        channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
    }
}
