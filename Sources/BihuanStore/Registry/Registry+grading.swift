package import BihuanDomain
package import Foundation
import Postgres

extension Registry {
    /// The clock of a case registered at some moment, for imports: the same arithmetic as at the desk.
    ///
    /// - Throws: `.missing` when the city has no plan this program can read.
    /// - Returns: the clock for a moment, nil where the plan starts none; it throws where the deadline cannot be told,
    ///   since a case without its clock would be on nobody's list.
    package func gradingClock(
        of city: CityID
    ) async throws(RegistryFault) -> @Sendable (Date) throws(ImportError) -> GradingClock? {
        let book = try await self.book(of: city)
        guard let adopted = book.adopted else { throw RegistryFault(.missing, "the city has adopted no plan") }
        guard let plan = book.plans[adopted] else {
            let reason = book.unreadablePlans[adopted] ?? "it is not there"
            throw RegistryFault(
                .missing, "plan \(adopted.id) version \(adopted.version) of the city cannot be read: \(reason)")
        }
        guard let root = book.tree.root else { throw RegistryFault(.missing, "the city has no units yet") }
        return { moment throws(ImportError) in
            var mint = UUIDv7Mint(now: moment, seed: 0)
            let record = CaseRecord(
                id: mint.next(), ref: "", title: "", owner: root.id, state: .registered, openedAt: moment, version: 0)
            let changes: Changes
            do throws(Refusal) {
                (_, changes) = try Docket.register(
                    record, tree: book.tree, plan: plan, calendar: book.calendar, by: .system, reason: nil, at: moment,
                    mint: &mint)
            } catch {
                throw .noDeadline(error)
            }
            return changes.newClocks.first.map {
                GradingClock(
                    limit: $0.limit.text, dueAt: $0.dueAt, nextRung: $0.nextRung?.rawValue, nextAt: $0.nextAt)
            }
        }
    }

    /// The units of a city in the order of their paths, as ``importUnits(_:of:)`` takes them.
    package func units(of city: CityID) async throws(RegistryFault) -> [UnitDraft] {
        let book = try await self.book(of: city)
        let codes: [Int: String] = try await self.run { connection throws(PostgresError) in
            var codes: [Int: String] = [:]
            for row in try connection.query(
                """
                select unit_id, division_code
                  from bihuan.units
                 where city_id = \(city.rawValue) and division_code is not null
                """
            ).rows {
                codes[try row.get("unit_id")] = try row.get("division_code")
            }
            return codes
        }
        return book.tree.units.values
            .sorted { book.tree.path(of: $0.id) < book.tree.path(of: $1.id) }
            .map { unit in
                UnitDraft(
                    label: unit.label, parent: unit.parent.flatMap { book.tree[$0]?.label }, tier: unit.tier.rawValue,
                    name: unit.name, line: unit.line, divisionCode: codes[unit.id.rawValue])
            }
    }

    private func book(of city: CityID) async throws(RegistryFault) -> CityBook {
        let book = try await self.run { connection throws(PostgresError) in
            try CityBook(connection.flight(CityBook.statements(city))[...])
        }
        guard let book else { throw RegistryFault(.missing, "there is no such city") }
        return book
    }
}
