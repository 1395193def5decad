package import BihuanDomain
import Foundation
import Postgres

extension Registry {
    /// The clocks of a case registered by an import: the same arithmetic as at the desk.
    ///
    /// - Throws: `.missing` when the city has no plan this program can read.
    package func registrationClocks(of city: CityID) async throws(RegistryFault) -> RegistrationClocks {
        let book = try await self.book(of: city)
        guard let adopted = book.adopted(at: try await self.now()) else {
            throw RegistryFault(.missing, "the city has adopted no plan")
        }
        guard let plan = book.plans[adopted] else {
            let reason = book.unreadablePlans[adopted] ?? "it is not there"
            throw RegistryFault(
                .missing, "plan \(adopted.id) version \(adopted.version) of the city cannot be read: \(reason)")
        }
        guard let root = book.tree.root else { throw RegistryFault(.missing, "the city has no units yet") }
        return RegistrationClocks(needsOccurrence: plan.counts(from: .occurred)) { moments throws(ImportError) in
            var mint = UUIDv7Mint(now: moments.registeredAt, seed: 0)
            let record = CaseRecord(
                id: mint.next(), ref: "", title: "", owner: root.id, state: .registered,
                occurredAt: moments.occurredAt, receivedAt: moments.receivedAt, openedAt: moments.registeredAt,
                version: 0)
            do throws(Refusal) {
                let (_, changes) = try Docket.register(
                    record, tree: book.tree, plan: plan, periods: book.sensitivePeriods, calendar: book.calendar,
                    by: .system, reason: nil, at: moments.registeredAt, mint: &mint)
                return changes.newClocks
            } catch {
                throw .noDeadline(error)
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

    /// Domain time.
    func now() async throws(RegistryFault) -> Date {
        try await self.run { connection throws(PostgresError) in
            try connection.query("select bihuan.now() as now").rows[0].get("now")
        }
    }

    func book(of city: CityID) async throws(RegistryFault) -> CityBook {
        let book = try await self.run { connection throws(PostgresError) in
            try CityBook(connection.flight(CityBook.statements(city))[...])
        }
        guard let book else { throw RegistryFault(.missing, "there is no such city") }
        return book
    }
}
