package import BihuanDomain
package import Foundation
import Postgres

extension Registry {
    /// A version of a plan as published in a city.
    package struct PublishedPlan: Sendable {
        package let key: CityBook.PlanKey
        package let plan: Plan
        package let settings: PlanSettings
        package let source: String
        package let sha256: [UInt8]
        package let publishedAt: Date
        /// From which days new cases open under it, in order.
        package let effectiveOn: [CivilDay]
        /// New cases open under it today.
        package let isInForce: Bool
    }

    /// Publishes a plan file, with what the city has set, as an immutable version. The same again is the same version.
    ///
    /// - Throws: `.badInput` with every fault of the file, or for settings that the plan does not leave open.
    package func publish(
        _ text: String, settings: PlanSettings = PlanSettings(), acceptSuggestions: Bool = false, in city: CityID
    ) async throws(RegistryFault) -> CityBook.PlanKey {
        var settings = settings
        let plan = try Self.plan(text, settings)
        let open = Set(plan.openSettings.map(\.path))
        let unknown = settings.values.keys.filter { !open.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw RegistryFault(
                .badInput,
                "the plan does not leave open \(unknown.joined(separator: ", ")); it leaves open:\n"
                    + plan.openSettings.map(\.path).joined(separator: "\n"))
        }
        if acceptSuggestions { settings.acceptSuggestions(of: plan) }
        let (hash, json) = (settings.hash(with: text), settings.json)
        let version: Int = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                with known as (
                  select version from bihuan.plan_versions
                   where city_id = \(city.rawValue) and plan_id = \(plan.id) and sha256 = \(hash)
                ),
                fresh as (
                  insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source, settings)
                  select \(city.rawValue), \(plan.id),
                         coalesce((select max(p.version) from bihuan.plan_versions p
                                    where p.city_id = \(city.rawValue) and p.plan_id = \(plan.id)), 0) + 1,
                         \(plan.name), \(hash), \(text), \(json)
                   where not exists (select from known)
                  returning version
                )
                select version from known union all select version from fresh
                """
            ).rows[0].get("version")
        }
        return CityBook.PlanKey(id: plan.id, version: version)
    }

    /// Lets the city open new cases under a published version from a day on. Cases keep the one they opened under.
    ///
    /// - Parameters:
    ///   - version: nil: the newest.
    ///   - day: nil: today; of a city that has adopted nothing yet, every day.
    /// - Throws: `.missing` when it is not published; `.badInput` while something is not set that the plan leaves to the
    ///   city, or for a day that is past: what cases opened under is not changed afterwards.
    package func adopt(
        _ id: String, version: Int? = nil, from day: CivilDay? = nil, in city: CityID
    ) async throws(RegistryFault) -> PublishedPlan {
        let published = try await self.plan(id, version: version, of: city)
        let unsettled = published.plan.unsettled
        guard unsettled.isEmpty else {
            throw RegistryFault(
                .badInput,
                "\(id) version \(published.key.version) leaves \(unsettled.count) values to the city; publish it with "
                    + "--set or --accept-suggestions first:\n"
                    + unsettled.map { "\($0.path)=\($0.suggested)" }.joined(separator: "\n"))
        }
        let book = try await self.book(of: city)
        let today = CivilDay(try await self.now(), offset: book.offset)
        // Before the first adoption there can be no case.
        let first = book.adoptions.isEmpty ? Self.always : today
        let effective = day ?? first
        guard effective >= first else {
            throw RegistryFault(
                .badInput, "--from \(effective.text) is past; a plan is adopted from today (\(today.text)) or later")
        }
        let key = published.key
        try await self.run { connection throws(PostgresError) in
            _ = try connection.query(
                """
                insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version)
                values (\(city.rawValue), date '1970-01-01' + \(effective.rawValue)::integer, \(key.id), \(key.version))
                on conflict (city_id, effective_on) do update
                   set plan_id = excluded.plan_id, plan_version = excluded.plan_version, adopted_at = now()
                 where (plan_adoptions.plan_id, plan_adoptions.plan_version)
                       is distinct from (excluded.plan_id, excluded.plan_version)
                """)
        }
        return published
    }

    /// Long before any case.
    private static let always = CivilDay(rawValue: 10_957)

    /// Publishes a plan file with all its suggestions accepted, and adopts it.
    @discardableResult
    package func adopt(suggestionsOf text: String, in city: CityID) async throws(RegistryFault) -> PublishedPlan {
        let key = try await self.publish(text, acceptSuggestions: true, in: city)
        return try await self.adopt(key.id, version: key.version, in: city)
    }

    /// The published plans of a city, each with its versions, the newest first.
    package func plans(of city: CityID) async throws(RegistryFault) -> [PublishedPlan] {
        try await self.read(city, "")
    }

    /// - Parameter version: nil: the newest.
    package func plan(
        _ id: String, version: Int? = nil, of city: CityID
    ) async throws(RegistryFault) -> PublishedPlan {
        let all = try await self.read(
            city, "and p.plan_id = \(id) and (\(version)::bigint is null or p.version = \(version))")
        guard let newest = all.first else {
            throw RegistryFault(
                .missing, "no plan \(id)\(version.map { " version \($0)" } ?? "") is published in this city")
        }
        return newest
    }

    private func read(_ city: CityID, _ condition: SQL) async throws(RegistryFault) -> [PublishedPlan] {
        let rows = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select p.plan_id, p.version, p.source, p.settings, p.sha256, p.published_at
                  from bihuan.plan_versions p
                 where p.city_id = \(city.rawValue) \(condition)
                 order by p.plan_id, p.version desc
                """
            ).rows
        }
        let book = try await self.book(of: city)
        let inForce = book.adopted(at: try await self.now())
        var plans: [PublishedPlan] = []
        for row in rows {
            let key: CityBook.PlanKey
            let (source, settings): (String, PlanSettings)
            do throws(PostgresError) {
                key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("version"))
                (source, settings) = (try row.get("source"), PlanSettings(try row.get("settings") as JSON))
            } catch {
                throw RegistryFault(error)
            }
            let plan = try Self.plan(source, settings)
            do throws(PostgresError) {
                plans.append(
                    PublishedPlan(
                        key: key, plan: plan, settings: settings, source: source, sha256: try row.get("sha256"),
                        publishedAt: try row.get("published_at"),
                        effectiveOn: book.adoptions.filter { $0.plan == key }.map(\.effectiveOn),
                        isInForce: key == inForce))
            } catch {
                throw RegistryFault(error)
            }
        }
        return plans
    }

    private static func plan(_ text: String, _ settings: PlanSettings) throws(RegistryFault) -> Plan {
        do throws(PlanFaults) {
            return try PlanFile.plan(text, values: settings.values)
        } catch {
            throw RegistryFault(.badInput, error.description)
        }
    }
}
