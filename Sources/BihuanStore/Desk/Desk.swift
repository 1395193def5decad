package import BihuanDomain
import Crypto
import Failpoints
package import Foundation
import Postgres

/// The one way a case moves.
///
/// Every door and every worker comes through here: lock, decide, write, commit, in two flights of one transaction.
/// The first presents the session, takes the idempotency key, locks the case and reads what decides; the second writes
/// everything that follows and commits. Nothing waits on the network in between.
package struct Desk: Sendable {
    let pools: Pools
    let books: CityBooks

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - target: what the step is about; its case is locked.
    ///   - key: idempotency key, 1–255 visible ASCII characters; the same command under the same key is done once.
    ///   - expecting: the version the asker has seen of the target (`If-Match`); another one is `.stale`.
    ///   - command: makes the command once the target's id is known.
    package func perform(
        on target: Target, by principal: Principal, via door: Door, key: String? = nil, expecting: Int? = nil,
        _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws(DeskError) -> Outcome {
        // Bad words are refused before anything is locked.
        do throws(Refusal) { try command(UUID.none).check() } catch { throw .refused(error) }
        let hash = try Self.hash(of: "\(target)", command(UUID.none))
        let verb = command(UUID.none).verb
        let reading =
            DocketReading.statements(of: target, in: principal.city) + [
                "select bihuan.now() as now",
                verb == .assign || verb == .forward
                    ? "select bihuan.next_ref('assignment') as number" : "select 0::bigint as number",
                verb == .supervise || verb == .raise
                    ? "select bihuan.next_ref('supervision') as number" : "select 0::bigint as number",
                // A unit that returns its hop does not see those of others.
                verb == .return
                    ? "select open, accepted from bihuan.first_hops(\(target.caseID(in: principal.city)))"
                    : "select null::bigint as open, null::bigint as accepted",
            ]
        return try await self.transaction(by: principal, key: key, hash: hash, reading: reading) {
            answers, authority, book throws(DeskError) in
            guard
                var docket = try DocketReading.docket(
                    answers[..<DocketReading.count], book, firstHops: answers[DocketReading.count + 3])
            else { throw .notFound }
            let (id, version) = try Self.find(target, in: docket)
            if let expecting, expecting != version { throw .stale(current: version) }
            let numbers: FreshNumbers
            let now: Date
            do throws(PostgresError) {
                now = try answers[DocketReading.count].rows[0].get("now")
                numbers = FreshNumbers(
                    assignment: try answers[DocketReading.count + 1].rows[0].get("number"),
                    supervision: try answers[DocketReading.count + 2].rows[0].get("number"))
            } catch {
                throw DeskError(error)
            }
            var mint = UUIDv7Mint(now: now)
            let before = docket.record
            let changes: Changes
            do throws(Refusal) {
                changes = try docket.perform(command(id), by: authority, at: now, numbers: numbers, mint: &mint)
            } catch {
                if case .notFound = error { throw .notFound }
                throw .refused(error)
            }
            let outcome = Outcome(changes, docket, authority)
            guard !changes.isEmpty else { return ([], outcome) }
            let writing = ChangesWriting(
                city: book.city.rawValue, before: before, changes: changes, plan: docket.plan,
                actor: Actor(authority, via: door), now: now)
            return (writing.statements, outcome)
        }
    }

    /// Fires one rung of one clock, if it still is to be fired.
    ///
    /// - Returns: whether it was fired now. Whoever comes second, or after the stop, finds nothing to do.
    package func fire(_ clock: ClockID, _ rung: Rung, of city: CityID) async throws(DeskError) -> Bool {
        let principal = Principal.system(city)
        let target = Target.clock(clock.rawValue)
        let reading =
            DocketReading.statements(of: target, in: principal.city) + [
                "select bihuan.now() as now",
                rung == .supervision
                    ? "select bihuan.next_ref('supervision') as number" : "select 0::bigint as number",
            ]
        let outcome = try await self.transaction(by: principal, key: nil, hash: [], reading: reading) {
            answers, authority, book throws(DeskError) in
            guard var docket = try DocketReading.docket(answers[..<DocketReading.count], book) else { throw .notFound }
            let now: Date
            let number: Int
            do throws(PostgresError) {
                now = try answers[DocketReading.count].rows[0].get("now")
                number = try answers[DocketReading.count + 1].rows[0].get("number")
            } catch {
                throw DeskError(error)
            }
            var mint = UUIDv7Mint(now: now)
            let before = docket.record
            let changes: Changes
            do throws(Refusal) {
                changes = try docket.fire(
                    clock, rung, at: now, numbers: FreshNumbers(assignment: 0, supervision: number), mint: &mint)
            } catch {
                throw .refused(error)
            }
            let outcome = Outcome(changes, docket, authority)
            guard !changes.isEmpty else { return ([], outcome) }
            let writing = ChangesWriting(
                city: book.city.rawValue, before: before, changes: changes, plan: docket.plan,
                actor: Actor(authority, via: .worker), now: now)
            return (writing.statements, outcome)
        }
        return outcome.changed
    }

    // MARK: The transaction

    /// Runs one command as two flights.
    ///
    /// - Parameters:
    ///   - reading: statements of the first flight, after session and key; they lock what the command is about.
    ///   - decide: takes their answers and returns what to write, with the outcome to keep under the key.
    func transaction(
        by principal: Principal, key: String?, hash: [UInt8], reading: [SQL],
        _ decide:
            @escaping @Sendable ([QueryResult], Authority, CityBook) throws(DeskError) -> (
                writes: [SQL], outcome: Outcome
            )
    ) async throws(DeskError) -> Outcome {
        let opening = Opening(principal: principal, keeping: key.map { IdempotencyKey(key: $0, hash: hash) })
        let books = self.books
        do throws(Halt) {
            return try await self.pools.pool(for: principal).use { connection throws(Halt) in
                try connection.transaction { _, transaction throws(Halt) in
                    let settled: (outcome: Outcome, isKept: Bool)
                    do throws(DeskError) {
                        settled = try Self.settle(transaction, opening, reading, books, decide)
                    } catch {
                        throw .failed(error)
                    }
                    // Whatever the first flight drew, e.g. a case number, is given back.
                    if settled.isKept { throw .kept(settled.outcome) }
                    return settled.outcome
                } orFail: {
                    .failed(DeskError($0))
                }
            } orFail: {
                .failed(DeskError($0))
            }
        } catch {
            switch error {
            case .kept(let outcome): return outcome
            case .failed(let error): throw error
            }
        }
    }

    /// Why a transaction is rolled back.
    private enum Halt: Error {
        /// The key had been used before for the same command, which came to this.
        case kept(Outcome)
        case failed(DeskError)
    }

    /// What stands before a command's own statements.
    private struct Opening: Sendable {
        var principal: Principal
        var keeping: IdempotencyKey?

        var statements: [SQL] {
            [self.principal.presentation, self.principal.introduction] + (self.keeping?.claim ?? [])
        }
    }

    private static func settle(
        _ transaction: borrowing Transaction, _ opening: Opening, _ reading: [SQL], _ books: CityBooks,
        _ decide: ([QueryResult], Authority, CityBook) throws(DeskError) -> (writes: [SQL], outcome: Outcome)
    ) throws(DeskError) -> (outcome: Outcome, isKept: Bool) {
        let statements = opening.statements
        let first: [QueryResult]
        do throws(PostgresError) {
            first = try transaction.flight(statements + reading)
        } catch {
            // Nothing but a missing session is refused for privilege in the first flight.
            if error.sqlState == SQLState(rawValue: "42501") { throw .unauthenticated }
            throw DeskError(error)
        }
        if failpoint("after_first_flight") { throw .unavailable("failpoint after_first_flight") }
        guard let introduction = first[1].rows.first else { throw .unauthenticated }
        if let kept = try opening.keeping?.replay(first[2], first[3]) { return (kept, true) }
        let (authority, city, version) = try Self.introduce(introduction)
        let book: CityBook
        if let known = books.book(city, version: version) {
            book = known
        } else {
            do throws(PostgresError) {
                guard let read = try CityBook(transaction.flight(CityBook.statements(city))[...]) else {
                    throw PostgresError(.misuse, "the city is gone")
                }
                book = read
            } catch {
                throw DeskError(error)
            }
            books.keep(book)
        }
        var (writes, outcome) = try decide(Array(first[statements.count...]), authority, book)
        if let keeping = opening.keeping { writes.append(try keeping.keep(outcome, in: opening.principal.city)) }
        if failpoint("before_last_flight") { throw .unavailable("failpoint before_last_flight") }
        do throws(PostgresError) {
            _ = try transaction.finish(writes)
        } catch {
            throw DeskError(error)
        }
        if failpoint("after_commit_before_reply") { throw .outcomeUnknown }
        return (outcome, false)
    }

    /// Who the introduction says is asking, and how new the city's book must be.
    static func introduce(_ row: Row) throws(DeskError) -> (Authority, CityID, Int) {
        do throws(PostgresError) {
            let city = CityID(rawValue: try row.get("city_id"))
            let version: Int = try row.get("book_version")
            guard let officer: OfficerID = try row.identifierIfAny("officer_id") else {
                return (.system, city, version)
            }
            let identity = Identity(
                city: city, officer: officer, post: try row.identifier("post_id"), unit: try row.unit("unit_id"),
                role: try row.word("role"))
            return (.officer(identity), city, version)
        } catch {
            throw DeskError(error)
        }
    }

    /// The target's id and version in its own docket.
    private static func find(_ target: Target, in docket: Docket) throws(DeskError) -> (UUID, Int) {
        switch target {
        case .record: return (docket.record.id.rawValue, docket.record.version)
        case .assignment(let key):
            guard
                let hop = docket.assignments.first(where: { hop in
                    switch key {
                    case .id(let id): hop.id.rawValue == id
                    case .ref(let ref): hop.ref == ref
                    }
                })
            else { throw .notFound }
            return (hop.id.rawValue, hop.version)
        case .feedback(let id):
            guard let feedback = docket.feedback.first(where: { $0.id.rawValue == id }) else { throw .notFound }
            return (id, feedback.number)
        case .supervision(let key):
            guard
                let order = docket.supervisions.first(where: { order in
                    switch key {
                    case .id(let id): order.id.rawValue == id
                    case .ref(let ref): order.ref == ref
                    }
                })
            else { throw .notFound }
            return (order.id.rawValue, order.version)
        case .clock(let id): return (id, docket.record.version)
        }
    }

    /// SHA-256 of the target and the command, to tell a repeat from another command under the same key.
    static func hash(of target: String, _ command: some Encodable) throws(DeskError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(command) else { throw .unavailable("a command could not be encoded") }
        return Array(SHA256.hash(data: Data(target.utf8) + [0] + data))
    }
}

extension UUID {
    /// All zeroes: stands for an id not yet known.
    static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
