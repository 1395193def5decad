import Glibc
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Keeps one connection honest, between the HTTP parser and the framework.
///
/// The framework itself has no defence against a body that drips, answers parser errors with an empty 400, reads the
/// rest of a refused body however long it is, and waits without end for a client that does not read. Here:
///
/// - a body has a deadline and a minimum rate; who misses them gets 408;
/// - a message that is not HTTP/1.1 gets a problem document and the end of the connection: it is never resynchronised;
/// - an answer given before the whole request was read ends the connection, after a short linger;
/// - a client that does not take its answers loses the connection;
/// - `Expect: 100-continue` is met if the body may come;
/// - when the door is full, a connection that waits for its client gives way; see ``ConnectionBook``.
///
/// All of it runs on the connection's event loop.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let configuration: JSONDoorConfiguration
    private let book: ConnectionBook
    private let logger: Logger

    private var entry: ConnectionBook.Entry?
    /// Requests whose answer has not been written.
    private var outstanding = 0
    /// Whether the newest request's end has not been seen.
    private var isReading = false
    private var receivedBytes = 0
    private var startedAt: NIODeadline = .now()
    /// Whether the connection ends with the answer that is being written.
    private var endsWithAnswer = false
    private var isClosing = false
    /// What to say, once the answers before it are written, of bytes that are no request.
    private var pending: Problem?

    private var bodyTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var lingerTimer: Scheduled<Void>?

    init(configuration: JSONDoorConfiguration, book: ConnectionBook, logger: Logger) {
        self.configuration = configuration
        self.book = book
        self.logger = logger
    }

    // MARK: Coming and going

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { self.begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard self.entry == nil, !self.isClosing else { return }
        self.limitKernel(context.channel)
        self.entry = self.book.open(context.channel)
        if self.entry == nil { self.answer(.overloaded, context) }
    }

    /// What the kernel has taken is written as far as the door can see. So the kernel itself gives up a client that is
    /// gone, and takes no more for one that does not read than it needs.
    private func limitKernel(_ channel: any Channel) {
        let timeout = SocketOptionValue(self.configuration.writeTimeout / .milliseconds(1))
        _ = channel.setOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: timeout)
        let size = SocketOptionValue(self.configuration.sendBuffer)
        _ = channel.setOption(.socketOption(.so_sndbuf), value: size)
        // A read of tiny requests becomes many times its bytes once they are parsed: small reads bound what is sent ahead.
        let reads = AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 2_048, maximum: 16_384)
        _ = channel.setOption(.recvAllocator, value: reads)
    }

    private func end() {
        self.cancelTimers()
        if let entry { self.book.close(entry) }
        self.entry = nil
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isClosing, self.pending == nil else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.requestBegins(head, context)
        case .body(let buffer): self.receivedBytes += buffer.readableBytes
        case .end: self.requestEnds()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Nobody else asks for more once the framework has let go.
        if self.isClosing { context.read() }
        context.fireChannelReadComplete()
    }

    private func requestBegins(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        self.outstanding += 1
        if self.outstanding == 1 { self.entry?.waits() }
        self.isReading = true
        self.receivedBytes = 0
        self.startedAt = .now()
        let declared = head.headerFields[.contentLength].flatMap { Int($0) }
        guard (declared ?? 0) > 0 || head.headerFields.contains(.transferEncoding) else { return }
        self.watchBody(context, after: min(self.configuration.rateGrace, self.configuration.bodyDeadline))
        if self.outstanding == 1, head.headerFields[.expect]?.lowercased() == "100-continue",
            (declared ?? 0) <= self.configuration.bodyLimit
        {
            context.writeAndFlush(self.wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
    }

    private func requestEnds() {
        self.isReading = false
        if self.outstanding > 0 { self.entry?.answers() }
        self.bodyTimer?.cancel()
        self.bodyTimer = nil
    }

    private func watchBody(_ context: ChannelHandlerContext, after delay: Duration) {
        self.bodyTimer = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: TimeAmount(delay)) {
            self.checkBody(context)
        }
    }

    private func checkBody(_ context: ChannelHandlerContext) {
        guard self.isReading, !self.isClosing else { return }
        let elapsed = Duration.nanoseconds((NIODeadline.now() - self.startedAt).nanoseconds)
        let isDue = elapsed >= self.configuration.bodyDeadline
        let expected = Double(self.configuration.minimumRate) * (elapsed / .seconds(1))
        guard isDue || Double(self.receivedBytes) < expected else {
            self.watchBody(context, after: min(.seconds(1), self.configuration.bodyDeadline - elapsed))
            return
        }
        self.requestEnds()
        if self.outstanding > 0 {
            // Whoever reads the body is told, and answers.
            self.endsWithAnswer = self.outstanding == 1
            context.fireErrorCaught(Problem.requestTimeout)
        } else {
            self.beginClosing(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !(error is ChannelError), !(error is IOError) else {
            context.fireErrorCaught(error)
            return
        }
        guard !self.isClosing, self.pending == nil else { return }
        let isOverflow = error as? HTTPParserError == .headerOverflow
        let problem: Problem = isOverflow ? .headersTooLarge : .malformedRequest
        if self.isReading, self.outstanding > 0 {
            self.requestEnds()
            self.endsWithAnswer = self.outstanding == 1
            context.fireErrorCaught(problem)
        } else if self.outstanding == 0 {
            self.answer(problem, context)
        } else {
            self.pending = problem
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if self.isClosing, case ChannelEvent.inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        }
        if event is ConnectionBook.GiveWay {
            // Not if a request has become whole meanwhile.
            if self.isReading || self.outstanding == 0 { context.close(promise: nil) }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head(var head):
            if self.isReading, self.outstanding == 1 { self.endsWithAnswer = true }
            if head.headerFields[.connection]?.lowercased() == "close" { self.endsWithAnswer = true }
            if self.endsWithAnswer { head.headerFields[.connection] = "close" }
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            self.outstanding -= 1
            if self.outstanding == (self.isReading ? 1 : 0) { self.entry?.waits() }
            let ends = self.endsWithAnswer
            guard ends || self.pending != nil else {
                context.write(data, promise: promise)
                return
            }
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { _ in
                if ends {
                    self.beginClosing(context)
                } else if let problem = self.pending, self.outstanding == 0 {
                    self.answer(problem, context)
                }
            }
            context.write(data, promise: written)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        self.watchWriting(context)
    }

    /// Bytes that the kernel has not taken.
    private static func unsent(_ context: ChannelHandlerContext) -> Int? {
        try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

    /// A client takes what it is sent, at the least rate at which it would have to send, or is given up.
    ///
    /// The kernel alone does not do it: a client that goes on asking puts off, with each packet, the probe at which
    /// the kernel would look at its own time limit.
    private func watchWriting(_ context: ChannelHandlerContext) {
        guard self.writeTimer == nil, let before = Self.unsent(context), before > 0 else { return }
        let timeout = self.configuration.writeTimeout
        self.writeTimer = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: TimeAmount(timeout)) {
            self.writeTimer = nil
            guard context.channel.isActive, let left = Self.unsent(context), left > 0 else { return }
            let least = Double(self.configuration.minimumRate) * (timeout / .seconds(1))
            if Double(before - left) >= least {
                self.watchWriting(context)
            } else {
                self.abort(context)
            }
        }
    }

    /// Ends the connection without another word, and takes what was not read out of the kernel too.
    private func abort(_ context: ChannelHandlerContext) {
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        context.close(promise: nil)
    }

    /// Says what is wrong where there is no request that could be answered.
    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        let id = RequestID(header: nil)
        let body = problem.json(instance: "/", requestID: id.text, language: .chinese)
        self.logger.info(
            "Request",
            metadata: ["request_id": "\(id.text)", "route": "-", "status": "\(problem.kind.status)"]
        )
        var fields: HTTPFields = [
            .contentType: "application/problem+json; charset=utf-8",
            .contentLength: "\(body.count)",
            .connection: "close",
            .requestID: id.text,
            .contentTypeOptions: "nosniff",
            .cacheControl: "no-store",
        ]
        if let seconds = problem.retryAfter { fields[.retryAfter] = "\(seconds)" }
        let head = HTTPResponse(status: .init(code: problem.kind.status), headerFields: fields)
        self.isClosing = true
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { _ in self.beginClosing(context) }
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: written)
        self.watchWriting(context)
    }

    /// Ends our half, and drops what still comes for a moment: closing with unread bytes would reset the connection and
    /// could take the answer with it.
    private func beginClosing(_ context: ChannelHandlerContext) {
        self.isClosing = true
        self.cancelTimers()
        guard context.channel.isActive else { return }
        context.close(mode: .output, promise: nil)
        context.read()
        let linger = TimeAmount(self.configuration.linger)
        self.lingerTimer = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: linger) {
            context.close(promise: nil)
        }
    }

    private func cancelTimers() {
        self.bodyTimer?.cancel()
        self.writeTimer?.cancel()
        self.lingerTimer?.cancel()
        self.bodyTimer = nil
        self.writeTimer = nil
        self.lingerTimer = nil
    }
}
