package import Logging
import ServiceLifecycle
import Synchronization

/// Lends connections, a bounded number of them, to users who wait in line a bounded time.
///
/// Users say which circle and which member of it they are. A connection that comes free goes to the circle that holds
/// fewest, and there to the member that holds fewest; see ``FairLine``.
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

    /// On whose account a connection is used: a circle and a member of it, e.g. a city and a session.
    package struct User: Sendable, Hashable {
        package var circle: String
        package var member: String

        package init(circle: String, member: String) {
            self.circle = circle
            self.member = member
        }

        /// Who does not say.
        package static let anybody = User(circle: "", member: "")

        fileprivate var path: [String] { [self.circle, self.member] }
    }

    private typealias Waiter = CheckedContinuation<Result<Member, PostgresError>, Never>

    private struct State {
        /// The last one back is lent first, so that a quiet pool leaves the others idle.
        var idle: [Member] = []
        /// Those who wait, and on whose account connections are in use.
        var line: FairLine<Waiter>
        var opening = 0
        var lastWaiter = 0
        var failures = 0
        var lastFailure: PostgresError?
        var retryAt: Duration = .zero
        var isClosed = false

        var inUse: Int { self.line.underWay }
        var count: Int { self.idle.count + self.inUse + self.opening }
    }

    private let configuration: PoolConfiguration
    private let logger: Logger
    private let ticker: Ticker
    private let jitter: @Sendable () -> Double
    private let state: Mutex<State>

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
        self.state = Mutex(
            State(
                line: FairLine(limit: configuration.waiterLimit, innermostLimit: configuration.memberWaiterLimit)))
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
                waiting: $0.line.waiting,
                failures: $0.failures
            )
        }
    }

    // MARK: Use

    /// Runs `body` on a connection of the pool.
    ///
    /// - Parameters:
    ///   - user: On whose account.
    ///   - deadline: For the wait and everything `body` asks of the server; nil: the configuration's.
    ///   - orFail: Makes the caller's error of `.poolExhausted`, `.connection`, `.closed` and `.cancelled`: `body` has
    ///     not run.
    @discardableResult
    package func use<R: Sendable, Failure: Error>(
        by user: User = .anybody,
        deadline: Duration? = nil,
        _ body: @Sendable (isolated Connection) throws(Failure) -> R,
        orFail: @Sendable (PostgresError) -> Failure
    ) async throws(Failure) -> R {
        let limit = Deadline.after(deadline ?? self.configuration.useLimit)
        while true {
            let member: Member
            do throws(PostgresError) {
                member = try await self.acquire(user.path, within: min(limit.remaining, self.configuration.waitLimit))
            } catch {
                throw orFail(error)
            }
            let value = try await member.connection.lend(until: limit, body) { isFit in
                self.takeBack(member, user.path, isFit: isFit)
            }
            // Nil: the server had hung up on it, and nothing was run. Try the next.
            if let value { return value }
        }
    }

    /// As ``use(by:deadline:_:orFail:)`` for a body that throws this module's error.
    @discardableResult
    package func use<R: Sendable>(
        by user: User = .anybody,
        deadline: Duration? = nil,
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        try await self.use(by: user, deadline: deadline, body, orFail: { $0 })
    }

    // MARK: Waiting in line

    private func acquire(_ path: [String], within wait: Duration) async throws(PostgresError) -> Member {
        if let member = self.state.withLock({ self.takeIdle(&$0, path) }) { return member }
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let end = self.ticker.now() + wait
        let timer = Task {
            // Cancelled when the wait is over. Before the waiter stands in line it finds nobody; the line then finds the
            // time over.
            guard (try? await self.ticker.sleep(wait)) != nil else { return }
            self.dismiss(id, path, PostgresError(.poolExhausted, "no connection became free within \(wait)"))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.enqueue(id, continuation, path, until: end)
            }
        } onCancel: {
            self.dismiss(id, path, PostgresError(.cancelled, "cancelled while waiting for a connection"))
        }
        return try result.get()
    }

    /// Whose turn it may be when so many connections are in use; see ``PoolConfiguration/reserve``.
    private func isAllowed(_ inUse: Int) -> (_ depth: Int, _ underWay: Int) -> Bool {
        let (size, reserve) = (self.configuration.size, self.configuration.reserve)
        return { depth, underWay in
            switch inUse - size {
            case ..<0: true
            case ..<(reserve / 2): depth == 0 || underWay == 0
            case ..<reserve: depth > 0 || underWay == 0
            default: false
            }
        }
    }

    private func takeIdle(_ state: inout State, _ path: [String]) -> Member? {
        guard !state.isClosed, !state.idle.isEmpty else { return nil }
        let isAllowed = self.isAllowed(state.inUse)
        // Whoever waits while something is idle may not have it.
        guard state.line.underWay(path).enumerated().allSatisfy({ isAllowed($0.offset, $0.element) }) else {
            return nil
        }
        state.line.begin(path)
        return state.idle.removeLast()
    }

    /// Puts the waiter in line, or answers at once.
    private func enqueue(_ id: Int, _ waiter: Waiter, _ path: [String], until end: Duration) {
        var displaced: Waiter?
        let answer: Result<Member, PostgresError>? = self.state.withLock { state in
            if state.isClosed { return .failure(PostgresError(.closed, "the pool is shut down")) }
            // Set before the cancellation handler runs; the handler, if it came first, found nobody to dismiss.
            if Task.isCancelled {
                return .failure(PostgresError(.cancelled, "cancelled while waiting for a connection"))
            }
            if let member = self.takeIdle(&state, path) { return .success(member) }
            if self.ticker.now() >= end {
                return .failure(PostgresError(.poolExhausted, "no time was left to wait for a connection"))
            }
            if state.count == 0, let failure = state.lastFailure, self.ticker.now() < state.retryAt {
                return .failure(failure)
            }
            switch state.line.join(id, waiter, at: path) {
            case .joined: break
            case .instead(let other): displaced = other
            case .refused:
                return .failure(PostgresError(.poolExhausted, "\(state.line.waiting) already wait for a connection"))
            }
            self.openIfNeeded(&state)
            return nil
        }
        if let answer { waiter.resume(returning: answer) }
        displaced?.resume(
            returning: .failure(PostgresError(.poolExhausted, "too many of the same wait for a connection")))
    }

    /// Takes the waiter out of the line, if it still stands there.
    private func dismiss(_ id: Int, _ path: [String], _ error: PostgresError) {
        let waiter = self.state.withLock { $0.line.leave(id, path) }
        waiter?.resume(returning: .failure(error))
    }

    // MARK: Coming and going

    /// Begins to open a connection for whoever may have one and has none on the way.
    private func openIfNeeded(_ state: inout State) {
        let most = self.configuration.size + self.configuration.reserve
        while !state.isClosed, state.line.waiting > state.opening, state.count < most,
            state.line.hasNext(where: self.isAllowed(state.inUse + state.opening))
        {
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
        let (lent, isKept) = self.state.withLock { state in
            state.opening -= 1
            if state.failures > 0 { self.logger.info("Database can be reached again") }
            state.failures = 0
            state.lastFailure = nil
            guard !state.isClosed else { return ([] as [Loan], false) }
            defer { self.openIfNeeded(&state) }
            state.idle.append(member)
            return (self.lend(&state), true)
        }
        for loan in lent { loan.waiter.resume(returning: .success(loan.member)) }
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
        for waiter in dismissed { waiter.resume(returning: .failure(error)) }
    }

    /// Takes a connection back on its own thread.
    ///
    /// - Returns: whether it is kept; if not the caller closes it.
    private func takeBack(_ member: Member, _ path: [String], isFit: Bool) -> Bool {
        let age = self.ticker.now() - member.born
        let (lent, isKept, dismissed, failure) = self.state.withLock { state in
            state.line.end(path)
            let isKept = isFit && !state.isClosed && age < self.configuration.maximumAge
            if isKept { state.idle.append(member) }
            let lent = state.isClosed ? [] : self.lend(&state)
            self.openIfNeeded(&state)
            let failure = state.lastFailure
            return (lent, isKept, failure == nil ? [] : Self.hopeless(&state), failure)
        }
        for loan in lent { loan.waiter.resume(returning: .success(loan.member)) }
        if let failure {
            for waiter in dismissed { waiter.resume(returning: .failure(failure)) }
        }
        return isKept
    }

    private struct Loan {
        var waiter: Waiter
        var member: Member
    }

    /// Lends what is idle to those whose turn it is, who are to be resumed.
    private func lend(_ state: inout State) -> [Loan] {
        var lent: [Loan] = []
        while let member = state.idle.last, let waiter = state.line.next(where: self.isAllowed(state.inUse)) {
            state.idle.removeLast()
            lent.append(Loan(waiter: waiter, member: member))
        }
        return lent
    }

    /// Those for whom no connection can come, because there is none and none is on the way.
    private static func hopeless(_ state: inout State) -> [Waiter] {
        state.count == 0 ? state.line.removeAll() : []
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
            defer { state.idle.removeAll() }
            state.isClosed = true
            return (state.idle, state.line.removeAll())
        }
        for waiter in waiters {
            waiter.resume(returning: .failure(PostgresError(.closed, "the pool is shut down")))
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
