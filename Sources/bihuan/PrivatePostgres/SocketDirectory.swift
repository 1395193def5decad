import Foundation
import Glibc

/// Where the private PostgreSQL puts its Unix socket.
///
/// Not in the data directory: a socket's path has room for 107 bytes.
struct SocketDirectory: Hashable, Sendable {
    /// `sun_path` without its closing NUL.
    static let longestPath = 107
    /// The name PostgreSQL gives the socket for port 5432.
    static let socketName = ".s.PGSQL.5432"

    let path: String

    /// The directory a server that starts now would use: below `/run` for root, else below `XDG_RUNTIME_DIR`, else in `/tmp`.
    static func standard(
        for directory: DataDirectory,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> SocketDirectory {
        if geteuid() == 0 { return SocketDirectory(path: "/run/bihuan-\(directory.tag)") }
        if let base = environment["XDG_RUNTIME_DIR"], base.hasPrefix("/"),
            let status = FileStatus(of: base), status.kind == .directory, status.owner == geteuid()
        {
            let candidate = SocketDirectory(path: "\(base)/bihuan-\(directory.tag)")
            if candidate.fits { return candidate }
        }
        return SocketDirectory(path: "/tmp/bihuan-\(geteuid())-\(directory.tag)")
    }

    var fits: Bool { "\(self.path)/\(Self.socketName)".utf8.count <= Self.longestPath }

    /// Makes the directory for `account` alone.
    ///
    /// `/tmp` belongs to everybody: what is already there is used only if it is a directory of that account which nobody
    /// else may enter.
    func prepare(for account: SystemAccount) throws(CommandFailure) {
        if mkdir(self.path, 0o700) == 0 {
            if geteuid() == 0, chown(self.path, account.user, account.group) != 0 {
                throw .system("设置属主", self.path, code: errno)
            }
            return
        }
        guard errno == EEXIST else { throw .system("建立套接字目录", self.path, code: errno) }
        guard let status = FileStatus(of: self.path), status.kind == .directory, status.owner == account.user,
            status.mode & 0o077 == 0
        else {
            throw CommandFailure(.noPermission, "\(self.path) 已存在，但不是 \(account.name) 专用的目录（0700）；请检查后删除它")
        }
    }

    /// Removes what a server that is gone left here.
    ///
    /// Only called while no postmaster of this data directory runs.
    func sweep() {
        unlink("\(self.path)/\(Self.socketName)")
        unlink("\(self.path)/\(Self.socketName).lock")
    }

    func remove() {
        self.sweep()
        rmdir(self.path)
    }

    /// The process that holds the socket here; nil when none does.
    var holder: pid_t? {
        guard let text = try? String(contentsOfFile: "\(self.path)/\(Self.socketName).lock", encoding: .utf8),
            let line = text.split(whereSeparator: \.isNewline).first, let process = pid_t(line), process > 1,
            kill(process, 0) == 0
        else { return nil }
        return process
    }
}
