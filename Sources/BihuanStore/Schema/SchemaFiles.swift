import BihuanDomain
import Crypto
import Foundation

/// The schema as files, read and checked before anything is applied.
struct SchemaFiles: Sendable {
    struct Migration: Sendable {
        var number: Int
        var name: String
        var file: String
        var text: String
        var sha256: [UInt8]
    }

    var bootstrap: String
    var migrations: [Migration]
    var replaceable: [(file: String, text: String)]
    /// SHA-256 of all that is replaceable, in hexadecimal.
    var meaning: String

    init(reading sql: URL) throws(MigrationFault) {
        self.bootstrap = try Self.text(sql.appendingPathComponent("bootstrap.sql"))
        self.migrations = []
        for url in try Self.files(sql.appendingPathComponent("migrations")) {
            let stem = url.deletingPathExtension().lastPathComponent
            let parts = stem.split(separator: "_", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 4, let number = Int(parts[0]),
                number == self.migrations.count + 1,
                parts[1].utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 })
            else { throw .misnumbered(stem) }
            let text = try Self.text(url)
            self.migrations.append(
                Migration(
                    number: number, name: stem, file: "migrations/\(stem).sql", text: text,
                    sha256: Array(SHA256.hash(data: Data(text.utf8)))))
        }
        self.replaceable = []
        var hash = SHA256()
        // Policies call functions, functions fire on generated tables' rows: this is the order of need.
        for folder in ["functions", "views", "generated", "policies"] {
            for url in try Self.files(sql.appendingPathComponent(folder)) {
                let file = (file: "\(folder)/\(url.lastPathComponent)", text: try Self.text(url))
                hash.update(data: Data("\(file.file)\0\(file.text)\0".utf8))
                self.replaceable.append(file)
            }
        }
        self.meaning = Array(hash.finalize()).hexadecimal
    }

    private static func files(_ folder: URL) throws(MigrationFault) -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
            throw .unreadable(folder.path, reason: error.localizedDescription)
        }
        return names.filter { $0.hasSuffix(".sql") }.sorted().map { folder.appendingPathComponent($0) }
    }

    private static func text(_ url: URL) throws(MigrationFault) -> String {
        do { return try String(contentsOf: url, encoding: .utf8) } catch {
            throw .unreadable(url.path, reason: error.localizedDescription)
        }
    }
}

extension [UInt8] {
    package var hexadecimal: String { self.map { String(format: "%02x", $0) }.joined() }
}
