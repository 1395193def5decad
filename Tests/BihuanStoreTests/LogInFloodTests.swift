import BihuanStore
import StoreTestSupport
import Synchronization
import Testing

struct LogInFloodTests {
    private static let salt = [UInt8](repeating: 1, count: PasswordHasher.saltLength)

    private static func applicant(_ source: String, _ city: String, _ account: String) -> PasswordHasher.Applicant {
        PasswordHasher.Applicant(source: source, city: city, account: account)
    }

    /// What became of whom.
    private final class Fates: Sendable {
        let order = Mutex<[Int]>([])
        let refused = Mutex<Set<Int>>([])
    }

    /// Who was done when, and how many were done before the last of them came and when that one was in line.
    private struct Turns {
        var order: [Int]
        var refused: Set<Int>
        var doneBefore: Int
        var doneAfter: Int

        /// Hashes of others that somebody waited for since the last applicant came, but for one that may have begun and
        /// ended while that one got in line.
        func cost(of number: Int) -> Int? {
            self.order.firstIndex(of: number).map { $0 - self.doneBefore - 1 }
        }
    }

    /// Lets one hash run and the others wait, in this order; gives who was done when.
    private func done(
        _ applicants: [PasswordHasher.Applicant], queue: Int, perAccount: Int? = nil
    ) async throws -> Turns {
        let hasher = PasswordHasher(width: 1, queue: queue, perAccount: perAccount)
        let fates = Fates()
        var (doneBefore, doneAfter) = (0, 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, applicant) in applicants.enumerated() {
                doneBefore = fates.order.withLock { $0.count }
                let (joins, joined) = AsyncStream<Void>.makeStream()
                group.addTask {
                    joined.yield()
                    if await hasher.derive(Array("x".utf8), salt: Self.salt, for: applicant) == nil {
                        _ = fates.refused.withLock { $0.insert(number) }
                    } else {
                        fates.order.withLock { $0.append(number) }
                    }
                }
                for await _ in joins { break }
                // Until it is in line, which takes no time to speak of.
                try await Task.sleep(for: .milliseconds(10))
            }
            doneAfter = fates.order.withLock { $0.count }
            try await group.waitForAll()
        }
        return Turns(
            order: fates.order.withLock { $0 }, refused: fates.refused.withLock { $0 }, doneBefore: doneBefore,
            doneAfter: doneAfter)
    }

    @Test func `a flood on one account costs another city one hash`() async throws {
        let flood = (0..<6).map { _ in Self.applicant("", "a", "chief@a") }
        let turns = try await self.done(flood + [Self.applicant("", "b", "duty@b")], queue: 8)

        #expect(turns.refused.isEmpty)
        #expect(try #require(turns.cost(of: 6)) <= 1)
    }

    @Test func `a flood of made-up names of one address costs another address one hash`() async throws {
        let flood = (0..<6).map { Self.applicant("10.9.9.9", "", "x\($0)@nowhere\($0)") }
        let turns = try await self.done(flood + [Self.applicant("10.0.0.7", "b", "duty@b")], queue: 8)

        #expect(try #require(turns.cost(of: 6)) <= 1)
    }

    @Test func `a full queue makes room for another at the cost of the flood, and an account has its share only`()
        async throws
    {
        let flood = (0..<6).map { _ in Self.applicant("", "a", "chief@a") }
        let turns = try await self.done(
            flood + [Self.applicant("", "b", "duty@b")], queue: 4, perAccount: 4)

        // One runs and four wait; the sixth is one too many, and the fifth gives way. Where a hash ended before all had
        // come, there was room for one more.
        #expect(turns.refused.isSubset(of: [4, 5]))
        #expect(turns.refused.count >= 2 - turns.doneAfter)
        #expect(turns.order.contains(6))
    }

    @Test func `an officer of another city gets in while an account is flooded, and the flood is told to come later`()
        async throws
    {
        try await TestCity.with { city in
            let store = Store(
                pools: city.pools, hasher: PasswordHasher(width: 1, queue: 6, perAccount: 4),
                schema: SchemaState(migration: 0, meaning: nil))
            // Both cities have been here before.
            for name in ["dispatcher.east@test", "dispatcher.city2@other"] {
                _ = try await store.gate.logIn(name: name, password: TestCity.password, via: .json)
            }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do throws(DeskError) {
                            _ = try await store.gate.logIn(name: "handler.east@test", password: "wrong", via: .line)
                            return true
                        } catch {
                            switch error {
                            case .unauthenticated: return true
                            case .overloaded(let seconds): return seconds < 0
                            default: throw error
                            }
                        }
                    }
                }
                // Two at once, while the flood stands.
                async let one = store.gate.logIn(
                    name: "dispatcher.city2@other", password: TestCity.password, via: .json)
                async let two = store.gate.logIn(
                    name: "dispatcher.city2@other", password: TestCity.password, via: .line)
                _ = try await (one, two)
                let answers = try await group.reduce(into: [Bool]()) { $0.append($1) }
                #expect(answers.contains(true))
                #expect(answers.contains(false), "the flood is bounded")
            }
        }
    }

    @Test func `a name that does not exist is refused in the same words and no sooner`() async throws {
        try await TestCity.with { city in
            let clock = ContinuousClock()
            for name in ["handler.east@test", "nobody@test", "handler.east@nowhere", "", "@", "handler.east"] {
                let begun = clock.now
                let error = await #expect(throws: DeskError.self) {
                    try await city.store.gate.logIn(name: name, password: "wrong", via: .json)
                }
                guard case .unauthenticated? = error else {
                    Issue.record("\(name): \(String(describing: error))")
                    continue
                }
                // The time that the database may take unseen.
                #expect(clock.now - begun >= .milliseconds(50))
            }
        }
    }
}
