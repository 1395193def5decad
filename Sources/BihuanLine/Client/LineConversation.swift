import NIOCore
import NIOSSL

/// The client's side of an open connection: say something, hear the reply.
package struct LineConversation {
    private let channel: any Channel
    private let host: String?
    private var messages: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var decoder = LineDecoder()

    init(_ channel: any Channel, host: String?, _ messages: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) {
        self.channel = channel
        self.host = host
        self.messages = messages
    }

    /// Sends a command and hears the reply.
    package mutating func ask(_ line: String) async throws -> ClientReply {
        try await self.send(line)
        return try await self.reply()
    }

    /// Sends a text block, dot-stuffed, and hears the reply. Only after a 393.
    package mutating func answer(block lines: [String]) async throws -> ClientReply {
        for line in lines { try await self.send(line.utf8.first == UInt8(ascii: ".") ? "." + line : line) }
        return try await self.ask(".")
    }

    package func send(_ line: String) async throws {
        try await self.channel.writeAndFlush(self.channel.allocator.buffer(string: line + "\r\n"))
    }

    /// The next reply, its block included.
    package mutating func reply() async throws -> ClientReply {
        let line = try await self.line()
        guard let code = Int(line.prefix(3)), (100...599).contains(code),
            line.count == 3 || line.dropFirst(3).first == " "
        else { throw LineClientFault.notAReply(line) }
        var reply = ClientReply(code: code, text: String(line.dropFirst(4)))
        guard ReplyCode(rawValue: code)?.hasBlock == true else { return reply }
        var block = BlockDecoder(limit: .max)
        while reply.block == nil {
            reply.block = try block.take(try await self.bytes())
        }
        return reply
    }

    /// STARTTLS; what the server sent in the clear after its 382 is dropped with the connection.
    package mutating func startTLS(trust: String?) async throws {
        let reply = try await self.ask("STARTTLS")
        guard reply.code == ReplyCode.beginTLS.rawValue, !self.decoder.hasBufferedBytes else {
            throw LineClientFault.refused(reply.line)
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let trust { configuration.trustRoots = .file(trust) }
        let context = try NIOSSLContext(configuration: configuration)
        let channel = self.channel
        let host = self.host
        try await channel.eventLoop.submit {
            // An address is no name for SNI; the certificate is checked against it all the same.
            let isAddress = host.map { (try? SocketAddress(ipAddress: $0, port: 0)) != nil } ?? true
            let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    private mutating func line() async throws -> String {
        let bytes = try await self.bytes()
        do throws(LineFault) {
            return try LineText.decode(bytes)
        } catch {
            throw LineClientFault.garbled(error)
        }
    }

    private mutating func bytes() async throws -> ByteBuffer {
        while true {
            if let line = try self.decoder.next() { return line }
            guard let bytes = try await self.messages.next(isolation: nil) else { throw LineClientFault.closed }
            self.decoder.append(bytes)
        }
    }
}
