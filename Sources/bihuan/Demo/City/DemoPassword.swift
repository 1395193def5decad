import Foundation

/// The one password of the demo city: made at the first start, kept in a file that only this account reads.
struct DemoPassword: Sendable {
    /// `demo/password` in the data directory.
    let file: URL

    init(in directory: String) { self.file = URL(fileURLWithPath: directory).appending(path: "demo/password") }

    /// The password, and whether it was made just now.
    func password() throws -> (text: String, isNew: Bool) {
        if let kept = try? String(contentsOf: self.file, encoding: .utf8) {
            let text = kept.trimmingCharacters(in: .whitespacesAndNewlines)
            if !text.isEmpty { return (text, false) }
        }
        let text = Self.make()
        let folder = self.file.deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard
            FileManager.default.createFile(
                atPath: self.file.path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure(.cannotCreate, "不能写 \(self.file.path)") }
        return (text, true)
    }

    /// Easy to copy from a screen and of four kinds of characters. Letters and digits by turns never make a word, so no
    /// log-in name stands in it; about 60 bits.
    private static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let (letters, digits) = (Array("abcdefghjkmnpqrstuvwxyz"), Array("23456789"))
        let groups = (0..<4).map { _ in
            String(
                (0..<4).map { index in
                    (index.isMultiple(of: 2) ? letters : digits).randomElement(using: &generator) ?? "x"
                })
        }
        return "Demo-" + groups.joined(separator: "-")
    }
}
