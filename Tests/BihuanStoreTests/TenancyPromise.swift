import Foundation
import Testing

/// A file of `sql/tests`: promises of the schema that PostgreSQL itself asserts.
struct TenancyPromise: Sendable, CustomTestStringConvertible {
    let file: String

    var testDescription: String { self.file }

    static func all() throws -> [TenancyPromise] {
        let folder = try TenancyDatabase.folder.appendingPathComponent("tests")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names.filter { $0.hasSuffix(".sql") }.sorted().map { TenancyPromise(file: "tests/\($0)") }
    }
}
