package import BihuanDomain
package import Foundation
import Postgres

/// What may be asked. Every question is one flight under the asker's own session: the database decides what is there.
package struct Queries: Sendable {
    let pools: Pools
    let books: CityBooks
    let vault: ContactVault

    /// Who asks, and the book of their city.
    package struct Asker: Sendable {
        package let identity: Identity
        package let book: CityBook

        /// Label and name of a unit; every unit of the own city is known.
        func tag(_ id: UnitID) -> UnitTag {
            let unit = self.book.tree[id]
            return UnitTag(label: unit?.label ?? "", name: unit?.name ?? "")
        }
    }

    /// Asks under a session.
    ///
    /// - Parameters:
    ///   - statements: one flight, after the session was presented.
    ///   - decode: puts the answers together.
    func ask<R: Sendable>(
        _ token: String, _ statements: [SQL],
        _ decode: @escaping @Sendable ([QueryResult], Asker) throws(PostgresError) -> R
    ) async throws(DeskError) -> R {
        let principal = Principal.session(token)
        let books = self.books
        return try await self.pools.pool(for: principal).use { connection throws(DeskError) in
            do throws(PostgresError) {
                let answers = try connection.flight(
                    [principal.presentation, principal.introduction] + statements, intent: .read)
                guard let row = answers[1].rows.first else { throw PostgresError(.misuse, "no session") }
                let city = CityID(rawValue: try row.get("city_id"))
                let version: Int = try row.get("book_version")
                let identity = try Identity(introduction: row)
                let book: CityBook
                if let known = books.book(city, version: version) {
                    book = known
                } else {
                    let read = try connection.flight(
                        [principal.presentation] + CityBook.statements(city), intent: .read)
                    guard let fresh = try CityBook(read[1...]) else {
                        throw PostgresError(.misuse, "no session")
                    }
                    book = fresh
                    books.keep(fresh)
                }
                return try decode(Array(answers[2...]), Asker(identity: identity, book: book))
            } catch {
                if error.code == .misuse || error.sqlState == SQLState(rawValue: "42501") { throw .unauthenticated }
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }

    static let city: SQL = "(select s.city_id from bihuan.sessions s)"
    static let unit: SQL = "(select s.unit_id from bihuan.sessions s)"
}

/// A unit as other objects mention it.
package struct UnitTag: Sendable, Hashable {
    package let label: String
    package let name: String
}

/// Where a page begins: after this row of the one before.
package struct PageKey: Sendable, Hashable {
    package let at: Date
    package let id: UUID

    package init(at: Date, id: UUID) {
        self.at = at
        self.id = id
    }
}

/// A page of a list; `next` is nil at the end.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: PageKey?
}

extension Queries {
    /// The nearest deadline of clocks `k`, and what is red and yellow about them, as ``Light`` has it; null without any.
    static let lights: StaticString = """
        min(k.due_at) filter (where k."limit" <> 'NOW') as due_at,
        bool_or(k."limit" <> 'NOW' and (k.breached_at is not null
          or k.due_at + interval '1 second' <= coalesce(k.paused_at, (select bihuan.now())))) as is_late,
        bool_or(k."limit" = 'NOW' or coalesce(k.paused_at, (select bihuan.now()))
          > k.started_at + 0.8 * (k.due_at - k.started_at)) as is_near
        """
}

/// Time left at a glance (绿灯、黄灯、红灯): something is overdue, or four fifths of the time are gone, or neither.
package enum Light: String, Sendable, Hashable, CaseIterable {
    case green, yellow, red

    /// What is to be done at once is open or done, and never late.
    package init(due: Date, started: Date, isImmediate: Bool, breached: Bool, now: Date) {
        if isImmediate {
            self = .yellow
        } else if breached || now.timeIntervalSince(due) >= 1 {
            self = .red
        } else if now.timeIntervalSince(started) > 0.8 * due.timeIntervalSince(started) {
            self = .yellow
        } else {
            self = .green
        }
    }
}
