import Foundation
import Glibc
import Logging
import Postgres
import Testing

@testable import bihuan

/// A data directory below `/tmp`, removed at the end together with a server that a failed test left.
private struct Scratch: Sendable {
    let root: String
    let directory: DataDirectory

    /// - Parameter mode: of the directory around the data directory; 0o700 keeps PostgreSQL's account out when run as root.
    init(mode: mode_t = 0o755) {
        self.root = "/tmp/bihuan-test-\(UUID().uuidString.lowercased())"
        mkdir(self.root, mode)
        chmod(self.root, mode)
        self.directory = DataDirectory(self.root + "/data")
    }

    func start(_ purpose: PrivatePostgres.Purpose = .serve) async throws(CommandFailure) -> PrivatePostgres {
        try await PrivatePostgres.start(
            in: self.directory, for: purpose, command: "test", roles: Self.roles, logger: Logger(label: "test")
        )
    }

    var postmaster: Postmaster? { Postmaster.running(on: self.directory.resolvedCluster) }

    func remove() {
        if let postmaster { kill(postmaster.process, SIGQUIT) }
        let cluster = self.directory.resolvedCluster
        try? FileManager.default.removeItem(atPath: cluster)
        try? FileManager.default.removeItem(atPath: self.root)
    }

    private static let roles: String = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: package.appending(path: "sql/roles.sql"), encoding: .utf8)) ?? ""
    }()
}

private func withScratch(
    mode: mode_t = 0o755,
    _ body: (Scratch) async throws -> Void
) async throws {
    let scratch = Scratch(mode: mode)
    defer { scratch.remove() }
    try await body(scratch)
}

@Suite(.serialized)
struct PrivatePostgresTests {
    @Test func `what was written is still there after a stop and a start`() async throws {
        try await withScratch { scratch in
            let first = try await scratch.start()
            let writer = try await Connection.open(first.conninfo(.migrate))
            try await writer.script("create table bihuan.kept (id int); insert into bihuan.kept values (7)")
            await writer.close()
            await first.stop()
            #expect(scratch.postmaster == nil)

            let second = try await scratch.start()
            let reader = try await Connection.open(second.conninfo(.migrate))
            let rows = try await reader.query("select id from bihuan.kept").rows
            await reader.close()
            await second.stop()

            #expect(rows.count == 1)
        }
    }

    @Test func `each role logs in by the account's name alone`() async throws {
        try await withScratch { scratch in
            let postgres = try await scratch.start()
            for role in DatabaseRole.allCases {
                let connection = try await Connection.open(postgres.conninfo(role))
                _ = try await connection.query("select 1")
                await connection.close()
                let byURI = try await Connection.open(postgres.uri(role))
                await byURI.close()
            }
            await postgres.stop()
        }
    }

    @Test func `a second owner is told to come later`() async throws {
        try await withScratch { scratch in
            let first = try await scratch.start()
            await #expect {
                _ = try await scratch.start()
            } throws: { error in
                let failure = error as? CommandFailure
                return failure?.status == .temporaryFailure && failure?.message.contains("\(getpid())") == true
            }
            await first.stop()
        }
    }

    @Test func `a visitor uses the server that is there and leaves it running`() async throws {
        try await withScratch { scratch in
            let owner = try await scratch.start()
            let process = scratch.postmaster?.process
            let visitor = try await scratch.start(.visit)
            #expect(visitor.conninfo(.migrate) == owner.conninfo(.migrate))
            await visitor.stop()
            #expect(scratch.postmaster?.process == process)
            await owner.stop()
            #expect(scratch.postmaster == nil)
        }
    }

    @Test func `the last of several visitors stops the server`() async throws {
        try await withScratch { scratch in
            let first = try await scratch.start(.visit)
            let second = try await scratch.start(.visit)
            await first.stop()
            #expect(scratch.postmaster != nil)
            await second.stop()
            #expect(scratch.postmaster == nil)
        }
    }

    @Test func `the server of an owner that went away is adopted`() async throws {
        try await withScratch { scratch in
            var process: pid_t?
            do {
                // Going out of scope gives up the lock and nothing else, as a kill does.
                _ = try await scratch.start()
                process = scratch.postmaster?.process
            }
            let next = try await scratch.start()
            #expect(scratch.postmaster?.process == process)
            await next.stop()
            #expect(scratch.postmaster == nil)
        }
    }

    @Test func `a crash is recovered from, whoever has its process number now`() async throws {
        try await withScratch { scratch in
            do { _ = try await scratch.start() }
            let crashed = try #require(scratch.postmaster)
            let pidFile = scratch.directory.resolvedCluster + "/postmaster.pid"
            let text = try String(contentsOfFile: pidFile, encoding: .utf8)
            kill(crashed.process, SIGKILL)
            while crashed.isRunning(on: scratch.directory.resolvedCluster) {
                try await Task.sleep(for: .milliseconds(10))
            }
            // A living process that is no postmaster.
            let other = text.replacingOccurrences(of: "\(crashed.process)\n", with: "\(getpid())\n")
            try other.write(toFile: pidFile, atomically: false, encoding: .utf8)

            let next = try await scratch.start()

            #expect(scratch.postmaster?.state == .ready)
            await next.stop()
        }
    }

    @Test func `a server that hangs is ended and started anew`() async throws {
        try await withScratch { scratch in
            do { _ = try await scratch.start() }
            let hung = try #require(scratch.postmaster)
            kill(hung.process, SIGSTOP)

            let next = try await scratch.start()

            #expect(scratch.postmaster?.process != hung.process)
            await next.stop()
        }
    }

    @Test func `a cluster cut short while it was made is made again`() async throws {
        try await withScratch { scratch in
            try scratch.directory.prepare()
            let draft = scratch.directory.clusterPath + ".new"
            mkdir(draft, 0o700)
            try "15\n".write(toFile: draft + "/PG_VERSION", atomically: false, encoding: .utf8)
            _ = try DataDirectoryLock(scratch.directory, .exclusive)

            let postgres = try await scratch.start()

            #expect(FileStatus(of: draft) == nil)
            await postgres.stop()
        }
    }

    @Test func `a cluster of another major version is refused with the way out`() async throws {
        try await withScratch { scratch in
            let postgres = try await scratch.start()
            await postgres.stop()
            let file = scratch.directory.resolvedCluster + "/PG_VERSION"
            try "12\n".write(toFile: file, atomically: false, encoding: .utf8)
            await #expect {
                _ = try await scratch.start()
            } throws: { error in
                let failure = error as? CommandFailure
                return failure?.status == .configuration && failure?.message.contains("pg_upgrade") == true
            }
        }
    }

    @Test func `a directory with other things in it is left alone`() async throws {
        try await withScratch { scratch in
            mkdir(scratch.directory.path, 0o755)
            try "mine".write(toFile: scratch.directory.path + "/letter", atomically: false, encoding: .utf8)
            await #expect {
                _ = try await scratch.start()
            } throws: { error in
                (error as? CommandFailure)?.status == .cannotCreate
            }
            #expect(FileStatus(of: scratch.directory.path)?.mode == 0o755)
        }
    }

    @Test func `the files never belong to root, even below a directory closed to everybody else`() async throws {
        try await withScratch(mode: 0o700) { scratch in
            let postgres = try await scratch.start()
            let status = try #require(FileStatus(of: scratch.directory.resolvedCluster))
            #expect(status.owner != 0)
            #expect(status.mode == 0o700)
            // Only root's children run under another account, which the closed directory shuts out.
            #expect(scratch.directory.resolvedCluster.hasPrefix(Cluster.elsewhere) == (geteuid() == 0))
            await postgres.stop()
            let again = try await scratch.start()
            await again.stop()
        }
    }

    @Test func `a server that vanishes while serving is started again`() async throws {
        try await withScratch { scratch in
            let postgres = try await scratch.start()
            let watch = Task { try await postgres.run() }
            let first = try #require(scratch.postmaster)
            kill(first.process, SIGKILL)
            let limit = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < limit {
                if let now = scratch.postmaster, now.process != first.process, now.state == .ready { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(scratch.postmaster.map { $0.process != first.process } == true)
            watch.cancel()
            await postgres.stop()
            #expect(scratch.postmaster == nil)
        }
    }

    @Test(
        arguments: [
            ("/usr/lib/postgresql/15/bin/postgres\0-D\0/nowhere/postgres\0", "7 (postgres) S 1", .own),
            ("postgres\0-k\0/run\0-D\0/nowhere/postgres\0", "7 (postgres) S 1", .own),
            ("/usr/lib/postgresql/15/bin/postgres\0-D\0/usr\0", "7 (postgres) S 1", .other),
            ("/usr/lib/postgresql/15/bin/postgres\0-D\0/nowhere/moved\0", "7 (postgres) S 1", .unclear),
            ("/usr/lib/postgresql/15/bin/postgres\0-D\0postgres\0", "7 (postgres) S 1", .unclear),
            ("/usr/lib/postgresql/15/bin/postgres\0-D\0", "7 (postgres) S 1", .unclear),
            ("/usr/lib/postgresql/15/bin/postgres\0", "7 (postgres) S 1", .unclear),
            ("", "7 (postgres) S 1", .unclear),
            ("", "7 (postgres) Z 1", .other),
            ("", "7 (bash) S 1", .other),
            ("", "", .other),
            ("postgres: checkpointer \0\0", "7 (postgres) S 1", .other),
            ("/usr/bin/vi\0-D\0/nowhere/postgres\0", "7 (vi) S 1", .other),
        ] as [(String, String, Postmaster.Claim)]
    )
    func `a process whose directory is hidden is known by its command line`(
        commandLine: String,
        status: String,
        claim: Postmaster.Claim
    ) {
        let found = Postmaster.claim(
            on: "/nowhere/postgres", commandLine: Array(commandLine.utf8), status: Array(status.utf8)
        )
        #expect(found == claim)
    }

    @Test func `a symbolic link on a command line is followed to the cluster`() async throws {
        try await withScratch { scratch in
            let cluster = scratch.root + "/cluster"
            let link = scratch.root + "/link"
            mkdir(cluster, 0o700)
            #expect(symlink(cluster, link) == 0)
            let commandLine = Array("postgres\0-D\0\(link)\0".utf8)
            let found = Postmaster.claim(on: DataDirectory.resolve(cluster), commandLine: commandLine, status: [])
            #expect(found == .own)
        }
    }

    @Test func `a directory that holds nothing but the contacts' keys is one of ours`() throws {
        let scratch = Scratch()
        defer { scratch.remove() }
        _ = try SecretFile.load("contacts/1.key", in: scratch.directory)
        #expect(throws: Never.self) { try scratch.directory.prepare() }
    }

    @Test func `the names of socket directories fit a socket address`() {
        let deep = DataDirectory("/tmp/" + String(repeating: "深/", count: 60))
        let sockets = SocketDirectory.standard(for: deep, environment: ["XDG_RUNTIME_DIR": "/tmp"])
        #expect(sockets.fits)
    }
}
