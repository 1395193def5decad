import Postgres

/// Whether the server can do its work.
package struct Health: Sendable {
    let pools: Pools
    let schema: SchemaState

    package struct Check: Sendable, Hashable {
        package enum Status: String, Sendable { case ok, warn, fail }

        package let name: String
        package let status: Status
        package let text: String
    }

    /// Database, schema, clocks, outbox. Never throws: what cannot be asked fails.
    package func checks() async -> [Check] {
        let schema = self.schema
        do throws(PostgresError) {
            let began = ContinuousClock.now
            let row = try await self.pools.worker.use { connection throws(PostgresError) in
                try connection.query(
                    """
                    select \(SchemaState.columns),
                           pg_is_in_recovery() as is_standby,
                           (select extract(epoch from (select bihuan.now()) - min(next_at))::bigint
                              from bihuan.clocks
                             where next_at is not null and retry_at is null and aside_at is null) as waiting,
                           (select extract(epoch from clock_timestamp() - min(created_at))::bigint
                              from bihuan.outbox where fanned_at is null) as unsent
                    """, intent: .read
                ).rows[0]
            } orFail: {
                $0
            }
            let milliseconds = (ContinuousClock.now - began) / .milliseconds(1)
            let found = try SchemaState(row)
            let waiting: Int? = try row.get("waiting")
            let unsent: Int? = try row.get("unsent")
            let isStandby: Bool = try row.get("is_standby")
            let late = max(0, waiting ?? 0)
            let old = max(0, unsent ?? 0)
            return [
                Check(
                    name: "database", status: .ok,
                    text: "\(Int(milliseconds)) ms, \(isStandby ? "standby" : "primary")"),
                Check(
                    name: "migrations", status: found == schema ? .ok : .fail,
                    text: found == schema ? "\(found.migration)" : "\(found), not \(schema)"),
                Check(
                    name: "clock-sweep", status: late > 60 ? .warn : .ok,
                    text: late == 0 ? "nothing waits" : "oldest due \(late) s ago"),
                Check(
                    name: "outbox", status: old > 60 ? .warn : .ok,
                    text: old == 0 ? "nothing waits" : "oldest message \(old) s old"),
            ]
        } catch {
            return [Check(name: "database", status: .fail, text: "cannot be asked")]
        }
    }
}
