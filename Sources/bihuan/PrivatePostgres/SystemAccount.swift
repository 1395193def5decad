import Glibc

/// An account of the machine.
struct SystemAccount: Hashable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t
    let home: String

    /// The account of that name; nil when there is none.
    init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        self.init(entry)
    }

    /// The account with that number; nil when it has no entry in the password file.
    init?(user: uid_t) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        self.init(entry)
    }

    private init(_ entry: passwd) {
        self.name = String(cString: entry.pw_name)
        self.user = entry.pw_uid
        self.group = entry.pw_gid
        self.home = String(cString: entry.pw_dir)
    }

    /// The account this process runs as.
    ///
    /// PostgreSQL maps accounts by name, so one without a name cannot own a cluster.
    static func current() throws(CommandFailure) -> SystemAccount {
        guard let account = SystemAccount(user: geteuid()) else {
            throw CommandFailure(.noPermission, "当前用户（uid \(geteuid())）在 /etc/passwd 中没有条目，PostgreSQL 无法按用户名认证")
        }
        return account
    }

    var isRoot: Bool { self.user == 0 }
}
