package import BihuanDomain
import Crypto
package import Foundation
import Postgres

/// Lets officers in and out. Sessions are made by the database alone; this computes what it compares.
package struct Gate: Sendable {
    let pools: Pools
    let hasher: PasswordHasher
    /// Absolute life of a session, in hours.
    let hours: Int
    /// From the hash to a refusal, so that what the database had to do, and for whom, does not show: a failure of an
    /// account that exists is written down, and one of a name that does not exist is not.
    private static let refusalTime = Duration.milliseconds(50)

    package init(pools: Pools, hasher: PasswordHasher, hours: Int = 8) {
        self.pools = pools
        self.hasher = hasher
        self.hours = hours
    }

    /// A session just opened. The token is told once and stored nowhere.
    package struct Login: Sendable {
        package let token: String
        package let session: SessionID
        package let expiresAt: Date
    }

    /// Log-in by name and password, at every door the same.
    ///
    /// - Parameters:
    ///   - name: `login@city`, or `login@city/unit/role` to act in that post of several.
    ///   - password: raw bytes as typed, in UTF-8.
    ///   - post: the acting post; nil: the one held longest.
    ///   - source: the address that the connection comes from; those who come from one wait in one line.
    /// - Throws: `.unauthenticated` for a wrong name, a wrong password, a locked account and a post not held, without
    ///   telling which and in the same time; `.overloaded` when too many log-ins wait.
    package func logIn(
        name: String, password: String, post: PostID? = nil, via door: Door, from source: String? = nil
    ) async throws(DeskError) -> Login {
        let parts = name.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
        let login = String(parts[0]) ?? ""
        let place = (parts.count == 2 ? String(parts[1]) ?? "" : "").split(
            separator: "/", omittingEmptySubsequences: false
        ).map(String.init)
        // Anything else than a unit and a role behind it is no city's code.
        let chosen = place.count == 3 ? (unit: place[1], role: place[2]) : nil
        let city = place.count == 3 ? place[0] : place.joined(separator: "/")
        let bytes = Array(password.utf8)
        guard bytes.count <= PasswordHasher.longestPassword, !login.utf8.contains(0), !city.utf8.contains(0) else {
            throw .unauthenticated
        }
        // Made-up cities are one crowd, not many.
        let applicant = PasswordHasher.Applicant(
            source: source ?? "", city: self.pools.acquaintances.isKnown(city: city) ? city : "", account: name)
        guard !self.hasher.refuses(applicant) else { throw .overloaded(retryAfter: 5) }
        let connections = self.pools.poolForLogIns(applicant.city)
        let salt: [UInt8] = try await connections.use { connection throws(DeskError) in
            do throws(PostgresError) {
                return try connection.query("select bihuan.log_in_salt(\(login), \(city)) as salt").rows[0].get("salt")
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
        guard let derived = await self.hasher.derive(bytes, salt: salt, for: applicant) else {
            throw .overloaded(retryAfter: 5)
        }
        let hours = self.hours
        let refusal = ContinuousClock.now.advanced(by: Self.refusalTime)
        func open(_ post: PostID?) async throws(DeskError) -> Login {
            try await self.open(
                on: connections,
                """
                select token, session_id, expires_at
                  from bihuan.log_in(\(login), \(city), \(derived), \(post?.rawValue), \(door.rawValue), \(Int32(hours)))
                """
            )
        }
        do throws(DeskError) {
            let first = try await open(post)
            guard let chosen else { return first }
            // Which posts an officer holds is told to a session alone; this one serves for nothing else.
            let held = try await self.post(chosen.unit, chosen.role, of: first)
            try await self.logOut(first.token)
            guard let held else { throw .unauthenticated }
            return try await open(held)
        } catch {
            if case .unauthenticated = error { try? await Task.sleep(until: refusal, clock: .continuous) }
            throw error
        }
    }

    /// Log-in of a local account of the machine, as an operator; the secret comes from a file of the server's own.
    package func logInPeer(osUser: String, secret: [UInt8]) async throws(DeskError) -> Login {
        let hours = self.hours
        return try await self.open(
            on: self.pools.poolForLogIns(""),
            """
            select token, session_id, expires_at
              from bihuan.log_in_peer(\(osUser), \(secret), 'line', \(Int32(hours)))
            """
        )
    }

    private func open(on connections: Pools.Share, _ sql: SQL) async throws(DeskError) -> Login {
        let login: Login? = try await connections.use { connection throws(DeskError) in
            do throws(PostgresError) {
                guard let row = try connection.query(sql).rows.first else { return nil }
                return Login(
                    token: try row.get("token"), session: try row.identifier("session_id"),
                    expiresAt: try row.get("expires_at"))
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
        guard let login else { throw .unauthenticated }
        self.pools.acquaintances.note(login.token)
        return login
    }

    /// The post of this role in this unit that the officer of a session holds now, the own before one held for another.
    private func post(_ unit: String, _ role: String, of login: Login) async throws(DeskError) -> PostID? {
        let principal = Principal.session(login.token)
        return try await self.pools.pool(for: principal).use { connection throws(DeskError) in
            do throws(PostgresError) {
                let answers = try connection.flight([
                    principal.presentation,
                    """
                    select p.post_id
                      from bihuan.posts p
                      join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
                     where (p.city_id, p.officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
                       and u.label = \(unit) and p.role = \(role)
                       and p.valid_from <= statement_timestamp()
                       and (p.valid_until is null or p.valid_until > statement_timestamp())
                     order by p.acting_for is not null, p.valid_from, p.post_id
                     limit 1
                    """,
                ])
                return try answers[1].rows.first.map { row throws(PostgresError) in try row.identifier("post_id") }
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }

    /// Ends a session; from the next statement on its token opens nothing.
    package func logOut(_ token: String) async throws(DeskError) {
        let principal = Principal.session(token)
        try await self.pools.pool(for: principal).use { connection throws(DeskError) in
            let wasIn: Bool
            do throws(PostgresError) {
                wasIn = try connection.flight([principal.presentation, "select bihuan.log_out() as was_in"])[1].rows[0]
                    .get("was_in")
            } catch {
                if error.sqlState == SQLState(rawValue: "42501") { throw .unauthenticated }
                throw DeskError(error)
            }
            // Thrown, so that a made-up token is not taken for one that holds.
            guard wasIn else { throw .unauthenticated }
        } orFail: {
            DeskError($0)
        }
    }
}
