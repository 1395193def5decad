import Foundation
import Glibc

/// The directory that holds everything Bihuan keeps on a machine: the lock, the private PostgreSQL, keys of the doors.
///
/// The account that runs PostgreSQL follows from it: the directory's owner, unless that is root; then the system account
/// `bihuan` where there is one, else `postgres`. A process that is not root can only use its own account.
struct DataDirectory: Sendable {
    /// Absolute, with symbolic links resolved as far as the path exists.
    let path: String

    /// Any of these tells that a directory is one of ours.
    static let ownEntries: Set<String> = ["bihuan.lock", "postgres", "line", "http", "contacts"]

    /// Below this much free space no cluster is begun: a new one takes 40 MiB, its first WAL segments and a demo city more.
    static let leastFreeBytes: UInt64 = 256 << 20

    init(_ path: String) {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var existing = URL(fileURLWithPath: absolute).standardizedFileURL.path
        var missing: [String] = []
        while existing != "/", access(existing, F_OK) != 0 {
            missing.append((existing as NSString).lastPathComponent)
            existing = (existing as NSString).deletingLastPathComponent
        }
        let rest = missing.reversed().joined(separator: "/")
        let resolved = Self.resolve(existing)
        self.path = rest.isEmpty ? resolved : (resolved == "/" ? "" : resolved) + "/" + rest
    }

    /// `path` without symbolic links; `path` itself when it leads nowhere.
    static func resolve(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where data lies when nobody says: `/var/lib/bihuan` for root, else as the XDG base directories have it.
    static func standard(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> DataDirectory {
        if geteuid() == 0 { return DataDirectory("/var/lib/bihuan") }
        if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return DataDirectory(base + "/bihuan") }
        if let home = environment["HOME"], home.hasPrefix("/") { return DataDirectory(home + "/.local/share/bihuan") }
        let home = try SystemAccount.current().home
        return DataDirectory(home + "/.local/share/bihuan")
    }

    /// The lock that says who uses the directory.
    var lockPath: String { self.path + "/bihuan.lock" }
    /// The cluster, or a link to it where the account cannot enter the directory.
    var clusterPath: String { self.path + "/postgres" }

    var exists: Bool { FileStatus(of: self.path)?.kind == .directory }
    var hasCluster: Bool { access(self.clusterPath, F_OK) == 0 }

    /// A short name made from the path, for directories elsewhere that belong to this one (FNV-1a, 64 bits).
    var tag: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in self.path.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Makes the directory where it is missing and sees that it may be used.
    ///
    /// A directory with other things in it is left alone: a mistyped `--data-dir /srv` must not change owners there.
    func prepare() throws(CommandFailure) {
        if !self.exists {
            do {
                try FileManager.default.createDirectory(
                    atPath: self.path,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                let allowed = access((self.path as NSString).deletingLastPathComponent, W_OK) == 0 || errno != EACCES
                throw CommandFailure(
                    allowed ? .cannotCreate : .noPermission,
                    "不能建立数据目录 \(self.path)：\(error.localizedDescription)"
                )
            }
        }
        guard access(self.path, R_OK | W_OK | X_OK) == 0 else {
            throw CommandFailure(
                .noPermission,
                "当前用户不能读写数据目录 \(self.path)。请换 --data-dir，或以其属主（或 root）运行"
            )
        }
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
        guard entries.isEmpty || !Self.ownEntries.isDisjoint(with: entries) else {
            throw CommandFailure(.cannotCreate, "\(self.path) 不是闭环的数据目录，且不是空的；请为 --data-dir 另选目录")
        }
    }

    /// The account that runs PostgreSQL here; see the type.
    func account() throws(CommandFailure) -> SystemAccount {
        let mine = try SystemAccount.current()
        let owner = FileStatus(of: self.resolvedCluster)?.owner ?? FileStatus(of: self.path)?.owner
        guard mine.isRoot else {
            if let owner, owner != mine.user, self.hasCluster {
                let name = SystemAccount(user: owner)?.name ?? "uid \(owner)"
                throw CommandFailure(.noPermission, "\(self.path) 属于 \(name)：请以 \(name) 或 root 运行")
            }
            return mine
        }
        if let owner, owner != 0, let account = SystemAccount(user: owner) { return account }
        if let directoryOwner = FileStatus(of: self.path)?.owner, directoryOwner != 0,
            let account = SystemAccount(user: directoryOwner)
        {
            return account
        }
        for name in ["bihuan", "postgres"] {
            if let account = SystemAccount(named: name), !account.isRoot { return account }
        }
        throw CommandFailure(
            .noPermission,
            "以 root 运行时 PostgreSQL 需要另一个系统用户，但没有 bihuan 或 postgres。请运行：adduser --system --group --home /var/lib/bihuan bihuan"
        )
    }

    /// Where the cluster's files really are.
    var resolvedCluster: String {
        guard FileStatus(of: self.clusterPath)?.kind == .link,
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: self.clusterPath)
        else { return self.clusterPath }
        return target
    }

    /// Free space for ordinary users on the disk of the directory, or of what exists of its path.
    var freeBytes: UInt64? {
        var existing = self.path
        while existing != "/", access(existing, F_OK) != 0 {
            existing = (existing as NSString).deletingLastPathComponent
        }
        var space = statvfs()
        guard statvfs(existing, &space) == 0 else { return nil }
        return UInt64(space.f_bavail) * UInt64(space.f_frsize)
    }

    /// Throws when the disk has no room for a new cluster.
    func requireSpace() throws(CommandFailure) {
        guard let free = self.freeBytes, free < Self.leastFreeBytes else { return }
        throw CommandFailure(
            .cannotCreate,
            "\(self.path) 所在磁盘只剩 \(free >> 20) MiB，建立数据库至少要 \(Self.leastFreeBytes >> 20) MiB"
        )
    }
}
