import Foundation
import Glibc
import Synchronization

/// Ends what the rig started and takes its directory away, should the rig itself be ended.
///
/// A shell keeps watch: its standard input is a pipe whose other end only this process holds. It is told the number of
/// each process that begins (`+N`) and ends (`-N`).
final class Lifeline: Sendable {
    private let pipe: Mutex<Int32>
    private let guardian: Process

    init(removing directory: String) throws {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw RigFailure("pipe: error \(errno)") }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        let end = ends[1]
        self.pipe = Mutex(end)
        self.guardian = Process()
        self.guardian.executableURL = URL(fileURLWithPath: "/bin/sh")
        self.guardian.arguments = ["-c", Self.script, "sh", directory]
        self.guardian.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        self.guardian.standardOutput = FileHandle.nullDevice
        self.guardian.standardError = FileHandle.nullDevice
        try self.guardian.run()
    }

    func began(_ process: pid_t) { self.tell("+\(process)\n") }

    func ended(_ process: pid_t) { self.tell("-\(process)\n") }

    /// Lets the guardian finish: what still runs is ended, and the directory goes.
    func close() {
        self.pipe.withLock { end in
            if end >= 0 { _ = Glibc.close(end) }
            end = -1
        }
        self.guardian.waitUntilExit()
    }

    private func tell(_ line: String) {
        self.pipe.withLock { end in
            guard end >= 0 else { return }
            _ = Array(line.utf8).withUnsafeBytes { write(end, $0.baseAddress, $0.count) }
        }
    }

    private static let script = """
        trap '' INT TERM HUP
        alive=' '
        while read -r word; do
            case $word in
                +*) alive="$alive${word#+} " ;;
                -*) left=' '; for one in $alive; do [ "$one" = "${word#-}" ] || left="$left$one "; done; alive=$left ;;
            esac
        done
        for one in $alive; do kill -KILL "$one"; done
        sleep 1
        umount "$1/small" 2>/dev/null
        rm -rf "$1"
        """
}
