import Foundation
import Testing

@testable import bihuan

struct SettingsTests {
    /// Runs `body` with the path of a file of that text.
    private func withFile<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
        let path = NSTemporaryDirectory() + "bihuan-settings-\(UUID().uuidString).yaml"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func settings(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws(CommandFailure) -> Settings {
        try Settings(
            SettingSources(flags: flags, file: file, environment: environment, standardFile: "/nonexistent/bihuan.yaml")
        )
    }

    private func faults(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String? = nil
    ) -> CommandFailure? {
        do throws(CommandFailure) {
            _ = try self.settings(flags: flags, environment: environment, file: file)
            return nil
        } catch {
            return error
        }
    }

    @Test func `flags win over the environment, the environment over the file, the file over the standard`() throws {
        let settings = try self.withFile("http: {port: 9000}\nline: {port: 9001}\nsweep:\n  batch: 7\n") { file in
            try self.settings(
                flags: ["http.port": "9200"],
                environment: ["BIHUAN_HTTP_PORT": "9100", "BIHUAN_LINE_PORT": "9101"],
                file: file
            )
        }
        #expect(settings.httpPort == 9200)
        #expect(settings.linePort == 9101)
        #expect(settings.sweepBatch == 7)
        #expect(settings.sessionHours == 12)
    }

    @Test func `the standard values keep their own rules`() throws {
        let settings = try self.settings()
        #expect(settings.httpPort == 8080)
        #expect(settings.logFormat == .json)
        #expect(settings.databaseURL == nil)
    }

    @Test func `every wrong thing is told at once, with its place and its rule`() throws {
        let environment = ["BIHUAN_SWEEP_BATHC": "1", "BIHUAN_SWEEP_BATCH": "0"]
        let text = "http:\n  port: 70000\n  prot: 1\nlog: {level: loud}\nlist: [1]\n"
        let failure = try #require(try self.withFile(text) { self.faults(environment: environment, file: $0) })
        #expect(failure.status == .configuration)
        for part in [
            "第 2 行：http.port 必须是整数 0–65535", "第 3 行：没有 http.prot 这一项", "log.level 必须是",
            "list 不能是列表", "环境变量 BIHUAN_SWEEP_BATHC：没有这一项", "环境变量 BIHUAN_SWEEP_BATCH：sweep.batch 必须是",
        ] {
            #expect(failure.message.contains(part), "\(failure.message)")
        }
    }

    @Test func `a file that is named must be there and be YAML`() throws {
        #expect(self.faults(file: "/nonexistent/x.yaml")?.status == .configuration)
        let broken = try self.withFile("a: [1\n") { self.faults(file: $0) }
        #expect(broken?.status == .configuration)
        #expect(self.faults(environment: ["BIHUAN_CONFIG": "/nonexistent/x.yaml"])?.status == .configuration)
    }

    @Test func `an empty file sets nothing`() throws {
        let faults = try self.withFile("# nothing\n") { self.faults(file: $0) }
        #expect(faults == nil)
    }

    @Test func `no two settings share a name or a variable`() {
        #expect(Set(Settings.table.map(\.name)).count == Settings.table.count)
        #expect(Set(Settings.table.map(\.variable)).count == Settings.table.count)
    }

    // MARK: The database's connection strings

    private func conninfo(_ url: String, server: String? = nil, worker: String? = nil) throws -> [DatabaseRole: String]
    {
        var flags = ["database.url": url]
        flags["database.server.url"] = server
        flags["database.worker.url"] = worker
        return try DatabaseAccess.given(self.settings(flags: flags))
    }

    @Test func `one connection string serves every role`() throws {
        let uri = try self.conninfo("postgresql://db.example/bihuan?sslmode=verify-full")
        #expect(uri[.server] == "postgresql://db.example/bihuan?sslmode=verify-full&user=bihuan_server")
        #expect(uri[.migrate] == "postgresql://db.example/bihuan?sslmode=verify-full&user=bihuan_migrate")
        let keywords = try self.conninfo("host=db dbname=bihuan")
        #expect(keywords[.worker] == "host=db dbname=bihuan user=bihuan_worker")
    }

    @Test func `a user in the connection string is the owner's`() throws {
        let uri = try self.conninfo("postgres://admin@db/bihuan")
        #expect(uri[.migrate] == "postgres://admin@db/bihuan")
        #expect(uri[.server] == "postgres://admin@db/bihuan?user=bihuan_server")
    }

    @Test(arguments: ["postgresql://bihuan_migrate:s3cret@db/bihuan", "host=db user=x password=s3cret"])
    func `a password is never lent to another role`(url: String) throws {
        #expect(throws: CommandFailure.self) { try self.conninfo(url) }
        let own = try self.conninfo(url, server: "host=db user=bihuan_server", worker: "host=db user=bihuan_worker")
        #expect(own[.server] == "host=db user=bihuan_server")
    }
}
