import Glibc

/// Words for the person at the terminal; they are neither results (standard output) nor logs.
enum Terminal {
    /// Writes a line to standard error.
    static func tell(_ line: String) {
        Self.write(line + "\n", to: STDERR_FILENO)
    }

    /// Writes a line of the command's result to standard output, at once.
    static func print(_ line: String) {
        Self.write(line + "\n", to: STDOUT_FILENO)
    }

    /// Writes to standard error without ending the line.
    static func prompt(_ text: String) {
        Self.write(text, to: STDERR_FILENO)
    }

    static var hasScreen: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: CInt) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
