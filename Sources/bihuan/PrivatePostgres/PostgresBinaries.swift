import Foundation

/// The directory of one installed PostgreSQL's server programs.
struct PostgresBinaries: Hashable, Sendable {
    /// The oldest major version that will do: row-level security and `security_invoker` views as used here.
    static let oldestMajor = 15
    /// Where Debian keeps them, one directory for each major version.
    static let debianRoot = "/usr/lib/postgresql"

    let directory: String
    let major: Int

    /// Looks for server programs.
    ///
    /// - Parameters:
    ///   - major: the version a cluster was made with; nil for a new cluster, which gets the newest.
    ///   - override: the value of `PG_BINDIR`; then nothing else is looked at.
    ///   - program: runs `postgres --version` as the account that will run the server.
    static func find(
        major: Int?,
        override: String? = ProcessInfo.processInfo.environment["PG_BINDIR"],
        program: ServerProgram
    ) async throws(CommandFailure) -> PostgresBinaries {
        let all = try await Self.installed(override: override, program: program)
        if let major {
            if let match = all.first(where: { $0.major == major }) { return match }
            throw Self.otherMajor(major, installed: all.map(\.major))
        }
        guard let newest = all.max(by: { $0.major < $1.major }), newest.major >= Self.oldestMajor else {
            throw CommandFailure(
                .unavailable,
                """
                没有找到 PostgreSQL \(Self.oldestMajor) 或更新版本的服务器程序（\(override ?? Self.debianRoot)）。
                Debian 12：sudo apt-get install --no-install-recommends postgresql-15
                或设 BIHUAN_DATABASE_URL 使用已有的 PostgreSQL。
                """
            )
        }
        return newest
    }

    func path(_ program: String) -> String { "\(self.directory)/\(program)" }

    private static func installed(
        override: String?,
        program: ServerProgram
    ) async throws(CommandFailure) -> [PostgresBinaries] {
        if let override, !override.isEmpty {
            guard let binaries = try await PostgresBinaries(directory: override, program: program) else {
                throw CommandFailure(.configuration, "PG_BINDIR=\(override) 中没有 postgres、initdb、pg_ctl，或版本号不可识别")
            }
            return [binaries]
        }
        var found: [PostgresBinaries] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: Self.debianRoot)) ?? [] {
            let directory = "\(Self.debianRoot)/\(name)/bin"
            guard let binaries = try await PostgresBinaries(directory: directory, program: program) else { continue }
            found.append(binaries)
        }
        return found
    }

    /// Nil when a program is missing or `postgres --version` says no version.
    private init?(directory: String, program: ServerProgram) async throws(CommandFailure) {
        let directory = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        for name in ["postgres", "initdb", "pg_ctl"] {
            guard FileManager.default.isExecutableFile(atPath: "\(directory)/\(name)") else { return nil }
        }
        let said = try await program.run("\(directory)/postgres", ["--version"])
        // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        guard let match = said.output.firstMatch(of: /\(PostgreSQL\) (\d+)/), let major = Int(match.1) else {
            return nil
        }
        self.directory = directory
        self.major = major
    }

    private static func otherMajor(_ major: Int, installed: [Int]) -> CommandFailure {
        let newest = installed.max().map(String.init) ?? "新版"
        return CommandFailure(
            .configuration,
            """
            数据目录是 PostgreSQL \(major) 建的，机器上却没有 PostgreSQL \(major) 的程序（现有：\
            \(installed.sorted().map(String.init).joined(separator: "、"))）。
            装回：sudo apt-get install --no-install-recommends postgresql-\(major)
            或升级（先备份，两个版本的程序都要在）：以数据目录的属主运行
              initdb -D 新目录 --encoding=UTF8 --locale=C.UTF-8 -U bihuan --data-checksums
              pg_upgrade -U bihuan -b \(debianRoot)/\(major)/bin -B \(debianRoot)/\(newest)/bin -d 数据目录/postgres -D 新目录
            再以新目录替换 数据目录/postgres。
            """
        )
    }
}
