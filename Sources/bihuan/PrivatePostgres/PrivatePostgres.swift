import Foundation
import Glibc
import Logging
import Postgres
import ServiceLifecycle

/// A PostgreSQL of Bihuan's own in the data directory, for machines where nobody set one up.
///
/// It listens on a Unix socket that only its account and root can reach, and knows people by the account the kernel names
/// (peer), so there is no password anywhere. It survives a kill of this process; whoever comes next adopts it.
actor PrivatePostgres: Service {
    /// For how long PostgreSQL is wanted.
    enum Purpose: Hashable, Sendable {
        /// As long as this process runs, and by this process alone.
        case serve
        /// For one command, together with whoever else needs it.
        case visit
    }

    /// How long a start may take; after a crash the recovery is part of it.
    static let startLimit = Duration.seconds(60)
    /// How long `serve` waits for a short command that holds the directory.
    static let lockLimit = Duration.seconds(5)
    static let databaseName = "bihuan"

    nonisolated let directory: DataDirectory
    private let purpose: Purpose
    private let cluster: Cluster
    private let logger: Logger
    private let sockets: SocketDirectory
    /// Nil while another process serves: then PostgreSQL is that one's to stop.
    private var lock: DataDirectoryLock?

    private init(
        _ cluster: Cluster,
        _ sockets: SocketDirectory,
        purpose: Purpose,
        lock: DataDirectoryLock?,
        logger: Logger
    ) {
        self.directory = cluster.directory
        self.cluster = cluster
        self.sockets = sockets
        self.purpose = purpose
        self.lock = lock
        self.logger = logger
    }

    // MARK: Starting

    /// Sees that PostgreSQL runs in `directory` and is ready, with its database and its roles.
    ///
    /// - Parameters:
    ///   - purpose: `serve` fails with `temporaryFailure` when another process uses the directory.
    ///   - command: what the lock file says about this process, e.g. `serve`.
    ///   - roles: the text of `sql/roles.sql`.
    ///   - progress: told what is being waited for, in words for people.
    static func start(
        in directory: DataDirectory,
        for purpose: Purpose,
        command: String,
        roles: String,
        logger: Logger,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandFailure) -> PrivatePostgres {
        try directory.prepare()
        let cluster = try Cluster(directory, account: directory.account())
        let limit = ContinuousClock.now + (purpose == .serve ? Self.lockLimit : Self.startLimit)
        while true {
            if let lock = try DataDirectoryLock(directory, .exclusive) {
                return try await Self.take(
                    cluster, purpose, lock, command: command, roles: roles, logger: logger, progress: progress
                )
            }
            if purpose == .visit {
                // Nil when somebody serves; then the server stops PostgreSQL, not we.
                let lock = try DataDirectoryLock(directory, .shared)
                if let running = Postmaster.running(on: cluster.path), running.state == .ready {
                    let sockets = SocketDirectory(path: running.socketDirectory)
                    if await Self.answers(sockets, user: DatabaseRole.migrate.rawValue, database: Self.databaseName) {
                        return PrivatePostgres(cluster, sockets, purpose: purpose, lock: lock, logger: logger)
                    }
                }
            }
            guard ContinuousClock.now < limit else { break }
            try await Self.pause(.milliseconds(200))
        }
        let holder = DataDirectoryLock.holder(of: directory).map { "bihuan \($0.command)（进程 \($0.process)）" } ?? "另一进程"
        throw CommandFailure(.temporaryFailure, "数据目录 \(directory.path) 正由 \(holder) 使用")
    }

    /// Brings PostgreSQL up under an exclusive lock.
    private static func take(
        _ cluster: Cluster,
        _ purpose: Purpose,
        _ lock: DataDirectoryLock,
        command: String,
        roles: String,
        logger: Logger,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(CommandFailure) -> PrivatePostgres {
        lock.sign(command)
        if !cluster.directory.hasCluster {
            progress("正在建立数据库：\(cluster.directory.path)")
            try await cluster.create(PostgresBinaries.find(major: nil, program: cluster.program))
        }
        let sockets = try await Self.bringUp(cluster, logger: logger, progress: progress)
        do throws(CommandFailure) {
            try await Self.furnish(sockets, roles: roles)
        } catch {
            await Self.shutDown(cluster)
            throw error
        }
        let shared = purpose == .serve || lock.change(to: .shared)
        return PrivatePostgres(cluster, sockets, purpose: purpose, lock: shared ? lock : nil, logger: logger)
    }

    /// Adopts the postmaster that runs, or starts one.
    private static func bringUp(
        _ cluster: Cluster,
        logger: Logger,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(CommandFailure) -> SocketDirectory {
        let binaries = try await PostgresBinaries.find(major: cluster.major(), program: cluster.program)
        let waiting = Self.tellPatience(progress)
        defer { waiting.cancel() }
        if let sockets = try await Self.adopt(cluster) {
            logger.info("Adopted a running PostgreSQL")
            return sockets
        }
        // A living server shuts down when this file goes, and a second one over the same files would harm them.
        if let running = Postmaster.running(on: cluster.path) {
            throw CommandFailure(.temporaryFailure, "PostgreSQL（进程 \(running.process)）没有响应，也未能停止；请稍后再试")
        }
        unlink(cluster.path + "/postmaster.pid")
        unlink(cluster.startLog)
        let sockets = SocketDirectory.standard(for: cluster.directory)
        guard sockets.fits else {
            throw CommandFailure(.configuration, "套接字路径超过 \(SocketDirectory.longestPath) 字节：\(sockets.path)")
        }
        // A data directory that was deleted under its server and made anew at the same place.
        if let stranger = sockets.holder, Postmaster.outlived(stranger, cluster: cluster.path) {
            await Self.end(stranger) { !Postmaster.outlived(stranger, cluster: cluster.path) }
        }
        try sockets.prepare(for: cluster.account)
        sockets.sweep()
        try cluster.configure(sockets)
        let outcome = try await cluster.program.run(
            binaries.path("pg_ctl"),
            [
                "start", "-s", "-w", "-t", "\(Self.startLimit.components.seconds)", "-D", cluster.path,
                "-l", cluster.startLog,
            ]
        )
        if outcome.succeeded { return sockets }
        guard Postmaster.running(on: cluster.path) == nil else {
            throw CommandFailure(
                .temporaryFailure,
                "PostgreSQL 在 \(Self.startLimit.components.seconds) 秒内没有就绪，仍在恢复；请稍后再试"
            )
        }
        let words = cluster.lastWords
        let full = words.contains("No space left on device")
        throw CommandFailure(
            full ? .cannotCreate : .unavailable,
            "PostgreSQL 没有启动\(full ? "：磁盘空间不足" : "")。日志在 \(cluster.path)：\n\(words.isEmpty ? outcome.tail : words)"
        )
    }

    /// The socket of the postmaster that an earlier process left, once it is ready; nil when there is none or it had to be
    /// ended because it does not answer.
    private static func adopt(_ cluster: Cluster) async throws(CommandFailure) -> SocketDirectory? {
        let limit = ContinuousClock.now + Self.startLimit
        while let running = Postmaster.running(on: cluster.path) {
            if running.state == .ready {
                let sockets = SocketDirectory(path: running.socketDirectory)
                if await Self.answers(sockets, user: Cluster.superuser, database: "postgres") { return sockets }
                await Self.shutDown(cluster)
                return nil
            }
            guard ContinuousClock.now < limit else {
                throw CommandFailure(.temporaryFailure, "PostgreSQL（进程 \(running.process)）仍在启动或停止；请稍后再试")
            }
            try await Self.pause(.milliseconds(100))
        }
        return nil
    }

    /// Makes database and roles where they are missing.
    private static func furnish(_ sockets: SocketDirectory, roles: String) async throws(CommandFailure) {
        do throws(PostgresError) {
            let first = try await Connection.open(
                Self.conninfo(sockets, user: Cluster.superuser, database: "postgres")
            )
            let known = try await first.query("select from pg_database where datname = \(Self.databaseName)")
            if known.rows.isEmpty { try await first.script("create database \(Self.databaseName)") }
            await first.close()
            let second = try await Connection.open(
                Self.conninfo(sockets, user: Cluster.superuser, database: Self.databaseName)
            )
            try await second.script(roles)
            await second.close()
        } catch {
            throw CommandFailure(.unavailable, "不能建立数据库或角色：\(error.message)")
        }
    }

    private static func answers(_ sockets: SocketDirectory, user: String, database: String) async -> Bool {
        do throws(PostgresError) {
            let connection = try await Connection.open(Self.conninfo(sockets, user: user, database: database))
            _ = try await connection.query("select 1")
            await connection.close()
            return true
        } catch {
            return false
        }
    }

    /// Says every five seconds that it still goes on.
    private static func tellPatience(_ progress: @escaping @Sendable (String) -> Void) -> Task<Void, Never> {
        Task {
            var seconds = 0
            while (try? await Task.sleep(for: .seconds(5))) != nil {
                seconds += 5
                progress("正在等待 PostgreSQL 就绪（可能在恢复）：\(seconds) 秒")
            }
        }
    }

    private static func pause(_ duration: Duration) async throws(CommandFailure) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw CommandFailure(.temporaryFailure, "已中断")
        }
    }

    // MARK: Connecting

    /// How `role` connects, as libpq keywords.
    nonisolated func conninfo(_ role: DatabaseRole) -> String {
        Self.conninfo(self.sockets, user: role.rawValue, database: Self.databaseName)
    }

    /// How `role` connects, as a URI that psql takes too.
    nonisolated func uri(_ role: DatabaseRole) -> String {
        Self.uri(self.sockets, role)
    }

    /// The URI under which a server of `directory` is or would be reached.
    static func uri(of directory: DataDirectory, _ role: DatabaseRole) -> String {
        let running = Postmaster.running(on: directory.resolvedCluster)
        return Self.uri(running.map { SocketDirectory(path: $0.socketDirectory) } ?? .standard(for: directory), role)
    }

    private static func uri(_ sockets: SocketDirectory, _ role: DatabaseRole) -> String {
        var kept = CharacterSet.alphanumerics
        kept.insert(charactersIn: "/-._~")
        let host = sockets.path.addingPercentEncoding(withAllowedCharacters: kept) ?? sockets.path
        return "postgresql://\(role.rawValue)@/\(Self.databaseName)?host=\(host)&port=5432"
    }

    private static func conninfo(_ sockets: SocketDirectory, user: String, database: String) -> String {
        let host = sockets.path.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return "host='\(host)' port=5432 user=\(user) dbname=\(database) connect_timeout=5 application_name=bihuan"
            + " options='-c client_min_messages=warning'"
    }

    // MARK: Running

    /// Starts PostgreSQL again should it go away while this process serves.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                await self.revive()
            }
        }
    }

    private func revive() async {
        guard self.lock != nil, Postmaster.running(on: self.cluster.path) == nil else { return }
        self.logger.error("PostgreSQL is gone; starting it again")
        do throws(CommandFailure) {
            _ = try await Self.bringUp(self.cluster, logger: self.logger) { _ in }
        } catch {
            self.logger.error("PostgreSQL did not start", metadata: ["reason": "\(error.message)"])
            try? await Task.sleep(for: .seconds(5))
        }
    }

    // MARK: Stopping

    /// Stops PostgreSQL, unless somebody else still uses it, and waits until it is down.
    ///
    /// A cancelled task stops it just the same.
    func stop() async {
        guard let lock = self.lock else { return }
        self.lock = nil
        guard self.purpose == .serve || lock.change(to: .exclusive) else { return }
        let cluster = self.cluster
        let sockets = self.sockets
        await Task {
            await Self.shutDown(cluster)
            sockets.remove()
            lock.release()
        }.value
    }

    /// Ends the postmaster of `cluster`, if one runs.
    private static func shutDown(_ cluster: Cluster) async {
        guard let running = Postmaster.running(on: cluster.path) else { return }
        await Self.end(running.process) { !running.isRunning(on: cluster.path) }
    }

    /// Fast shutdown; when that does not come to an end immediate shutdown, and at last a kill.
    private static func end(_ process: pid_t, isGone: @escaping @Sendable () -> Bool) async {
        await Task {
            for (signal, patience) in [(SIGINT, 60), (SIGQUIT, 10), (SIGKILL, 10)] {
                kill(process, signal)
                // A stopped process takes no signal but these.
                kill(process, SIGCONT)
                let limit = ContinuousClock.now + .seconds(patience)
                while ContinuousClock.now < limit {
                    if isGone() { return }
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
        }.value
    }
}
