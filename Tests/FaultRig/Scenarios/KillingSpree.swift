import Foundation
import SeededRandom
import Synchronization

/// Servers at work on a great heap, one of them killed every few seconds, until nothing is left or time is up. When the
/// heap is nearly gone all are killed once more, and then nobody: what they had in hand must still come.
struct KillingSpree: Sendable {
    /// How many there were.
    var heap: Int
    var limit: Duration
    /// Milliseconds between two kills.
    var pause: ClosedRange<Int>
    var seed: UInt64
    /// Where a server may die by itself, and at the latest at which hit; empty in a build without failpoints.
    var deaths: [(name: String, latest: Int)]

    struct Outcome: Sendable {
        var left: Int
        var took: Duration
        /// From the last kill to the end of the heap.
        var rescued: Duration
        /// The longest that anything whose holder was killed waited for another, its lease included.
        var longestWait: Duration
        var crashes: Int
    }

    /// The lease of a claim.
    private static let lease = Duration.seconds(30)

    /// - Parameters:
    ///   - left: how many are left now.
    ///   - orphaned: seconds since the lease ended of what has waited longest for another holder.
    ///   - note: what else to log beside that.
    func run(
        _ rig: Rig,
        servers count: Int,
        left: () async throws -> Int,
        orphaned: () async throws -> Int,
        note: () -> String = { "" }
    ) async throws -> Outcome {
        let random = Mutex(SeededGenerator(seed: self.seed))
        let isArmed = Mutex(!self.deaths.isEmpty)
        let start = ContinuousClock.now
        let deaths = self.deaths
        let servers = try await rig.servers(count) { _ in
            guard isArmed.withLock({ $0 }) else { return nil }
            return random.withLock { random in
                guard let death = deaths.randomElement(using: &random), Bool.random(using: &random) else { return nil }
                return "\(death.name)=kill@\(Int.random(in: 1...death.latest, using: &random))"
            }
        }
        var rest = self.heap
        var lastKill = start
        var isOver = false
        var longestWait = Duration.zero
        while rest > 0, ContinuousClock.now < start + self.limit {
            let pause = random.withLock { Int.random(in: self.pause, using: &$0) }
            try await Task.sleep(for: .milliseconds(pause))
            rest = try await left()
            let seconds = try await orphaned()
            if seconds > 0 { longestWait = max(longestWait, Self.lease + .seconds(seconds)) }
            if rest > self.heap / 50 {
                random.withLock { servers[Int.random(in: 0..<count, using: &$0)] }.kill()
                lastKill = .now
            } else if !isOver {
                isOver = true
                isArmed.withLock { $0 = false }
                for server in servers { server.kill() }
                lastKill = .now
            }
            rig.log.say("\(rest) left\(note()), \(servers.reduce(0) { $0 + $1.ends.count }) crashes")
        }
        let end = ContinuousClock.now
        for server in servers { await server.stop() }
        return Outcome(
            left: rest, took: end - start, rescued: end - lastKill, longestWait: longestWait,
            crashes: servers.reduce(0) { $0 + $1.ends.count })
    }
}

extension Duration {
    var wholeSeconds: Int { Int(self / .seconds(1)) }
}
