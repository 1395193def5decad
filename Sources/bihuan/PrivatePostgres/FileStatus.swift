import CoreFoundation
import Glibc

/// What the file system says of a path; the path itself, not what a symbolic link leads to.
struct FileStatus: Sendable {
    enum Kind: Sendable { case directory, file, link, other }

    let kind: Kind
    let owner: uid_t
    let group: gid_t
    /// The permission bits, e.g. `0o700`.
    let mode: mode_t

    /// Nil when nothing is there, or when what is there may not be looked at.
    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.kind =
            switch status.st_mode & S_IFMT {
            case S_IFDIR: .directory
            case S_IFREG: .file
            case S_IFLNK: .link
            default: .other
            }
        self.owner = status.st_uid
        self.group = status.st_gid
        self.mode = status.st_mode & 0o7777
    }
}
