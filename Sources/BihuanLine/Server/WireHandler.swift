import NIOCore

/// Turns channel reads and the server's own signals into one ordered stream.
final class WireHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = WireMessage

    /// Fired into the pipeline when TLS has been put in front.
    struct Secured: Sendable {}
    /// Fired into the pipeline when the server is going down.
    struct GoingDown: Sendable {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(self.wrapInboundOut(.bytes(self.unwrapInboundIn(data))))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Secured:
            context.fireChannelRead(self.wrapInboundOut(.secured))
            context.fireChannelReadComplete()
        case is GoingDown:
            context.fireChannelRead(self.wrapInboundOut(.goingDown))
            context.fireChannelReadComplete()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// A broken TLS record or a reset connection ends the session; there is nobody left to tell.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
