import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import NIOCore
import Postgres
import StoreTestSupport
import TestSupport

/// What the tests of the courier do with a city's outbox, as the owner does who stands beside the servers.
struct Mailroom: Sendable {
    let city: TestCity

    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A courier that remembers nothing: that of another server, or of this one started again.
    func courier(
        timeLimit: TimeAmount = .seconds(10), configuration: CourierConfiguration = CourierConfiguration()
    ) throws -> OutboxCourier<ContinuousClock> {
        OutboxCourier(
            store: self.city.store, sender: try Self.sender(timeLimit: timeLimit), configuration: configuration,
            clock: ContinuousClock(), logger: Self.silent, jitter: { 0 })
    }

    static func sender(timeLimit: TimeAmount = .seconds(10)) throws -> HTTPWebhookSender {
        try HTTPWebhookSender(
            allowList: WebhookAllowList("127.0.0.0/8") ?? WebhookAllowList(), timeLimit: timeLimit)
    }

    @discardableResult
    func webhook(
        _ unit: String, _ url: String, topics: [String] = []
    ) async throws -> (id: WebhookID, secret: WebhookSecret) {
        try await self.registry { registry in
            try await registry.addWebhook(unit: unit, url: url, topics: topics, in: self.city.city)
        }
    }

    func registry<R: Sendable>(_ body: @Sendable (Registry) async throws -> R) async throws -> R {
        let owner = try await Connection.open(
            self.city.server.conninfo(database: self.city.database, user: "bihuan_migrate"))
        do {
            let value = try await body(Registry(owner))
            await owner.close()
            return value
        } catch {
            await owner.close()
            throw error
        }
    }

    /// Messages as a step would cause them.
    func messages(_ count: Int = 1, to unit: String, topic: String = "clock.reminder") async throws {
        try await self.city.owner { connection throws(PostgresError) in
            _ = try connection.query(
                """
                insert into bihuan.outbox (city_id, unit_id, topic, payload)
                select 1, u.unit_id, \(topic), jsonb_build_object('case', 'TST-2026-000001', 'subject', 'A-' || n)
                  from bihuan.units u cross join generate_series(1, \(count)) n
                 where u.city_id = 1 and u.label = \(unit)
                """)
        }
    }

    /// Lets leases end and pauses pass.
    func passTime() async throws {
        try await self.city.owner { connection throws(PostgresError) in
            _ = try connection.query(
                "update bihuan.deliveries set next_at = clock_timestamp() - interval '1 second' where next_at > now()")
        }
    }

    struct Standing: Sendable, Hashable {
        var attempts: Int
        /// Seconds from now.
        var next: Double
        var isDelivered: Bool
        var isAside: Bool
        var status: Int?
        var error: String?
    }

    func standings() async throws -> [Standing] {
        try await self.city.owner { connection throws(PostgresError) in
            try connection.query(
                """
                select attempts, extract(epoch from next_at - clock_timestamp())::double precision as next,
                       delivered_at is not null as is_delivered, aside_at is not null as is_aside, last_status,
                       last_error
                  from bihuan.deliveries order by created_at, outbox_id
                """
            ).rows.map { row throws(PostgresError) in
                Standing(
                    attempts: try row.get("attempts"), next: try row.get("next"),
                    isDelivered: try row.get("is_delivered"), isAside: try row.get("is_aside"),
                    status: try row.get("last_status"), error: try row.get("last_error"))
            }
        }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await self.city.owner { connection throws(PostgresError) in try connection.query(sql).rows[0].get(0) }
    }
}
