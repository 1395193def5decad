package import BihuanDomain
package import Foundation
import Postgres

extension Registry {
    /// A running clock of which something else is stored than what its own record says.
    package struct ClockDifference: Sendable, Hashable, CustomStringConvertible {
        package let caseRef: String
        package let clock: ClockID
        package let rule: String
        package let limit: TimeLimit
        package let dueAt: Date
        /// What follows from the plan, the case's level and matter, and the clock's start, pauses and extensions; nil: no
        /// rule times it, so it should not run.
        package let recomputed: Docket.ClockTerm?

        package var description: String {
            func words(_ limit: TimeLimit, _ due: Date) -> String { "\(limit.text) due \(due.ISO8601Format())" }
            let expected = self.recomputed.map { words($0.limit, $0.dueAt) } ?? "no rule"
            return "\(self.caseRef) \(self.rule): stored \(words(self.limit, self.dueAt)), recomputed \(expected)"
        }
    }

    /// Computes the deadline of every running clock of a city from the rows that it follows from, and tells those that are
    /// stored otherwise. What was breached keeps the deadline that it broke.
    package func clocksThatDiffer(of city: CityID) async throws(RegistryFault) -> [ClockDifference] {
        let book = try await self.book(of: city)
        let cases = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select distinct case_id from bihuan.clocks
                 where city_id = \(city.rawValue) and stopped_at is null
                 order by case_id
                """
            ).rows.map { row throws(PostgresError) in try row.get("case_id", as: UUID.self) }
        }
        var differences: [ClockDifference] = []
        for id in cases {
            let answers = try await self.run { connection throws(PostgresError) in
                try connection.flight(
                    DocketReading.statements(of: .record(.id(id)), in: "\(city.rawValue)") + [
                        "select bihuan.now() as now"
                    ])
            }
            do throws(DeskError) {
                let now: Date
                do throws(PostgresError) {
                    now = try answers[DocketReading.count].rows[0].get("now")
                } catch {
                    throw DeskError(error)
                }
                guard let docket = try DocketReading.docket(answers[..<DocketReading.count], book, at: now) else {
                    continue
                }
                differences += try Self.differences(in: docket)
            } catch {
                throw RegistryFault(.unavailable, "case \(id): \(error)")
            }
        }
        return differences
    }

    private static func differences(in docket: Docket) throws(DeskError) -> [ClockDifference] {
        var differences: [ClockDifference] = []
        for clock in docket.clocks where clock.breachedAt == nil {
            let term: Docket.ClockTerm?
            do throws(Refusal) {
                term = try docket.recomputed(clock)
            } catch {
                throw .refused(error)
            }
            if let term, term.limit == clock.limit, abs(term.dueAt.timeIntervalSince(clock.dueAt)) < 0.001 { continue }
            differences.append(
                ClockDifference(
                    caseRef: docket.record.ref, clock: clock.id, rule: clock.rule, limit: clock.limit,
                    dueAt: clock.dueAt, recomputed: term))
        }
        return differences
    }
}
