import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server of a test's own: other people's systems, good and bad.
final class Receiver: Sendable {
    struct Request: Sendable {
        var path: String
        var headers: HTTPHeaders
        var body: String

        var id: String { self.headers.first(name: "webhook-id") ?? "" }
    }

    /// What it does with a request.
    enum Manner: Sendable {
        case answer(Int, [(String, String)] = [])
        /// Never answers, and keeps the connection.
        case hang
        /// Ends the connection without a word.
        case hangUp
        /// Answers 200 with a body without end.
        case pour
    }

    private let channel: any Channel
    private let requests: NIOLockedValueBox<[Request]>

    var port: Int { self.channel.localAddress?.port ?? 0 }
    var received: [Request] { self.requests.withLockedValue { $0 } }

    func url(_ path: String) -> String { "http://127.0.0.1:\(self.port)\(path)" }

    private init(_ channel: any Channel, _ requests: NIOLockedValueBox<[Request]>) {
        self.channel = channel
        self.requests = requests
    }

    /// Runs `body` with a receiver that treats requests as `manner` says.
    static func with<R: Sendable>(
        _ manner: @escaping @Sendable (Request) -> Manner, _ body: @Sendable (Receiver) async throws -> R
    ) async throws -> R {
        let requests = NIOLockedValueBox<[Request]>([])
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(manner, requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let receiver = Receiver(channel, requests)
        do {
            let value = try await body(receiver)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let manner: @Sendable (Request) -> Manner
        private let requests: NIOLockedValueBox<[Request]>
        private var request: Request?

        init(_ manner: @escaping @Sendable (Request) -> Manner, _ requests: NIOLockedValueBox<[Request]>) {
            self.manner = manner
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.request = Request(path: head.uri, headers: head.headers, body: "")
            case .body(let buffer):
                self.request?.body += String(buffer: buffer)
            case .end:
                guard let request else { return }
                self.requests.withLockedValue { $0.append(request) }
                self.treat(request, context)
            }
        }

        private func treat(_ request: Request, _ context: ChannelHandlerContext) {
            switch self.manner(request) {
            case .answer(let status, let fields):
                var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
                for (name, value) in fields { head.headers.add(name: name, value: value) }
                head.headers.add(name: "content-length", value: "0")
                context.write(self.wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            case .hang: break
            case .hangUp: context.close(promise: nil)
            case .pour:
                context.write(
                    self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
                self.pour(context)
            }
        }

        private func pour(_ context: ChannelHandlerContext) {
            let promise = context.eventLoop.makePromise(of: Void.self)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            promise.futureResult.whenSuccess {
                let (handler, context) = bound.value
                handler.pour(context)
            }
            let piece = ByteBuffer(repeating: 0x78, count: 65_536)
            context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(piece))), promise: promise)
        }
    }
}
