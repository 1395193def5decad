package import NIOCore

/// Writes reply lines as bytes: no line is ever longer than a client may read, and none can end early.
package enum LineOutput {
    /// Writes the first line of a reply.
    package static func status(_ reply: LineReply, into buffer: inout ByteBuffer) {
        buffer.writeString(reply.statusLine)
        buffer.writeStaticString("\r\n")
    }

    /// Writes lines of a block, dot-stuffed.
    package static func block(_ lines: [String], into buffer: inout ByteBuffer) {
        for line in lines {
            if line.utf8.first == UInt8(ascii: ".") {
                buffer.writeStaticString(".")
                buffer.writeString(Self.fit(line, within: LineLimits.output - 1))
            } else {
                buffer.writeString(Self.fit(line, within: LineLimits.output))
            }
            buffer.writeStaticString("\r\n")
        }
    }

    /// Writes the lone dot that ends a block.
    package static func endOfBlock(into buffer: inout ByteBuffer) {
        buffer.writeStaticString(".\r\n")
    }

    /// The text without line breaks and NUL, cut at a character to at most `limit` octets; a cut shows as `…`.
    package static func fit(_ text: String, within limit: Int) -> String {
        let flat = Self.isFlat(text) ? text : Self.flatten(text)
        guard flat.utf8.count > limit else { return flat }
        var size = 0
        let mark = "…"
        var end = flat.startIndex
        for index in flat.indices {
            let width = flat[index].utf8.count
            guard size + width + mark.utf8.count <= limit else { break }
            size += width
            end = flat.index(after: index)
        }
        return String(flat[..<end]) + mark
    }

    private static func isFlat(_ text: String) -> Bool {
        !text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }

    /// On scalars, not characters: CR LF is one character in Swift.
    private static func flatten(_ text: String) -> String {
        var flat = String.UnicodeScalarView()
        flat.append(contentsOf: text.unicodeScalars.map { $0 == "\r" || $0 == "\n" || $0 == "\0" ? " " : $0 })
        return String(flat)
    }
}
