import BihuanStore
import Foundation
import Logging

/// Where each role logs in, and the private PostgreSQL behind it where it is that.
struct DatabaseAccess: Sendable {
    /// Connection strings for libpq, by role.
    let conninfo: [DatabaseRole: String]
    /// Nil when `database.url` names a server of somebody else's.
    let postgres: PrivatePostgres?

    /// Sees that a database can be reached.
    ///
    /// - Parameters:
    ///   - purpose: for how long the private PostgreSQL is wanted.
    ///   - command: how this process signs the lock of the data directory.
    static func open(
        _ settings: Settings,
        for purpose: PrivatePostgres.Purpose,
        command: String,
        installation: Installation,
        logger: Logger
    ) async throws(CommandFailure) -> DatabaseAccess {
        if settings.databaseURL != nil {
            return DatabaseAccess(conninfo: try Self.given(settings), postgres: nil)
        }
        let path = installation.sql.appending(path: "roles.sql").path
        guard let roles = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(.noInput, "不能读取 \(path)")
        }
        let postgres = try await PrivatePostgres.start(
            in: settings.directory(),
            for: purpose,
            command: command,
            roles: roles,
            logger: logger,
            progress: Terminal.tell
        )
        let conninfo = Dictionary(uniqueKeysWithValues: DatabaseRole.allCases.map { ($0, postgres.conninfo($0)) })
        return DatabaseAccess(conninfo: conninfo, postgres: postgres)
    }

    /// The connection strings that follow from `database.url` and its two companions.
    ///
    /// One URL serves all roles, with the user name replaced, unless it carries a password: that can only be one role's.
    static func given(_ settings: Settings) throws(CommandFailure) -> [DatabaseRole: String] {
        guard let base = settings.databaseURL else { return [:] }
        var result: [DatabaseRole: String] = [:]
        for role in DatabaseRole.allCases {
            let own: String? =
                switch role {
                case .migrate: Self.namesUser(base) ? base : nil
                case .server: settings.databaseServerURL
                case .worker: settings.databaseWorkerURL
                }
            if own == nil, role != .migrate, Self.carriesPassword(base) {
                throw CommandFailure(
                    .configuration,
                    "database.url 带口令：请另给 database.server.url 与 database.worker.url，或改用 ~/.pgpass"
                )
            }
            result[role] = own ?? Self.with(role, base)
        }
        return result
    }

    /// `base` with another user; of a keyword given twice libpq takes the last.
    private static func with(_ role: DatabaseRole, _ base: String) -> String {
        guard Self.isURI(base) else { return "\(base) user=\(role.rawValue)" }
        return base + (base.contains("?") ? "&" : "?") + "user=\(role.rawValue)"
    }

    private static func isURI(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// What stands between `//` and `@` of a URI.
    private static func userInformation(_ text: String) -> Substring? {
        let rest = text.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        return authority.lastIndex(of: "@").map { authority[..<$0] }
    }

    private static func namesUser(_ text: String) -> Bool {
        if Self.isURI(text), let user = Self.userInformation(text), !user.isEmpty { return true }
        return text.contains(/(^|[\s?&])user\s*=/)
    }

    private static func carriesPassword(_ text: String) -> Bool {
        if Self.isURI(text), Self.userInformation(text)?.contains(":") == true { return true }
        return text.contains(/(^|[\s?&])password\s*=/)
    }

    /// Lets the private PostgreSQL go; it stops unless others use it.
    func close() async {
        await self.postgres?.stop()
    }
}
