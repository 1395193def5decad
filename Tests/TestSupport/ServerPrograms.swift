import Foundation

/// Where PostgreSQL's server programs are.
package struct ServerPrograms: Sendable {
    /// The oldest release the system runs on.
    static let leastMajor = 15

    package let directory: String

    /// `PG_BINDIR`, or else the newest release under the places Debian, Red Hat and a build from source use.
    package static func find() throws -> ServerPrograms {
        if let directory = ProcessInfo.processInfo.environment["PG_BINDIR"], !directory.isEmpty {
            return ServerPrograms(directory: directory)
        }
        var candidates: [(major: Int, directory: String)] = []
        for root in ["/usr/lib/postgresql", "/usr/pgsql", "/usr/local/pgsql"] {
            let parent = (root as NSString).deletingLastPathComponent
            let name = (root as NSString).lastPathComponent
            for entry in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] {
                if let major = Int(entry) { candidates.append((major, "\(root)/\(entry)/bin")) }
            }
            // Red Hat's packages: /usr/pgsql-17/bin.
            for entry in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
                guard entry.hasPrefix("\(name)-"), let major = Int(entry.dropFirst(name.count + 1)) else { continue }
                candidates.append((major, "\(parent)/\(entry)/bin"))
            }
        }
        let fit = candidates.filter {
            $0.major >= Self.leastMajor && FileManager.default.isExecutableFile(atPath: "\($0.directory)/initdb")
        }
        if let newest = fit.max(by: { $0.major < $1.major }) { return ServerPrograms(directory: newest.directory) }
        for directory in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") {
            if FileManager.default.isExecutableFile(atPath: "\(directory)/initdb") {
                return ServerPrograms(directory: String(directory))
            }
        }
        throw TestSupportError("no PostgreSQL \(Self.leastMajor) or later was found; set PG_BINDIR")
    }
}
