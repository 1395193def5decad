import NIOCore

/// Reads lines and blocks from a session's channel, each under its deadline.
struct LineReader {
    /// What came instead of, or as, the next line.
    enum Event {
        case line(ByteBuffer)
        case fault(LineFault)
        case goingDown
        /// The other side has closed; half a line is no line.
        case end
    }

    private var messages: NIOAsyncChannelInboundStream<WireMessage>.AsyncIterator
    private var decoder = LineDecoder()
    private let deadline: Deadline

    init(_ messages: NIOAsyncChannelInboundStream<WireMessage>.AsyncIterator, deadline: Deadline) {
        self.messages = messages
        self.deadline = deadline
    }

    /// True when the client has sent more than was asked for.
    var hasBufferedBytes: Bool { self.decoder.hasBufferedBytes }

    /// - Parameters:
    ///   - idle: how long the line may take to begin.
    ///   - rest: how long it may then take to end, however it is dripped.
    ///   - until: when the patience for something larger ends.
    mutating func next(
        limit: Int = LineLimits.line,
        idle: Duration,
        rest: Duration,
        until: NIODeadline = .distantFuture
    ) async throws -> Event {
        let begun = NIODeadline.now()
        var dripping = false
        defer { self.deadline.clear() }
        while true {
            do throws(LineFault) {
                if let line = try self.decoder.next(limit: limit) { return .line(line) }
            } catch {
                return .fault(error)
            }
            if !self.decoder.hasBufferedBytes {
                self.deadline.set(at: min(begun + TimeAmount(idle), until))
            } else if !dripping {
                dripping = true
                self.deadline.set(at: min(.now() + TimeAmount(rest), until))
            }
            switch try await self.messages.next(isolation: nil) {
            case .bytes(let bytes): self.decoder.append(bytes)
            case .secured: continue
            case .goingDown: return .goingDown
            case nil: return .end
            }
        }
    }

    /// Throws away everything that came in the clear, whether it was taken or still waits, up to where TLS began.
    ///
    /// - Returns: false when the channel ended first.
    mutating func discardUntilSecured() async throws -> Bool {
        self.decoder.reset()
        while let message = try await self.messages.next(isolation: nil) {
            if case .secured = message { return true }
        }
        return false
    }

    /// Reads on until the other side closes and keeps nothing.
    mutating func drain() async throws {
        while try await self.messages.next(isolation: nil) != nil {}
    }
}
