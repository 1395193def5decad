package import BihuanDomain
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
    let vault: ContactVault

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - target: what the step is about; its case is locked.
    ///   - key: idempotency key, 1–255 visible ASCII characters; the same command under the same key is done once,
    ///     whichever door it comes back by and whichever way it names the target.
    ///   - expecting: the version the asker has seen of the target (`If-Match`); another one is `.stale`.
    ///   - command: makes the command once the target's id is known.
    package func perform(
        on target: Target, by principal: Principal, via door: Door, key: String? = nil, expecting: Int? = nil,
        _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws(DeskError) -> Outcome {
        let said = command(UUID.none)
        // Bad words are refused before anything is locked.
        do throws(Refusal) { try said.check() } catch { throw .refused(error) }
        if let counterpart = said.counterpart {
            return try await self.perform(
                on: target, with: counterpart, by: principal, via: door,
                keeping: try IdempotencyKey(key, of: said.canonical, on: target), expecting: expecting, command)
        }
        let reading = StepReading(of: target, for: said, in: principal.city)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: said.canonical, on: target),
            reading: reading.locks + reading.statements
        ) { answers, authority, book throws(DeskError) in
            let (docket, facts) = try reading.read(Array(answers.dropFirst(reading.locks.count)), book)
            if let expecting, expecting != facts.target.version { throw .stale(current: facts.target.version) }
            return try Self.decide(docket, facts, authority, book, door) { docket, mint throws(Refusal) in
                try docket.perform(
                    command(facts.target.id), by: authority, at: facts.now, numbers: facts.numbers, mint: &mint)
            }
        }
    }

    /// Fires one rung of one clock, if it still is to be fired.
    ///
    /// - Returns: whether anything was done. Whoever comes second, or after the stop, finds nothing to do.
    package func fire(_ clock: ClockID, _ rung: Rung, of city: CityID) async throws(DeskError) -> Bool {
        let principal = Principal.system(city)
        let reading = StepReading(
            firing: .clock(clock.rawValue), drawing: rung == .supervision ? .supervision : nil, in: principal.city)
        let outcome = try await self.transaction(by: principal, keeping: nil, reading: reading.statements) {
            answers, authority, book throws(DeskError) in
            let (docket, facts) = try reading.read(answers, book)
            return try Self.decide(docket, facts, authority, book, .worker) { docket, mint throws(Refusal) in
                try docket.fire(clock, rung, at: facts.now, numbers: facts.numbers, mint: &mint)
            }
        }
        return outcome.changed
    }

    /// Lets the rules act on the docket and puts what they changed into statements.
    static func decide(
        _ docket: Docket, _ facts: StepReading.Facts, _ authority: Authority, _ book: CityBook, _ door: Door,
        _ act: (inout Docket, inout UUIDv7Mint) throws(Refusal) -> Changes
    ) throws(DeskError) -> Decision {
        var docket = docket
        var mint = UUIDv7Mint(now: facts.now)
        let before = docket.record
        let changes: Changes
        do throws(Refusal) {
            changes = try act(&docket, &mint)
        } catch {
            if case .notFound = error { throw .notFound }
            throw .refused(error)
        }
        var decision = Decision(outcome: Outcome(changes, docket, authority, at: facts.now))
        decision.target = (facts.target.id, facts.target.ref)
        if !changes.isEmpty {
            decision.writes =
                ChangesWriting(
                    city: book.city.rawValue, before: before, changes: changes, plan: docket.plan,
                    actor: Actor(authority, via: door), now: facts.now, isNight: !book.calendar.isOfficeTime(facts.now)
                ).statements
        }
        return decision
    }

    // MARK: The transaction

    /// What a command comes to, before it is written.
    struct Decision: Sendable {
        var writes: [SQL] = []
        var outcome: Outcome
        /// What the command was about; nil for intake, which is about nothing that was there before.
        var target: (id: UUID, ref: String?)?

        init(_ writes: [SQL] = [], outcome: Outcome) {
            self.writes = writes
            self.outcome = outcome
        }
    }

    /// Runs one command as two flights.
    ///
    /// - Parameters:
    ///   - keeping: the key its outcome is kept under, if any.
    ///   - reading: statements of the first flight, after session and key; they lock what the command is about.
    ///   - decide: takes their answers and decides.
    func transaction(
        by principal: Principal, keeping: IdempotencyKey?, reading: [SQL],
        _ decide: @escaping @Sendable ([QueryResult], Authority, CityBook) throws(DeskError) -> Decision
    ) async throws(DeskError) -> Outcome {
        let opening = Opening(principal: principal, keeping: keeping)
        let books = self.books
        do throws(Halt) {
            return try await self.pools.pool(for: principal).use { connection throws(Halt) in
                do throws(Halt) {
                    return try connection.transaction { _, transaction throws(Halt) in
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
                } catch {
                    guard case .kept(let outcome) = error, let keeping = opening.keeping else { throw error }
                    try Self.stamp(keeping, by: opening.principal, on: connection)
                    return outcome
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

    /// Writes down that a kept outcome is told again.
    ///
    /// The command's own commit may have been one that its asker was left in doubt about, made here and not yet on the
    /// standby. What is told must be as safe as any answer, and this commit waits for everything before it.
    private static func stamp(
        _ keeping: IdempotencyKey, by principal: Principal, on connection: isolated Connection
    ) throws(Halt) {
        do throws(PostgresError) {
            _ = try connection.flight([principal.presentation, keeping.stamp])
        } catch {
            throw .failed(DeskError(error))
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
        _ decide: ([QueryResult], Authority, CityBook) throws(DeskError) -> Decision
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
        var decision = try decide(Array(first[statements.count...]), authority, book)
        if let keeping = opening.keeping { decision.writes.append(try keeping.keep(decision)) }
        if failpoint("before_last_flight") { throw .unavailable("failpoint before_last_flight") }
        do throws(PostgresError) {
            _ = try transaction.finish(decision.writes)
        } catch {
            throw DeskError(error)
        }
        if failpoint("after_commit_before_reply") { throw .outcomeUnknown }
        return (decision.outcome, false)
    }

    /// Who the introduction says is asking, and how new the city's book must be.
    static func introduce(_ row: Row) throws(DeskError) -> (Authority, CityID, Int) {
        do throws(PostgresError) {
            let city = CityID(rawValue: try row.get("city_id"))
            let version: Int = try row.get("book_version")
            let officer: OfficerID? = try row.identifierIfAny("officer_id")
            return (officer == nil ? .system : .officer(try Identity(introduction: row)), city, version)
        } catch {
            throw DeskError(error)
        }
    }
}

extension UUID {
    /// All zeroes: stands for an id not yet known.
    static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
