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

    let process: pid_t
    /// Where its socket is.
    let socketDirectory: String
    /// Nil in the first instants, before the state is written.
    let state: State?

    /// The postmaster that runs on `cluster` now; nil when none does.
    ///
    /// The file alone proves nothing: after a crash or in a new container its process number may belong to somebody else.
    /// A postmaster's current directory is its cluster, so that decides.
    static func running(on cluster: String) -> Postmaster? {
        // Lines: process, cluster, start time, port, socket directory, address, shared memory, state.
        guard let text = try? String(contentsOfFile: "\(cluster)/postmaster.pid", encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.first, let process = pid_t(first), process > 1 else { return nil }
        guard Self.directory(of: process) == DataDirectory.resolve(cluster) else { return nil }
        return Postmaster(
            process: process,
            socketDirectory: lines.count > 4 ? lines[4] : "",
            state: lines.count > 7 ? State(rawValue: lines[7].trimmingCharacters(in: .whitespaces)) : nil
        )
    }

    /// Whether the process is still the postmaster it was.
    func isRunning(on cluster: String) -> Bool {
        Self.directory(of: self.process) == DataDirectory.resolve(cluster)
    }

    /// The current directory of a process; nil when it is gone or not ours to look at.
    static func directory(of process: pid_t) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
    }
}
