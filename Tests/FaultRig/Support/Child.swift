import Foundation
import Glibc
import Synchronization

/// A process that the rig started, and whose end it hears of.
final class Child: Sendable {
    private let process: Process
    private let ended = Mutex<(status: Int32?, waiters: [CheckedContinuation<Int32, Never>])>((nil, []))

    /// - Parameters:
    ///   - output: file that standard output and error are appended to.
    init(_ path: String, _ arguments: [String], environment: [String: String], output: String) throws {
        if !FileManager.default.fileExists(atPath: output) {
            _ = FileManager.default.createFile(atPath: output, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        try file.seekToEnd()
        self.process = Process()
        self.process.executableURL = URL(fileURLWithPath: path)
        self.process.arguments = arguments
        self.process.environment = environment
        self.process.standardInput = FileHandle.nullDevice
        self.process.standardOutput = file
        self.process.standardError = file
        self.process.currentDirectoryURL = URL(fileURLWithPath: "/")
        self.process.terminationHandler = { [weak self] process in
            self?.end(
                process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus)
        }
        try self.process.run()
        try? file.close()
    }

    var id: pid_t { self.process.processIdentifier }

    var isRunning: Bool { self.ended.withLock { $0.status == nil } }

    private func end(_ status: Int32) {
        let waiters = self.ended.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    /// Waits for the end: the exit status, or a signal's number below zero.
    @discardableResult
    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let known = self.ended.withLock { state -> Int32? in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Sends a signal to the process while it runs.
    func signal(_ number: Int32) {
        self.ended.withLock { state in
            // Reaped already: the number may be somebody else's.
            if state.status == nil { _ = kill(self.process.processIdentifier, number) }
        }
    }
}
