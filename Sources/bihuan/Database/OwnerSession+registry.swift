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
        try await Self.with(settings, command: command) { session in
            let registry = Registry(session.connection)
            do {
                return try await body(registry, try await registry.city(code), session)
            } catch let fault as RegistryFault {
                throw CommandFailure(fault)
            }
        }
    }
}
