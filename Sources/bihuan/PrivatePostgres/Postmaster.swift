import Foundation
import Glibc

/// A running postmaster, as its own `postmaster.pid` and `/proc` tell.
struct Postmaster: Hashable, Sendable {
    enum State: String, Sendable {
        case starting
        case stopping
        case ready
        case standby
    }

    /// What a process that hides its current directory tells of the cluster it serves.
    enum Claim: Hashable, Sendable {
        case own
        case other
        /// A living `postgres` that does not say which cluster is its.
        case unclear
    }

    private enum CurrentDirectory {
        case path(String)
        /// The process is there, but not ours to look at.
        case hidden
        case gone
    }

    let process: pid_t
    /// Where its socket is.
    let socketDirectory: String
    /// Nil in the first instants, before the state is written.
    let state: State?

    /// The postmaster that runs on `cluster` now; nil when none does.
    ///
    /// The file alone proves nothing: after a crash or in a new container its process number may belong to somebody else.
    /// A postmaster's current directory is its cluster, so that decides; where it is hidden, the command line does.
    static func running(on cluster: String) -> Postmaster? {
        // Lines: process, cluster, start time, port, socket directory, address, shared memory, state.
        guard let text = try? String(contentsOfFile: "\(cluster)/postmaster.pid", encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.first, let process = pid_t(first), process > 1 else { return nil }
        guard Self.isPostmaster(process, of: DataDirectory.resolve(cluster)) else { return nil }
        return Postmaster(
            process: process,
            socketDirectory: lines.count > 4 ? lines[4] : "",
            state: lines.count > 7 ? State(rawValue: lines[7].trimmingCharacters(in: .whitespaces)) : nil
        )
    }

    /// Whether the process is still the postmaster it was.
    func isRunning(on cluster: String) -> Bool {
        Self.isPostmaster(self.process, of: DataDirectory.resolve(cluster))
    }

    /// Whether `process` still serves a directory that was deleted and made anew at `cluster`.
    ///
    /// Only asked while ``running(on:)`` finds nothing there: then a server that names this path means the deleted one.
    static func outlived(_ process: pid_t, cluster: String) -> Bool {
        switch Self.directory(of: process) {
        case .path(let path): path.hasSuffix(" (deleted)")
        case .hidden: Self.claim(of: process, on: DataDirectory.resolve(cluster)) == .own
        case .gone: false
        }
    }

    /// - Parameter cluster: without symbolic links.
    private static func isPostmaster(_ process: pid_t, of cluster: String) -> Bool {
        switch Self.directory(of: process) {
        case .path(let path): return path == cluster
        case .gone: return false
        case .hidden:
            switch Self.claim(of: process, on: cluster) {
            case .own: return true
            case .other: return false
            case .unclear:
                guard let owner = FileStatus(of: "/proc/\(process)")?.owner else { return false }
                return owner == FileStatus(of: cluster)?.owner
            }
        }
    }

    /// Root without CAP_SYS_PTRACE, as in a container, gets EACCES for processes of other accounts.
    private static func directory(of process: pid_t) -> CurrentDirectory {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/\(process)/cwd", &buffer, buffer.count)
        guard length >= 0 else { return errno == EACCES || errno == EPERM ? .hidden : .gone }
        return .path(String(decoding: buffer.prefix(length).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self))
    }

    private static func claim(of process: pid_t, on cluster: String) -> Claim {
        // The status is read last: a process that ends in between shows there.
        let commandLine = Self.read("cmdline", of: process)
        return Self.claim(on: cluster, commandLine: commandLine, status: Self.read("stat", of: process))
    }

    /// What a process claims.
    ///
    /// - Parameters:
    ///   - cluster: without symbolic links.
    ///   - commandLine: `/proc/PID/cmdline`: the arguments, each closed by a NUL; empty for a process that ends.
    ///   - status: `/proc/PID/stat`: number, name in parentheses, state; empty for a process that is gone.
    static func claim(on cluster: String, commandLine: [UInt8], status: [UInt8]) -> Claim {
        let words = commandLine.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let program = words.first else {
            let fields = String(decoding: status, as: UTF8.self).split(separator: " ")
            // A zombie keeps its name, but holds nothing any more.
            guard fields.count > 2, fields[1] == "(postgres)", fields[2] != "Z", fields[2] != "X" else { return .other }
            return .unclear
        }
        // Other processes of a server are titled `postgres: checkpointer` and the like.
        guard program == "postgres" || program.hasSuffix("/postgres") else { return .other }
        guard let option = words.firstIndex(of: "-D"), option + 1 < words.count else { return .unclear }
        let place = words[option + 1]
        if place == cluster { return .own }
        // A relative path cannot be followed from here, and a directory that was moved is no longer where it was.
        guard place.hasPrefix("/"), access(place, F_OK) == 0 else { return .unclear }
        return DataDirectory.resolve(place) == cluster ? .own : .other
    }

    /// The beginning of `/proc/PID/name`, far more than the path of a cluster takes; empty when there is nothing to read.
    private static func read(_ name: String, of process: pid_t) -> [UInt8] {
        let descriptor = open("/proc/\(process)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let length = Glibc.read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(length, 0)))
    }
}
