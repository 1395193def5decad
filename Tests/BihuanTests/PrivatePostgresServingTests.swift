import BihuanStore
import Foundation
import Glibc
import Postgres
import Testing

@testable import bihuan

/// The program itself, as people and scripts run it.
private final class Program: Sendable {
    private let process: Process
    private let output = Pipe()
    private let errors: URL

    /// The program lies beside the tests that are running.
    static var path: String {
        URL(fileURLWithPath: DataDirectory.resolve("/proc/self/exe")).deletingLastPathComponent()
            .appending(path: "bihuan").path
    }

    /// A copy of the program and its files where every account reaches them: a clone may lie below a closed home.
    static func install(in folder: String) throws -> String {
        let home = folder + "/installation"
        let source = try Installation.find(executable: URL(fileURLWithPath: #filePath)).root
        for part in ["sql", "deploy"] {
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: source.appending(path: part).path, toPath: "\(home)/\(part)")
        }
        try FileManager.default.copyItem(atPath: Self.path, toPath: "\(home)/bihuan")
        return home
    }

    /// - Parameters:
    ///   - account: run as this account; nil: as the one of the tests.
    ///   - home: an installation made by ``install(in:)``; nil: the program beside the tests.
    init(
        _ arguments: [String], account: String? = nil, home: String? = nil, environment: [String: String] = [:]
    ) throws {
        let path = home.map { $0 + "/bihuan" } ?? Self.path
        self.process = Process()
        self.errors = URL(fileURLWithPath: NSTemporaryDirectory() + "bihuan-stderr-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: self.errors.path, contents: nil)
        self.process.standardError = try FileHandle(forWritingTo: self.errors)
        self.process.standardOutput = self.output
        self.process.standardInput = FileHandle.nullDevice
        self.process.currentDirectoryURL = URL(fileURLWithPath: "/")
        // What a sanitizer is told holds for the programs it has built.
        let sanitizer = ProcessInfo.processInfo.environment.filter {
            ["LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS", "SWIFT_BACKTRACE"].contains($0.key)
        }
        self.process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"]
            .merging(sanitizer) { $1 }.merging(environment) { $1 }
        if let account {
            self.process.executableURL = URL(fileURLWithPath: "/usr/sbin/runuser")
            self.process.arguments = ["-u", account, "--", path] + arguments
        } else {
            self.process.executableURL = URL(fileURLWithPath: path)
            self.process.arguments = arguments
        }
        try self.process.run()
    }

    deinit {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: self.errors)
    }

    var id: pid_t { self.process.processIdentifier }
    var said: String { (try? String(contentsOf: self.errors, encoding: .utf8)) ?? "" }

    /// The first line of standard output; nil when the program ends without one.
    func line() -> String? {
        var bytes: [UInt8] = []
        while let byte = try? self.output.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    /// Waits for the end.
    func status() -> Int32 {
        self.process.waitUntilExit()
        return self.process.terminationStatus
    }

    func signal(_ number: CInt) {
        kill(self.id, number)
    }
}

/// `bihuan serve` with the private PostgreSQL, from outside.
@Suite(.serialized)
struct PrivatePostgresServingTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let root = "/tmp/bihuan-test-\(UUID().uuidString.lowercased())"
        mkdir(root, 0o777)
        chmod(root, 0o777)
        let directory = DataDirectory(root + "/data")
        defer {
            if let left = Postmaster.running(on: directory.resolvedCluster) { kill(left.process, SIGQUIT) }
            try? FileManager.default.removeItem(atPath: directory.resolvedCluster)
            try? FileManager.default.removeItem(atPath: root)
        }
        try await body(directory.path)
    }

    private func serve(_ directory: String, account: String? = nil, home: String? = nil) throws -> Program {
        try Program(
            ["serve", "--data-dir", directory, "--http-port", "0", "--line-port", "0"], account: account, home: home)
    }

    /// The three addresses of a ready line.
    private static func isReady(_ line: String?) -> Bool {
        line?.wholeMatch(of: /ready http=http:\/\/127\.0\.0\.1:\d+ line=127\.0\.0\.1:\d+ socket=\/\S+/) != nil
    }

    @Test func `serve says where it listens, keeps others out, and stops everything it started`() async throws {
        try await self.withDirectory { directory in
            let server = try self.serve(directory)
            let line = server.line()
            #expect(Self.isReady(line), "\(line ?? "") \(server.said)")

            let second = try self.serve(directory)
            #expect(second.line() == nil)
            #expect(second.status() == ExitStatus.temporaryFailure.rawValue)
            #expect(second.said.contains("\(server.id)"))

            let asked = try Program(["database", "url", "--data-dir", directory])
            let url = try #require(asked.line())
            let owner = try await Connection.open(url)
            let rows = try await owner.query("select current_user::text as name").rows
            #expect(try rows.first?.get("name") == "bihuan_migrate")
            await owner.close()

            server.signal(SIGTERM)
            #expect(server.status() == 0)
            #expect(Postmaster.running(on: DataDirectory(directory).resolvedCluster) == nil)
        }
    }

    @Test func `a server that was killed leaves PostgreSQL to the next one`() async throws {
        try await self.withDirectory { directory in
            let cluster = DataDirectory(directory).clusterPath
            let first = try self.serve(directory)
            #expect(Self.isReady(first.line()))
            let orphan = try #require(Postmaster.running(on: cluster))
            first.signal(SIGKILL)
            _ = first.status()
            #expect(Postmaster.running(on: cluster) == orphan)

            let second = try self.serve(directory)
            #expect(Self.isReady(second.line()), "\(second.said)")
            #expect(Postmaster.running(on: cluster)?.process == orphan.process)

            second.signal(SIGINT)
            #expect(second.status() == 0)
            #expect(Postmaster.running(on: cluster) == nil)
        }
    }

    @Test func `an ordinary account serves from a directory of its own`() async throws {
        try await self.withDirectory { directory in
            // Root lends itself the account that Debian's PostgreSQL brings; anybody else is an ordinary account already.
            let account = geteuid() == 0 ? "postgres" : nil
            let root = URL(fileURLWithPath: directory).deletingLastPathComponent().path
            let server = try self.serve(directory, account: account, home: try Program.install(in: root))
            #expect(Self.isReady(server.line()), "\(server.said)")
            let status = try #require(FileStatus(of: directory))
            let owner = try #require(account == nil ? geteuid() : SystemAccount(named: "postgres")?.user)
            #expect(status.owner == owner)
            #expect(status.mode == 0o700)
            let running = try #require(DataDirectoryLock.holder(of: DataDirectory(directory)))
            kill(running.process, SIGTERM)
            #expect(server.status() == 0, "\(server.said)")
        }
    }

    @Test func `a variable that means nothing is refused by its name`() throws {
        let program = try Program(["database", "url"], environment: ["BIHUAN_HTTP_PROT": "1"])
        #expect(program.status() == ExitStatus.configuration.rawValue)
        #expect(program.said.contains("BIHUAN_HTTP_PROT"))
    }

    @Test func `a command that is not there is wrong usage`() throws {
        #expect(try Program(["swerve"]).status() == ExitStatus.usage.rawValue)
    }
}
