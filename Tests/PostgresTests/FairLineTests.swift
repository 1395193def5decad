import Postgres
import SeededRandom
import Testing

struct FairLineTests {
    /// Everybody in line in the order of service, each under way when the next is called.
    private func order(_ line: FairLine<String>) -> [String] {
        var line = line
        var order: [String] = []
        while let next = line.next(where: { _, _ in true }) { order.append(next) }
        return order
    }

    private func line(
        _ waiting: [(String, String)], limit: Int = 100, innermostLimit: Int = 100
    ) -> FairLine<String> {
        var line = FairLine<String>(limit: limit, innermostLimit: innermostLimit)
        for (id, who) in waiting.enumerated() {
            _ = line.join(id, "\(who.0).\(who.1)#\(id)", at: [who.0, who.1])
        }
        return line
    }

    @Test func `who waits alone is served in order of arrival`() {
        #expect(order(line([("a", "1"), ("a", "1"), ("a", "1")])) == ["a.1#0", "a.1#1", "a.1#2"])
    }

    @Test func `a crowd of one circle is no reason for another to wait`() {
        let waiting = Array(repeating: ("a", "1"), count: 4) + [("b", "1"), ("c", "1")]
        #expect(order(line(waiting)) == ["a.1#0", "b.1#4", "c.1#5", "a.1#1", "a.1#2", "a.1#3"])
    }

    @Test func `within a circle its members take turns`() {
        let waiting = Array(repeating: ("a", "1"), count: 3) + [("a", "2"), ("a", "2"), ("b", "1")]
        #expect(order(line(waiting)) == ["a.1#0", "b.1#5", "a.2#3", "a.1#1", "a.2#4", "a.1#2"])
    }

    @Test func `who has less under way comes first however late`() {
        var line = line([("a", "1"), ("b", "1")])
        line.begin(["a", "2"])
        line.begin(["a", "2"])
        line.begin(["b", "2"])

        #expect(line.next { _, _ in true } == "b.1#1")
        #expect(line.underWay(["b", "1"]) == [2, 1])
        #expect(line.next { _, _ in true } == "a.1#0")
        for path in [["a", "1"], ["a", "2"], ["a", "2"], ["b", "1"], ["b", "2"]] { line.end(path) }
        #expect(line.underWay == 0)
        #expect(line.underWay(["a", "1"]) == [0, 0])
    }

    @Test func `who may not be served lets others pass`() {
        var line = line([("a", "1"), ("a", "2"), ("b", "1")])
        line.begin(["a", "1"])
        line.begin(["b", "9"])

        // Members with nothing under way, of circles with nothing else.
        #expect(line.next { depth, underWay in depth == 0 || underWay == 0 } == "a.2#1")
        #expect(line.next { depth, underWay in depth > 0 || underWay < 2 } == "b.1#2")
        #expect(line.next { _, underWay in underWay == 0 } == nil)
        #expect(!line.hasNext { _, underWay in underWay == 0 })
        #expect(line.hasNext { _, _ in true })
    }

    @Test func `a full line makes room at the cost of the largest crowd's newest`() {
        var line = line([("a", "1"), ("a", "2"), ("a", "2"), ("b", "1")], limit: 4)

        guard case .instead(of: "a.2#2") = line.join(9, "c", at: ["c", "1"]) else {
            Issue.record("nobody gave way")
            return
        }
        #expect(line.waiting == 4)
        #expect(order(line) == ["a.1#0", "b.1#3", "c", "a.2#1"])
    }

    @Test func `nobody gives way to a crowd as large as the own`() {
        var line = line([("a", "1"), ("a", "1"), ("b", "1"), ("c", "1")], limit: 4)
        #expect(line.refuses(["b", "1"]))
        guard case .refused = line.join(9, "b again", at: ["b", "1"]) else {
            Issue.record("one crowd took the place of its equal")
            return
        }
        #expect(line.waiting == 4)
    }

    @Test func `one member of a circle gives way to another`() {
        var line = line([("a", "1"), ("a", "1"), ("a", "1")], limit: 3)
        guard case .instead(of: "a.1#2") = line.join(9, "a.2", at: ["a", "2"]) else {
            Issue.record("nobody gave way")
            return
        }
        #expect(order(line) == ["a.1#0", "a.2", "a.1#1"])
    }

    @Test func `no member has more in line than allowed`() {
        var line = line([("a", "1"), ("a", "1")], innermostLimit: 2)
        #expect(line.refuses(["a", "1"]))
        #expect(!line.refuses(["a", "2"]))
        guard case .refused = line.join(9, "a.1", at: ["a", "1"]) else {
            Issue.record("a third was let in")
            return
        }
    }

    @Test func `who leaves is not called, and leaves once`() {
        var line = line([("a", "1"), ("b", "1"), ("a", "1")])
        #expect(line.leave(0, ["a", "1"]) == "a.1#0")
        #expect(line.leave(0, ["a", "1"]) == nil)
        #expect(line.leave(7, ["z", "1"]) == nil)
        #expect(order(line) == ["a.1#2", "b.1#1"])
        #expect(Set(line.removeAll()) == ["b.1#1", "a.1#2"])
        #expect(line.waiting == 0)
    }

    @Test func `over any history everybody is answered once and nothing is left behind`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var line = FairLine<Int>(limit: 12, innermostLimit: 5)
            var waiting: [Int: [String]] = [:]
            var served: [[String]] = []
            for id in 0..<120 {
                let path = [
                    ["a", "b", "c"].randomElement(using: &random)!, ["1", "2"].randomElement(using: &random)!,
                ]
                switch Int.random(in: 0..<5, using: &random) {
                case 0...2:
                    switch line.join(id, id, at: path) {
                    case .joined: waiting[id] = path
                    case .instead(let other):
                        #expect(waiting.removeValue(forKey: other) != nil)
                        waiting[id] = path
                    case .refused: break
                    }
                case 3:
                    let most = Int.random(in: 0...3, using: &random)
                    let counts = Dictionary(grouping: served) { $0[0] }.mapValues(\.count)
                    if let next = line.next(where: { depth, underWay in depth > 0 || underWay <= most }),
                        let path = waiting.removeValue(forKey: next)
                    {
                        let least = (Array(waiting.values) + [path]).map { counts[$0[0]] ?? 0 }.min()
                        #expect(counts[path[0]] ?? 0 == least, "the circle with the least under way comes first")
                        served.append(path)
                    }
                default:
                    if Bool.random(using: &random), let (id, path) = waiting.randomElement(using: &random) {
                        #expect(line.leave(id, path) == id)
                        waiting[id] = nil
                    } else if !served.isEmpty {
                        line.end(served.remove(at: Int.random(in: served.indices, using: &random)))
                    }
                }
                #expect(line.waiting == waiting.count && line.waiting <= 12)
                #expect(line.underWay == served.count)
            }
            for path in served { line.end(path) }
            #expect(Set(line.removeAll()) == Set(waiting.keys))
            #expect(line.underWay == 0 && line.waiting == 0)
        }
    }
}
