import Foundation
import HistoryChecker
import StoreTestSupport
import Synchronization

/// What all clients of a run share: the servers, the history, the sessions.
final class Fleet: Sendable {
    private struct State {
        var tokens: [String: String] = [:]
        var lastTag = 0
        var isStopping = false
        var isPaused = false
        var lastAnswer: ContinuousClock.Instant?
        var tally = Tally()
    }

    /// What clients met.
    struct Tally: Sendable {
        /// Answers of any kind that settled a command.
        var answered = 0
        /// Commands that went unanswered at least once and were settled by saying them again.
        var settled = 0
        /// Attempts by why they settled nothing: `connect`, `status 503`, …
        var failures: [String: Int] = [:]
        /// Two answers to one command that cannot both be true.
        var contradictions: [String] = []
    }

    let servers: [RigServer]
    let history: History
    /// How likely a command is sent twice at the same time.
    let twins: Double
    private let state = Mutex(State())

    init(_ servers: [RigServer], _ history: History, twins: Double = 0.06) {
        self.servers = servers
        self.history = history
        self.twins = twins
    }

    // MARK: Words

    /// A word that no other command of the run has: letters, so that nobody takes it for a number of a person.
    func nextTag() -> String {
        var number = self.state.withLock { state in
            state.lastTag += 1
            return state.lastTag
        }
        var tag = ""
        while number > 0 {
            tag = String(UnicodeScalar(UInt8(97 + number % 26))) + tag
            number /= 26
        }
        return "r" + tag
    }

    // MARK: Sessions

    func token(_ login: String) -> String? { self.state.withLock { $0.tokens[login] } }

    func keep(_ token: String?, for login: String) { self.state.withLock { $0.tokens[login] = token } }

    // MARK: Course

    var isStopping: Bool { self.state.withLock { $0.isStopping } }

    var isPaused: Bool { self.state.withLock { $0.isPaused } }

    func pause(_ isPaused: Bool) { self.state.withLock { $0.isPaused = isPaused } }

    var tally: Tally { self.state.withLock { $0.tally } }

    /// The last time that any server answered anybody.
    var lastAnswer: ContinuousClock.Instant? { self.state.withLock { $0.lastAnswer } }

    func answered(by server: RigServer, afterUnknown: Bool) {
        server.answered()
        self.state.withLock { state in
            state.lastAnswer = .now
            state.tally.answered += 1
            if afterUnknown { state.tally.settled += 1 }
        }
    }

    func failed(_ why: String) { self.state.withLock { $0.tally.failures[why, default: 0] += 1 } }

    func contradicted(_ what: String) { self.state.withLock { $0.tally.contradictions.append(what) } }

    // MARK: Crew

    /// Starts clients, each on a thread of its own; the last of every four prefers the line door.
    func start(_ count: Int, seed: UInt64, pause: ClosedRange<UInt32> = 0...20_000) -> [Task<Void, Never>] {
        (0..<count).map { number in
            Task {
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        Client(self, number: number, seed: seed &+ UInt64(number) &* 7_919, pause: pause).work()
                        continuation.resume()
                    }
                }
            }
        }
    }

    /// Lets every client finish what it is at, but not forever.
    func stop(_ crew: [Task<Void, Never>]) async {
        self.state.withLock { $0.isStopping = true }
        for client in crew { await client.value }
    }
}
