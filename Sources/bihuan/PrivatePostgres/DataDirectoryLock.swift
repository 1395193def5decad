import Foundation
import Glibc

/// The lock on a data directory (`bihuan.lock`).
///
/// `serve` and `demo` hold it exclusively as long as they run. A command that only needs the database holds it shared;
/// whoever then finds itself alone stops the PostgreSQL that it or another command started. The kernel drops the lock with
/// the process, so a killed server leaves none behind.
final class DataDirectoryLock: Sendable {
    enum Mode: Sendable { case exclusive, shared }

    /// Who took the lock exclusively last, as written in the file.
    struct Holder: Hashable, Sendable {
        let process: pid_t
        let command: String
    }

    private let descriptor: CInt

    /// Nil when another process stands in the way; then ``holder(of:)`` says which.
    init?(_ directory: DataDirectory, _ mode: Mode) throws(CommandFailure) {
        let descriptor = open(directory.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .system("打开", directory.lockPath, code: errno)
        }
        // Made by root in a directory of another account, the file must stay usable to that account.
        if geteuid() == 0, let owner = FileStatus(of: directory.path) {
            _ = fchown(descriptor, owner.owner, owner.group)
        }
        self.descriptor = descriptor
        guard self.change(to: mode) else { return nil }
    }

    deinit {
        close(self.descriptor)
    }

    /// Changes the lock without waiting; false when another process stands in the way, and then no lock is left.
    func change(to mode: Mode) -> Bool {
        flock(self.descriptor, (mode == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0
    }

    /// Gives the lock up before the object goes.
    func release() {
        _ = flock(self.descriptor, LOCK_UN)
    }

    /// Writes who holds the lock, for the message that the next one gets.
    func sign(_ command: String) {
        let text = Array("\(getpid()) \(command)\n".utf8)
        _ = ftruncate(self.descriptor, 0)
        _ = pwrite(self.descriptor, text, text.count, 0)
    }

    /// Who signed last; nil when nobody did or the process is gone.
    static func holder(of directory: DataDirectory) -> Holder? {
        guard let text = try? String(contentsOfFile: directory.lockPath, encoding: .utf8) else { return nil }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let process = pid_t(words[0]), kill(process, 0) == 0 || errno == EPERM else {
            return nil
        }
        return Holder(process: process, command: words[1].trimmingCharacters(in: .newlines))
    }
}
