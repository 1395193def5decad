package import Foundation

/// Where the files that come with the program lie: `sql/`, `deploy/plans/`, `deploy/maps/`, `deploy/demo-city/`.
package struct Installation: Sendable {
    package let root: URL

    package init(root: URL) { self.root = root }

    /// `$BIHUAN_HOME`, else the nearest folder above the program that holds `sql/migrations`, else `/usr/share/bihuan`.
    package static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    ) throws(InstallationFault) -> Installation {
        if let home = environment["BIHUAN_HOME"] {
            let root = URL(fileURLWithPath: home)
            guard Self.isRoot(root) else { throw InstallationFault(searched: [root.path]) }
            return Installation(root: root)
        }
        var searched: [String] = []
        var folder = executable.deletingLastPathComponent()
        while folder.path != "/" {
            if Self.isRoot(folder) { return Installation(root: folder) }
            searched.append(folder.path)
            folder.deleteLastPathComponent()
        }
        let shared = URL(fileURLWithPath: "/usr/share/bihuan")
        guard Self.isRoot(shared) else { throw InstallationFault(searched: searched + [shared.path]) }
        return Installation(root: shared)
    }

    private static func isRoot(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent("sql/migrations").path)
    }

    package var sql: URL { self.root.appendingPathComponent("sql") }
    package var plans: URL { self.root.appendingPathComponent("deploy/plans") }
    package var maps: URL { self.root.appendingPathComponent("deploy/maps") }
    package var demoCity: URL { self.root.appendingPathComponent("deploy/demo-city") }
    package var calendar: URL { self.root.appendingPathComponent("deploy/plans/calendar.csv") }
}

/// The files that belong to the program were not found.
package struct InstallationFault: Error, CustomStringConvertible {
    package var searched: [String]

    package var description: String {
        "no sql/migrations in \(self.searched.joined(separator: ", ")); set BIHUAN_HOME to the folder that holds it"
    }
}
