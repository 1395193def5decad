import BihuanLine
import NIOCore
import Testing

struct LineTextTests {
    @Test(
        arguments: [
            ([0x61, 0x00, 0x62], LineFault.nul(at: 2)),
            ([0xFF], .invalidUTF8(at: 1)),
            // Overlong forms of "/", NUL and U+20AC.
            ([0x61, 0xC0, 0xAF], .invalidUTF8(at: 2)),
            ([0xC0, 0x80], .invalidUTF8(at: 1)),
            ([0xF0, 0x82, 0x82, 0xAC], .invalidUTF8(at: 1)),
            // A surrogate, beyond U+10FFFF, a lone continuation, a cut sequence.
            ([0xED, 0xA0, 0x80], .invalidUTF8(at: 1)),
            ([0xF4, 0x90, 0x80, 0x80], .invalidUTF8(at: 1)),
            ([0x80], .invalidUTF8(at: 1)),
            ([0xE5, 0x8F], .invalidUTF8(at: 1)),
            (Array("口令".utf8) + [0xE5], .invalidUTF8(at: 7)),
            ([0xEF, 0xBB, 0xBF, 0x44], .byteOrderMark(at: 1)),
            (Array("DATE ".utf8) + [0xEF, 0xBB, 0xBF], .byteOrderMark(at: 6)),
        ] as [([UInt8], LineFault)])
    func `octets that are not text are refused with their place`(bytes: [UInt8], fault: LineFault) {
        #expect(throws: fault) { _ = try LineText.decode(ByteBuffer(bytes: bytes)) }
        #expect(!fault.breaksFraming)
    }

    @Test(arguments: ["", "DATE", "口令 带 空格", "\u{EFBF}ﻠ", "🏮", "cafe\u{301}"])
    func `text is kept octet for octet`(text: String) throws {
        #expect(Array(try LineText.decode(ByteBuffer(string: text)).utf8) == Array(text.utf8))
    }
}
