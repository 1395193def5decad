import BihuanDomain
import Crypto
package import Foundation
import Postgres

/// Units, officers and posts, changed by an administrator (F7–F9): an operator of a unit, for the own unit and all below.
///
/// Who may change what is decided in the database (`sql/functions/administrator.sql`), which also writes down who did it and
/// why; the server owns none of these tables.
package struct Administration: Sendable {
    let pools: Pools
    let hasher: PasswordHasher
    let queries: Queries
    /// For one step: a district of a big city that moves takes some seconds.
    static let patience = Duration.seconds(120)
    /// How long it is begun anew where somebody else is at it.
    static let trying = Duration.seconds(60)
    /// How long a step waits for a lock, as PostgreSQL writes it. While it waits for the tables, all who write wait behind it;
    /// so it rather begins anew after a pause.
    static let lockTimeout = "1s"

    /// What a change came to.
    package struct Done: Sendable, Hashable {
        /// In how many cases something was handed over before the last step.
        package var handedOver = 0
        /// The key had been used before for the same change, and nothing was done again.
        package var replayed = false
    }

    /// What an idempotency key remembers of a change.
    private enum Command: Encodable {
        case unit(UnitStep, reason: String)
        case officer(OfficerStep, reason: String)
    }

    /// Carries a change of the tree out.
    ///
    /// All work of a unit is handed over some cases at a time, and of one that is closed the units below it one at a time, each
    /// time in a transaction of its own that leaves every case whole; the rest, the closing itself and the key, in one. Repeated before that, it goes on where it stopped. Cases that
    /// are named go in one transaction with the key.
    package func perform(
        _ command: UnitStep, reason: String, _ token: String, key: String? = nil
    ) async throws(DeskError) -> Done {
        let reason = PersonalNumbers.masked(reason)
        do throws(OrganisationFault) { try command.check() } catch { throw .refused(.organisation(error)) }
        let keeping = try IdempotencyKey(key, of: Command.unit(command, reason: reason))
        if let keeping, try await self.isKept(keeping, token) { return Done(replayed: true) }
        var done = Done()
        if let batch = command.batch(reason: reason) {
            var last: Int
            repeat {
                last = try await self.handOver(batch, token)
                done.handedOver += last
            } while last > 0
        }
        if let batch = command.unitBatch(reason: reason) {
            while try await self.handOver(batch, token) > 0 {}
        }
        let end = try await self.run(command.last(reason: reason), counting: command.countsInLast, keeping, token)
        done.handedOver += end.handedOver
        done.replayed = end.replayed
        return done
    }

    /// Carries a change of an officer out. A password is hashed here, as at every log-in, and never leaves.
    ///
    /// - Parameter now: for the identities of what is new.
    package func perform(
        _ command: OfficerStep, reason: String, at now: Date, _ token: String, key: String? = nil
    ) async throws(DeskError) -> Done {
        let reason = PersonalNumbers.masked(reason)
        let keeping = try IdempotencyKey(key, of: Command.officer(command.withoutPassword, reason: reason))
        // Not hashed again for nothing.
        if let keeping, try await self.isKept(keeping, token) { return Done(replayed: true) }
        var mint = UUIDv7Mint(now: now)
        let sql: SQL
        switch command {
        case .add(let login, let name, let password, let unit, let role):
            guard Self.isLogin(login) else {
                throw .refused(.organisation(OrganisationFault(.badLogin, field: "login", subject: login)))
            }
            let (officer, post): (OfficerID, PostID) = (mint.next(), mint.next())
            let (salt, verifier) = try await self.verifier(password, login)
            sql = """
                select bihuan.add_officer(\(officer.rawValue), \(login), \(name), \(salt), \(verifier), \(post.rawValue),
                                          \(unit), \(role.rawValue), \(reason))
                """
        case .lock(let login): sql = "select bihuan.lock_officer(\(login), true, \(reason))"
        case .unlock(let login): sql = "select bihuan.lock_officer(\(login), false, \(reason))"
        case .reset(let login, let password):
            let (salt, verifier) = try await self.verifier(password, login)
            sql = "select bihuan.reset_officer(\(login), \(salt), \(verifier), \(reason))"
        case .post(let login, let draft):
            if !draft.appointments.isEmpty {
                let book = try await self.queries.ask(token, []) { _, asker throws(PostgresError) in asker.book }
                let unfit = book.unfit(draft.appointments, unit: draft.unit, role: draft.role)
                guard unfit.isEmpty else {
                    throw .refused(
                        .organisation(
                            OrganisationFault(.unfitPlanRole, field: "as", subject: unfit.joined(separator: ", "))))
                }
            }
            let post: PostID = mint.next()
            sql = draft.statement(post, login: login, reason: reason)
        case .endPost(let login, let unit, let role):
            sql = "select bihuan.end_post(\(login), \(unit), \(role.rawValue), \(reason))"
        }
        return try await self.run(sql, counting: false, keeping, token)
    }

    // MARK: Statements

    private func isKept(_ keeping: IdempotencyKey, _ token: String) async throws(DeskError) -> Bool {
        try await self.use(token) { transaction throws(DeskError) in
            guard try keeping.isKept(try Self.fly(transaction, [keeping.look])[0]) else { return false }
            _ = try Self.fly(transaction, [keeping.stamp])
            return true
        }
    }

    private func handOver(_ batch: SQL, _ token: String) async throws(DeskError) -> Int {
        try await self.use(token) { transaction throws(DeskError) in
            let answer = try Self.fly(transaction, [batch])[0]
            do throws(PostgresError) { return try answer.rows[0].get("n") } catch { throw DeskError(error) }
        }
    }

    /// - Parameters:
    ///   - sql: nil: nothing is left to be done but to keep the key.
    ///   - isCounting: whether it answers in how many cases something was handed over.
    private func run(
        _ sql: SQL?, counting isCounting: Bool, _ keeping: IdempotencyKey?, _ token: String
    ) async throws(DeskError) -> Done {
        try await self.use(token) { transaction throws(DeskError) in
            if let keeping {
                let claim = try Self.fly(transaction, keeping.claim)
                if claim[0].affected == 0, try keeping.isKept(claim[1]) {
                    _ = try Self.fly(transaction, [keeping.stamp])
                    return Done(replayed: true)
                }
            }
            guard let sql else { return Done() }
            let answer = try Self.fly(transaction, [sql])[0]
            guard isCounting else { return Done() }
            do throws(PostgresError) {
                return Done(handedOver: try answer.rows[0].get("n"))
            } catch {
                throw DeskError(error)
            }
        }
    }

    /// Again and again where somebody else is at it, until patience is at its end.
    private func use<R: Sendable>(
        _ token: String, _ body: @escaping @Sendable (borrowing Transaction) throws(DeskError) -> R
    ) async throws(DeskError) -> R {
        let end = ContinuousClock.now + Self.trying
        while true {
            do throws(DeskError) {
                return try await self.useOnce(token, body)
            } catch {
                guard case .busy = error, ContinuousClock.now < end else { throw error }
            }
            // So that those who waited behind it get on, and two that met do not meet again.
            do { try await Task.sleep(for: Self.pause()) } catch { throw .busy(retryAfter: 1) }
        }
    }

    /// Between two tries.
    static func pause() -> Duration { .milliseconds(Int.random(in: 200...600)) }

    private func useOnce<R: Sendable>(
        _ token: String, _ body: @escaping @Sendable (borrowing Transaction) throws(DeskError) -> R
    ) async throws(DeskError) -> R {
        let principal = Principal.session(token)
        return try await self.pools.pool(for: principal).use(deadline: Self.patience) { connection throws(DeskError) in
            try connection.transaction(deadline: Self.patience) { _, transaction throws(DeskError) in
                // What a unit saw is made anew for all its cases at once; it waits for whoever is at one of them.
                _ = try Self.fly(
                    transaction,
                    [
                        principal.presentation,
                        """
                        select set_config('statement_timeout', '110s', true),
                               set_config('lock_timeout', \(Self.lockTimeout), true)
                        """,
                    ])
                return try body(transaction)
            } orFail: {
                DeskError($0)
            }
        } orFail: {
            DeskError($0)
        }
    }

    private static func fly(
        _ transaction: borrowing Transaction, _ statements: [SQL]
    ) throws(DeskError) -> [QueryResult] {
        do throws(PostgresError) {
            return try transaction.flight(statements)
        } catch {
            // administrator() refuses who has no session; every other refusal has a state of its own.
            if error.sqlState == SQLState(rawValue: "42501") { throw .unauthenticated }
            throw DeskError(error)
        }
    }

    private func verifier(
        _ password: String, _ login: String
    ) async throws(DeskError) -> (salt: [UInt8], verifier: [UInt8]) {
        do throws(RegistryFault) {
            try PasswordRule.check(password, login: login)
        } catch {
            throw .refused(.organisation(OrganisationFault(.weakPassword, field: "password", subject: error.text)))
        }
        let salt = PasswordHasher.salt()
        guard let derived = await self.hasher.derive(Array(password.utf8), salt: salt) else {
            throw .overloaded(retryAfter: 5)
        }
        return (salt, Array(SHA256.hash(data: Data(derived))))
    }

    /// As the constraint `login_is_plain` has it.
    private static func isLogin(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, (97...122).contains(first), bytes.count <= 63 else { return false }
        return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || [45, 46, 95].contains($0) }
    }
}

extension PostDraft {
    func statement(_ post: PostID, login: String, reason: String) -> SQL {
        """
        select bihuan.add_post(\(post.rawValue), \(login), \(self.unit), \(self.role.rawValue),
                               \(self.appointments)::text[], \(self.from)::timestamptz, \(self.until)::timestamptz,
                               \(self.actingFor), \(reason), \(self.clearance)::integer)
        """
    }
}

extension CityBook {
    /// Those of the roles of adopted plans that a post of this kind in this unit cannot be.
    func unfit(_ appointments: [String], unit label: String, role: PostRole) -> [String] {
        let fitting = Set(self.adoptions.map(\.plan)).compactMap { self.plans[$0] }.flatMap { plan in
            plan.roles.filter { $0.post == role && $0.unit.admits(self.tree[label]?.tier) }.map(\.key)
        }
        return appointments.filter { !fitting.contains($0) }
    }
}
