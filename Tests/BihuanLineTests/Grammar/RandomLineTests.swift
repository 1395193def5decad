import BihuanLine
import NIOCore
import SeededRandom
import Testing

struct RandomLineTests {
    private static let pieces: [[UInt8]] =
        [
            "CASE", "ASSIGN", "HRB-2026-000123", "haerbin.nangang", "reason=", "\"", "\\", "\\n", "=", "note=\"请 核查\"",
            "version=7", "LIST", "CASES", "limit=", "AUTHINFO", "USER", "PASS", "HELP", " ", "\t", "*", "!", ",", "[",
            "e\u{301}", "\u{FEFF}", "\u{0}", "\r", "\n", "\r\n", ".", "..", ".\r\n", "口令", "999999999999999999999",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0xAF], [0xE5, 0x8F], [0xED, 0xA0, 0x80], [0xEF, 0xBB]]

    @Test func `no bytes at all trap the decoder or the grammar, however they are cut`() {
        var random = SeededGenerator(seed: 20_261_121)
        var commands = 0
        for _ in 0..<20_000 {
            var wire: [UInt8] = []
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                wire += Self.pieces.randomElement(using: &random)!
                if Bool.random(using: &random) { wire.append(UInt8(ascii: " ")) }
            }
            wire += Array((Bool.random(using: &random) ? "\r\n" : "\n").utf8)
            let cut = Int.random(in: 0...wire.count, using: &random)
            commands += Self.feed([Array(wire[..<cut]), Array(wire[cut...])])
        }
        for line in ["CASE RECEIVE A-1 reason=\"签收\"", "LIST CASES limit=2", "AUTHINFO USER a@b"] {
            for _ in 0..<5_000 {
                var wire = Array((line + "\r\n").utf8)
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    wire[Int.random(in: 0..<wire.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                commands += Self.feed([wire])
            }
        }
        #expect(commands > 1_000)
    }

    /// The number of lines that turned out to be commands.
    private static func feed(_ pieces: [[UInt8]]) -> Int {
        var decoder = LineDecoder()
        var block = BlockDecoder(limit: 64)
        var commands = 0
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let line = try? decoder.next() {
                _ = try? block.take(line)
                guard let text = try? LineText.decode(line) else { continue }
                if (try? LineCommand(text)) != nil { commands += 1 }
            }
        }
        return commands
    }
}
