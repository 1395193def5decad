import Foundation

enum TextFile {
    /// The text of a UTF-8 file.
    static func read(_ path: String) throws(CommandFailure) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "不能读取 \(path)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.dataError, "\(path) 不是 UTF-8")
        }
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }
}
