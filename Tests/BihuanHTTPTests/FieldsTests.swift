import FoundationEssentials
import Testing

@testable import BihuanHTTP

struct FieldsTests {
    enum Colour: String, CaseIterable { case red, green }

    struct Draft: Equatable {
        var title: String
        var colour: Colour
        var id: UUID
        var at: Date
        var count: Int64
        var flag: Bool
        var note: String?
        var links: [String]
        var ids: [UUID]
        var inner: String?
    }

    static func read(_ text: String) throws -> Draft {
        try Fields.read(try JSONParser.parse(Array(text.utf8))) { fields in
            Draft(
                title: fields.text("title", .line(2...10)),
                colour: fields.choice("colour"),
                id: fields.uuid("id"),
                at: fields.time("at"),
                count: fields.integer("count", 1...9),
                flag: fields.bool("flag"),
                note: fields.optionalText("note", .prose(0...20)),
                links: fields.texts("links", count: 0...2, .identifier(1...5)),
                ids: fields.uuids("ids", count: 0...3),
                inner: fields.optionalObject("inner") { $0.text("name", .line(1...5)) }
            )
        }
    }

    static let good = [
        "title": #""食品安全""#, "colour": #""red""#, "id": #""01938a3e-0000-7000-8000-000000000001""#,
        "at": #""2026-11-21T18:15:00+08:00""#, "count": "3", "flag": "true",
    ]

    static func body(_ changes: [String: String?]) -> String {
        var members = Self.good
        for (name, value) in changes { members[name] = value }
        return "{" + members.map { "\"\($0.key)\":\($0.value)" }.sorted().joined(separator: ",") + "}"
    }

    @Test func `a good body becomes a draft`() throws {
        let draft = try Self.read(Self.body(["note": "null", "inner": #"{"name":"甲"}"#]))

        #expect(draft.title == "食品安全")
        #expect(draft.colour == .red)
        #expect(draft.at == Date(timeIntervalSince1970: 1_795_256_100))
        #expect(draft.note == nil)
        #expect(draft.links == [])
        #expect(draft.inner == "甲")
    }

    /// A member, a value, the code of its fault and the pointer to it.
    static let faults: [(name: String, value: String?, code: String, pointer: String)] = [
        ("title", nil, "field.missing", "/title"),
        ("title", "null", "field.null", "/title"),
        ("title", "7", "field.type", "/title"),
        ("title", #""""#, "text.blank", "/title"),
        ("title", #""  \u3000""#, "text.blank", "/title"),
        ("title", #""a""#, "text.too_short", "/title"),
        ("title", #""01234567890""#, "text.too_long", "/title"),
        ("title", #""a\nb""#, "text.control", "/title"),
        ("title", #""a\u0085b""#, "text.control", "/title"),
        ("note", #""a\u0007b""#, "text.control", "/note"),
        ("links", #"["cafe\u0301"]"#, "text.not_nfc", "/links/0"),
        ("links", #"["a",1]"#, "field.type", "/links/1"),
        ("links", #""a""#, "field.type", "/links"),
        ("links", #"["a","b","c"]"#, "list.too_long", "/links"),
        (
            "ids", #"["01938a3e-0000-7000-8000-000000000001","01938A3E-0000-7000-8000-000000000001"]"#,
            "list.repeated", "/ids"
        ),
        ("ids", #"["x"]"#, "id.malformed", "/ids/0"),
        ("colour", #""blue""#, "choice.unknown", "/colour"),
        ("colour", #""Red""#, "choice.unknown", "/colour"),
        ("colour", "[]", "field.type", "/colour"),
        ("id", #""01938a3e""#, "id.malformed", "/id"),
        ("at", #""2026-11-21T18:15:00""#, "time.offset_missing", "/at"),
        ("at", #""2026-11-21""#, "time.malformed", "/at"),
        ("at", #""1899-12-31T23:59:59Z""#, "time.range", "/at"),
        ("at", "1795256100", "field.type", "/at"),
        ("count", "0", "number.range", "/count"),
        ("count", "10", "number.range", "/count"),
        ("count", "1.0", "field.type", "/count"),
        ("count", #""3""#, "field.type", "/count"),
        ("flag", #""true""#, "field.type", "/flag"),
        ("flag", "1", "field.type", "/flag"),
        ("inner", "[]", "field.type", "/inner"),
        ("inner", "{}", "field.missing", "/inner/name"),
        ("inner", #"{"name":"甲","nome":"乙"}"#, "field.unknown", "/inner/nome"),
        ("titel", "1", "field.unknown", "/titel"),
        ("a/b", "1", "field.unknown", "/a~1b"),
    ]

    @Test(arguments: faults)
    func `each rule of a field has its error`(name: String, value: String?, code: String, pointer: String) {
        let problem = #expect(throws: Problem.self) { try Self.read(Self.body([name: value])) }

        #expect(problem?.kind == .invalidBody)
        #expect(problem?.code == code)
        #expect(problem?.errors.map(\.code) == [code])
        #expect(problem?.errors.first?.place == .body(JSONPointer(text: pointer)))
    }

    @Test func `all faults of a body come at once`() {
        let body = Self.body(["title": nil, "colour": "1", "at": #""x""#, "zzz": "1"])
        let problem = #expect(throws: Problem.self) { try Self.read(body) }

        #expect(
            problem?.errors.map(\.code) == ["field.missing", "field.type", "time.malformed", "field.unknown"]
        )
        #expect(problem?.code == "request.invalid")
    }

    @Test(arguments: ["[]", "1", "null", #""x""#])
    func `a body that is no object is refused whole`(body: String) {
        let problem = #expect(throws: Problem.self) { try Self.read(body) }
        #expect(problem?.errors.map(\.place) == [.body(JSONPointer())])
    }

    @Test func `running text comes out in normal form C`() throws {
        let draft = try Self.read(Self.body(["note": #""cafe\u0301\n第二行""#]))
        #expect(Array((draft.note ?? "").utf8) == Array("caf\u{E9}\n第二行".utf8))
    }
}

extension JSONPointer {
    /// A pointer from its text, for comparing.
    init(text: String) {
        self.init()
        for part in text.split(separator: "/") {
            let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            self = self.member(name)
        }
    }
}
