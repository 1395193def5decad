import Glibc
import Subprocess
import SystemPackage

/// Runs PostgreSQL's own programs as the account that owns the cluster.
///
/// PostgreSQL refuses to run as root, so a root process starts them under the other account, with that account's group
/// and no others. setpriv(1) of util-linux changes the account, after the exec: swift-subprocess 1.0.2 would do it in the
/// child of a bare clone, where the C library's `setgroups` waits for threads that exist in the parent only. That hung
/// whenever the parent was just starting one.
///
/// The programs get a clean environment (no `PG…`, no locale of the caller) and `/` as their directory, because the
/// caller's may be closed to the account.
struct ServerProgram: Sendable {
    /// What a program printed and how it ended.
    struct Outcome: Sendable {
        var succeeded: Bool
        /// Standard output and standard error together.
        var output: String

        /// The last lines, for a message to people.
        var tail: String {
            self.output.split(whereSeparator: \.isNewline).suffix(8).joined(separator: "\n")
        }
    }

    let account: SystemAccount

    /// Runs `path` to its end. The output is cut at 1 MiB by an error, which none of the programs used here reaches.
    func run(_ path: String, _ arguments: [String]) async throws(CommandFailure) -> Outcome {
        var options = PlatformOptions()
        // A session of its own: Ctrl-C in the terminal stops this program, which then stops PostgreSQL in order.
        options.createSession = true
        var line = [path] + arguments
        if geteuid() == 0, !self.account.isRoot {
            line =
                ["/usr/bin/setpriv", "--reuid=\(self.account.user)", "--regid=\(self.account.group)", "--clear-groups"]
                + line
        }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(line[0])),
                arguments: Arguments(Array(line.dropFirst())),
                environment: .custom([
                    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/",
                ]),
                workingDirectory: FilePath("/"),
                platformOptions: options,
                output: .string(limit: 1 << 20),
                error: .combinedWithOutput
            )
            // A cancelled task has the program killed; that is no verdict of the program.
            guard !Task.isCancelled else { throw CancellationError() }
            return Outcome(succeeded: result.terminationStatus.isSuccess, output: result.standardOutput)
        } catch is CancellationError {
            throw CommandFailure(.temporaryFailure, "已中断")
        } catch {
            throw CommandFailure(.unavailable, "不能运行 \(path)：\(error)")
        }
    }
}
