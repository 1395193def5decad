import FoundationEssentials
import Testing

@testable import BihuanHTTP

struct JSONWriterTests {
    @Test func `commas stand between members and elements and nowhere else`() {
        var writer = JSONWriter()
        writer.object { object in
            object.member("a", "x")
            object.member("b", nil as String?)
            object.member("c", 3)
            object.member("d", true)
            object.member("e", array: [1, 2] as [Int64]) { $0.integer($1) }
            object.member("f", array: [Int64]()) { $0.integer($1) }
            object.member("g") { $0.member("h", ["{", "[", ","]) }
            object.member("i", UUID(uuidString: "01938A3E-0000-7000-8000-0000000000FF"))
            object.member("j", Date(timeIntervalSince1970: 0))
            object.name("k")
            object.raw("[1,2]".utf8)
        }

        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == """
                {"a":"x","b":null,"c":3,"d":true,"e":[1,2],"f":[],"g":{"h":["{","[",","]},\
                "i":"01938a3e-0000-7000-8000-0000000000ff","j":"1970-01-01T08:00:00+08:00","k":[1,2]}
                """
        )
    }

    @Test func `every scalar survives a string`() throws {
        var text = ""
        for value in (1...0x2FF).map(UInt32.init) + [0x2028, 0x4E2D, 0xFEFF, 0x1F600, 0x10FFFF] {
            text.unicodeScalars.append(Unicode.Scalar(value)!)
        }
        var writer = JSONWriter()
        writer.string(text)

        guard case .string(let read) = try JSONParser.parse(writer.bytes) else { return }
        #expect(Array(read.unicodeScalars) == Array(text.unicodeScalars))
    }
}
