package import BihuanDomain
package import Foundation
import Postgres

/// Units and posts as they change, by the local operator: the same functions of the database that serve both doors, for the
/// whole city.
extension Registry {
    /// Carries a change of the tree out; see ``Administration/perform(_:reason:_:)``.
    ///
    /// - Parameters:
    ///   - osUser: who it is, for the history: `local:<os user>`.
    ///   - progress: told how many cases have been handed over so far.
    /// - Returns: in how many cases something was handed over before the last step.
    package func perform(
        _ step: UnitStep, reason: String, by osUser: String, in city: CityID,
        progress: (Int) -> Void = { _ in }
    ) async throws(RegistryFault) -> Int {
        do throws(OrganisationFault) { try step.check() } catch { throw RegistryFault(error) }
        var handedOver = 0
        if let batch = step.batch(reason: reason) {
            var last: Int
            repeat {
                last = try await self.administer(batch, by: osUser, in: city) { row throws(PostgresError) in
                    try row.get("n")
                }
                handedOver += last
                progress(handedOver)
            } while last > 0
        }
        if let batch = step.unitBatch(reason: reason) {
            while try await self.administer(
                batch, by: osUser, in: city,
                { row throws(PostgresError) -> Int in
                    try row.get("n")
                }) > 0
            {}
        }
        if let last = step.last(reason: reason) {
            handedOver += try await self.administer(last, by: osUser, in: city) { row throws(PostgresError) in
                step.countsInLast ? try row.get("n") : 0
            }
        }
        return handedOver
    }

    /// Gives an officer a post with its dates, a deputy's too (代理).
    package func addPost(
        login: String, _ draft: PostDraft, reason: String, by osUser: String, in city: CityID, at now: Date
    ) async throws(RegistryFault) -> PostID {
        var mint = UUIDv7Mint(now: now)
        let post: PostID = mint.next()
        let book = try await self.book(of: city)
        let unfit = book.unfit(draft.appointments, unit: draft.unit, role: draft.role)
        guard unfit.isEmpty else {
            throw RegistryFault(OrganisationFault(.unfitPlanRole, subject: unfit.joined(separator: ", ")))
        }
        try await self.administer(
            draft.statement(post, login: login, reason: reason), by: osUser, in: city
        ) { _ throws(PostgresError) in }
        return post
    }

    /// What became of a unit, first to last, each as one line of fields.
    package func changes(of label: String?, in city: CityID) async throws(RegistryFault) -> [[String]] {
        try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select h.number, to_char(h.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as at, h.kind, u.label,
                       o.label as other, h.old_name, h.new_name, p.label as old_parent, q.label as new_parent, h."by",
                       h.reason
                  from bihuan.unit_changes h
                  join bihuan.units u on u.city_id = h.city_id and u.unit_id = h.unit_id
                  left join bihuan.units o on o.city_id = h.city_id and o.unit_id = h.other_unit
                  left join bihuan.units p on p.city_id = h.city_id and p.unit_id = h.old_parent
                  left join bihuan.units q on q.city_id = h.city_id and q.unit_id = h.new_parent
                 where h.city_id = \(city.rawValue) and (\(label)::text is null or u.label = \(label))
                 order by h.number
                """
            ).rows.map { row throws(PostgresError) in
                let number: Int = try row.get("number")
                var fields = ["\(number)"]
                for name in [
                    "at", "kind", "label", "other", "old_name", "new_name", "old_parent", "new_parent", "by", "reason",
                ] {
                    let text: String? = try row.get(name)
                    fields.append(text ?? "")
                }
                return fields
            }
        }
    }

    /// Again and again where somebody else is at it; see ``Administration``.
    private func administer<R: Sendable>(
        _ sql: SQL, by osUser: String, in city: CityID,
        _ read: @escaping @Sendable (Row) throws(PostgresError) -> R
    ) async throws(RegistryFault) -> R {
        let end = ContinuousClock.now + Administration.trying
        while true {
            let answer: R? = try await self.run { connection throws(PostgresError) in
                do throws(PostgresError) {
                    let answers = try connection.flight([
                        "select set_config('bihuan.city', \(String(city.rawValue)), true)",
                        "select set_config('bihuan.local_user', \(osUser), true)",
                        "select set_config('lock_timeout', \(Administration.lockTimeout), true)",
                        sql,
                    ])
                    return try read(answers[3].rows[0])
                } catch {
                    guard error.isContention else { throw error }
                    return nil
                }
            }
            if let answer { return answer }
            guard ContinuousClock.now < end else {
                throw RegistryFault(.conflict, "其他人正在办理，请稍后再试")
            }
            do {
                try await Task.sleep(for: Administration.pause())
            } catch {
                throw RegistryFault(.conflict, "已中断")
            }
        }
    }
}

extension PostgresError {
    /// Whether somebody else had a lock for too long: lock_not_available, deadlock_detected.
    var isContention: Bool {
        [SQLState(rawValue: "55P03"), SQLState(rawValue: "40P01")].contains(self.sqlState)
    }
}

extension RegistryFault {
    init(_ fault: OrganisationFault) {
        let kind: Kind =
            switch fault.rule {
            case .unknownUnit, .unknownOfficer, .notHeld: .missing
            case .inUse, .closed, .recused, .recusalFollows, .uncleared, .labelTaken, .loginTaken: .conflict
            default: .badInput
            }
        self.init(kind, fault.detail)
    }
}
