import CoreFoundation
import Foundation
import Glibc

/// The files of the private PostgreSQL: made once by `initdb`, with a configuration that Bihuan writes at every start.
struct Cluster: Sendable {
    let directory: DataDirectory
    let account: SystemAccount
    let program: ServerProgram

    /// The superuser of the cluster; `initdb` makes it.
    static let superuser = "bihuan"

    /// Where clusters of root lie when PostgreSQL's account cannot reach the data directory, e.g. below `/root`.
    static let elsewhere = "/var/lib/bihuan-clusters"

    init(_ directory: DataDirectory, account: SystemAccount) {
        self.directory = directory
        self.account = account
        self.program = ServerProgram(account: account)
    }

    /// The files themselves.
    var path: String { self.directory.resolvedCluster }
    /// What the postmaster says before its log collector runs.
    var startLog: String { self.path + "/start.log" }

    /// The major version the cluster was made with.
    func major() throws(CommandFailure) -> Int {
        guard let text = try? String(contentsOfFile: self.path + "/PG_VERSION", encoding: .utf8),
            let major = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw CommandFailure(.dataError, "\(self.path) 不是 PostgreSQL 的数据目录（没有 PG_VERSION）")
        }
        return major
    }

    // MARK: Making

    /// Makes the cluster.
    ///
    /// It is made beside its place and renamed when it is whole, so one cut short by a kill is made again from the start.
    func create(_ binaries: PostgresBinaries) async throws(CommandFailure) {
        try self.directory.requireSpace()
        let place = try await self.choosePlace()
        let draft = place + ".new"
        try self.removeTree(draft)
        guard mkdir(draft, 0o700) == 0 else { throw .system("建立目录", draft, code: errno) }
        try self.own(draft)
        let outcome = try await self.program.run(
            binaries.path("initdb"),
            [
                "-D", draft, "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject",
                "-U", Self.superuser, "--data-checksums", "--no-instructions",
            ]
        )
        guard outcome.succeeded else {
            try? self.removeTree(draft)
            let status: ExitStatus = outcome.output.contains("Permission denied") ? .noPermission : .cannotCreate
            throw CommandFailure(status, "initdb 未能建立数据库：\n\(outcome.tail)")
        }
        // What initdb found out about the machine, its kind of shared memory for one, stands; ours comes after it.
        let found = try TextFile.read(draft + "/postgresql.conf")
        try self.write("postgresql.conf", in: draft, found + "\ninclude 'bihuan.conf'\n")
        try self.write(
            "local.conf", in: draft, "# Settings of the administrator; read last, never written by bihuan.\n")
        guard rename(draft, place) == 0 else { throw .system("改名", draft, code: errno) }
        if place != self.directory.clusterPath, symlink(place, self.directory.clusterPath) != 0 {
            throw .system("建立链接", self.directory.clusterPath, code: errno)
        }
    }

    /// The data directory, or a directory below ``elsewhere`` when PostgreSQL's account cannot enter it.
    private func choosePlace() async throws(CommandFailure) -> String {
        guard geteuid() == 0, !self.account.isRoot else { return self.directory.clusterPath }
        // The account must be able to pass through, and only to pass through: keys of the doors lie beside the cluster.
        if FileStatus(of: self.directory.path)?.owner == 0 {
            guard chown(self.directory.path, 0, self.account.group) == 0, chmod(self.directory.path, 0o710) == 0 else {
                throw .system("设置权限", self.directory.path, code: errno)
            }
        }
        let reached = try await self.program.run("/bin/sh", ["-c", "cd -- \"$1\"", "sh", self.directory.path])
        if reached.succeeded { return self.directory.clusterPath }
        guard mkdir(Self.elsewhere, 0o711) == 0 || errno == EEXIST else {
            throw .system("建立目录", Self.elsewhere, code: errno)
        }
        return "\(Self.elsewhere)/\(UUID().uuidString.lowercased())"
    }

    private func own(_ path: String) throws(CommandFailure) {
        guard geteuid() == 0 else { return }
        guard lchown(path, self.account.user, self.account.group) == 0 else {
            throw .system("设置属主", path, code: errno)
        }
    }

    private func removeTree(_ path: String) throws(CommandFailure) {
        guard FileStatus(of: path) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CommandFailure(.noPermission, "不能删除未建完的 \(path)：\(error.localizedDescription)")
        }
    }

    // MARK: Configuration

    /// Writes the configuration anew.
    ///
    /// `local.conf` in the cluster is the administrator's and is read last.
    func configure(_ sockets: SocketDirectory) throws(CommandFailure) {
        try self.write("bihuan.conf", in: self.path, Self.settings(sockets))
        try self.write(
            "pg_hba.conf",
            in: self.path,
            """
            # Written by bihuan at every start. Nobody comes in but through the Unix socket, as the account the kernel names.
            local all all peer map=bihuan

            """
        )
        let accounts = Set([self.account.name, "root"]).sorted()
        let roles = [Self.superuser] + DatabaseRole.allCases.map(\.rawValue)
        let maps = accounts.flatMap { account in roles.map { "bihuan \"\(account)\" \($0)" } }
        try self.write(
            "pg_ident.conf", in: self.path,
            "# Written by bihuan at every start.\n" + maps.joined(separator: "\n") + "\n")
    }

    /// A modest server for one machine that also runs Bihuan: about 200 MiB of memory of its own.
    private static func settings(_ sockets: SocketDirectory) -> String {
        """
        # Written by bihuan at every start; put changes into local.conf.
        listen_addresses = ''
        port = 5432
        unix_socket_directories = '\(sockets.path.replacing("'", with: "''"))'
        unix_socket_permissions = 0700
        # The largest pools that the settings of bihuan allow, 64 and 16, and 20 for commands and the administrator.
        max_connections = 100
        shared_buffers = 128MB
        work_mem = 8MB
        maintenance_work_mem = 64MB
        effective_cache_size = 1GB
        random_page_cost = 1.1
        max_wal_size = 1GB
        # Short statements by the thousand: compiling them costs more than it saves.
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'
        lc_messages = 'C.UTF-8'
        lc_monetary = 'C.UTF-8'
        lc_numeric = 'C.UTF-8'
        lc_time = 'C.UTF-8'
        default_text_search_config = 'pg_catalog.simple'
        # One file for each day of the week. Neither statements nor the values in them: they hold what people wrote.
        logging_collector = on
        log_directory = 'log'
        log_filename = 'postgresql-%a.log'
        log_truncate_on_rotation = on
        log_rotation_age = 1d
        log_rotation_size = 0
        log_min_error_statement = panic
        log_error_verbosity = terse
        log_checkpoints = off
        include_if_exists 'local.conf'

        """
    }

    /// Replaces a file of the cluster in one step.
    ///
    /// The directory belongs to a weaker account than root may be: the file is made new and never written through a link.
    private func write(_ name: String, in folder: String, _ text: String) throws(CommandFailure) {
        let path = "\(folder)/\(name)"
        let draft = "\(path).\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("写", path, code: errno) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw .system("写", path, code: errno) }
            rest = rest.dropFirst(written)
        }
        if geteuid() == 0, fchown(descriptor, self.account.user, self.account.group) != 0 {
            throw .system("设置属主", path, code: errno)
        }
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw .system("写", path, code: errno) }
    }

    // MARK: Telling why

    /// The last lines that the server logged, for a message to people.
    var lastWords: String {
        var texts = [self.startLog]
        let logs = "\(self.path)/log"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? []
        let newest = names.max { Self.changed("\(logs)/\($0)") < Self.changed("\(logs)/\($1)") }
        if let newest { texts.append("\(logs)/\(newest)") }
        return texts.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
            .flatMap { $0.split(whereSeparator: \.isNewline) }
            .suffix(8)
            .joined(separator: "\n")
    }

    private static func changed(_ path: String) -> Int {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mtim.tv_sec : 0
    }
}
