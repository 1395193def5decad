import Foundation
import Glibc

/// Where the line door's Unix socket lies when `line.socket` does not say.
enum LineSocket {
    static let name = "line.sock"

    /// `/run/bihuan/line.sock` for root, else below `XDG_RUNTIME_DIR`, else in `/tmp`; with the data directory's tag where
    /// that is not the standard one, so that two servers do not meet.
    static func path(
        for directory: DataDirectory,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> String {
        let isStandard = try directory.path == DataDirectory.standard(environment: environment).path
        let folder = isStandard ? "bihuan" : "bihuan-line-\(directory.tag)"
        if geteuid() == 0 { return "/run/\(folder)/\(Self.name)" }
        if let base = environment["XDG_RUNTIME_DIR"], base.hasPrefix("/"),
            let status = FileStatus(of: base), status.kind == .directory, status.owner == geteuid()
        {
            let path = "\(base)/\(folder)/\(Self.name)"
            if path.utf8.count <= SocketDirectory.longestPath { return path }
        }
        return "/tmp/bihuan-\(geteuid())-line-\(directory.tag)/\(Self.name)"
    }

    /// Removes the folder of the socket, if it is one of ours and nothing else is in it.
    static func remove(_ path: String) {
        let folder = (path as NSString).deletingLastPathComponent
        if (folder as NSString).lastPathComponent.hasPrefix("bihuan") { rmdir(folder) }
    }

    /// Makes the folder of the socket.
    ///
    /// In `/tmp` what is already there is used only if it is ours and nobody else may write in it.
    static func prepare(_ path: String) throws(CommandFailure) {
        let folder = (path as NSString).deletingLastPathComponent
        if mkdir(folder, 0o755) == 0 { return }
        guard errno == EEXIST else { throw .system("建立套接字目录", folder, code: errno) }
        guard let status = FileStatus(of: folder), status.kind == .directory, status.owner == geteuid(),
            status.mode & 0o022 == 0
        else {
            throw CommandFailure(.noPermission, "\(folder) 已存在，但不属于当前用户或别人可写；请检查后删除它，或另设 line.socket")
        }
    }
}
