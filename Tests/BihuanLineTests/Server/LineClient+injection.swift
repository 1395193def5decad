import NIOCore
import NIOPosix

@testable import BihuanLine

extension LineClient {
    /// Converses through TLS after a STARTTLS that carried `injected` behind it in the same packet.
    func converse<Result: Sendable>(
        injecting injected: String, _ body: (inout LineConversation) async throws -> Result
    ) async throws -> Result {
        guard case .tcp(let host, let port, let trust) = self.address else { throw LineClientFault.closed }
        let stream = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Injector(injected))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await Self.run(stream) { inbound in
            var conversation = LineConversation(stream.channel, host: host, inbound.makeAsyncIterator())
            _ = try await conversation.reply()
            try await conversation.startTLS(trust: trust)
            return try await body(&conversation)
        }
    }
}

/// Puts something behind the first line that is sent, as somebody in the middle would.
private final class Injector: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var injected: String?

    init(_ injected: String) {
        self.injected = injected
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = self.unwrapOutboundIn(data)
        if let injected = self.injected.take() { bytes.writeString(injected) }
        context.write(self.wrapOutboundOut(bytes), promise: promise)
    }
}
