import BihuanDomain
import BihuanStore
import Foundation
import SeededRandom
import StoreTestSupport
import Synchronization
import TestSupport
import Testing

/// Sixty seconds of seeded nonsense and near-sense against both doors.
///
/// `BIHUAN_RANDOM_SEED` gives a run again, `BIHUAN_RANDOM_SECONDS` another length.
struct RandomRunTests {
    @Test func `a minute of random requests finds no trap, no server fault and no hang`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["BIHUAN_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_121
        let seconds = environment["BIHUAN_RANDOM_SECONDS"].flatMap { Int($0) } ?? 60
        try await BothDoors.with { doors in
            let logins = ["dispatcher.city", "handler.east", "dispatcher.east", "handler.east-1", "leader.city"]
            var tokens: [String] = []
            for login in logins { tokens.append(try await doors.city.token(login)) }
            let known = try await Self.seedCases(doors, tokens[0])
            let tally = Tally()
            let end = ContinuousClock.now.advanced(by: .seconds(seconds))
            let sessions = tokens

            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        var random = SeededGenerator(seed: seed &+ UInt64(lane))
                        while ContinuousClock.now < end, tally.faults.withLock({ $0.count < 5 }) {
                            let isLine = lane % 2 == 1
                            let bytes =
                                isLine
                                ? LineNonsense.conversation(logins, known, &random)
                                : HTTPNonsense.request(sessions, known, &random)
                            let answer: (received: [UInt8], hung: Bool)
                            do {
                                answer = try await RawSocket.exchange(
                                    isLine ? .path(doors.socket) : .port(doors.http), bytes)
                            } catch {
                                tally.faults.withLock { $0.append("seed \(seed) lane \(lane): the door is shut") }
                                return
                            }
                            let text = String(decoding: answer.received, as: UTF8.self)
                            let said = isLine ? LineNonsense.codes(text) : HTTPNonsense.codes(text)
                            tally.counts.withLock { counts in
                                for code in said { counts[(isLine ? "line " : "http ") + code, default: 0] += 1 }
                            }
                            let isFault =
                                answer.hung || said.contains { isLine ? $0 == "403" : $0.hasPrefix("5") && $0 != "503" }
                            if isFault {
                                let sent = String(decoding: bytes.prefix(1500), as: UTF8.self)
                                tally.faults.withLock {
                                    $0.append(
                                        "seed \(seed) lane \(lane)\(answer.hung ? " hung" : "")\n--- sent\n\(sent)\n--- got\n\(text.prefix(1500))"
                                    )
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }

            let summary = tally.counts.withLock { $0 }
            #expect(tally.faults.withLock { $0 } == [])
            // It must have got through to the rules, not only to the grammar.
            #expect(summary.keys.contains { $0 == "http 200" || $0 == "http 201" }, "\(summary)")
            #expect(summary.keys.contains { $0 == "line 215" || $0 == "line 291" }, "\(summary)")
            #expect(summary.values.reduce(0, +) > seconds * 10, "\(summary)")
            // And both doors still work.
            #expect(try await doors.city.store.queries.cases(sessions[0]).items.isEmpty == false)
        }
    }

    /// What the lanes met.
    private final class Tally: Sendable {
        let counts = Mutex<[String: Int]>([:])
        let faults = Mutex<[String]>([])
    }

    /// A few cases in several states, so that random steps have something to meet.
    private static func seedCases(_ doors: BothDoors, _ token: String) async throws -> [String] {
        let desk = doors.city.store.desk
        var refs: [String] = []
        for number in 0..<12 {
            let opened = try await desk.register(
                CaseDraft(lead: TestCity.lead("R-\(number)")), by: token, via: .json)
            refs.append(try #require(opened.ref))
            guard number % 3 > 0 else { continue }
            _ = try await desk.perform(on: .record(.id(opened.id)), by: .session(token), via: .json) { _ in
                .grade(level: "general", reason: "x")
            }
            guard number % 3 > 1 else { continue }
            let hop = try await desk.perform(on: .record(.id(opened.id)), by: .session(token), via: .json) { _ in
                .assign(unit: "east", instruction: "", reason: "x")
            }
            refs.append(try #require(hop.ref))
        }
        return refs
    }
}
