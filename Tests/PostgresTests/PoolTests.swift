import Foundation
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

struct PoolTests {
    private final class Order: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Runs `body` with a pool on a database of its own, and shuts it down.
    private func withPool(
        size: Int = 2,
        reserve: Int = 0,
        waitLimit: Duration = .seconds(10),
        waiterLimit: Int = 256,
        memberWaiterLimit: Int = 128,
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: @Sendable (Pool, _ observer: Connection) async throws -> Void
    ) async throws {
        try await Fixture.connection(prepared: "create table t (a int)") { connection, conninfo in
            let configuration = PoolConfiguration(
                conninfo: conninfo,
                size: size,
                reserve: reserve,
                waitLimit: waitLimit,
                waiterLimit: waiterLimit,
                memberWaiterLimit: memberWaiterLimit,
                maximumAge: .seconds(60)
            )
            let pool = Self.pool(configuration, clock)
            try await body(pool, connection)
            await pool.shutdown()
            #expect(pool.status == PoolStatus(idle: 0, inUse: 0, opening: 0, waiting: 0, failures: 0))
        }
    }

    private static func pool<C: Clock>(_ configuration: PoolConfiguration, _ clock: C) -> Pool
    where C.Duration == Duration {
        Pool(configuration, logger: Self.logger, clock: clock, jitter: { 0 })
    }

    private func until(_ condition: () -> Bool) async throws {
        let clock = ContinuousClock()
        let limit = clock.now.advanced(by: .seconds(20))
        while !condition() {
            try #require(clock.now < limit)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    // MARK: Bounds

    @Test func `there are never more connections than the size`() async throws {
        try await self.withPool(size: 3) { pool, observer in
            try await withThrowingTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        try await pool.use { connection throws(PostgresError) in
                            try connection.query("insert into t values (\(Int32(number)))")
                            try connection.query("select pg_sleep(0.005)")
                        }
                        #expect(pool.status.inUse + pool.status.idle <= 3)
                    }
                }
                try await group.waitForAll()
            }
            try await expect("select count(*) from t", on: observer, gives: 40)
            #expect(pool.status.idle <= 3)
        }
    }

    @Test func `a connection is used again`() async throws {
        try await self.withPool { pool, _ in
            var pids: Set<Int32> = []
            for _ in 0..<5 { pids.insert(try await pool.use { $0.backendPID }) }
            #expect(pids.count == 1)
        }
    }

    @Test func `those who wait are served in order`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            let order = Order()
            try await withThrowingTaskGroup { group in
                group.addTask { try await pool.use { _ in gate.wait() } }
                try await self.until { pool.status.inUse == 1 }
                for number in 0..<8 {
                    group.addTask { try await pool.use { _ in order.numbers.withLock { $0.append(number) } } }
                    try await self.until { pool.status.waiting == number + 1 }
                }
                gate.signal()
                try await group.waitForAll()
            }
            #expect(order.numbers.withLock { $0 } == Array(0..<8))
        }
    }

    @Test func `nobody waits longer than the limit`() async throws {
        let clock = ManualClock()
        try await self.withPool(size: 1, waitLimit: .seconds(2), clock: clock) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use { _ in gate.wait() }
            try await self.until { pool.status.inUse == 1 }
            async let waiter = Self.code { try await pool.use { _ in } }
            try await self.until { pool.status.waiting == 1 && clock.sleepers == 1 }

            clock.advance(by: .milliseconds(1_999))
            #expect(pool.status.waiting == 1)
            clock.advance(by: .milliseconds(1))

            #expect(await waiter == .poolExhausted)
            gate.signal()
            try await holder
        }
    }

    @Test func `one waiter too many is refused at once`() async throws {
        try await self.withPool(size: 1, waiterLimit: 1) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use { _ in gate.wait() }
            try await self.until { pool.status.inUse == 1 }
            async let waiter: Void = pool.use { _ in }
            try await self.until { pool.status.waiting == 1 }

            #expect(await Self.code { try await pool.use { _ in } } == .poolExhausted)
            gate.signal()
            try await holder
            try await waiter
        }
    }

    @Test func `a cancelled waiter leaves the line`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use { _ in gate.wait() }
            try await self.until { pool.status.inUse == 1 }
            let waiter = Task { await Self.code { try await pool.use { _ in } } }
            try await self.until { pool.status.waiting == 1 }

            waiter.cancel()

            #expect(await waiter.value == .cancelled)
            #expect(pool.status.waiting == 0)
            gate.signal()
            try await holder
            try await pool.use { _ in }
        }
    }

    // MARK: Fairness

    private static func user(_ circle: String, _ member: String = "1") -> Pool.User {
        Pool.User(circle: circle, member: member)
    }

    @Test func `one city's crowd does not make another wait for all of it`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            let order = Order()
            try await withThrowingTaskGroup { group in
                group.addTask { try await pool.use(by: Self.user("a")) { _ in gate.wait() } }
                try await self.until { pool.status.inUse == 1 }
                let cities = ["a", "a", "a", "a", "b"]
                for (number, city) in cities.enumerated() {
                    group.addTask {
                        try await pool.use(by: Self.user(city)) { _ in order.numbers.withLock { $0.append(number) } }
                    }
                    try await self.until { pool.status.waiting == number + 1 }
                }
                gate.signal()
                try await group.waitForAll()
            }
            #expect(order.numbers.withLock { $0 }.firstIndex(of: 4)! <= 1)
        }
    }

    @Test func `while one city holds every connection there is still one for another`() async throws {
        try await self.withPool(size: 3, reserve: 2) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup { group in
                for _ in 0..<6 {
                    group.addTask { try await pool.use(by: Self.user("a")) { _ in gate.wait() } }
                }
                try await self.until { pool.status.inUse == 3 && pool.status.waiting == 3 }

                // Nobody lets go of anything, and yet these are served.
                try await pool.use(by: Self.user("b")) { _ in #expect(pool.status.inUse == 4) }
                try await pool.use(by: Self.user("a", "2")) { _ in #expect(pool.status.inUse == 4) }
                group.addTask { try await pool.use(by: Self.user("a", "2")) { _ in gate.wait() } }
                try await self.until { pool.status.inUse == 4 }
                try await pool.use(by: Self.user("c")) { _ in #expect(pool.status.inUse == 5) }
                // The reserve is for who has nothing.
                let late = await Self.code {
                    try await pool.use(by: Self.user("a", "3"), deadline: .milliseconds(50)) { _ in }
                }
                #expect(late == .poolExhausted)
                #expect(pool.status.waiting == 3)

                for _ in 0..<7 { gate.signal() }
                try await group.waitForAll()
            }
            #expect(pool.status.idle <= 5)
        }
    }

    @Test func `a connection that comes free goes to the city that holds fewest`() async throws {
        try await self.withPool(size: 2) { pool, _ in
            let (first, rest) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let order = Order()
            try await withThrowingTaskGroup { group in
                group.addTask { try await pool.use(by: Self.user("a")) { _ in first.wait() } }
                group.addTask { try await pool.use(by: Self.user("a")) { _ in rest.wait() } }
                try await self.until { pool.status.inUse == 2 }
                for (number, city) in ["a", "b", "b"].enumerated() {
                    group.addTask {
                        try await pool.use(by: Self.user(city)) { _ in order.numbers.withLock { $0.append(number) } }
                    }
                    try await self.until { pool.status.waiting == number + 1 }
                }
                // One of a's is still out: both of b's come before a's next.
                first.signal()
                try await self.until { pool.status.waiting == 0 }
                rest.signal()
                try await group.waitForAll()
            }
            #expect(order.numbers.withLock { $0 } == [1, 2, 0])
        }
    }

    @Test func `a full line lets a smaller crowd in at the cost of the larger`() async throws {
        try await self.withPool(size: 1, waiterLimit: 3) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use(by: Self.user("a")) { _ in gate.wait() }
            try await self.until { pool.status.inUse == 1 }
            let crowd = (0..<3).map { _ in Task { await Self.code { try await pool.use(by: Self.user("a")) { _ in } } }
            }
            try await self.until { pool.status.waiting == 3 }

            async let other = Self.code { try await pool.use(by: Self.user("b")) { _ in } }
            var codes: [PostgresError.Code?] = []
            try await withThrowingTaskGroup(of: PostgresError.Code?.self) { group in
                for task in crowd { group.addTask { await task.value } }
                codes.append(try await group.next()!)
                gate.signal()
                for try await code in group { codes.append(code) }
            }

            #expect(codes == [.poolExhausted, nil, nil])
            #expect(await other == nil)
            try await holder
        }
    }

    @Test func `one session has only so many in line`() async throws {
        try await self.withPool(size: 1, memberWaiterLimit: 1) { pool, _ in
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use(by: Self.user("a")) { _ in gate.wait() }
            try await self.until { pool.status.inUse == 1 }
            async let waiter: Void = pool.use(by: Self.user("a")) { _ in }
            try await self.until { pool.status.waiting == 1 }

            #expect(await Self.code { try await pool.use(by: Self.user("a")) { _ in } } == .poolExhausted)
            async let other: Void = pool.use(by: Self.user("a", "2")) { _ in }
            try await self.until { pool.status.waiting == 2 }
            gate.signal()
            try await holder
            try await waiter
            try await other
        }
    }

    @Test func `a city of slow statements leaves another as quick as it was`() async throws {
        try await self.withPool(size: 4, reserve: 2) { pool, _ in
            let clock = ContinuousClock()
            @Sendable func quick() async throws -> Duration {
                let start = clock.now
                try await pool.use(by: Self.user("b")) { connection throws(PostgresError) in
                    try connection.query("select 1", intent: .read)
                }
                return clock.now - start
            }
            _ = try await quick()
            try await withThrowingTaskGroup { group in
                for member in 0..<40 {
                    group.addTask {
                        _ = await Self.code {
                            try await pool.use(by: Self.user("a", "\(member % 3)"), deadline: .seconds(2)) {
                                connection throws(PostgresError) in
                                try connection.query("select pg_sleep(0.4)", intent: .read)
                            }
                        }
                    }
                }
                try await self.until { pool.status.inUse >= 4 && pool.status.waiting > 20 }
                var times: [Duration] = []
                for _ in 0..<50 { times.append(try await quick()) }
                // First come, first served would be some seconds for each.
                #expect(times.sorted()[45] < .milliseconds(200))
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    // MARK: Health

    @Test func `nothing of one user reaches the next`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            try await pool.use { connection throws(PostgresError) in
                try connection.flight(["select set_config('bihuan.session', 'token', true)"])
                try connection.transaction { _, transaction throws(PostgresError) in
                    try transaction.flight(["select set_config('bihuan.session', 'token', true)"])
                }
            }
            let session = try await pool.use { connection throws(PostgresError) in
                try connection.query("select current_setting('bihuan.session', true) as session").rows[0]
                    .get("session", as: String?.self)
            }
            #expect(session ?? "" == "")
        }
    }

    @Test func `a connection given back in a transaction is closed`() async throws {
        try await self.withPool(size: 1) { pool, observer in
            let first = try await pool.use { connection throws(PostgresError) in
                try connection.script("begin; insert into t values (1)")
                return connection.backendPID
            }
            #expect(pool.status.idle == 0)
            let second = try await pool.use { $0.backendPID }
            #expect(first != second)
            try await expect("select count(*) from t", on: observer, gives: 0)
        }
    }

    @Test func `a connection killed between two uses is not noticed by the next user`() async throws {
        try await self.withPool(size: 3) { pool, observer in
            let gate = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 { group.addTask { try await pool.use { _ in gate.wait() } } }
                try await self.until { pool.status.inUse == 3 }
                for _ in 0..<3 { gate.signal() }
                try await group.waitForAll()
            }
            #expect(pool.status.idle == 3)

            try await observer.query(
                """
                select pg_terminate_backend(pid, 5000) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                """
            )

            for _ in 0..<6 {
                let one = try await pool.use { connection throws(PostgresError) in
                    try connection.query("select 1 as one").rows[0].get("one", as: Int.self)
                }
                #expect(one == 1)
            }
        }
    }

    @Test func `a connection that broke in use is replaced, and those in line are served`() async throws {
        try await self.withPool(size: 1) { pool, observer in
            let killer = Killer(connection: observer)
            async let broken = Self.code {
                try await pool.use { connection throws(PostgresError) in
                    killer.kill(connection.backendPID)
                    try connection.query("select 1", intent: .read)
                }
            }
            try await self.until { pool.status.inUse == 1 }
            try await pool.use { connection throws(PostgresError) in try connection.query("select 1") }

            #expect(await broken == .connection)
            #expect(pool.status.idle == 1)
        }
    }

    @Test func `an old connection is replaced when it comes back`() async throws {
        let clock = ManualClock()
        try await self.withPool(size: 1, clock: clock) { pool, _ in
            let first = try await pool.use { $0.backendPID }
            clock.advance(by: .seconds(61))
            let same = try await pool.use { $0.backendPID }
            let next = try await pool.use { $0.backendPID }
            #expect(first == same)
            #expect(first != next)
        }
    }

    @Test func `a connection that finds a read-only server is given up`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            let outcome = await Self.code {
                try await pool.use { connection throws(PostgresError) in
                    try connection.flight(["set transaction read only", "insert into t values (1)"])
                }
            }
            #expect(outcome == .server(.readOnlyTransaction))
            #expect(pool.status.idle == 0)
        }
    }

    @Test func `the deadline of a use bounds what is asked of the server`() async throws {
        try await self.withPool(size: 1) { pool, _ in
            // Opened beforehand: the deadline counts the wait for a connection too.
            try await pool.use { _ in }
            let clock = ContinuousClock()
            let start = clock.now
            let outcome = await Self.code {
                try await pool.use(deadline: .seconds(1)) { connection throws(PostgresError) in
                    try connection.query("select 1")
                    try connection.query("select pg_sleep(20)", intent: .read)
                }
            }
            #expect(outcome == .timeout)
            #expect(clock.now - start < .seconds(10))
            try await pool.use { connection throws(PostgresError) in try connection.query("select 1") }
        }
    }

    // MARK: A dead server

    @Test func `a dead server is refused at once until the back-off is over, and found again`() async throws {
        let server = try await TestServer.shared()
        let clock = ManualClock()
        // A directory that will lead to the server's socket once the link is made.
        let link = "/tmp/bihuan-link-\(UUID().uuidString.prefix(8))"
        let pool = Self.pool(
            PoolConfiguration(
                conninfo: "host=\(link) port=\(server.port) user=bihuan dbname=postgres",
                size: 2,
                backoff: Backoff(base: .seconds(1), limit: .seconds(4))
            ),
            clock
        )
        #expect(await Self.code { try await pool.use { _ in } } == .connection)
        #expect(pool.status.failures == 1)

        for _ in 0..<50 { #expect(await Self.code { try await pool.use { _ in } } == .connection) }
        #expect(pool.status.failures == 1, "nobody has tried the server during the back-off")

        clock.advance(by: .seconds(1))
        #expect(await Self.code { try await pool.use { _ in } } == .connection)
        #expect(pool.status.failures == 2)

        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: server.socketDirectory)
        defer { try? FileManager.default.removeItem(atPath: link) }
        clock.advance(by: .seconds(1))
        #expect(await Self.code { try await pool.use { _ in } } == .connection, "the second pause is twice as long")
        clock.advance(by: .seconds(1))

        try await pool.use { connection throws(PostgresError) in try connection.query("select 1") }
        #expect(pool.status.failures == 0)
        await pool.shutdown()
    }

    // MARK: Shutdown

    @Test func `a graceful shutdown lets the use under way end and refuses the next`() async throws {
        try await self.withPool(size: 1) { pool, observer in
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: pool)], logger: Self.logger)
            )
            async let running: Void = group.run()
            let gate = DispatchSemaphore(value: 0)
            async let holder: Void = pool.use { connection throws(PostgresError) in
                gate.wait()
                try connection.query("insert into t values (1)")
            }
            try await self.until { pool.status.inUse == 1 }
            async let waiter = Self.code { try await pool.use { _ in } }
            try await self.until { pool.status.waiting == 1 }

            await group.triggerGracefulShutdown()

            #expect(await waiter == .closed)
            #expect(await Self.code { try await pool.use { _ in } } == .closed)
            gate.signal()
            try await holder
            try await running
            try await expect("select count(*) from t", on: observer, gives: 1)
            try await Fixture.until(
                """
                select not exists (select from pg_stat_activity
                                    where datname = current_database() and pid <> pg_backend_pid()
                                      and backend_type = 'client backend')
                """,
                on: observer
            )
        }
    }

    private static func code<R>(_ body: () async throws -> R) async -> PostgresError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? PostgresError)?.code
        }
    }
}
