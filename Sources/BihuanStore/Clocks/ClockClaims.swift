package import BihuanDomain
package import Foundation
package import Postgres

/// Which clocks have reached a rung, claimed for a while so that several servers do not do the same work.
///
/// The claim is a courtesy, not the guard: a rung fires once because firing is decided under the case's lock and
/// recorded under a unique key (``Desk/fire(_:_:of:)``). A claim of a server that died runs out by itself.
///
/// There are two queues. Clocks that are due wait by their time; a clock that failed waits apart, by the time of its
/// next try, and gets a small share of each batch, so that it holds up nobody. After ``tries`` tries it is put aside
/// until an operator puts it back.
///
/// A clock that ends its server must be found out too, and not those that were claimed beside it. So a clock whose last
/// claim ran out is a suspect: it is fired alone, and its try is counted before (``begin(_:)``).
package struct ClockClaims: Sendable {
    let pools: Pools

    /// Longest time one claim lasts.
    package static let leaseSeconds = 30
    /// Tries before a clock is put aside; with the pauses between them about three hours.
    package static let tries = 8

    /// The sweeper in the line for a connection, beside the courier.
    private static let user = Pool.User(circle: "sweeper", member: "")

    /// A claimed clock.
    package struct Due: Sendable, Hashable {
        package let city: CityID
        package let clock: ClockID
        package let rung: Rung
        /// Tries counted, this one included.
        package let attempt: Int
        /// When the claim runs out. It names the claim: what has another by now is another's.
        package let claimedUntil: Date
        /// Its last claim ran out: whoever held it died, perhaps of it.
        package let isSuspect: Bool
    }

    /// Claims up to `limit` clocks whose next rung has come, of all cities, the longest waiting first; then, beside them,
    /// up to a tenth as many of those that failed before.
    package func claim(_ limit: Int) async throws(DeskError) -> [Due] {
        let claim = Self.claim(limit)
        return try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            try connection.query(claim).rows.map { row throws(PostgresError) in
                Due(
                    city: CityID(rawValue: try row.get("city_id")), clock: try row.identifier("clock_id"),
                    rung: try row.word("next_rung"), attempt: try row.get("attempt"),
                    claimedUntil: try row.get("claimed_until"), isSuspect: try row.get("is_suspect"))
            }
        }
    }

    /// The claim, for plan tests as well: two reads of a partial index and an update of what they found.
    package static func claim(_ limit: Int) -> SQL {
        """
        with fresh as materialized (
          select city_id, clock_id, claimed_until
            from bihuan.clocks
           where next_at is not null and retry_at is null and aside_at is null
             and next_at <= (select bihuan.now())
             and (claimed_until is null or claimed_until < statement_timestamp())
           order by next_at, city_id, clock_id
           limit \(limit)
             for update skip locked
        ),
        again as materialized (
          select city_id, clock_id, claimed_until
            from bihuan.clocks
           where next_at is not null and retry_at is not null and aside_at is null
             and retry_at <= statement_timestamp()
             and (claimed_until is null or claimed_until < statement_timestamp())
           order by retry_at, city_id, clock_id
           limit \(max(1, limit / 10))
             for update skip locked
        ),
        due as (
          select city_id, clock_id, claimed_until is not null as is_suspect, false as is_again from fresh
          union all
          select city_id, clock_id, claimed_until is not null, true from again
        ),
        claimed as (
          update bihuan.clocks k
             set claimed_until = clock_timestamp() + make_interval(secs => \(Self.leaseSeconds)::bigint)
            from due
           where k.city_id = due.city_id and k.clock_id = due.clock_id
          returning k.city_id, k.clock_id, k.next_rung, k.next_at, k.attempts + 1 as attempt, k.claimed_until,
                    due.is_suspect, due.is_again
        )
        select city_id, clock_id, next_rung, attempt, claimed_until, is_suspect
          from claimed
         -- Of the suspects those last that were found wanting before: they may end this server too.
         order by is_suspect, case when is_suspect then attempt end, is_again, next_at
        """
    }

    /// Counts the try of a suspect before it is made, so that one which ends its server counts as well.
    ///
    /// - Returns: whether it has ended one server too many, and was put aside instead.
    package func begin(_ due: Due) async throws(DeskError) -> Bool {
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            let rows = try connection.query(
                """
                update bihuan.clocks
                   set attempts = least(\(due.attempt)::integer, \(Self.tries)::integer),
                       aside_at = case when \(due.attempt) > \(Self.tries) then clock_timestamp() end,
                       last_error = case when \(due.attempt) > \(Self.tries) then 'no sweeper came back from it'
                                         else last_error end
                 where city_id = \(due.city.rawValue) and clock_id = \(due.clock.rawValue)
                   and claimed_until = \(due.claimedUntil) and next_at is not null
                returning aside_at is not null as is_aside
                """
            ).rows
            return try rows.first?.get("is_aside") ?? false
        }
    }

    /// Notes that a claimed clock could not be fired: it comes again later, or after ``tries`` tries is put aside.
    ///
    /// - Parameters:
    ///   - reason: for operators.
    ///   - pause: until the next try.
    /// - Returns: whether it was put aside.
    package func failed(_ due: Due, _ reason: String, retryIn pause: Duration) async throws(DeskError) -> Bool {
        let milliseconds = Int(pause / .milliseconds(1))
        return try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            let rows = try connection.query(
                """
                update bihuan.clocks
                   set claimed_until = null, last_error = \(reason), attempts = \(due.attempt),
                       retry_at = case when \(due.attempt) < \(Self.tries)
                                       then clock_timestamp() + \(milliseconds)::bigint * interval '1 millisecond'
                                  end,
                       aside_at = case when \(due.attempt) >= \(Self.tries) then clock_timestamp() end
                 where city_id = \(due.city.rawValue) and clock_id = \(due.clock.rawValue)
                   and claimed_until = \(due.claimedUntil) and next_at is not null
                returning aside_at is not null as is_aside
                """
            ).rows
            return try rows.first?.get("is_aside") ?? false
        }
    }

    /// Gives claims back: others may have the clocks at once. What somebody is at just now is passed over, and its claim
    /// runs out by itself: a wait for one case must not hold others.
    ///
    /// - Parameter wereTried: a try was made and found nothing to do; otherwise it is not counted.
    package func release(_ claims: [Due], wereTried: Bool) async throws(DeskError) {
        guard !claims.isEmpty else { return }
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            _ = try connection.query(
                """
                with free as (
                  select k.city_id, k.clock_id, c.attempt
                    from bihuan.clocks k
                    join unnest(\(claims.map(\.city.rawValue))::bigint[], \(claims.map(\.clock.rawValue))::uuid[],
                                \(claims.map(\.claimedUntil))::timestamptz[], \(claims.map(\.attempt))::bigint[])
                         as c (city_id, clock_id, claimed_until, attempt)
                      on c.city_id = k.city_id and c.clock_id = k.clock_id and c.claimed_until = k.claimed_until
                     for update of k skip locked
                )
                update bihuan.clocks k
                   set claimed_until = null, attempts = free.attempt - \(wereTried ? 0 : 1)::integer
                  from free
                 where k.city_id = free.city_id and k.clock_id = free.clock_id
                """)
        }
    }

    /// Forgets idempotency keys that are older than 7 days, so many at a time that no statement takes long.
    ///
    /// - Returns: keys forgotten; 0: there are no more.
    package func forgetOldKeys() async throws(DeskError) -> Int {
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            try connection.query(
                """
                delete from bihuan.idempotency_keys k
                 where k.ctid = any (array(
                         select o.ctid from bihuan.idempotency_keys o
                          where o.created_at < statement_timestamp() - interval '7 days'
                          limit 10000))
                """
            ).affected
        }
    }

    /// Adds appended counts to the totals, so that summaries stay cheap.
    ///
    /// - Returns: deltas rolled up.
    package func rollUpCounters() async throws(DeskError) -> Int {
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            try connection.query("select bihuan.roll_up_counters()::bigint as n").rows[0].get("n")
        }
    }
}
