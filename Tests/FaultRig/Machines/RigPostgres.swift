import Foundation
import Glibc
import Postgres
import Synchronization
import TestSupport

/// A PostgreSQL whose data are safe (`fsync=on`), to be killed and started again.
final class RigPostgres: Sendable {
    static let port = 5432

    /// Data, socket and log.
    let directory: String
    private let data: String
    private let programs: ServerPrograms
    private let lifeline: Lifeline
    private let prefix: [String]
    private let child = Mutex<Child?>(nil)
    private let settings: [String]

    /// Makes the cluster.
    ///
    /// - Parameters:
    ///   - place: an existing directory for the data; nil: below `directory`.
    ///   - settings: as `name=value`, besides the durable ones.
    init(in directory: String, place: String? = nil, settings: [String] = [], _ lifeline: Lifeline) async throws {
        self.directory = directory
        self.data = (place ?? directory) + "/data"
        self.programs = try ServerPrograms.find()
        self.lifeline = lifeline
        self.settings = settings
        if geteuid() == 0 {
            // The server refuses to run as root.
            guard let user = getpwnam("postgres") else {
                throw RigFailure("run as root, the rig needs a user postgres")
            }
            let (id, group) = (user.pointee.pw_uid, user.pointee.pw_gid)
            for path in [directory, place].compactMap({ $0 }) where chown(path, id, group) != 0 {
                throw RigFailure("chown \(path): error \(errno)")
            }
            self.prefix = ["/usr/bin/setpriv", "--reuid=\(id)", "--regid=\(group)", "--clear-groups"]
        } else {
            self.prefix = []
        }
        let made = try self.spawn(
            "initdb", ["-D", self.data, "-U", TestServer.superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        guard await made.status() == 0 else { throw RigFailure("initdb failed; see \(directory)/postgres.log") }
    }

    /// For libpq.
    func conninfo(database: String = "rig", user: String = TestServer.superuser) -> String {
        "host=\(self.directory) port=\(Self.port) dbname=\(database) user=\(user)"
    }

    /// Without a user: the server under test puts its roles' names there.
    var serverURL: String { "host=\(self.directory) port=\(Self.port) dbname=rig" }

    private func spawn(_ program: String, _ arguments: [String]) throws -> Child {
        let words = self.prefix + ["\(self.programs.directory)/\(program)"] + arguments
        return try Child(
            words[0], Array(words.dropFirst()), environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"],
            output: "\(self.directory)/postgres.log")
    }

    // MARK: Starting and ending

    /// Starts it, and waits until it answers. It refuses while processes of the one before live: then once more.
    func start(within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let child = try self.spawn(
                "postgres",
                [
                    "-D", self.data, "-p", "\(Self.port)", "-k", self.directory, "-c", "listen_addresses=",
                    "-c", "unix_socket_permissions=0777", "-c", "fsync=on", "-c", "full_page_writes=on",
                    "-c", "synchronous_commit=on", "-c", "max_connections=100", "-c", "shared_buffers=64MB",
                    "-c", "log_min_messages=error", "-c", "log_min_error_statement=panic", "-c",
                    "restart_after_crash=off",
                ] + self.settings.flatMap { ["-c", $0] })
            self.child.withLock { $0 = child }
            self.lifeline.began(child.id)
            while child.isRunning, ContinuousClock.now < end {
                if await self.answers() { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            if !child.isRunning { self.lifeline.ended(child.id) }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw RigFailure("PostgreSQL did not come up within \(limit); see \(self.directory)/postgres.log")
    }

    private func answers() async -> Bool {
        guard let connection = try? await Connection.open(self.conninfo(database: "postgres") + " connect_timeout=2")
        else { return false }
        let said = try? await connection.query("select 1 as one", intent: .read)
        await connection.close()
        return said != nil
    }

    var isRunning: Bool { self.child.withLock { $0?.isRunning ?? false } }

    /// SIGKILL to the postmaster and to every process it started, as if the machine had gone (but for its page cache).
    func kill() async {
        guard let child = self.child.withLock({ $0 }), child.isRunning else { return }
        let backends = ProcessTable.children(of: child.id)
        child.signal(SIGKILL)
        for backend in backends { _ = Glibc.kill(backend, SIGKILL) }
        // One that was being born just then lives on as an orphan, and holds the pipe by which its parent's end is heard.
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            let orphans = ProcessTable.standing(in: self.data).filter { $0 != child.id }
            if orphans.isEmpty { break }
            for orphan in orphans { _ = Glibc.kill(orphan, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(20))
        }
        await child.status()
        self.lifeline.ended(child.id)
    }

    /// Waits until it ends by itself.
    func untilEnded() async {
        if let child = self.child.withLock({ $0 }) {
            await child.status()
            self.lifeline.ended(child.id)
        }
    }

    func stop() async {
        guard let child = self.child.withLock({ $0 }), child.isRunning else { return }
        child.signal(SIGINT)
        await child.status()
        self.lifeline.ended(child.id)
    }

    // MARK: Asking

    /// Runs statements as superuser.
    func run(_ script: String, database: String = "rig") async throws {
        let connection = try await Connection.open(
            self.conninfo(database: database),
            settings: SessionSettings(statementTimeout: .seconds(600), deadline: .seconds(600)))
        do {
            try await connection.script(script)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// One number that a statement answers with, in a column `n`.
    func number(_ query: SQL) async throws -> Int {
        let connection = try await Connection.open(
            self.conninfo(), settings: SessionSettings(statementTimeout: .seconds(600), deadline: .seconds(600)))
        do {
            let number: Int = try await connection.query(query, intent: .read).rows[0].get("n")
            await connection.close()
            return number
        } catch {
            await connection.close()
            throw error
        }
    }
}
