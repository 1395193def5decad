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

        var hex: String { self.sha256.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined() }
    }

    var bootstrap: String
    var migrations: [Migration]
    var replaceable: [(file: String, text: String)]

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
        // Policies call functions, functions fire on generated tables' rows: this is the order of need.
        for folder in ["functions", "views", "generated", "policies"] {
            for url in try Self.files(sql.appendingPathComponent(folder)) {
                self.replaceable.append(("\(folder)/\(url.lastPathComponent)", try Self.text(url)))
            }
        }
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
