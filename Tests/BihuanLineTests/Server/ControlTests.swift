import BihuanLine
import StoreTestSupport
import Testing

struct ControlTests {
    @Test(
        arguments: [
            (["DATE"], "DATE"), (["LIST CASES limit=2"], "LIST CASES limit=2"),
            (["CASE", "SHOW", "HRB-1"], "CASE SHOW HRB-1"),
            (["CASE", "RECEIVE", "A-1", "reason=已 签收"], "CASE RECEIVE A-1 reason=\"已 签收\""),
            (["CASE", "RECEIVE", "A-1", "reason=a\"b\\c\nd\te"], "CASE RECEIVE A-1 reason=\"a\\\"b\\\\c\\nd\\te\""),
            (["CASE", "RECEIVE", "A-1", "reason="], "CASE RECEIVE A-1 reason=\"\""),
            (["HELP", "按 预案"], "HELP \"按 预案\""),
        ])
    func `words of a shell become the line that means them`(words: [String], line: String) {
        #expect(LineControl.line(words, json: false) == line)
    }

    @Test func `JSON is asked for with the command`() {
        #expect(LineControl.line(["LIST", "CASES"], json: true) == "LIST CASES format=json")
    }

    @Test func `a command from the shell prints its block and ends with the status of its code`() async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in
                let client = LineClient(.socket(path: server.socketPath))
                let credentials = LineControl.Credentials(user: "dispatcher.city@test", password: "口令 带 空格 Aa1")
                let table: [([String], LineControl.Credentials?, Int32, Bool)] = [
                    (["HELP", "CASE", "ASSIGN"], nil, 0, true), (["DATE"], credentials, 0, true),
                    (["WHOAMI"], nil, 4, false),
                    (["XYZZY"], nil, 5, false), (["SET", "lang=en"], nil, 0, true),
                    (["DATE"], LineControl.Credentials(user: "dispatcher.city@test", password: "no"), 4, false),
                ]
                for (words, credentials, status, isOutput) in table {
                    var output: [String] = []
                    var errors: [String] = []
                    let ended = try await LineControl(client: client, credentials: credentials)
                        .run(words, input: { [] }, output: { output.append($0) }, errors: { errors.append($0) })
                    #expect(ended == status, "\(words)")
                    #expect(output.isEmpty != isOutput && errors.isEmpty == isOutput, "\(words) \(output) \(errors)")
                }
                await #expect(throws: LineClientFault.self) {
                    _ = try await LineControl(client: client, credentials: .init(user: "a\nQUIT", password: "b"))
                        .run(["DATE"], input: { [] }, output: { _ in }, errors: { _ in })
                }
            }
        }
    }
}
