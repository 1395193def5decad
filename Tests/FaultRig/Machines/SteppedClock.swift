import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A wall clock of one process's own, that can be made to jump while it runs (libfaketime).
///
/// Left to itself the library puts a variable into the environment; that moves the environment away from the arguments,
/// and a Swift program, which looks for its arguments before its environment, then finds none. So what the variable
/// names, a semaphore and a page of memory, is made here and handed over.
struct SteppedClock {
    /// For the process whose clock it is.
    let environment: [String: String]
    private let file: String
    private let names: (semaphore: String, memory: String)

    init(in directory: String) throws {
        let places = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"].map {
            "\($0)/faketime/libfaketimeMT.so.1"
        }
        guard let library = places.first(where: { access($0, R_OK) == 0 }) else {
            throw RigFailure("the clock of a server can only be moved with libfaketime (Debian: libfaketime)")
        }
        self.file = "\(directory)/clock"
        self.names = ("/bihuan-rig-sem-\(getpid())", "/bihuan-rig-shm-\(getpid())")
        // Swift does not import a function of variable arguments; this one is always called with four.
        typealias Open = @convention(c) (UnsafePointer<CChar>, Int32, mode_t, UInt32) -> OpaquePointer?
        guard let symbol = dlsym(nil, "sem_open"),
            unsafeBitCast(symbol, to: Open.self)(self.names.semaphore, O_CREAT | O_EXCL, 0o600, 1) != nil
        else { throw RigFailure("sem_open: error \(errno)") }
        let memory = shm_open(self.names.memory, O_CREAT | O_EXCL | O_RDWR, 0o600)
        guard memory >= 0, ftruncate(memory, 4_096) == 0 else { throw RigFailure("shm_open: error \(errno)") }
        close(memory)
        self.environment = [
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": self.file, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_SHARED": "\(self.names.semaphore) \(self.names.memory)",
        ]
        try self.step("+0s")
    }

    /// Makes the clock that far ahead of the true one, e.g. `-3600s`.
    func step(_ text: String) throws {
        try "\(text)\n".write(toFile: self.file, atomically: true, encoding: .utf8)
    }

    /// Removes what was made for it.
    func remove() {
        sem_unlink(self.names.semaphore)
        shm_unlink(self.names.memory)
    }
}
