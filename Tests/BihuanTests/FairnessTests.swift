import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Synchronization
import TestSupport
import Testing

/// One city's trouble is not another's, through the door.
struct FairnessTests {
    private final class Flood: Sendable {
        let isOver = Mutex(false)
        let answered = Mutex(0)
    }

    @Test func `a city whose commands all wait for one case does not come before another`() async throws {
        try await BothDoors.with { doors in
            let city = doors.city
            let slow = try await city.token("dispatcher.city")
            let quick = try await city.token("dispatcher.city2", in: TestCity.otherCode)
            let opened = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("F-1")), by: slow, via: .json)
            let ref = try #require(opened.ref)
            let flood = Flood()

            try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                let (locks, locked) = AsyncStream<Void>.makeStream()
                let holder = Task {
                    try await city.owner { connection throws(PostgresError) in
                        try connection.transaction { _, transaction throws(PostgresError) in
                            try transaction.flight(["select from bihuan.cases where ref = \(ref) for update"])
                            locked.yield()
                            while !flood.isOver.withLock({ $0 }) { try transaction.flight(["select pg_sleep(0.01)"]) }
                        }
                    }
                }
                for await _ in locks { break }
                for number in 0..<30 {
                    group.addTask {
                        let body = #"{"level":"general","reason":"x\#(number)"}"#
                        let answer = try await Self.ask(
                            doors.http, "POST /api/v1/cases/\(ref)/actions/grade", slow, body)
                        if answer.status != 503 { flood.answered.withLock { $0 += 1 } }
                        return (answer.status, answer.text.lowercased().contains("retry-after: "))
                    }
                }
                // Every connection that the city can have is taken now.
                while city.pools.server.status.inUse < 6 { try await Task.sleep(for: .milliseconds(2)) }
                let answer = try await Self.ask(doors.http, "GET /api/v1/me", quick)
                // First come, first served would answer the flood first, or put the other off.
                #expect(answer.status == 200)
                #expect(flood.answered.withLock { $0 } == 0)

                flood.isOver.withLock { $0 = true }
                for try await (status, saysWhen) in group {
                    #expect([200, 409, 503].contains(status))
                    #expect(status != 503 || saysWhen)
                }
                try await holder.value
            }
        }
    }

    private static func ask(
        _ port: Int, _ line: String, _ token: String, _ body: String = ""
    ) async throws -> (status: Int, text: String) {
        var head = "\(line) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\n"
        if !body.isEmpty { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        let answer = try await RawSocket.exchange(.port(port), Array((head + "\r\n" + body).utf8), finish: false)
        let text = String(decoding: answer.received, as: UTF8.self)
        return (Int(text.dropFirst(9).prefix(3)) ?? 0, text)
    }
}
