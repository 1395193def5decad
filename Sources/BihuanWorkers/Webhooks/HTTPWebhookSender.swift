import BihuanStore
import Foundation
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends webhooks over HTTP/1.1, a connection for each.
///
/// A name is resolved once; the address it gives is checked and then connected to, so that a name server cannot say one
/// thing to the check and another to the connection. Redirects are answers like any other. Of the answer only the head is
/// read: a receiver cannot keep us with a body.
package struct HTTPWebhookSender: WebhookSender {
    /// For everything, from the name to the answer (Standard Webhooks: 15 to 30 s).
    package static let timeLimit = TimeAmount.seconds(15)
    /// How long an answer is waited for when the server stops.
    private static let farewell = TimeAmount.seconds(3)

    /// `getaddrinfo` blocks, and one slow name server must not hold up the others' names for long.
    private static let resolvers: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    private let allowList: WebhookAllowList
    private let timeLimit: TimeAmount
    private let tls: NIOSSLContext
    private let group: any EventLoopGroup

    /// - Parameter timeLimit: shorter ones are for tests.
    package init(
        allowList: WebhookAllowList, timeLimit: TimeAmount = Self.timeLimit,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws {
        self.allowList = allowList
        self.timeLimit = timeLimit
        self.group = group
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        self.tls = try NIOSSLContext(configuration: configuration)
    }

    package func send(_ request: WebhookRequest) async -> WebhookAnswer {
        let loop = self.group.next()
        let answer = loop.makePromise(of: WebhookAnswer.self)
        let limit = loop.scheduleTask(in: self.timeLimit) {
            answer.succeed(.failed("no answer within \(self.timeLimit.nanoseconds / 1_000_000_000) s"))
        }
        let reaching = self.resolve(request.target, on: loop).flatMap { address in
            self.connect(to: address, for: request, answer)
        }
        reaching.whenFailure { answer.succeed(.failed(Self.words($0))) }
        reaching.whenSuccess { channel in
            answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        let result = await withTaskCancellationHandler {
            // The promise is only ever kept.
            (try? await answer.futureResult.get()) ?? .abandoned
        } onCancel: {
            loop.scheduleTask(in: Self.farewell) { answer.succeed(.abandoned) }
        }
        limit.cancel()
        return result
    }

    private func resolve(_ target: WebhookTarget, on loop: any EventLoop) -> EventLoopFuture<SocketAddress> {
        let allowList = self.allowList
        @Sendable func checked(_ address: SocketAddress) throws -> SocketAddress {
            guard let internet = InternetAddress(address) else {
                throw Objection(text: "the address is no internet one")
            }
            if let text = allowList.objection(to: target.host, at: internet, isSecure: target.isSecure) {
                throw Objection(text: text)
            }
            return address
        }
        if let address = try? SocketAddress(ipAddress: target.host, port: target.port) {
            return loop.makeCompletedFuture { try checked(address) }
        }
        return Self.resolvers.runIfActive(eventLoop: loop) {
            try SocketAddress.makeAddressResolvingHost(target.host, port: target.port)
        }.flatMapThrowing { try checked($0) }
    }

    /// Sends the request as soon as the connection stands.
    private func connect(
        to address: SocketAddress, for request: WebhookRequest, _ answer: EventLoopPromise<WebhookAnswer>
    ) -> EventLoopFuture<any Channel> {
        let tls = request.target.isSecure ? self.tls : nil
        // An address has no name to ask for, and its certificate is checked against the address.
        let isName = (try? SocketAddress(ipAddress: request.target.host, port: 0)) == nil
        let serverName = isName ? request.target.host : nil
        return ClientBootstrap(group: answer.futureResult.eventLoop)
            .connectTimeout(self.timeLimit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: serverName))
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(WebhookExchange(request, answer))
                }
            }
            .connect(to: address)
    }

    /// Why a target is not sent to.
    private struct Objection: Error {
        var text: String
    }

    /// For operators; nothing of a certificate or an address is told beyond what they typed.
    static func words(_ error: any Error) -> String {
        switch error {
        case let objection as Objection: objection.text
        case is SocketAddressError: "the name cannot be resolved"
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            "no TLS connection: \(String("\(error)".prefix(150)))"
        case ChannelError.connectTimeout: "cannot be connected to in time"
        case let error as IOError: "cannot be connected to: errno \(error.errnoCode)"
        default: "cannot be spoken to: \(String("\(error)".prefix(150)))"
        }
    }
}

/// One request and the head of its answer.
private final class WebhookExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: WebhookRequest
    private let answer: EventLoopPromise<WebhookAnswer>

    init(_ request: WebhookRequest, _ answer: EventLoopPromise<WebhookAnswer>) {
        self.request = request
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: self.request.target.path)
        head.headers.add(name: "host", value: self.request.target.authority)
        head.headers.add(name: "content-length", value: String(self.request.body.count))
        head.headers.add(name: "connection", value: "close")
        for field in self.request.fields { head.headers.add(name: field.name, value: field.value) }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: self.request.body)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = self.unwrapInboundIn(data) else { return }
        self.answer.succeed(
            .status(Int(head.status.code), retryAfter: head.headers.first(name: "retry-after")))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.answer.succeed(.failed(HTTPWebhookSender.words(error)))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.answer.succeed(.failed("the connection ended without an answer"))
        context.fireChannelInactive()
    }
}
