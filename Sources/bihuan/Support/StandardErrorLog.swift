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
        var metadata = event.metadata ?? [:]
        // What stands nearest to the event wins.
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { nearest, _ in nearest } }
        if !self.metadata.isEmpty { metadata.merge(self.metadata) { nearest, _ in nearest } }
        var line = self.line(at: Date(), event.level, "\(event.message)", metadata)
        line.append("\n")
        line.withUTF8 { utf8 in
            var rest = UnsafeRawBufferPointer(utf8)
            while !rest.isEmpty {
                let written = write(STDERR_FILENO, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                // A log nobody reads must not stop the work.
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    /// The line without its end.
    func line(at date: Date, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }
        var line = ""
        line.reserveCapacity(256)
        switch self.format {
        case .json:
            line += "{\"time\":\""
            Self.append(date, to: &line)
            line += "\",\"level\":\""
            line += level.rawValue
            line += "\",\"label\":"
            Self.append(quoted: self.label, to: &line)
            line += ",\"message\":"
            Self.append(quoted: message, to: &line)
            for (key, value) in pairs {
                line += ","
                Self.append(quoted: key, to: &line)
                line += ":"
                Self.append(quoted: Self.text(value), to: &line)
            }
            line += "}"
        case .text:
            Self.append(date, to: &line)
            line += " \(level.rawValue) \(self.label): \(Self.flat(message))"
            for (key, value) in pairs {
                line += " \(key)="
                Self.append(quoted: Self.text(value), to: &line)
            }
        }
        return line
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        if case .string(let text) = value { text } else { "\(value)" }
    }

    /// `2026-11-22T10:15:00.123Z`, by arithmetic: a request is a line, and Foundation's formatter costs more than the
    /// rest of it.
    private static func append(_ date: Date, to line: inout String) {
        var milliseconds = Int((date.timeIntervalSince1970 * 1_000).rounded(.down))
        var seconds = time_t(milliseconds / 1_000)
        milliseconds -= seconds * 1_000
        if milliseconds < 0 {
            milliseconds += 1_000
            seconds -= 1
        }
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func put(_ number: Int, _ width: Int) {
            let digits = String(number)
            for _ in digits.utf8.count..<max(width, digits.utf8.count) { line += "0" }
            line += digits
        }
        put(Int(parts.tm_year) + 1_900, 4)
        line += "-"
        put(Int(parts.tm_mon) + 1, 2)
        line += "-"
        put(Int(parts.tm_mday), 2)
        line += "T"
        put(Int(parts.tm_hour), 2)
        line += ":"
        put(Int(parts.tm_min), 2)
        line += ":"
        put(Int(parts.tm_sec), 2)
        line += "."
        put(milliseconds, 3)
        line += "Z"
    }

    /// One line, whatever was written. On scalars: CR LF is one Character in Swift.
    private static func flat(_ text: String) -> String {
        var flat = String.UnicodeScalarView()
        flat.append(contentsOf: text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 })
        return String(flat)
    }

    /// A JSON string.
    private static func append(quoted text: String, to line: inout String) {
        line += "\""
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7f
        }
        if isPlain { line += text } else { line += Self.escaped(text) }
        line += "\""
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
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
        return result
    }
}
