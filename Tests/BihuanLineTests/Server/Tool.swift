import Foundation
import Synchronization

/// Runs a program of this machine to its end.
enum Tool {
    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// - Parameter input: goes to standard input, which then stays open until the program has ended or `patience` is over.
    static func run(
        _ name: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        patience: Duration = .seconds(20)
    ) async throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        let ended = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            ended.continuation.yield(process.terminationStatus)
            ended.continuation.finish()
        }
        async let output = Self.read(stdout)
        async let errors = Self.read(stderr)
        try process.run()
        try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        let pid = process.processIdentifier
        let watch = Task {
            try await Task.sleep(for: patience)
            kill(pid, SIGKILL)
        }
        var status: Int32 = -1
        for await code in ended.stream { status = code }
        watch.cancel()
        try? stdin.fileHandleForWriting.close()
        return Result(status: status, output: await output, errors: await errors)
    }

    private static func read(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
