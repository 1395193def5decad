import Crypto
import FoundationEssentials
import Testing

@testable import BihuanHTTP

struct QueryTests {
    enum State: String, CaseIterable { case open, closed, archived }

    struct Filter: Equatable {
        var states: [State]?
        var unit: String?
        var after: Date?
        var page: PageRequest
    }

    static let seal = CursorSeal(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))

    static func read(_ query: String?) throws(Problem) -> Filter {
        try Query.read(query) { query in
            Filter(
                states: query.choices("state"),
                unit: query.text("unit", .identifier(1...63)),
                after: query.time("received_after"),
                page: query.page("cases", Self.seal)
            )
        }
    }

    @Test func `no query is the first page of fifty`() throws {
        for query in [nil, ""] as [String?] {
            let filter = try Self.read(query)
            #expect(filter.page == PageRequest(limit: 50, after: nil))
            #expect(filter.states == nil)
        }
    }

    @Test func `filters are read, and the plus of an offset stays a plus`() throws {
        let filter = try Self.read("state=open,closed&unit=nangang&received_after=2026-11-21T18:15:00+08:00&limit=200")

        #expect(filter.states == [.open, .closed])
        #expect(filter.unit == "nangang")
        #expect(filter.after == Date(timeIntervalSince1970: 1_795_256_100))
        #expect(filter.page.limit == 200)
    }

    /// A query and the code of its fault.
    static let faults: [(query: String, name: String, code: String)] = [
        ("stat=open", "stat", "parameter.unknown"),
        ("State=open", "State", "parameter.unknown"),
        ("limit", "limit", "number.malformed"),
        ("limit=", "limit", "number.malformed"),
        ("limit=0", "limit", "number.range"),
        ("limit=201", "limit", "number.range"),
        ("limit=-1", "limit", "number.malformed"),
        ("limit=1e1", "limit", "number.malformed"),
        ("limit=99999999999999999999", "limit", "number.malformed"),
        ("limit=10&limit=20", "limit", "parameter.repeated"),
        ("state=", "state", "choice.unknown"),
        ("state=open,", "state", "choice.unknown"),
        ("state=OPEN", "state", "choice.unknown"),
        ("unit=", "unit", "text.blank"),
        ("unit=%00", "unit", "parameter.encoding"),
        ("unit=%GG", "unit", "parameter.encoding"),
        ("unit=%ff", "unit", "parameter.encoding"),
        ("received_after=2026-11-21T18:15:00", "received_after", "time.offset_missing"),
        ("received_after=yesterday", "received_after", "time.malformed"),
        ("after=", "after", "cursor.invalid"),
        ("after=AAAA", "after", "cursor.invalid"),
        ("after=" + String(repeating: "A", count: 54), "after", "cursor.invalid"),
    ]

    @Test(arguments: faults)
    func `each rule of a parameter has its error`(query: String, name: String, code: String) {
        let problem = #expect(throws: Problem.self) { try Self.read(query) }

        #expect(problem?.kind == .invalidParameter)
        #expect(problem?.errors.map(\.code) == [code])
        #expect(problem?.errors.first?.place == .parameter(name))
    }

    @Test func `all faults of a query come at once`() {
        let problem = #expect(throws: Problem.self) { try Self.read("limit=0&state=x&foo=1&bar=2") }
        #expect(problem?.errors.count == 4)
    }

    @Test func `a cursor leads on from where the page ended`() throws {
        let position = KeysetPosition(at: Date(timeIntervalSince1970: 1_795_256_100), id: UUID())
        let cursor = Self.seal.seal(position.bytes, list: "cases")

        #expect(try Self.read("after=\(cursor)").page.after == position)
    }

    @Test func `a sealed position of the wrong length is no position`() {
        let cursor = Self.seal.seal([1, 2, 3], list: "cases")
        #expect(throws: Problem.self) { try Self.read("after=\(cursor)") }
    }
}
