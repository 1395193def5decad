package import BihuanDomain
package import Foundation
import Postgres

/// A delivery as operators look after it.
package struct DeliveryView: Sendable {
    /// Tells it from all others, in a page of a list.
    let key: UUID
    package let message: MessageID
    package let webhook: WebhookID
    package let unit: String
    package let url: String
    package let topic: String
    package let state: DeliveryState
    package let attempts: Int
    package let lastStatus: Int?
    package let lastError: String?
    package let createdAt: Date
    /// When it comes again, while it waits.
    package let nextAt: Date?
}

/// Where a delivery stands.
package enum DeliveryState: String, Sendable, Hashable, CaseIterable {
    case waiting
    /// Its webhook is disabled.
    case held
    case delivered
    /// Put aside after too many tries.
    case dead
}

/// Which deliveries to list or to put back.
package struct DeliveryFilter: Sendable, Hashable {
    package var state: DeliveryState?
    /// Label of the unit told.
    package var unit: String?
    package var message: UUID?
    package var webhook: UUID?

    package init() {}
}

/// A clock put aside because it could not be fired.
package struct AsideClockView: Sendable {
    package let id: ClockID
    package let caseRef: String
    package let kind: ClockKind
    package let unit: UnitTag
    package let rung: Rung?
    package let asideAt: Date
    package let attempts: Int
    package let error: String?
}

/// What an operator's city has that did not go through.
package struct Backlog: Sendable, Hashable {
    /// Clocks put aside, of those the asker sees.
    package let asideClocks: Int
    /// Deliveries under way that have failed before, and those put aside; an operator's only.
    package let failing: Int
    package let dead: Int
}

/// What operators look after: what the workers could not do.
extension Queries {
    /// Deliveries of the asker's city, newest first; none where the asker is no operator. Without a state, all that are
    /// not delivered.
    package func deliveries(
        _ token: String, _ filter: DeliveryFilter = DeliveryFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<DeliveryView> {
        let sql: SQL = """
            with page as materialized (
              select d.*, u.label, w.url, o.topic,
                     md5(d.outbox_id::text || d.webhook_id::text)::uuid as key, case
                       when d.delivered_at is not null then 'delivered'
                       when d.aside_at is not null then 'dead'
                       when w.disabled_at is not null then 'held'
                       else 'waiting' end as state
                from bihuan.deliveries d
                join bihuan.webhooks w on w.city_id = d.city_id and w.webhook_id = d.webhook_id
                join bihuan.units u on u.city_id = w.city_id and u.unit_id = w.unit_id
                join bihuan.outbox o on o.city_id = d.city_id and o.outbox_id = d.outbox_id
               where \(Self.chosen(filter))
            )
            select outbox_id, webhook_id, label, url, topic, state, attempts, last_status, last_error, created_at, next_at,
                   key
              from page
             where state = coalesce(\(filter.state?.rawValue), nullif(state, 'delivered'))
               and (created_at, key) <
                   (coalesce(\(after?.at)::timestamptz, 'infinity'),
                    coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
             order by created_at desc, key desc
             limit \(limit + 1)
            """
        return try await self.ask(token, [sql]) { answers, _ throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in
                let state: DeliveryState = try row.word("state")
                return DeliveryView(
                    key: try row.get("key"), message: try row.identifier("outbox_id"),
                    webhook: try row.identifier("webhook_id"),
                    unit: try row.get("label"), url: try row.get("url"), topic: try row.get("topic"), state: state,
                    attempts: try row.get("attempts"), lastStatus: try row.get("last_status"),
                    lastError: try row.get("last_error"), createdAt: try row.get("created_at"),
                    nextAt: state == .waiting ? try row.get("next_at") : nil)
            }
            return Page(items, limit: limit) { PageKey(at: $0.createdAt, id: $0.key) }
        }
    }

    /// Which deliveries a filter means, but for its state.
    private static func chosen(_ filter: DeliveryFilter) -> SQL {
        """
        d.city_id = \(Self.city)
               and (\(filter.message)::uuid is null or d.outbox_id = \(filter.message))
               and (\(filter.webhook)::uuid is null or d.webhook_id = \(filter.webhook))
               and (\(filter.unit)::text is null or exists (
                     select from bihuan.webhooks x
                       join bihuan.units y on y.city_id = x.city_id and y.unit_id = x.unit_id
                      where x.city_id = d.city_id and x.webhook_id = d.webhook_id and y.label = \(filter.unit)))
        """
    }

    /// Puts back deliveries that were put aside: each has all its tries again, beginning now.
    ///
    /// - Returns: how many; none where the asker is no operator.
    package func retryDeliveries(_ token: String, _ filter: DeliveryFilter) async throws(DeskError) -> Int {
        try await self.change(
            token,
            """
            update bihuan.deliveries d set attempts = 0, next_at = clock_timestamp(), aside_at = null
             where d.aside_at is not null and \(Self.chosen(filter))
            """)
    }

    /// Clocks put aside that the asker sees, the longest aside first.
    package func asideClocks(_ token: String, unit: String? = nil) async throws(DeskError) -> [AsideClockView] {
        let sql: SQL = """
            select k.clock_id, c.ref, k.kind, k.unit_id, k.next_rung, k.aside_at, k.attempts, k.last_error
              from bihuan.clocks k
              join bihuan.cases c on c.city_id = k.city_id and c.case_id = k.case_id
             where k.city_id = \(Self.city) and k.aside_at is not null
               and (\(unit)::text is null or k.unit_id = (
                     select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(unit)))
             order by k.aside_at, k.clock_id
             limit 1000
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in
                AsideClockView(
                    id: try row.identifier("clock_id"), caseRef: try row.get("ref"), kind: try row.word("kind"),
                    unit: asker.tag(try row.unit("unit_id")), rung: try row.wordIfAny("next_rung"),
                    asideAt: try row.get("aside_at"), attempts: try row.get("attempts"),
                    error: try row.get("last_error"))
            }
        }
    }

    /// Puts back clocks that were put aside: each has all its tries again, beginning now.
    ///
    /// - Parameters:
    ///   - clock: one; nil: all of the unit, or all.
    /// - Returns: how many; none where the asker is no operator.
    package func retryClocks(_ token: String, clock: UUID?, unit: String?) async throws(DeskError) -> Int {
        try await self.change(
            token,
            """
            with chosen as (
              select k.city_id, k.clock_id
                from bihuan.clocks k
               where k.city_id = (select s.city_id from bihuan.sessions s where s.role = 'operator')
                 and k.aside_at is not null
                 and (\(clock)::uuid is null or k.clock_id = \(clock))
                 and (\(unit)::text is null or k.unit_id = (
                       select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(unit)))
                 -- What a command is at just now is left to the next RETRY: a wait for one case must not hold others.
                 for update of k skip locked
            )
            update bihuan.clocks k
               set aside_at = null, retry_at = null, attempts = 0, claimed_until = null
              from chosen
             where k.city_id = chosen.city_id and k.clock_id = chosen.clock_id
            """)
    }

    /// What the asker's city has that did not go through.
    package func backlog(_ token: String) async throws(DeskError) -> Backlog {
        let sql: SQL = """
            select (select count(*) from bihuan.clocks k
                     where k.city_id = \(Self.city) and k.aside_at is not null) as clocks,
                   (select count(*) from bihuan.deliveries d
                     where d.city_id = \(Self.city) and d.delivered_at is null and d.aside_at is null
                       and d.attempts > 0) as failing,
                   (select count(*) from bihuan.deliveries d
                     where d.city_id = \(Self.city) and d.aside_at is not null) as dead
            """
        return try await self.ask(token, [sql]) { answers, _ throws(PostgresError) in
            let row = answers[0].rows[0]
            return Backlog(
                asideClocks: try row.get("clocks"), failing: try row.get("failing"), dead: try row.get("dead"))
        }
    }

    /// Changes rows under a session, in one flight; the database decides which may be changed.
    private func change(_ token: String, _ sql: SQL) async throws(DeskError) -> Int {
        let principal = Principal.session(token)
        return try await self.pools.pool(for: principal).use { connection throws(DeskError) in
            do throws(PostgresError) {
                let answers = try connection.flight([principal.presentation, principal.introduction, sql])
                guard !answers[1].rows.isEmpty else { throw PostgresError(.misuse, "no session") }
                return answers[2].affected
            } catch {
                if error.code == .misuse { throw .unauthenticated }
                throw DeskError(error)
            }
        } orFail: {
            DeskError($0)
        }
    }
}
