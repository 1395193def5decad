import Foundation
import Glibc
import Logging

/// Writes log lines to standard error, each with one call, so that lines of several threads do not mix.
struct StandardErrorLog: LogHandler {
    let label: String
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, format: LogFormat, level: Logger.Level) {
        self.label = label
        self.format = format
        self.logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = self.metadata
            .merging(self.metadataProvider?.get() ?? [:]) { $1 }
            .merging(event.metadata ?? [:]) { $1 }
        let line = self.line(at: Date(), event.level, "\(event.message)", metadata) + "\n"
        var bytes = Array(line.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            // A log nobody reads must not stop the work.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// The line without its end.
    func line(at date: Date, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let pairs = metadata.sorted { $0.key < $1.key }
        switch self.format {
        case .json:
            var fields = [("time", time), ("level", level.rawValue), ("label", self.label), ("message", message)]
            fields += pairs.map { ($0.key, "\($0.value)") }
            return "{" + fields.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",") + "}"
        case .text:
            let rest = pairs.map { " \(Self.flat($0.key))=\(Self.quoted("\($0.value)"))" }.joined()
            return "\(time) \(level.rawValue) \(self.label): \(Self.flat(message))\(rest)"
        }
    }

    /// One line, whatever was written. On scalars: CR LF is one Character in Swift.
    private static func flat(_ text: String) -> String {
        var flat = String.UnicodeScalarView()
        flat.append(contentsOf: text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 })
        return String(flat)
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let control where control.value < 0x20 || control.value == 0x7f:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
