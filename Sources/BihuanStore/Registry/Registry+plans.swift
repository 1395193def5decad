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

    /// What became of a plan that was to be published.
    package struct Publication: Sendable, Hashable {
        package let key: CityBook.PlanKey
        /// The same was published before, as this version.
        package let isKnown: Bool
        /// The newest version of the plan.
        package let newest: Int
    }

    /// Publishes a plan file, with what the city has set, as an immutable version. The same again is the same version.
    ///
    /// - Throws: `.badInput` with every fault of the file, and for settings that the plan does not leave open.
    package func publish(
        _ text: String, settings: PlanSettings = PlanSettings(), acceptSuggestions: Bool = false, in city: CityID
    ) async throws(RegistryFault) -> Publication {
        var settings = settings
        let plan = try Self.plan(text, settings)
        if acceptSuggestions { settings.acceptSuggestions(of: plan) }
        let (hash, json) = (settings.hash(with: text), settings.json)
        return try await self.run { connection throws(PostgresError) in
            let row = try connection.query(
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
                select version, true as is_known,
                       (select max(p.version) from bihuan.plan_versions p
                         where p.city_id = \(city.rawValue) and p.plan_id = \(plan.id)) as newest
                  from known
                 union all
                select version, false, version from fresh
                """
            ).rows[0]
            return Publication(
                key: CityBook.PlanKey(id: plan.id, version: try row.get("version")), isKnown: try row.get("is_known"),
                newest: try row.get("newest"))
        }
    }

    /// Lets the city open new cases under a published version from a day on. Cases keep the one they opened under.
    ///
    /// - Parameters:
    ///   - version: nil: the newest, which is not the one last published when that was an older one again.
    ///   - day: nil: today; of a city that has adopted nothing yet, every day.
    /// - Throws: `.missing` when it is not published; `.badInput` while something is not set that the plan leaves to the
    ///   city, or its drills would be numbered as the city's cases are, or for a day that is past: what cases opened under
    ///   is not changed afterwards.
    package func adopt(
        _ id: String, version: Int? = nil, from day: CivilDay? = nil, in city: CityID
    ) async throws(RegistryFault) -> PublishedPlan {
        let published = try await self.plan(id, version: version, of: city)
        let unsettled = published.plan.unsettled
        guard unsettled.isEmpty else {
            throw RegistryFault(
                .badInput,
                "\(id) 第 \(published.key.version) 版有 \(unsettled.count) 个值留给本市定，定了才能采用；"
                    + "发布时用 --set 给出，或用 --accept-suggestions 采用建议值：\n"
                    + unsettled.map { "\($0.path)=\($0.suggested)" }.joined(separator: "\n"))
        }
        let book = try await self.book(of: city)
        if let drills = published.plan.drills, drills.series == book.refPrefix {
            throw RegistryFault(
                .badInput,
                "drills.series of \(id) is \(drills.series), which this city's own case numbers begin with; give drills "
                    + "another")
        }
        let today = CivilDay(try await self.now(), offset: book.offset)
        // Before the first adoption there can be no case.
        let first = book.adoptions.isEmpty ? Self.always : today
        let effective = day ?? first
        guard effective >= first else {
            throw RegistryFault(
                .badInput, "--from \(effective.text) 已经过去；最早从今天（\(today.text)）起采用")
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
        let key = try await self.publish(text, acceptSuggestions: true, in: city).key
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
                .missing, "本市没有发布过预案 \(id)\(version.map { " 第 \($0) 版" } ?? "")")
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
            let (source, kept): (String, JSON)
            do throws(PostgresError) {
                key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("version"))
                (source, kept) = (try row.get("source"), try row.get("settings"))
            } catch {
                throw RegistryFault(error)
            }
            let settings: PlanSettings
            do throws(PlanFaults) {
                settings = try PlanSettings(kept)
            } catch {
                throw RegistryFault(.unavailable, "plan \(key.id) version \(key.version): \(error)")
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
