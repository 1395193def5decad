import BihuanHTTP
import BihuanLine
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import ServiceLifecycle

/// Puts a server together, runs `body` while its doors are open, and takes it down in order: doors, workers, pools,
/// and the private PostgreSQL last.
///
/// A private database is brought to this program's schema first; of any other the schema must be there.
///
/// - Parameters:
///   - command: how this process signs the lock of the data directory.
///   - body: its task is cancelled at Ctrl-C and SIGTERM, and when a part of the server fails.
func withServer<R: Sendable>(
    _ settings: Settings,
    command: String,
    body: @escaping @Sendable (RunningServer) async throws -> R
) async throws -> R {
    let logger = settings.logger("bihuan")
    let installation = try Installation.ofThisProgram()
    let access = try await DatabaseAccess.open(
        settings, for: .serve, command: command, installation: installation, logger: logger
    )
    do {
        let assembly = try await ServerAssembly(settings, access, installation, logger)
        let result = try await assembly.run(body)
        await access.close()
        return result
    } catch {
        await access.close()
        throw error
    }
}

/// The parts of a server, before they run.
private struct ServerAssembly: Sendable {
    /// A door that has begun to listen.
    private enum Opened: Sendable {
        case json(port: Int)
        case line(LineAddresses)
    }

    /// How long a stop waits for requests in progress before it cuts them off.
    private static let patience = Duration.seconds(20)

    private let settings: Settings
    private let access: DatabaseAccess
    private let installation: Installation
    private let logger: Logger
    private let socketPath: String
    private let store: Store
    private let group: ServiceGroup
    private let opened: AsyncStream<Opened>
    private let opening: AsyncStream<Opened>.Continuation

    init(
        _ settings: Settings,
        _ access: DatabaseAccess,
        _ installation: Installation,
        _ logger: Logger
    ) async throws {
        self.settings = settings
        self.access = access
        self.installation = installation
        self.logger = logger
        (self.opened, self.opening) = AsyncStream.makeStream(of: Opened.self)

        let schema = try await Self.schema(access, installation)
        let directory = try settings.directory()
        let server = Self.pool(.server, settings.databaseServerConnections, settings, access)
        let worker = Self.pool(.worker, settings.databaseWorkerConnections, settings, access)
        self.store = Store(
            pools: Pools(server: server, worker: worker),
            hasher: PasswordHasher(width: settings.hashingThreads, perAccount: 8),
            sessionHours: settings.sessionHours,
            schema: schema,
            vault: try ContactKeys.vault(settings)
        )

        let opening = self.opening
        var doorConfiguration = try JSONDoorConfiguration(host: settings.httpHost, port: settings.httpPort)
        doorConfiguration.connectionLimit = FileLimit.connections(atMost: doorConfiguration.connectionLimit)
        let json = JSONDoor(
            configuration: doorConfiguration,
            store: self.store,
            cursorKey: try SecretFile.load(SecretFile.cursor, in: directory),
            logger: settings.logger("bihuan.http")
        ) { port in
            opening.yield(.json(port: port))
        }
        self.socketPath = try Self.socketPath(settings, directory)
        let line = LineServer(
            configuration: try Self.line(settings, directory, self.socketPath),
            store: self.store,
            logger: settings.logger("bihuan.line")
        ) { addresses in
            opening.yield(.line(addresses))
        }
        let sweeper = SupervisionSweeper(
            store: self.store,
            configuration: SweeperConfiguration(
                interval: settings.sweepInterval, batchSize: settings.sweepBatch,
                concurrency: settings.databaseWorkerConnections
            ),
            clock: ContinuousClock(),
            logger: settings.logger("bihuan.clocks")
        )
        let courier = OutboxCourier(
            store: self.store,
            sender: try HTTPWebhookSender(allowList: settings.webhooksAllow),
            configuration: CourierConfiguration(interval: settings.courierInterval),
            clock: ContinuousClock(),
            logger: settings.logger("bihuan.courier")
        )
        let rollUp = Housekeeping(
            store: self.store, clock: ContinuousClock(), logger: settings.logger("bihuan.counters")
        )
        // Each rests on those before it; they stop in the opposite order.
        let foundation: [any Service] = access.postgres.map { [$0] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: foundation + [Memory.Keeper(), server, worker, rollUp, sweeper, courier, line, json],
            logger: settings.logger("bihuan.services")
        )
        configuration.maximumGracefulShutdownDuration = Self.patience
        self.group = ServiceGroup(configuration: configuration)
    }

    /// - Returns: what the database is, which is what this program needs.
    private static func schema(
        _ access: DatabaseAccess,
        _ installation: Installation
    ) async throws(CommandFailure) -> SchemaState {
        let migrator = try Migrator.of(installation)
        if access.postgres != nil {
            let owner = try await access.ownerConnection()
            try await migrator.bring(owner)
            await owner.close()
            return migrator.schema
        }
        let current: SchemaState?
        do throws(PostgresError) {
            let connection = try await Connection.open(access.conninfo[.server] ?? "")
            current = try await SchemaState.read(connection)
            await connection.close()
        } catch {
            throw CommandFailure(.unavailable, "不能以 bihuan_server 查询数据库：\(error.message)；新库请先运行 bihuan migrate")
        }
        try migrator.require(current)
        return migrator.schema
    }

    private static func pool(
        _ role: DatabaseRole,
        _ size: Int,
        _ settings: Settings,
        _ access: DatabaseAccess
    ) -> Pool {
        // One city or session that is slow must not shut out the others. Of very few connections none can be spared.
        let reserve = role == .server && size >= 4 ? max(2, size / 4) : 0
        return Pool(
            PoolConfiguration(
                conninfo: access.conninfo[role] ?? "", size: size - reserve, reserve: reserve,
                waitLimit: settings.databaseWait,
                // Couriers mark what they sent, however many at once; a mark refused is a message sent twice.
                waiterLimit: role == .worker ? 1_024 : 256,
                // Shorter than the deadline of a command, so that a wait for somebody else is told as one.
                settings: SessionSettings(lockTimeout: .seconds(2))
            ),
            logger: settings.logger("bihuan.database")
        )
    }

    private static func socketPath(_ settings: Settings, _ directory: DataDirectory) throws(CommandFailure) -> String {
        if let path = settings.lineSocket { return path }
        let path = try LineSocket.path(for: directory)
        try LineSocket.prepare(path)
        return path
    }

    private static func line(
        _ settings: Settings,
        _ directory: DataDirectory,
        _ path: String
    ) throws -> LineServerConfiguration {
        var configuration = LineServerConfiguration(version: Program.version)
        configuration.socketPath = path
        configuration.host = settings.lineHost
        configuration.port = settings.linePort
        configuration.peerSecret = try SecretFile.load(SecretFile.peer, in: directory)
        configuration.certificate = try LineCertificate.load(
            orMakeIn: directory.path + "/line", hostName: ProcessInfo.processInfo.hostName
        )
        return configuration
    }

    /// Opens the doors, runs `body`, and stops everything, whatever comes.
    func run<R: Sendable>(_ body: @escaping @Sendable (RunningServer) async throws -> R) async throws -> R {
        let group = self.group
        let opening = self.opening
        // A task of its own: a cancelled command must still go through the graceful stop.
        let services = Task {
            defer { opening.finish() }
            try await group.run()
        }
        let work = Task {
            let addresses = try await self.addresses()
            let server = RunningServer(
                addresses: addresses,
                access: self.access,
                store: self.store,
                installation: self.installation,
                settings: self.settings,
                logger: self.logger
            )
            return try await body(server)
        }
        let watch = Task {
            _ = await services.result
            work.cancel()
        }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        await group.triggerGracefulShutdown()
        let end = await services.result
        watch.cancel()
        LineSocket.remove(self.socketPath)
        // A part that failed is the reason why the body was cut short.
        if case .failure(let error) = end { throw Self.failure(error) }
        return try result.get()
    }

    /// Waits until both doors listen.
    private func addresses() async throws -> ServerAddresses {
        var http: String?
        var line: LineAddresses?
        for await door in self.opened {
            switch door {
            case .json(let port): http = "http://" + ServerAddresses.reachable(self.settings.httpHost, port)
            case .line(let addresses): line = addresses
            }
            if let http, let line {
                return ServerAddresses(
                    http: http,
                    line: ServerAddresses.reachable(self.settings.lineHost, line.port ?? 0),
                    socket: line.socketPath ?? ""
                )
            }
        }
        throw CancellationError()
    }

    private static func failure(_ error: any Error) -> any Error {
        let text = "\(error)"
        if text.contains("errno: 98") {
            return CommandFailure(.unavailable, "端口已被占用（\(text)）；另设 --http-port 或 --line-port，0 表示由系统选")
        }
        if text.contains("errno: 13") {
            return CommandFailure(.noPermission, "没有权限在该端口监听（\(text)）")
        }
        return error is CommandFailure ? error : CommandFailure(.software, "服务中断：\(text)")
    }
}
