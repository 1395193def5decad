import Failpoints
import Logging
import NIOCore
import NIOSSL

/// One session: reads a command, has it carried out, writes the reply, and then reads the next.
///
/// Commands sent ahead wait in the channel, at most as many octets as its back-pressure lets in.
struct LineConnection {
    let channel: any Channel
    let registry: SessionRegistry
    let dispatcher: LineDispatcher
    let configuration: LineServerConfiguration
    let tls: NIOSSLContext?
    let deadline: Deadline
    let log: CommandLog

    private var timeouts: LineTimeouts { self.configuration.timeouts }

    func run(_ messages: NIOAsyncChannelInboundStream<WireMessage>.AsyncIterator, session: LineSession) async throws {
        var reader = LineReader(messages, deadline: self.deadline)
        var session = session
        do {
            try await self.talk(&reader, &session)
        } catch {
            // However a connection ends, nobody stays logged in behind it.
            await self.dispatcher.farewell(&session)
            throw error
        }
        await self.dispatcher.farewell(&session)
        try await self.close(&reader)
    }

    private func talk(_ reader: inout LineReader, _ session: inout LineSession) async throws {
        let greeting = await self.dispatcher.greet(&session)
        try await self.write(greeting.reply)
        var next = greeting.next
        var strangerSince = NIODeadline.now()
        while true {
            if session.logIn != nil { strangerSince = .now() }
            switch next {
            case .close:
                return
            case .secure:
                guard try await reader.discardUntilSecured() else { return }
                next = .command
            case .command, .response, .block:
                guard let answer = try await self.converse(next, strangerSince, &reader, &session) else { return }
                if case .secure = answer.next {
                    try await self.secure(answer.reply, &session)
                } else {
                    try await self.write(answer.reply)
                }
                next = answer.next
            }
        }
    }

    // MARK: One exchange

    /// The answer to what comes next; nil when nothing comes any more.
    private func converse(
        _ next: LineAnswer.Next, _ strangerSince: NIODeadline, _ reader: inout LineReader, _ session: inout LineSession
    ) async throws -> LineAnswer? {
        if case .block(let take) = next { return try await self.block(&reader, &session, then: take) }
        if self.registry.isDraining { return LineAnswer(self.goingDown(session), next: .close) }
        let isKnown = session.logIn != nil
        let event = try await reader.next(
            idle: isKnown ? self.timeouts.idle : self.timeouts.stranger,
            rest: isKnown ? self.timeouts.line : self.timeouts.strangerLine,
            until: isKnown ? .distantFuture : strangerSince + TimeAmount(self.timeouts.logIn)
        )
        switch event {
        case .end: return nil
        case .goingDown: return LineAnswer(self.goingDown(session), next: .close)
        case .fault(let fault): return self.refuse(fault, session)
        case .line(let bytes):
            if self.registry.isDraining { return LineAnswer(self.goingDown(session), next: .close) }
            let text: String
            do throws(LineFault) { text = try LineText.decode(bytes) } catch { return self.refuse(error, session) }
            if case .response(let take) = next { return await take(text, &session) }
            return await self.command(text, reader.hasBufferedBytes, &session)
        }
    }

    private func command(_ text: String, _ moreIsBuffered: Bool, _ session: inout LineSession) async -> LineAnswer {
        let begun = ContinuousClock.now
        let command: LineCommand
        do throws(GrammarFault) {
            command = try LineCommand(text)
        } catch {
            self.log.refused(error, session)
            return self.refuse(error, session)
        }
        let answer: LineAnswer
        if let name = command.spec.block, command[name] == nil, moreIsBuffered {
            // A client that sends a block ahead would have its lines run as commands when this one fails.
            let phrase = Phrase(zh: "文本块须等 393 之后再发", en: "send the block only after 393")
            answer = LineAnswer(
                LineReply(.badSyntax, text: "block.early \(phrase.text(in: session.language))"), next: .close)
        } else {
            answer = await self.dispatcher.answer(command, &session)
            failpoint("line_before_reply")
        }
        self.log.answered(command, answer.reply.code, begun.duration(to: .now), session)
        return answer
    }

    private func block(
        _ reader: inout LineReader, _ session: inout LineSession,
        then take: @Sendable ([String], inout LineSession) async -> LineAnswer
    ) async throws -> LineAnswer? {
        var block = BlockDecoder()
        let end = NIODeadline.now() + TimeAmount(self.timeouts.block)
        while true {
            // A line of a block has no limit of its own; a block that is too large is read to its end all the same.
            let event = try await reader.next(
                limit: LineLimits.refusedBlock, idle: self.timeouts.idle, rest: self.timeouts.line, until: end)
            switch event {
            case .end: return nil
            case .goingDown: return LineAnswer(self.goingDown(session), next: .close)
            case .fault(let fault): return self.refuse(fault, session)
            case .line(let bytes):
                do throws(BlockFault) {
                    if let lines = try block.take(bytes) { return await take(lines, &session) }
                } catch {
                    return LineAnswer(session.reply(.blockRefused, [error.name], error.phrase))
                }
                if block.octets > LineLimits.refusedBlock {
                    let fault = BlockFault.tooLarge(limit: LineLimits.block)
                    return LineAnswer(session.reply(.blockRefused, [fault.name], fault.phrase), next: .close)
                }
            }
        }
    }

    // MARK: Refusals

    private func refuse(_ fault: LineFault, _ session: LineSession) -> LineAnswer {
        let place = fault.position.map { "@\($0)" } ?? ""
        let text = "\(fault.name)\(place) \(fault.phrase.text(in: session.language))"
        return LineAnswer(LineReply(.badSyntax, text: text), next: fault.breaksFraming ? .close : .command)
    }

    private func refuse(_ fault: GrammarFault, _ session: LineSession) -> LineAnswer {
        let code: ReplyCode = fault.rule == .unknownVerb ? .unknownCommand : .badSyntax
        let text = "\(fault.rule.rawValue)@\(fault.position) \(fault.phrase.text(in: session.language))"
        return LineAnswer(LineReply(code, text: text), next: fault.rule == .tooLong ? .close : .command)
    }

    private func goingDown(_ session: LineSession) -> LineReply {
        session.reply(.closing, Phrase(zh: "服务即将停止 going down", en: "going down"))
    }

    // MARK: Writing

    /// Writes a reply and waits until the kernel has it, slice by slice.
    private func write(_ reply: LineReply) async throws {
        var buffer = self.channel.allocator.buffer(capacity: 1_024)
        LineOutput.status(reply, into: &buffer)
        if reply.code.hasBlock {
            switch reply.body {
            case .lines(let lines):
                LineOutput.block(lines, into: &buffer)
            case .slices(let slices):
                // A failure here closes the channel without the final dot: a list that stops early must not look whole.
                while let lines = try await slices() {
                    LineOutput.block(lines, into: &buffer)
                    try await self.flush(buffer)
                    buffer.clear()
                }
            }
            LineOutput.endOfBlock(into: &buffer)
        }
        try await self.flush(buffer)
    }

    private func flush(_ buffer: ByteBuffer) async throws {
        self.deadline.set(self.timeouts.write)
        defer { self.deadline.clear() }
        try await self.channel.writeAndFlush(buffer)
    }

    // MARK: TLS and the end

    /// Sends the last reply in the clear, puts TLS in front of the channel, and marks the place in what is read.
    ///
    /// All in one turn of the event loop, so no byte can be on the wrong side: a client may begin its handshake as soon
    /// as it has the reply.
    private func secure(_ reply: LineReply, _ session: inout LineSession) async throws {
        guard let tls else { return }
        let channel = self.channel
        var buffer = channel.allocator.buffer(capacity: 64)
        LineOutput.status(reply, into: &buffer)
        self.deadline.set(self.timeouts.stranger)
        try await channel.eventLoop.submit { [buffer] in
            channel.writeAndFlush(buffer, promise: nil)
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            channel.pipeline.fireUserInboundEventTriggered(WireHandler.Secured())
        }.get()
        // RFC 4642 §2.2.2: what was agreed in the clear is forgotten.
        session.isSecured = true
        session.canSecure = false
        session.pendingUser = nil
    }

    /// Closes our side first (with `close_notify` under TLS) and gives the other a moment to read what was said:
    /// closing at once with unread bytes would reset the connection and take the last reply away.
    private func close(_ reader: inout LineReader) async throws {
        self.deadline.set(self.timeouts.linger)
        try await self.channel.close(mode: .output)
        try await reader.drain()
    }
}
