package import Foundation
import Synchronization

/// Everything that clients said and were told, in order.
///
/// A command is written down before it is first said, and its answer once it is known; nothing is taken back. With a
/// file every line is there as soon as it was said, so that a history outlives the process that took it down.
package final class History: Sendable {
    package struct Entry: Sendable, Hashable {
        package let command: HistoryCommand
        package let invokedAt: Date
        /// Nil while the client is still at it.
        package var answer: HistoryAnswer?
        /// How often it was said before there was an answer.
        package var attempts = 0
    }

    private struct Line: Codable {
        var at: Date
        var number: Int
        var command: HistoryCommand?
        var answer: HistoryAnswer?
        var attempts: Int?
    }

    private struct State {
        var entries: [Entry] = []
        var file: FileHandle?
    }

    private let state: Mutex<State>

    /// - Parameter path: of a file to append to; nil: memory alone.
    package init(path: String? = nil) throws {
        var file: FileHandle?
        if let path {
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil)
            }
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file?.seekToEnd()
        }
        let opened = file
        self.state = Mutex(State(file: opened))
    }

    /// Writes down that a command is going to be said.
    ///
    /// - Returns: its number, for the answer.
    package func invoke(_ command: HistoryCommand) -> Int {
        self.state.withLock { state in
            let now = Date()
            state.entries.append(Entry(command: command, invokedAt: now))
            let number = state.entries.count - 1
            Self.write(Line(at: now, number: number, command: command), to: state.file)
            return number
        }
    }

    package func settle(_ number: Int, _ answer: HistoryAnswer, attempts: Int = 1) {
        self.state.withLock { state in
            state.entries[number].answer = answer
            state.entries[number].attempts = attempts
            Self.write(Line(at: Date(), number: number, answer: answer, attempts: attempts), to: state.file)
        }
    }

    package var entries: [Entry] { self.state.withLock { $0.entries } }

    package var count: Int { self.state.withLock { $0.entries.count } }

    private static func write(_ line: Line, to file: FileHandle?) {
        guard let file else { return }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else { return }
        try? file.write(contentsOf: data + [0x0A])
    }
}
