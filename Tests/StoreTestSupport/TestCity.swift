package import BihuanDomain
package import BihuanStore
package import Foundation
import Logging
package import Postgres
package import TestSupport

/// A small city on a database of its own, with the store of a server beside it.
///
/// 1 bureau (`city`), 2 departments (`food`, `price`), 2 districts (`east`, `west`), 4 stations (`east-1`, `east-2`,
/// `west-1`, `west-2`). Log-ins are `role.unit`, e.g. `dispatcher.city`, `handler.east-1`; all have the same password.
/// A second city (`other`, log-in `dispatcher.city2`) has nothing to do with it.
package struct TestCity: Sendable {
    package let server: TestServer
    package let database: String
    package let store: Store
    package let pools: Pools
    package let city: CityID

    package static let password = "口令 带 空格 Aa1"
    package static let code = "test"
    package static let otherCode = "other"

    /// Monday 2026-03-02 09:00 in China: a plain working day with plain working days after it.
    package static let monday = Date(timeIntervalSince1970: 1_772_413_200)

    /// Runs `body` with a city of its own, and drops it whatever happens.
    ///
    /// - Parameters:
    ///   - server: nil: the one that all tests share.
    ///   - now: domain time at the start; it goes on from there.
    package static func with<R: Sendable>(
        on server: TestServer? = nil, now: Date? = TestCity.monday, _ body: @Sendable (TestCity) async throws -> R
    ) async throws -> R {
        let server = if let server { server } else { try await TestServer.shared() }
        let template = try await Self.template(server)
        return try await server.withDatabase(template: template) { database in
            let pools = Self.pools(server, database)
            let installation = try Installation.find(executable: URL(fileURLWithPath: #filePath))
            let store = Store(
                pools: pools, hasher: PasswordHasher(),
                schema: try Migrator(sql: installation.sql).schema,
                vault: ContactVault(keys: [.init(number: 1, bytes: [UInt8](repeating: 0x5A, count: 32))]))
            let city = TestCity(
                server: server, database: database, store: store, pools: pools, city: CityID(rawValue: 1))
            if let now { try await city.setTime(now) }
            do {
                let value = try await body(city)
                await pools.server.shutdown()
                await pools.worker.shutdown()
                return value
            } catch {
                await pools.server.shutdown()
                await pools.worker.shutdown()
                throw error
            }
        }
    }

    /// Connections of both roles; whoever opens more than a city comes with shuts them down.
    package static func pools(
        _ server: TestServer, _ database: String, parameters: [String: String] = [:],
        lockTimeout: Duration = .seconds(3)
    ) -> Pools {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let settings = SessionSettings(lockTimeout: lockTimeout, parameters: parameters)
        func pool(_ user: String, _ size: Int, reserve: Int) -> Pool {
            Pool(
                PoolConfiguration(
                    conninfo: server.conninfo(database: database, user: user), size: size, reserve: reserve,
                    // Many tests share the machine: a wait for it is no overload.
                    waitLimit: .seconds(30), useLimit: .seconds(60), settings: settings),
                logger: logger)
        }
        return Pools(server: pool("bihuan_server", 6, reserve: 2), worker: pool("bihuan_worker", 4, reserve: 0))
    }

    // MARK: Acting

    /// A session of `role.unit`, by password as at any door.
    package func token(_ login: String, in code: String = TestCity.code) async throws -> String {
        try await self.store.gate.logIn(name: "\(login)@\(code)", password: Self.password, via: .json).token
    }

    /// Runs `body` on the owner's connection.
    package func owner<R: Sendable>(
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) async throws -> R {
        let connection = try await Connection.open(
            self.server.conninfo(database: self.database, user: "bihuan_migrate"))
        do {
            let value = try await connection.run(body)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Runs `body` with the local operator's registry.
    package func registry<R: Sendable>(_ body: (Registry) async throws -> R) async throws -> R {
        let connection = try await Connection.open(
            self.server.conninfo(database: self.database, user: "bihuan_migrate"))
        do {
            let value = try await body(Registry(connection))
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Makes it that time now; domain time goes on from there.
    package func setTime(_ now: Date) async throws {
        try await self.owner { connection throws(PostgresError) in
            _ = try connection.query("select bihuan.set_time_offset(\(now)::timestamptz - clock_timestamp())")
        }
    }

    /// Moves domain time ahead.
    package func advance(by duration: Duration) async throws {
        let seconds = Int(duration.components.seconds)
        try await self.owner { connection throws(PostgresError) in
            _ = try connection.query(
                """
                select bihuan.set_time_offset(bihuan.now() + make_interval(secs => \(seconds)::bigint)
                                              - clock_timestamp())
                """)
        }
    }

    /// A lead as a hotline would hand it over.
    package static func lead(_ reference: String, content: String = "市民反映某超市销售过期食品。") -> LeadDraft {
        LeadDraft(source: "hotline-12345", reference: reference, channel: "hotline", content: content)
    }

    // MARK: The template

    private static func template(_ server: TestServer) async throws -> String {
        try await server.template(named: "test_city") { try await Self.found($0) }
    }

    /// Makes the city, and the other one, in an empty database.
    ///
    /// - Parameter conninfo: of the superuser ``TestServer/superuser``.
    package static func found(_ conninfo: String) async throws {
        let installation = try Installation.find(executable: URL(fileURLWithPath: #filePath))
        let superuser = try await Connection.open(conninfo)
        try await superuser.script(
            String(contentsOf: installation.sql.appendingPathComponent("roles.sql"), encoding: .utf8))
        await superuser.close()
        let owner = try await Connection.open(
            conninfo.replacing("user=\(TestServer.superuser)", with: "user=bihuan_migrate"))
        _ = try await Migrator(sql: installation.sql).migrate(owner)
        try await Self.fill(Registry(owner), installation)
        await owner.close()
    }

    private static func fill(_ registry: Registry, _ installation: Installation) async throws {
        let hasher = PasswordHasher()
        // Most tests are about something else than what its form asks of a final feedback: those that are adopt it as it is.
        let plan = try String(
            contentsOf: installation.plans.appendingPathComponent("001-harbin.yaml"), encoding: .utf8
        ).replacing(", restricted: true", with: ", restricted: true, required: false")
        let calendar = try String(contentsOf: installation.calendar, encoding: .utf8)
        let city = try await registry.found(code: Self.code, name: "测试市", refPrefix: "TST")
        _ = try await registry.adopt(suggestionsOf: plan, in: city.id)
        _ = try await registry.importCalendar(calendar, of: city.id)
        _ = try await registry.importUnits(Self.units, of: city.id)
        let posts: [(role: PostRole, units: [String])] = [
            (.dispatcher, ["city", "east", "west"]), (.reviewer, ["city", "east"]), (.leader, ["city", "east"]),
            (.duty, ["city"]), (.operator, ["city"]),
            (.handler, ["food", "price", "east", "west", "east-1", "east-2", "west-1"]),
        ]
        for (role, units) in posts {
            for unit in units {
                _ = try await registry.addOfficer(
                    login: "\(role.rawValue).\(unit)", name: "\(role.label)\(unit)", password: Self.password,
                    unit: unit,
                    role: role, in: city.id, hasher: hasher, at: Date())
            }
        }
        let other = try await registry.found(code: Self.otherCode, name: "外市", refPrefix: "OTH")
        _ = try await registry.adopt(suggestionsOf: plan, in: other.id)
        _ = try await registry.importCalendar(calendar, of: other.id)
        _ = try await registry.importUnits(
            [UnitDraft(label: "city", parent: nil, tier: "city", name: "外市市场监督管理局")], of: other.id)
        _ = try await registry.addOfficer(
            login: "dispatcher.city2", name: "外市派单", password: Self.password, unit: "city", role: .dispatcher,
            in: other.id, hasher: hasher, at: Date())
    }

    private static let units: [UnitDraft] = [
        UnitDraft(label: "city", parent: nil, tier: "city", name: "测试市市场监督管理局"),
        UnitDraft(label: "food", parent: "city", tier: "department", name: "食品处", line: "食品"),
        UnitDraft(label: "price", parent: "city", tier: "department", name: "价格处", line: "价格"),
        UnitDraft(label: "east", parent: "city", tier: "district", name: "东区市场监督管理局"),
        UnitDraft(label: "west", parent: "city", tier: "district", name: "西区市场监督管理局"),
        UnitDraft(label: "east-1", parent: "east", tier: "station", name: "东一市场监督管理所"),
        UnitDraft(label: "east-2", parent: "east", tier: "station", name: "东二市场监督管理所"),
        UnitDraft(label: "west-1", parent: "west", tier: "station", name: "西一市场监督管理所"),
        UnitDraft(label: "west-2", parent: "west", tier: "station", name: "西二市场监督管理所"),
    ]
}

extension Connection {
    func run<R: Sendable>(
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        try body(self)
    }
}
