import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A database cluster in a directory under `/tmp`, with a server that ends when this process does.
///
/// A shell keeps watch: its standard input is a pipe whose other end only this process holds, so however this process
/// ends, the shell reads the end of the file, stops the server and removes the directory.
final class ThrowawayCluster: Sendable {
    /// No TCP port is opened; the number names the socket.
    static let port = 5432

    /// Data and socket. Short, because the path of a Unix socket holds 107 bytes at most.
    let directory: String
    private let guardian: Process
    private let lifeline: Int32

    /// - Parameter settings: Of the server, as `name=value`, after this type's own.
    init(settings: [String] = []) throws {
        let programs = try ServerPrograms.find()
        self.directory = try Self.makeDirectory()

        var prefix: [String] = []
        if geteuid() == 0 {
            // The server refuses to run as root.
            let user = try Self.serverUser()
            guard chown(self.directory, user.uid, user.gid) == 0 else {
                throw TestSupportError("chown \(self.directory): error \(errno)")
            }
            prefix = ["setpriv", "--reuid=\(user.uid)", "--regid=\(user.gid)", "--clear-groups"]
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TestSupportError("pipe: error \(errno)") }
        // The server must not inherit the end that this process is to hold alone; it stays open until the process ends.
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        self.lifeline = ends[1]
        self.guardian = Process()
        guardian.executableURL = URL(fileURLWithPath: "/bin/sh")
        guardian.arguments =
            [
                "-c", Self.script, "sh", self.directory, programs.directory,
                settings.map { "-c \($0)" }.joined(separator: " "),
            ]
            + prefix
        guardian.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        guardian.standardOutput = FileHandle.nullDevice
        guardian.standardError = FileHandle.nullDevice
        try guardian.run()
    }

    /// The guardian stops the server and removes its directory; nobody waits for that.
    deinit {
        _ = close(self.lifeline)
    }

    /// What was written before the server failed to start; nil while there is hope.
    var failure: String? {
        guard !self.guardian.isRunning else { return nil }
        return (try? String(contentsOfFile: "\(self.directory)/log", encoding: .utf8)) ?? "no log"
    }

    /// Arguments: directory, programs, settings, and the command under which the server's programs are run, if any.
    ///
    /// Interrupts from the terminal are left to the end of the file. Settings are those of a server whose data may be
    /// lost; a test that is about waiting for a standby turns `synchronous_commit` on for itself.
    private static let script = """
        dir=$1; bin=$2; settings=$3; shift 3
        trap '' INT TERM HUP
        cd "$dir" || exit 1
        {
            "$@" "$bin/initdb" -D "$dir/data" -U \(TestServer.superuser) -A trust -E UTF8 --locale=C.UTF-8 --no-sync || exit 1
            setsid "$@" "$bin/postgres" -D "$dir/data" -p \(ThrowawayCluster.port) -k "$dir" \\
                -c listen_addresses= -c unix_socket_permissions=0777 \\
                -c fsync=off -c full_page_writes=off -c synchronous_commit=local \\
                -c max_connections=200 -c shared_buffers=64MB -c max_wal_size=256MB \\
                -c log_min_messages=error -c lc_messages=C $settings </dev/null &
        } >"$dir/log" 2>&1
        server=$!
        while read -r _; do :; done
        kill -QUIT "$server"
        wait "$server"
        cd /
        rm -rf "$dir"
        """

    private static func makeDirectory() throws -> String {
        var template = Array("/tmp/bihuan-pg-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError("mkdtemp: error \(errno)") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Others may reach the socket, so that a test can log in as any user of the system.
        guard chmod(path, 0o711) == 0 else { throw TestSupportError("chmod \(path): error \(errno)") }
        return path
    }

    private static func serverUser() throws -> (uid: uid_t, gid: gid_t) {
        for name in ["postgres", "bihuan"] {
            if let entry = getpwnam(name) { return (entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        throw TestSupportError("run as root, the tests need a user postgres or bihuan for the server")
    }
}
