import SeededRandom
import Testing

@testable import BihuanHTTP

struct JSONParserTests {
    /// A text, the rule it breaks, and the offset at which it breaks it.
    static let malformed: [(text: String, code: JSONFault.Code, offset: Int)] = [
        ("", .empty, 0),
        (" \r\n\t", .empty, 4),
        ("\u{FEFF}{}", .byteOrderMark, 0),
        ("{} {}", .trailingBytes, 3),
        ("1 2", .trailingBytes, 2),
        ("truetrue", .trailingBytes, 4),
        ("[1,]", .trailingComma, 3),
        (#"{"a":1,}"#, .trailingComma, 7),
        (#"{"a":1,"a":2}"#, .duplicateKey, 7),
        (#"{"a":{"b":1,"\u0062":2}}"#, .duplicateKey, 12),
        ("{\"caf\u{E9}\":1,\"cafe\u{301}\":2}", .duplicateKey, 11),
        ("[", .truncated, 1),
        ("{", .truncated, 1),
        (#"{"a""#, .truncated, 4),
        (#"{"a":"#, .truncated, 5),
        (#"{"a":1"#, .truncated, 6),
        (#""abc"#, .truncated, 4),
        (#""\"#, .truncated, 2),
        (#""\u12"#, .truncated, 5),
        ("[1 2]", .syntax, 3),
        ("{a:1}", .syntax, 1),
        ("{'a':1}", .syntax, 1),
        (#"{"a" 1}"#, .syntax, 5),
        ("[,1]", .syntax, 1),
        ("}", .syntax, 0),
        ("tru", .syntax, 0),
        ("True", .syntax, 0),
        ("nul", .syntax, 0),
        ("NaN", .syntax, 0),
        ("Infinity", .syntax, 0),
        ("+1", .syntax, 0),
        (".5", .syntax, 0),
        ("// x\n1", .syntax, 0),
        ("\u{A0}1", .syntax, 0),
        ("-", .number, 0),
        ("01", .number, 0),
        ("-012", .number, 0),
        ("1.", .number, 0),
        ("1.e3", .number, 0),
        ("1e", .number, 0),
        ("1e+", .number, 0),
        ("9223372036854775808", .numberRange, 0),
        ("-9223372036854775809", .numberRange, 0),
        ("1e400", .numberRange, 0),
        ("[" + String(repeating: "1", count: 65) + ".0]", .numberRange, 1),
        ("\"a\nb\"", .controlCharacter, 2),
        ("\"a\tb\"", .controlCharacter, 2),
        ("\"\u{1F}\"", .controlCharacter, 1),
        (#""\x41""#, .escape, 1),
        (#""\u00G0""#, .escape, 5),
        (#""\U0041""#, .escape, 1),
        (#""\u0000""#, .nul, 1),
        ("\"a\0b\"", .nul, 2),
        ("{}\0", .nul, 2),
        (#""\uD83D""#, .loneSurrogate, 1),
        (#""\uDE00""#, .loneSurrogate, 1),
        (#""\uD83Dx""#, .loneSurrogate, 1),
        (#""\uD83D\n""#, .loneSurrogate, 1),
        (#""\uD83D\u0041""#, .loneSurrogate, 1),
        (#""\uD83D\uD83D""#, .loneSurrogate, 1),
    ]

    @Test(arguments: malformed)
    func `a broken rule has its name and its place`(text: String, code: JSONFault.Code, offset: Int) {
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(Array(text.utf8)) }

        #expect(fault?.code == code)
        #expect(fault?.offset == offset)
    }

    /// Bytes that are no UTF-8, and where they stop being it.
    static let notUTF8: [(bytes: [UInt8], offset: Int)] = [
        ([0x22, 0x80, 0x22], 1),
        ([0x22, 0xC0, 0xAF, 0x22], 1),
        ([0x22, 0xC1, 0xBF, 0x22], 1),
        ([0x22, 0xE0, 0x80, 0xAF, 0x22], 1),
        ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
        ([0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], 1),
        ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
        ([0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], 1),
        ([0x22, 0xE5, 0xA4, 0x22], 1),
        ([0x22, 0x61, 0xE5, 0xA4], 2),
        ([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], 2),
    ]

    @Test(arguments: notUTF8)
    func `ill-formed bytes are refused wherever they stand`(bytes: [UInt8], offset: Int) {
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(bytes) }

        #expect(fault?.code == .notUTF8)
        #expect(fault?.offset == offset)
    }

    @Test(arguments: [[0xFE, 0xFF, 0x00, 0x31], [0xFF, 0xFE, 0x31, 0x00], [0x00, 0x00, 0xFE, 0xFF]] as [[UInt8]])
    func `other encodings are told by their mark`(bytes: [UInt8]) {
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(bytes) }

        #expect(fault?.code == .byteOrderMark)
    }

    @Test func `every rule of the parser is in the table`() {
        let tested = Set(Self.malformed.map(\.code)).union([.notUTF8, .tooDeep])
        #expect(tested == Set(JSONFault.Code.allCases))
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `thirty-two levels are read and thirty-three are not`(open: String, close: String) throws {
        let nested = { (levels: Int) in
            Array((String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)).utf8)
        }

        _ = try JSONParser.parse(nested(32))
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(nested(33)) }

        #expect(fault?.code == .tooDeep)
    }

    @Test func `a hundred thousand levels end at the thirty-third`() {
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse([UInt8](repeating: 0x5B, count: 100_000)) }
        #expect(fault?.offset == 32)
    }

    @Test func `levels side by side do not add up`() throws {
        let text = "[" + Array(repeating: "[[]]", count: 100).joined(separator: ",") + "]"
        _ = try JSONParser.parse(Array(text.utf8))
    }

    @Test func `a fault carries the pointer to the value it is in`() {
        let text = #"{"a~/b":[0,{"c":[1,]}]}"#
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(Array(text.utf8)) }

        #expect(fault?.pointer.description == "/a~0~1b/1/c")
    }

    @Test func `everything that JSON has is read`() throws {
        let text = #"""
             { "n" : null , "t":true,"f":false, "i":[0,-0,-7,9223372036854775807,-9223372036854775808],
               "d":[0.5,-1.5e3,1E-2,1e2], "s":"\"\\\/\b\f\n\r\tA\u00e9\u4E2D\uD83D\uDE00过期食品", "o":{}, "e":[] }
            """#

        let value = try JSONParser.parse(Array(text.utf8))

        guard case .object(let object) = value else {
            Issue.record("not an object")
            return
        }
        #expect(object.members.map(\.name) == ["n", "t", "f", "i", "d", "s", "o", "e"])
        #expect(object["n"] == .null)
        #expect(object["t"] == .bool(true))
        #expect(object["i"] == .array([.integer(0), .integer(0), .integer(-7), .integer(.max), .integer(.min)]))
        #expect(object["d"] == .array([.decimal(0.5), .decimal(-1_500), .decimal(0.01), .decimal(100)]))
        #expect(object["s"] == .string("\"\\/\u{8}\u{C}\n\r\tA\u{E9}中😀过期食品"))
        #expect(object["o"] == .object(JSONObject()))
        #expect(object["e"] == .array([]))
    }

    @Test func `what the writer writes the parser reads back, at every cut it refuses`() throws {
        let value = JSONValue.object(
            JSONObject(members: [
                .init(name: "名称", value: .string("引号\"反斜\\换行\n\u{1}\u{7F}\u{2028}")),
                .init(name: "list", value: .array([.null, .bool(false), .integer(-5), .decimal(2.5), .array([])])),
            ])
        )
        var writer = JSONWriter()
        writer.value(value)

        #expect(try JSONParser.parse(writer.bytes) == value)
        let read = (0..<writer.bytes.count).filter { length in
            (try? JSONParser.parse(Array(writer.bytes.prefix(length)))) != nil
        }
        #expect(read.isEmpty)
    }

    @Test func `bytes turned at random never trap`() {
        var random = SeededGenerator(seed: 20_261_121)
        let text = Array(#"{"a":[1,-2.5e3,"\u4e2d\uD83D\uDE00过期"],"b":{"c":null,"d":true}}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes.randomElement(using: &random)!, at: index)
                }
            }
            _ = try? JSONParser.parse(bytes)
        }
    }
}
