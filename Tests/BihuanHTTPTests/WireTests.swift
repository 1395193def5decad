import Crypto
import FoundationEssentials
import Testing

@testable import BihuanHTTP

struct WireTests {
    // MARK: Tokens

    static let token = "bhs_haerbin_" + String(repeating: "A", count: 43)

    @Test func `a bearer token is read whatever the case of the scheme`() {
        #expect(BearerToken(authorization: "Bearer \(Self.token)")?.text == Self.token)
        #expect(BearerToken(authorization: "bearer  \(Self.token)")?.text == Self.token)
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Basic YTpi", token, "Bearer \(token) x", "Bearer \(token),Bearer \(token)",
        "Bearer abc", "Bearer bhs_", "Bearer bhs_ab'--_\(token)", "Bearer \(token)\u{e9}",
        "Bearer bhs_" + String(repeating: "a", count: 200),
    ])
    func `what is no token is none`(header: String?) {
        #expect(BearerToken(authorization: header) == nil)
    }

    // MARK: Idempotency keys

    @Test(arguments: [
        (#""a1f0c2d4-20261121""#, "a1f0c2d4-20261121"), ("a1f0c2d4", "a1f0c2d4"), (#""a\"b\\c""#, #"a"b\c"#),
        (" k ", "k"), (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
        ("\"" + String(repeating: "k", count: 255) + "\"", String(repeating: "k", count: 255)),
    ])
    func `a key comes quoted or bare`(header: String, key: String) {
        #expect(IdempotencyKey(header: header)?.text == key)
    }

    @Test(arguments: [
        "", " ", #""""#, #"""#, #""a"#, #"a""#, #""a"b""#, #""a\n""#, #""a\"#, "a b", #""a b""#, "键", "a\tb", "a, b",
        String(repeating: "k", count: 256), "\"" + String(repeating: "k", count: 256) + "\"",
    ])
    func `what is no key is refused`(header: String) {
        #expect(IdempotencyKey(header: header) == nil)
    }

    // MARK: Entity tags

    @Test func `a version and its tag are one`() {
        #expect(EntityTag(version: 12).description == #""v12""#)
        #expect(TagCondition(header: #""v12""#)?.versions == [12])
        #expect(TagCondition(header: "*") == .any)
        #expect(TagCondition(header: " * ")?.versions == nil)
    }

    @Test func `If-Match never accepts a weak or foreign tag`() {
        #expect(TagCondition(header: #"W/"v12""#)?.versions == [])
        #expect(TagCondition(header: #""12""#)?.versions == [])
        #expect(TagCondition(header: #""v""#)?.versions == [])
        #expect(TagCondition(header: #""v-1""#)?.versions == [])
        #expect(TagCondition(header: #""v99999999999999999999""#)?.versions == [])
        #expect(TagCondition(header: #""v1", "v2""#)?.versions == [1, 2])
    }

    @Test func `If-None-Match compares weakly`() {
        let tag = EntityTag(version: 3)
        #expect(TagCondition(header: #"W/"v3""#)?.matchesWeakly(tag) == true)
        #expect(TagCondition(header: #""v1","v3""#)?.matchesWeakly(tag) == true)
        #expect(TagCondition(header: #""v1""#)?.matchesWeakly(tag) == false)
        #expect(TagCondition(header: "*")?.matchesWeakly(tag) == true)
    }

    @Test(arguments: ["", "v12", #""v12"#, #"v12""#, #""v 12""#, #""v1" "v2""#, #""v1","#, #","v1""#, "**", #"w/"v1""#])
    func `a malformed tag list is refused`(header: String) {
        #expect(TagCondition(header: header) == nil)
    }

    // MARK: Cursors

    let seal = CursorSeal(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
    let position = KeysetPosition(
        at: Date(timeIntervalSince1970: 1_795_256_100.123456),
        id: UUID(uuidString: "01938a3e-0000-7000-8000-000000000001")!
    )

    @Test func `a cursor comes back as it went out`() throws {
        let cursor = self.seal.seal(self.position.bytes, list: "cases")
        let opened = try #require(self.seal.open(cursor, list: "cases"))

        #expect(KeysetPosition(bytes: opened)?.bytes == self.position.bytes)
        #expect(KeysetPosition(bytes: opened)?.id == self.position.id)
        #expect(
            cursor.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
    }

    @Test func `a cursor of another list or another key is none`() {
        let cursor = self.seal.seal(self.position.bytes, list: "cases")
        let other = CursorSeal(key: SymmetricKey(data: [UInt8](repeating: 8, count: 32)))

        #expect(self.seal.open(cursor, list: "leads") == nil)
        #expect(other.open(cursor, list: "cases") == nil)
    }

    @Test func `no single character of a cursor can be changed, none taken away or added`() {
        let cursor = Array(self.seal.seal(self.position.bytes, list: "cases").utf8)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ".utf8)
        var accepted: [[UInt8]] = []
        let attempt = { (forged: [UInt8]) in
            if self.seal.open(String(decoding: forged, as: UTF8.self), list: "cases") != nil { accepted.append(forged) }
        }

        for index in cursor.indices {
            for letter in alphabet where letter != cursor[index] {
                var forged = cursor
                forged[index] = letter
                attempt(forged)
            }
            attempt(Array(cursor.prefix(index)))
        }
        for letter in alphabet { attempt(cursor + [letter]) }

        #expect(accepted.isEmpty)
    }

    @Test func `base64url has the vectors of RFC 4648 without padding, and one spelling`() {
        let vectors = [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
        for (plain, encoded) in vectors {
            #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
            #expect(Base64URL.decode(encoded) == Array(plain.utf8))
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("Zh") == nil)
        #expect(Base64URL.decode("Zg==") == nil)
        #expect(Base64URL.decode("Z") == nil)
    }

    // MARK: Other headers

    @Test(arguments: [
        (nil, true), ("", true), ("*/*", true), ("application/json", true), ("application/*;q=0.1", true),
        ("text/html, application/json;q=0.5", true), ("APPLICATION/JSON", true), ("text/html", false),
        ("application/json;q=0", false), ("*/*, application/json;q=0", false), ("application/problem+json", false),
        ("text/html, */*;q=0", false),
    ])
    func `Accept is followed by its most specific range`(header: String?, accepted: Bool) {
        #expect(MediaRange.accepts(header, type: "application", subtype: "json") == accepted)
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON; charset=UTF-8", true),
        (#"application/json;charset="utf-8""#, true),
        ("application/json; charset=gb18030", false), ("text/json", false), ("application/json-patch+json", false),
        ("application/x-www-form-urlencoded", false), ("", false), ("application/json, text/html", false),
    ])
    func `a body is JSON in UTF-8 or not taken`(type: String, taken: Bool) {
        #expect(MediaRange.isJSON(type) == taken)
    }

    @Test(arguments: [
        (nil, Language.chinese), ("", .chinese), ("en", .english), ("en-GB,en;q=0.9", .english),
        ("zh-CN,en;q=0.9", .chinese),
        ("en;q=0.8,zh;q=0.8", .chinese), ("en;q=0.9,zh;q=0.8", .english), ("fr", .chinese), ("fr,en;q=0.1", .english),
        ("*", .chinese), ("en;q=0", .chinese), (";;;,,q=", .chinese),
    ])
    func `messages come in Chinese unless English is preferred`(header: String?, language: Language) {
        #expect(Language(accepting: header) == language)
    }

    @Test func `a request's name is taken if it is plain, else made`() {
        #expect(RequestID(header: "01938a40-7c1e_A.b").text == "01938a40-7c1e_A.b")
        for header in [nil, "", "a b", "a\r\nb", "请求", String(repeating: "a", count: 65)] as [String?] {
            let made = RequestID(header: header).text
            #expect(made != header)
            #expect(made.utf8.count == 16)
        }
    }

    @Test(arguments: [
        ("abc", "abc"), ("%E8%BF%87", "过"), ("a%2Fb", "a/b"), ("a+b", "a+b"), ("%41", "A"),
        ("%", nil), ("%4", nil), ("%4G", nil), ("%00", nil), ("%FF", nil), ("%C0%AF", nil), ("a b", nil), ("a\tb", nil),
    ])
    func `percent-encoding is taken away strictly`(text: String, decoded: String?) {
        #expect(PercentDecoding.decode(text.utf8) == decoded)
    }
}
