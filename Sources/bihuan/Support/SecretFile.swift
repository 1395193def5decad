import Foundation
import Glibc

/// Random bytes that the server keeps in a file of its own, made when first needed.
enum SecretFile {
    static let length = 32

    /// What the server shows the database when a local account comes in over the Unix socket.
    ///
    /// The database keeps only its SHA-256, and the file is the server's account's alone: neither the database's password
    /// nor its contents open an operator's session.
    static let peer = "line/peer.secret"
    /// Seals the cursors of the JSON door's lists; kept, so that a client can go on after a restart.
    static let cursor = "http/cursor.key"

    /// Reads the file `name` below the data directory, or makes it.
    ///
    /// - Throws: `configuration` when its length or its permissions (0600) are not as they were made.
    static func load(_ name: String, in directory: DataDirectory) throws(CommandFailure) -> [UInt8] {
        try directory.prepare()
        let path = "\(directory.path)/\(name)"
        let folder = (path as NSString).deletingLastPathComponent
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw .system("建立目录", folder, code: errno) }
        if let status = FileStatus(of: path) {
            guard status.kind == .file, status.mode == 0o600, let data = FileManager.default.contents(atPath: path),
                data.count == Self.length
            else {
                throw CommandFailure(.configuration, "\(path) 应为 \(Self.length) 字节、权限 0600；删除后会重新生成")
            }
            return Array(data)
        }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<Self.length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let draft = "\(path).\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("写", path, code: errno) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw .system("写", path, code: errno)
        }
        if geteuid() == 0, let owner = FileStatus(of: directory.path)?.owner {
            // Made by root for a server that runs as the directory's owner.
            _ = lchown(folder, owner, gid_t.max)
            _ = fchown(descriptor, owner, gid_t.max)
        }
        // Of two that make it at once the first one's stands.
        guard link(draft, path) == 0 || errno == EEXIST else { throw .system("写", path, code: errno) }
        unlink(draft)
        return Array(FileManager.default.contents(atPath: path) ?? Data(bytes))
    }
}
