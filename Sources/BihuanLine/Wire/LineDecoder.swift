package import NIOCore

/// Cuts a stream of bytes into lines, and knows nothing of what they say.
///
/// It is pulled: the session asks for the next line when it is ready for one, because what the next line *is* (a command,
/// a line of a text block, a TLS record) depends on the answer to the one before.
package struct LineDecoder: Sendable {
    private var buffer = ByteBuffer()
    /// Octets of `buffer` already searched for a line feed, so that a dripped line costs no more than a sent one.
    private var searched = 0
    /// A fault after which nothing is a line any more.
    private var broken: LineFault?

    /// Fixed by the first line of the connection.
    package private(set) var ending: LineEnding?

    package init() {}

    /// True when bytes wait that have not been taken as lines yet.
    package var hasBufferedBytes: Bool { self.buffer.readableBytes > 0 }

    package mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        if self.buffer.readableBytes == 0 {
            self.buffer = bytes
        } else {
            self.buffer.writeBuffer(&bytes)
        }
    }

    /// Forgets every byte and the line ending: what was said before TLS is not part of the session that begins.
    package mutating func reset() {
        self = LineDecoder()
    }

    /// The next line without its ending, or nil when it has not come whole yet.
    ///
    /// - Parameter limit: the longest line, ending included.
    /// - Throws: a fault that breaks the framing; every later call throws it again.
    package mutating func next(limit: Int = LineLimits.line) throws(LineFault) -> ByteBuffer? {
        if let broken { throw broken }
        do throws(LineFault) {
            return try self.cut(limit: limit)
        } catch {
            self.broken = error
            throw error
        }
    }

    private mutating func cut(limit: Int) throws(LineFault) -> ByteBuffer? {
        let view = self.buffer.readableBytesView
        let unsearched = view.dropFirst(self.searched)
        guard let feed = unsearched.firstIndex(of: UInt8(ascii: "\n")) else {
            if view.count >= limit { throw .tooLong(limit: limit) }
            self.searched = view.count
            return nil
        }
        let length = feed - view.startIndex
        guard length + 1 <= limit else { throw .tooLong(limit: limit) }
        let isCRLF = length > 0 && view[feed - 1] == UInt8(ascii: "\r")
        let found: LineEnding = isCRLF ? .crlf : .lf
        guard self.ending == nil || self.ending == found else { throw .mixedEnding }
        let content = view[view.startIndex..<(isCRLF ? feed - 1 : feed)]
        if let stray = content.firstIndex(of: UInt8(ascii: "\r")) {
            throw .bareCR(at: stray - view.startIndex + 1)
        }
        self.ending = found
        self.searched = 0
        let line = self.buffer.readSlice(length: content.count)
        self.buffer.moveReaderIndex(forwardBy: isCRLF ? 2 : 1)
        if self.buffer.readableBytes == 0 {
            self.buffer.clear()
        } else if self.buffer.readerIndex > LineLimits.line {
            self.buffer.discardReadBytes()
        }
        return line
    }
}
