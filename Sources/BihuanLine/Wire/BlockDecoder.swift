package import NIOCore

/// Puts a dot-stuffed text block together again (RFC 3977 §3.1.1), line by line.
///
/// Only a line that is exactly one dot ends a block; which bytes end a line is the ``LineDecoder``'s business, so that
/// `LF . LF` inside a CRLF session ends the connection instead of the block.
package struct BlockDecoder: Sendable {
    private var lines: [String] = []
    /// Octets taken so far, a line ending counted as one.
    private var size = 0
    private var fault: BlockFault?
    private let limit: Int

    package init(limit: Int = LineLimits.block) {
        self.limit = limit
    }

    /// Octets read so far, kept or not.
    package var octets: Int { self.size }

    /// Takes one line.
    ///
    /// A block with a fault is read to its end all the same: only then is the session in step again.
    /// - Returns: nil while the block goes on, then its lines.
    package mutating func take(_ line: ByteBuffer) throws(BlockFault) -> [String]? {
        var line = line
        if line.readableBytesView.elementsEqual([UInt8(ascii: ".")]) {
            if let fault { throw fault }
            return self.lines
        }
        if line.readableBytesView.first == UInt8(ascii: ".") { line.moveReaderIndex(forwardBy: 1) }
        self.size += line.readableBytes + 1
        guard self.fault == nil else { return nil }
        guard self.size <= self.limit else {
            self.fail(.tooLarge(limit: self.limit))
            return nil
        }
        do throws(LineFault) {
            self.lines.append(try LineText.decode(line))
        } catch {
            self.fail(.encoding(line: self.lines.count + 1, error))
        }
        return nil
    }

    private mutating func fail(_ fault: BlockFault) {
        self.fault = fault
        self.lines = []
    }
}
