import BihuanLine
import NIOCore
import Testing

struct BlockTests {
    private func decode(_ wire: String, limit: Int = LineLimits.block) throws -> [String]? {
        var decoder = LineDecoder()
        var block = BlockDecoder(limit: limit)
        decoder.append(ByteBuffer(string: wire))
        while let line = try decoder.next() {
            if let lines = try block.take(line) { return lines }
        }
        return nil
    }

    private func encode(_ lines: [String]) -> String {
        var buffer = ByteBuffer()
        LineOutput.block(lines, into: &buffer)
        LineOutput.endOfBlock(into: &buffer)
        return String(buffer: buffer)
    }

    @Test(
        arguments: [
            [], [""], ["."], [".."], ["...", ".a", "a."], ["一、立即反馈调查情况。", ".以点开头", ""], ["", "", "."],
        ] as [[String]])
    func `a block comes back as it was sent`(lines: [String]) throws {
        #expect(try decode(encode(lines)) == lines)
    }

    @Test func `only a line that is one dot ends a block`() throws {
        #expect(try decode("a\r\n..\r\n.b\r\n .\r\n.\r\n") == ["a", ".", "b", " ."])
        #expect(try decode("a\r\n.. \r\n. \r\n") == nil)
    }

    @Test(arguments: ["a\r\n\n.\n", "a\r\n\n.\r\n", "a\r\n\r.\r", "a\r\n.\n", "a\r\n.\r\r\n", "a\n.\r\n"])
    func `no other ending of a line smuggles the end of a block`(wire: String) {
        #expect((try? decode(wire + "\r\n")) == nil)
    }

    @Test func `a block may be as large as the limit and one octet more is refused at its end`() throws {
        let wire = String(repeating: "aaaaaaa\r\n", count: 4)

        #expect(try decode(wire + ".\r\n", limit: 32)?.count == 4)
        #expect(throws: BlockFault.tooLarge(limit: 31)) { _ = try decode(wire + ".\r\n", limit: 31) }
        #expect(try decode(wire, limit: 31) == nil)
    }

    @Test func `a line that is not text is told with its number once the block is over`() {
        var decoder = BlockDecoder()
        #expect(throws: BlockFault.encoding(line: 2, .invalidUTF8(at: 3))) {
            _ = try decoder.take(ByteBuffer(string: "a"))
            _ = try decoder.take(ByteBuffer(bytes: [0x61, 0x62, 0xFF]))
            _ = try decoder.take(ByteBuffer(bytes: [0xFF]))
            _ = try decoder.take(ByteBuffer(string: "."))
        }
    }

    @Test(
        arguments: [
            (BlockFault.tooLarge(limit: 1), "block.too-large"), (.encoding(line: 1, .nul(at: 1)), "block.nul"),
            (.encoding(line: 1, .invalidUTF8(at: 1)), "block.utf8"),
            (.encoding(line: 1, .byteOrderMark(at: 1)), "block.bom"),
        ])
    func `every fault of a block has its name`(fault: BlockFault, name: String) {
        #expect(fault.name == name)
    }
}
