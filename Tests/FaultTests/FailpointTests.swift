import Foundation
import Testing

@testable import Failpoints

/// What failpoints are told. What they do to a process is seen in ``FaultRunTests``; here nothing is armed, because
/// other tests of the same process would fail with it.
struct FailpointTests {
    @Test func `every failpoint named is called somewhere, and every call is named`() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        var called: Set<String> = []
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /failpoint\("([a-z_]+)"\)/) { called.insert(String(match.output.1)) }
        }

        #expect(called == Set(Failpoints.names))
    }

    @Test(arguments: [
        "after_comit_before_reply=kill", "before_send", "before_send=explode", "before_send=kill@0",
        "before_send=error%2", "before_send=delay:never", "before_send=kill:5", "before_send=hang:999999999",
    ])
    func `a word that means nothing is refused by its name, and nothing is armed`(text: String) {
        let fault = #expect(throws: FailpointFault.self) { try Failpoints.arm("before_commit=kill;" + text) }

        #expect(fault?.description.contains(text.prefix { $0 != "=" }) == true)
        #expect(!Failpoints.isArmed)
    }

    @Test func `a failpoint acts at the hit it is told, and at no other`() throws {
        var order = try #require(try FailpointOrder.list(" before_send = error@3 ; ").first)

        #expect((1...5).map { order.action(atHit: $0) } == [nil, nil, .error, nil, nil])
    }

    @Test func `chances come out the same for the same seed`() throws {
        func run(_ seed: Int) throws -> [Bool] {
            var order = try #require(try FailpointOrder.list("before_send=delay:5%0.3#\(seed)").first)
            return (1...200).map { order.action(atHit: $0) == .wait(milliseconds: 5) }
        }

        let (first, again, other) = (try run(7), try run(7), try run(8))

        #expect(first == again)
        #expect(first != other)
        #expect((30...90).contains(first.count { $0 }))
    }
}
