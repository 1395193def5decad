import BihuanStore
import Testing

struct ImportEncodingTests {
    /// “工单编号,内容\n1,饭馆油烟\n” in GB18030.
    static let gb18030: [UInt8] = [
        0xB9, 0xA4, 0xB5, 0xA5, 0xB1, 0xE0, 0xBA, 0xC5, 0x2C, 0xC4, 0xDA, 0xC8, 0xDD, 0x0A,
        0x31, 0x2C, 0xB7, 0xB9, 0xB9, 0xDD, 0xD3, 0xCD, 0xD1, 0xCC, 0x0A,
    ]

    func encoding(_ bytes: [UInt8]) throws -> TextEncoding {
        var source = ImportPieces(bytes, piece: 3)
        return try FileSurvey(&source).encoding
    }

    func text(_ bytes: [UInt8], _ encoding: TextEncoding, hasDoubledQuotes: Bool = false) throws -> String {
        let decoder = try RecordDecoder(encoding)
        return try bytes.withUnsafeBufferPointer { try decoder.text($0, hasDoubledQuotes: hasDoubledQuotes) }
    }

    @Test func `the encoding is what the bytes speak for`() throws {
        #expect(try self.encoding(Array("工单,内容\n".utf8)) == .utf8)
        #expect(try self.encoding(Array("plain,ascii\n".utf8)) == .utf8)
        #expect(try self.encoding(Self.gb18030) == .gb18030)
        #expect(try self.encoding([]) == .utf8)
        #expect(try self.encoding([0xEF, 0xBB, 0xBF] + Self.gb18030) == .utf8)
    }

    @Test func `one damaged row does not turn a file into another encoding`() throws {
        let damaged = Array("编号,内容\n1,饭馆\n2,".utf8) + [0xFF, 0xE5] + Array("\n3,油烟。\n4,噪声。\n".utf8)

        #expect(try self.encoding(damaged) == .utf8)
        #expect(try self.encoding(Self.gb18030 + [0x32, 0x2C, 0xFF, 0x0A] + Self.gb18030) == .gb18030)
    }

    @Test func `UTF-16 is refused by name`() {
        #expect(throws: ImportError.self) { try self.encoding([0xFF, 0xFE, 0x31, 0x00]) }
    }

    @Test func `GB18030 becomes text, four-byte characters too`() throws {
        #expect(try self.text([0xB7, 0xB9, 0xB9, 0xDD], .gb18030) == "饭馆")
        #expect(try self.text([0x82, 0x35, 0x8F, 0x33], .gb18030) == "\u{9FA6}")
        #expect(try self.text([0x94, 0x39, 0xDA, 0x33], .gb18030) == "\u{1F4A9}")
        #expect(try self.text([0x22, 0x22, 0xB7, 0xB9], .gb18030, hasDoubledQuotes: true) == "\"饭")
        #expect(try self.text([], .gb18030) == "")
    }

    @Test func `bytes that are not text are refused with their place`() throws {
        #expect(throws: RecordDecoder.Fault(offset: 2)) { try self.text([0x61, 0x62, 0xFF], .utf8) }
        #expect(throws: RecordDecoder.Fault(offset: 2)) { try self.text([0xB7, 0xB9, 0xB9], .gb18030) }
        let decoder = try RecordDecoder(.utf8)
        let overlong: [UInt8] = [0x61, 0xC0, 0x80]
        let surrogate: [UInt8] = [0xED, 0xA0, 0x80]
        let cut: [UInt8] = [0x61, 0xE5, 0xAD]
        #expect(overlong.withUnsafeBufferPointer(decoder.firstFault) == 1)
        #expect(surrogate.withUnsafeBufferPointer(decoder.firstFault) == 0)
        #expect(cut.withUnsafeBufferPointer(decoder.firstFault) == 1)
        #expect(Array("工单🙂".utf8).withUnsafeBufferPointer(decoder.firstFault) == nil)
    }
}
