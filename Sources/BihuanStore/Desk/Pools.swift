import BihuanDomain
package import Postgres

/// The server's connections: one pool for each of its two database roles.
package struct Pools: Sendable {
    /// `bihuan_server`: sees what the presented session may see.
    package let server: Pool
    /// `bihuan_worker`: acts for the server itself, a city at a time.
    package let worker: Pool

    package init(server: Pool, worker: Pool) {
        self.server = server
        self.worker = worker
    }

    func pool(for principal: Principal) -> Pool {
        switch principal {
        case .session: self.server
        case .system: self.worker
        }
    }
}
