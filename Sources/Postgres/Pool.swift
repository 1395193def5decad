package import Logging
import ServiceLifecycle
import Synchronization

/// Lends connections, a bounded number of them, to users who wait in line a bounded time.
///
/// A connection is lent only after a look at its socket, and taken back only open, in no transaction and with nothing
/// under way. While the server cannot be reached, users are refused at once; one attempt at a time finds out when it is
/// back.
package final class Pool: Service, Sendable {
    /// A connection and when it was made.
    private struct Member: Sendable {
        var connection: Connection
        var born: Duration
    }

    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<Result<Member, PostgresError>, Never>
    }

    private struct State {
        /// The last one back is lent first, so that a quiet pool leaves the others idle.
        var idle: [Member] = []
        var inUse = 0
        var opening = 0
        /// In order of arrival.
        var waiters: [Waiter] = []
        var lastWaiter = 0
        var failures = 0
        var lastFailure: PostgresError?
        var retryAt: Duration = .zero
        var isClosed = false

        var count: Int { self.idle.count + self.inUse + self.opening }
    }

    private let configuration: PoolConfiguration
    private let logger: Logger
    private let ticker: Ticker
    private let jitter: @Sendable () -> Double
    private let state = Mutex(State())

    /// - Parameters:
    ///   - clock: For waits, ages and back-off. Deadlines of statements are the system's.
    ///   - jitter: From 0 to 1; see ``Backoff``.
    package init<C: Clock>(
        _ configuration: PoolConfiguration,
        logger: Logger,
        clock: C,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) where C.Duration == Duration {
        self.configuration = configuration
        self.logger = logger
        self.ticker = Ticker(clock)
        self.jitter = jitter
    }

    package convenience init(_ configuration: PoolConfiguration, logger: Logger) {
        self.init(configuration, logger: logger, clock: ContinuousClock())
    }

    package var status: PoolStatus {
        self.state.withLock {
            PoolStatus(
                idle: $0.idle.count,
                inUse: $0.inUse,
                opening: $0.opening,
                waiting: $0.waiters.count,
                failures: $0.failures
            )
        }
    }

    // MARK: Use

    /// Runs `body` on a connection of the pool.
    ///
    /// - Parameters:
    ///   - deadline: For the wait and everything `body` asks of the server.
    ///   - orFail: Makes the caller's error of `.poolExhausted`, `.connection`, `.closed` and `.cancelled`: `body` has
    ///     not run.
    @discardableResult
    package func use<R: Sendable, Failure: Error>(
        deadline: Duration = .seconds(5),
        _ body: @Sendable (isolated Connection) throws(Failure) -> R,
        orFail: @Sendable (PostgresError) -> Failure
    ) async throws(Failure) -> R {
        let limit = Deadline.after(deadline)
        while true {
            let member: Member
            do throws(PostgresError) {
                member = try await self.acquire(within: min(limit.remaining, self.configuration.waitLimit))
            } catch {
                throw orFail(error)
            }
            let value = try await member.connection.lend(until: limit, body) { isFit in
                self.takeBack(member, isFit: isFit)
            }
            // Nil: the server had hung up on it, and nothing was run. Try the next.
            if let value { return value }
        }
    }

    /// As ``use(deadline:_:orFail:)`` for a body that throws this module's error.
    @discardableResult
    package func use<R: Sendable>(
        deadline: Duration = .seconds(5),
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        try await self.use(deadline: deadline, body, orFail: { $0 })
    }

    // MARK: Waiting in line

    private func acquire(within wait: Duration) async throws(PostgresError) -> Member {
        if let member = self.state.withLock({ Self.takeIdle(&$0) }) { return member }
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let timer = Task {
            // Cancelled when the wait is over.
            guard (try? await self.ticker.sleep(wait)) != nil else { return }
            self.dismiss(id, PostgresError(.poolExhausted, "no connection became free within \(wait)"))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.enqueue(Waiter(id: id, continuation: continuation))
            }
        } onCancel: {
            self.dismiss(id, PostgresError(.cancelled, "cancelled while waiting for a connection"))
        }
        return try result.get()
    }

    private static func takeIdle(_ state: inout State) -> Member? {
        guard !state.isClosed, state.waiters.isEmpty, let member = state.idle.popLast() else { return nil }
        state.inUse += 1
        return member
    }

    /// Puts the waiter in line, or answers at once.
    private func enqueue(_ waiter: Waiter) {
        let answer: Result<Member, PostgresError>? = self.state.withLock { state in
            if state.isClosed { return .failure(PostgresError(.closed, "the pool is shut down")) }
            // Set before the cancellation handler runs; the handler, if it came first, found nobody to dismiss.
            if Task.isCancelled {
                return .failure(PostgresError(.cancelled, "cancelled while waiting for a connection"))
            }
            if let member = Self.takeIdle(&state) { return .success(member) }
            if state.count == 0, let failure = state.lastFailure, self.ticker.now() < state.retryAt {
                return .failure(failure)
            }
            guard state.waiters.count < self.configuration.waiterLimit else {
                return .failure(PostgresError(.poolExhausted, "\(state.waiters.count) already wait for a connection"))
            }
            state.waiters.append(waiter)
            self.openIfNeeded(&state)
            return nil
        }
        if let answer { waiter.continuation.resume(returning: answer) }
    }

    /// Takes the waiter out of the line, if it still stands there.
    private func dismiss(_ id: Int, _ error: PostgresError) {
        let waiter = self.state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: .failure(error))
    }

    // MARK: Coming and going

    /// Begins to open a connection for whoever waits and has none on the way.
    private func openIfNeeded(_ state: inout State) {
        while !state.isClosed, state.waiters.count > state.opening, state.count < self.configuration.size {
            if state.failures > 0 {
                guard state.opening == 0, self.ticker.now() >= state.retryAt else { return }
            }
            state.opening += 1
            Task.detached { await self.open() }
        }
    }

    private func open() async {
        do throws(PostgresError) {
            let connection = try await Connection.open(
                self.configuration.conninfo,
                settings: self.configuration.settings
            )
            await self.opened(Member(connection: connection, born: self.ticker.now()))
        } catch {
            self.failedToOpen(error)
        }
    }

    private func opened(_ member: Member) async {
        let (waiter, isKept) = self.state.withLock { state in
            state.opening -= 1
            if state.failures > 0 { self.logger.info("Database can be reached again") }
            state.failures = 0
            state.lastFailure = nil
            guard !state.isClosed else { return (nil as Waiter?, false) }
            defer { self.openIfNeeded(&state) }
            return (Self.hand(member, &state), true)
        }
        waiter?.continuation.resume(returning: .success(member))
        if !isKept { await member.connection.close() }
    }

    private func failedToOpen(_ error: PostgresError) {
        let (failures, dismissed) = self.state.withLock { state in
            state.opening -= 1
            state.failures += 1
            state.lastFailure = error
            state.retryAt =
                self.ticker.now()
                + self.configuration.backoff.delay(afterFailures: state.failures, jitter: self.jitter())
            return (state.failures, Self.hopeless(&state))
        }
        self.logger.warning(
            "Database cannot be reached",
            metadata: ["error": "\(error)", "failures": "\(failures)"]
        )
        for waiter in dismissed { waiter.continuation.resume(returning: .failure(error)) }
    }

    /// Takes a connection back on its own thread.
    ///
    /// - Returns: whether it is kept; if not the caller closes it.
    private func takeBack(_ member: Member, isFit: Bool) -> Bool {
        let age = self.ticker.now() - member.born
        let (waiter, isKept, dismissed, failure) = self.state.withLock { state in
            state.inUse -= 1
            let isKept = isFit && !state.isClosed && age < self.configuration.maximumAge
            let waiter = isKept ? Self.hand(member, &state) : nil
            self.openIfNeeded(&state)
            let failure = state.lastFailure
            return (waiter, isKept, failure == nil ? [] : Self.hopeless(&state), failure)
        }
        waiter?.continuation.resume(returning: .success(member))
        if let failure {
            for waiter in dismissed { waiter.continuation.resume(returning: .failure(failure)) }
        }
        return isKept
    }

    /// To the first in line, who is to be resumed, or to the idle.
    private static func hand(_ member: Member, _ state: inout State) -> Waiter? {
        guard !state.waiters.isEmpty else {
            state.idle.append(member)
            return nil
        }
        state.inUse += 1
        return state.waiters.removeFirst()
    }

    /// Those for whom no connection can come, because there is none and none is on the way.
    private static func hopeless(_ state: inout State) -> [Waiter] {
        guard state.count == 0 else { return [] }
        defer { state.waiters.removeAll() }
        return state.waiters
    }

    // MARK: Service

    /// Waits for the shutdown of the service group, then closes everything.
    package func run() async throws {
        // It throws when the task is cancelled, which is a shutdown too.
        try? await gracefulShutdown()
        await self.shutdown()
    }

    /// Refuses new users, closes idle connections, and waits for those in use up to the drain limit.
    package func shutdown() async {
        let (idle, waiters) = self.state.withLock { state in
            defer {
                state.idle.removeAll()
                state.waiters.removeAll()
            }
            state.isClosed = true
            return (state.idle, state.waiters)
        }
        for waiter in waiters {
            waiter.continuation.resume(returning: .failure(PostgresError(.closed, "the pool is shut down")))
        }
        for member in idle { await member.connection.close() }
        let limit = Deadline.after(self.configuration.drainLimit)
        while self.state.withLock({ $0.inUse + $0.opening }) > 0, !limit.hasPassed {
            // Not cancellable: a cancelled service must still drain.
            await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
        let left = self.state.withLock { $0.inUse }
        if left > 0 { self.logger.warning("Connections still in use at shutdown", metadata: ["count": "\(left)"]) }
    }
}
