package import BihuanDomain
import Foundation
import Postgres

/// Which clocks have reached a rung, claimed for a while so that several servers do not do the same work.
///
/// The claim is a courtesy, not the guard: a rung fires once because firing is decided under the case's lock and
/// recorded under a unique key (``Desk/fire(_:_:of:)``). A claim of a server that died runs out by itself.
package struct ClockClaims: Sendable {
    let pools: Pools

    /// Longest time one claim lasts.
    package static let leaseSeconds = 30

    package struct Due: Sendable, Hashable {
        package let city: CityID
        package let clock: ClockID
        package let rung: Rung
    }

    /// Claims up to `limit` clocks whose next rung has come, of all cities, the longest waiting first.
    package func claim(_ limit: Int) async throws(DeskError) -> [Due] {
        try await self.pools.worker.use { connection throws(DeskError) in
            do throws(PostgresError) {
                let rows = try connection.query(
                    """
                    update bihuan.clocks k
                       set claimed_until = clock_timestamp() + make_interval(secs => \(Self.leaseSeconds)::bigint)
                      from (select city_id, clock_id
                              from bihuan.clocks
                             where next_at is not null and next_at <= (select bihuan.now())
                               and (claimed_until is null or claimed_until < clock_timestamp())
                             order by next_at, city_id, clock_id
                             limit \(limit)
                               for update skip locked) as due
                     where k.city_id = due.city_id and k.clock_id = due.clock_id
                    returning k.city_id, k.clock_id, k.next_rung
                    """
                ).rows
                return try rows.map { row throws(PostgresError) in
                    Due(
                        city: CityID(rawValue: try row.get("city_id")), clock: try row.identifier("clock_id"),
                        rung: try row.word("next_rung"))
                }
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }

    /// Forgets idempotency keys that are older than 7 days.
    ///
    /// - Returns: keys forgotten.
    package func forgetOldKeys() async throws(DeskError) -> Int {
        try await self.pools.worker.use { connection throws(DeskError) in
            do throws(PostgresError) {
                return try connection.query(
                    """
                    delete from bihuan.idempotency_keys
                     where created_at < statement_timestamp() - interval '7 days'
                    """
                ).affected
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }

    /// Adds appended counts to the totals, so that summaries stay cheap.
    ///
    /// - Returns: deltas rolled up.
    package func rollUpCounters() async throws(DeskError) -> Int {
        try await self.pools.worker.use { connection throws(DeskError) in
            do throws(PostgresError) {
                return try connection.query("select bihuan.roll_up_counters()::bigint as n").rows[0].get("n")
            } catch {
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }
}
