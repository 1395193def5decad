#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A pipe by which one thread wakes another out of `poll`.
final class Wake: Sendable {
    /// Readable once ``signal()`` was called.
    let descriptor: Int32
    private let writer: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { fatalError("pipe: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.descriptor = ends[0]
        self.writer = ends[1]
    }

    deinit {
        _ = close(self.descriptor)
        _ = close(self.writer)
    }

    func signal() {
        var byte: UInt8 = 1
        _ = unsafe write(self.writer, &byte, 1)
    }

    /// Waits for the signal; false when the time is over first.
    func wait(for duration: Duration) -> Bool {
        let deadline = Deadline.after(duration)
        repeat {
            var end = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&end, 1, deadline.milliseconds) > 0 { return true }
        } while !deadline.hasPassed
        return false
    }
}
