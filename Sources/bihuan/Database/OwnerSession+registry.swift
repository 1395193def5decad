import BihuanStore

extension OwnerSession {
    /// Does the local operator's work in one city.
    ///
    /// - Parameter city: its code; nil for the only one there is.
    static func inCity<R: Sendable>(
        _ code: String?,
        _ settings: Settings,
        command: String,
        _ body: (Registry, Registry.City, OwnerSession) async throws -> R
    ) async throws -> R {
        // To set a database up only to find that it has no city would be a poor answer.
        if settings.databaseURL == nil, case let directory = try settings.directory(), !directory.hasCluster {
            throw CommandFailure(
                .noInput,
                "\(directory.path) 还没有数据库。先用 bihuan city add 建立城市，或用 --data-dir、BIHUAN_DATABASE_URL 指明在用的那一个")
        }
        return try await Self.with(settings, command: command) { session in
            let registry = Registry(session.connection)
            do {
                return try await body(registry, try await registry.city(code), session)
            } catch let fault as RegistryFault {
                throw CommandFailure(fault)
            }
        }
    }
}
