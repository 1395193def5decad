import Foundation
import Glibc
import Synchronization

/// A `bihuan serve` that is started again whenever it ends, as a service manager does.
final class RigServer: Sendable {
    /// How one life of the server came to its end.
    struct End: Sendable {
        /// What it was armed with.
        var failpoint: String?
        /// Nobody but itself did it.
        var isOwnDoing: Bool
    }

    private struct State {
        var child: Child?
        var armed: String?
        var isOpen = false
        var isStopped = false
        var wasKilled = false
        var ends: [End] = []
        /// Ends that were neither a signal's nor asked for, e.g. because there was no database to begin with.
        var failures = 0
        var lastAnswer: ContinuousClock.Instant?
        /// When it last ended by a signal, until somebody has been answered again.
        var downSince: ContinuousClock.Instant?
        var recoveries: [Duration] = []
    }

    let name: String
    let port: Int
    let socket: String
    private let program: String
    private let directory: String
    private let environment: [String: String]
    private let lifeline: Lifeline
    /// What the next life is armed with; nil: nothing.
    private let arming: @Sendable () -> String?
    private let state = Mutex(State())
    private let supervisor = Mutex<Task<Void, Never>?>(nil)

    init(
        _ name: String, program: String, in directory: String, environment: [String: String], _ lifeline: Lifeline,
        arming: @escaping @Sendable () -> String? = { nil }
    ) throws {
        self.name = name
        self.program = program
        self.directory = directory
        self.port = try FreePort.find()
        self.socket = "\(directory)/\(name).sock"
        self.lifeline = lifeline
        self.arming = arming
        self.environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent",
            "BIHUAN_DATA_DIR": "\(directory)/\(name)", "BIHUAN_LINE_SOCKET": self.socket,
            "BIHUAN_HTTP_PORT": "\(self.port)", "BIHUAN_LINE_PORT": "0", "BIHUAN_SWEEP_INTERVAL_SECONDS": "1",
            "BIHUAN_LOG_LEVEL": "error", "BIHUAN_SESSION_HOURS": "72",
        ].merging(environment) { $1 }
    }

    /// Starts it, and keeps starting it.
    func start() {
        let task = Task { await self.supervise() }
        self.supervisor.withLock { $0 = task }
    }

    private func supervise() async {
        while !self.state.withLock({ $0.isStopped }) {
            let failpoint = self.arming()
            var environment = self.environment
            environment["BIHUAN_FAILPOINTS"] = failpoint
            guard
                let child = try? Child(
                    self.program, ["serve"], environment: environment, output: "\(self.directory)/\(self.name).log")
            else { return }
            self.lifeline.began(child.id)
            self.state.withLock { state in
                state.child = child
                state.armed = failpoint
                state.wasKilled = false
                if state.isStopped { child.signal(SIGKILL) }
            }
            let status = await child.status()
            self.lifeline.ended(child.id)
            let isCrash = self.state.withLock { state -> Bool in
                if state.isStopped { return false }
                guard status == -SIGKILL else {
                    state.failures += 1
                    return false
                }
                state.ends.append(End(failpoint: failpoint, isOwnDoing: !state.wasKilled))
                if state.downSince == nil { state.downSince = .now }
                return true
            }
            if !isCrash { try? await Task.sleep(for: .milliseconds(150)) }
        }
    }

    /// Waits until somebody can connect.
    func untilOpen(within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if HTTPWire.canConnect(to: self.port) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw RigFailure("server \(self.name) did not open within \(limit); see \(self.directory)/\(self.name).log")
    }

    /// SIGKILL.
    func kill() {
        self.state.withLock { state in
            guard let child = state.child, child.isRunning else { return }
            state.wasKilled = true
            child.signal(SIGKILL)
        }
    }

    func signal(_ number: Int32) { self.state.withLock { $0.child?.signal(number) } }

    /// Ends it for good.
    func stop() async {
        self.state.withLock { state in
            state.isStopped = true
            state.child?.signal(SIGKILL)
        }
        await self.supervisor.withLock({ $0 })?.value
    }

    /// A client was answered by it.
    func answered() {
        self.state.withLock { state in
            state.lastAnswer = .now
            if let since = state.downSince {
                state.recoveries.append(.now - since)
                state.downSince = nil
            }
        }
    }

    var isDown: Bool { self.state.withLock { $0.downSince != nil } }
    var ends: [End] { self.state.withLock { $0.ends } }
    var failures: Int { self.state.withLock { $0.failures } }
    var recoveries: [Duration] { self.state.withLock { $0.recoveries } }
    var lastAnswer: ContinuousClock.Instant? { self.state.withLock { $0.lastAnswer } }
    var process: pid_t? { self.state.withLock { $0.child?.id } }
}
