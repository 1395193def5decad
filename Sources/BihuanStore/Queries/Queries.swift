package import BihuanDomain
package import Foundation
import Postgres

/// What may be asked. Every question is one flight under the asker's own session: the database decides what is there.
package struct Queries: Sendable {
    let pools: Pools
    let books: CityBooks

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
                let identity = Identity(
                    city: city, officer: try row.identifier("officer_id"), post: try row.identifier("post_id"),
                    unit: try row.unit("unit_id"), role: try row.word("role"))
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

/// Time left at a glance (绿灯、黄灯、红灯): something is overdue, or four fifths of the time are gone, or neither.
package enum Light: String, Sendable, Hashable, CaseIterable {
    case green, yellow, red

    package init(due: Date, started: Date, breached: Bool, now: Date) {
        if breached || due < now {
            self = .red
        } else if now.timeIntervalSince(started) > 0.8 * due.timeIntervalSince(started) {
            self = .yellow
        } else {
            self = .green
        }
    }
}
