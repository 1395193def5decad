import Testing

@testable import BihuanHTTP

struct ProblemTests {
    @Test func `the members of RFC 9457 and ours are all there`() throws {
        var problem = Problem(.stateConflict, code: "state.closed", detail: Phrase(zh: "已办结", en: "It is closed."))
        problem.allowedActions = ["reopen"]
        problem.current = Array(#"{"version":2}"#.utf8)
        problem.errors = [
            RequestFault(.body(JSONPointer().member("a")), "x.y", Phrase(zh: "甲", en: "A")),
            RequestFault(.parameter("limit"), "x.z", Phrase(zh: "乙", en: "B")),
        ]

        let text = String(
            decoding: problem.json(instance: "/api/v1/cases/1", requestID: "r1", language: .chinese),
            as: UTF8.self
        )

        #expect(
            text == """
                {"type":"/problems/state-conflict","title":"当前状态不允许该操作","status":409,"code":"state.closed",\
                "detail":"已办结","instance":"/api/v1/cases/1","errors":[{"pointer":"/a","code":"x.y","detail":"甲"},\
                {"parameter":"limit","code":"x.z","detail":"乙"}],"allowed_actions":["reopen"],\
                "current":{"version":2},"request_id":"r1"}
                """
        )
        _ = try JSONParser.parse(Array(text.utf8))
    }

    @Test func `a hostile instance stays inside its string`() throws {
        let bytes = Problem.notFound.json(instance: "/\"}\r\n\u{1}<script>", requestID: "r", language: .english)
        guard case .object(let object) = try JSONParser.parse(bytes) else { return }
        #expect(object["instance"] == .string("/\"}\r\n\u{1}<script>"))
    }

    @Test(arguments: ProblemKind.allCases)
    func `every kind speaks both languages and has an error status`(kind: ProblemKind) {
        #expect((400...599).contains(kind.status))
        for phrase in [kind.title, kind.advice] {
            #expect(phrase.zh.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) })
            #expect(phrase.en.utf8.allSatisfy { $0 < 0x80 })
        }
    }
}
