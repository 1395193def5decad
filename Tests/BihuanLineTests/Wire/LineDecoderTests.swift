import BihuanLine
import NIOCore
import Testing

struct LineDecoderTests {
    /// Everything the decoder makes of bytes that arrive in these pieces: the lines, then the fault if there is one.
    private func decode(_ pieces: [[UInt8]]) -> (lines: [[UInt8]], fault: LineFault?) {
        var decoder = LineDecoder()
        var lines: [[UInt8]] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            do throws(LineFault) {
                while let line = try decoder.next(limit: 64) { lines.append(Array(line.readableBytesView)) }
            } catch {
                return (lines, error)
            }
        }
        return (lines, nil)
    }

    private static let streams: [String] = [
        "DATE\r\nQUIT\r\n", "DATE\nQUIT\n", "\r\n\r\n", "a\r\n\nb\r\n", "a\nb\r\n", "a\rb\r\n", "口令 带 空格\r\nDATE\r\n",
        "x\r\r\n", ".\r\n..\r\n", "\n.\n", "DATE\r\n\r", String(repeating: "a", count: 80) + "\r\n",
        String(repeating: "a", count: 62) + "\r\nb\r\n", String(repeating: "a", count: 63) + "\r\n",
    ]

    @Test(arguments: Self.streams)
    func `lines do not depend on where the network cut the bytes`(stream: String) {
        let bytes = Array(stream.utf8)
        let whole = decode([bytes])

        for first in 0...bytes.count {
            for second in first...bytes.count {
                let cut = decode([Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])])
                #expect(cut.lines == whole.lines && cut.fault == whole.fault, "cut at \(first) and \(second)")
            }
        }
    }

    @Test func `the first line fixes the ending for the connection`() {
        #expect(decode([Array("a\r\nb\n".utf8)]).fault == .mixedEnding)
        #expect(decode([Array("a\nb\r\n".utf8)]).fault == .mixedEnding)
        #expect(decode([Array("a\nb\nc\n".utf8)]).lines.count == 3)
        #expect(decode([Array("a\r\nb\r\n".utf8)]).lines.count == 2)
    }

    /// Bytes that two readers could cut differently, and what happens to them here.
    @Test(
        arguments: [
            ("DATE\r\n\n.\n", LineFault.mixedEnding), ("DATE\r\n\n.\r\n", .mixedEnding),
            ("DATE\r\n\r.\r\r\n", .bareCR(at: 1)), ("DATE\r\na\r\r\n", .bareCR(at: 2)), ("a\rb\n", .bareCR(at: 2)),
            ("DATE\n.\r\n", .mixedEnding),
        ])
    func `nothing is read after a line whose end is in doubt`(stream: String, fault: LineFault) {
        let result = decode([Array(stream.utf8), Array("QUIT\r\n".utf8)])

        #expect(result.fault == fault)
        #expect(result.lines.count <= 1)
        #expect(fault.breaksFraming)
    }

    @Test func `a line may be as long as the limit and one octet longer is a fault`() {
        let fits = String(repeating: "a", count: 62)

        #expect(decode([Array((fits + "\r\n").utf8)]).lines == [Array(fits.utf8)])
        #expect(decode([Array((fits + "a\r\n").utf8)]).fault == .tooLong(limit: 64))
        #expect(decode([Array((fits + "a\n").utf8)]).lines == [Array((fits + "a").utf8)])
        #expect(decode([Array(repeating: 97, count: 64)]).fault == .tooLong(limit: 64))
    }

    @Test func `a fault is thrown again whatever comes next`() throws {
        var decoder = LineDecoder()
        decoder.append(ByteBuffer(string: "a\r\nb\n"))
        _ = try decoder.next()
        for _ in 0..<3 {
            #expect(throws: LineFault.mixedEnding) { _ = try decoder.next() }
            decoder.append(ByteBuffer(string: "DATE\r\n"))
        }
    }

    @Test func `after a reset nothing said before is left`() throws {
        var decoder = LineDecoder()
        decoder.append(ByteBuffer(string: "STARTTLS\r\nCASE CONCLUDE HRB-2026-000001\r\n"))
        _ = try decoder.next()

        decoder.reset()
        decoder.append(ByteBuffer(string: "DATE\n"))

        #expect(try decoder.next() == ByteBuffer(string: "DATE"))
        #expect(try decoder.next() == nil)
    }
}
