import BihuanDomain
package import Postgres

/// The server's connections: one pool for each of its two database roles.
package struct Pools: Sendable {
    /// `bihuan_server`: sees what the presented session may see.
    package let server: Pool
    /// `bihuan_worker`: acts for the server itself, a city at a time.
    package let worker: Pool
    /// Whose sessions have been seen to hold.
    let acquaintances = Acquaintances()

    package init(server: Pool, worker: Pool) {
        self.server = server
        self.worker = worker
    }

    /// The connections of whoever asks, used on that one's account.
    func pool(for principal: Principal) -> Share {
        switch principal {
        case .session(let token):
            Share(pool: self.server, user: self.acquaintances.user(token), token: token, self.acquaintances)
        case .system(let city):
            Share(
                pool: self.worker, user: Pool.User(circle: String(city.rawValue), member: ""), token: nil,
                self.acquaintances)
        }
    }

    /// The server's own upkeep: looks across cities, or presents the city it works for by itself.
    ///
    /// - Parameter user: on whose account; the crowd of one must not keep the others from a connection.
    @discardableResult
    func asWorker<R: Sendable>(
        by user: Pool.User = .anybody,
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) async throws(DeskError) -> R {
        try await self.worker.use(by: user) { connection throws(DeskError) in
            do throws(PostgresError) {
                return try body(connection)
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }

    /// Log-ins stand together in a circle of their own, which no city's code can be: they cannot crowd out those who are
    /// in, nor the other way.
    func poolForLogIns(_ name: String) -> Share {
        Share(pool: self.server, user: Pool.User(circle: "log in", member: name), token: nil, self.acquaintances)
    }

    /// A pool as one user sees it.
    struct Share: Sendable {
        private let pool: Pool
        private let user: Pool.User
        private let token: String?
        private let acquaintances: Acquaintances

        init(pool: Pool, user: Pool.User, token: String?, _ acquaintances: Acquaintances) {
            self.pool = pool
            self.user = user
            self.token = token
            self.acquaintances = acquaintances
        }

        /// As ``Pool/use(by:deadline:_:orFail:)``. A body that ends well has proved the session.
        @discardableResult
        func use<R: Sendable, Failure: Error>(
            deadline: Duration? = nil,
            _ body: @Sendable (isolated Connection) throws(Failure) -> R,
            orFail: @Sendable (PostgresError) -> Failure
        ) async throws(Failure) -> R {
            let value = try await self.pool.use(by: self.user, deadline: deadline, body, orFail: orFail)
            if let token { self.acquaintances.note(token) }
            return value
        }
    }
}
