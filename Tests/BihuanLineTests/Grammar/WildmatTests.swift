import BihuanLine
import Testing

struct WildmatTests {
    /// RFC 3977 §4.4 and what follows from §4.2.
    @Test(
        arguments: [
            ("a*", "abc", true), ("a*,!*b", "ab", false), ("a*,!*b,*c*", "acb", true), ("a*,!*b", "ac", true),
            ("*", "", true), ("?", "", false), ("?", "区", true), ("haerbin.*", "haerbin.nangang", true),
            ("haerbin.*", "haerbin", false), ("haerbin.*,!haerbin.nangang*", "haerbin.nangang.huayuan", false),
            ("!a*", "b", false), ("*a*a*a*", "aaa", true), ("*a*a*a*", "aa", false), ("abc", "abc", true),
            ("ABC", "abc", false),
        ])
    func `the rightmost pattern that matches decides`(pattern: String, text: String, matches: Bool) throws {
        #expect(try #require(Wildmat(pattern)).matches(text) == matches)
    }

    @Test(arguments: ["", "a,,b", "!", "a[b]", "a\\b", "a!b", Array(repeating: "a", count: 17).joined(separator: ",")])
    func `what the RFC keeps for later is not a wildmat`(pattern: String) {
        #expect(Wildmat(pattern) == nil)
    }

    @Test func `a hostile pattern costs no more than pattern times text`() throws {
        let pattern = try #require(Wildmat(String(repeating: "*a", count: 200) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 500)))
    }
}
