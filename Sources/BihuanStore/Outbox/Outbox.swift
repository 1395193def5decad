package import BihuanDomain
import Foundation
package import Postgres

/// Messages on their way out, by lease.
///
/// A message is handed on to every webhook of its unit in one statement, which also marks it; so wherever a courier is
/// killed, either both happened or neither, and a message for a unit without webhooks is done at once. From there on each
/// delivery is claimed for a while, sent, and marked. A delivery is marked only after it was sent; between the two it may
/// be sent again. What failed before comes again after a pause, least tried first, in a small share of each batch beside
/// the new: neither can hold up the other. After ``tries`` it is put aside. What a courier died with may have been its
/// death: it is a suspect, sent alone, and its try is counted before (``begin(_:)``).
///
/// What a drill would have told stays inside. Its messages are written like all others and done without being handed on
/// to anybody; the policy of deliveries lets no courier do otherwise.
///
/// What waits is looked for in all cities; everything else is done city by city, under the city's own policies.
package struct Outbox: Sendable {
    let pools: Pools

    /// Longest time one claim lasts. Real time, as all times here.
    package static let leaseSeconds = 30
    /// Tries before a delivery is put aside: the first, and one after each pause of the schedule.
    package static let tries = 10
    /// Messages handed on at a time.
    package static let fanOut = 1_000

    /// The courier in the line for a connection, beside the sweeper.
    private static let user = Pool.User(circle: "courier", member: "")

    /// What there is to do.
    package struct Waiting: Sendable {
        /// Cities with messages to be handed on.
        package var cities: [CityID] = []
        /// Webhooks with deliveries due.
        package var lanes: [Lane] = []
    }

    /// The deliveries to one webhook.
    package struct Lane: Sendable, Hashable {
        package let city: CityID
        package let webhook: WebhookID

        package init(city: CityID, webhook: WebhookID) {
            self.city = city
            self.webhook = webhook
        }
    }

    // MARK: Looking

    /// Finds work in all cities. Its cost grows with the cities and webhooks that have some, not with the rows waiting.
    package func waiting() async throws(DeskError) -> Waiting {
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            let answers = try connection.flight([Self.waitingCities, Self.waitingLanes], intent: .read)
            return Waiting(
                cities: try answers[0].rows.map { row throws(PostgresError) in
                    CityID(rawValue: try row.get("city_id"))
                },
                lanes: try answers[1].rows.map { row throws(PostgresError) in
                    Lane(city: CityID(rawValue: try row.get("city_id")), webhook: try row.identifier("webhook_id"))
                })
        }
    }

    /// From city to city along the index, never along the messages of one.
    package static let waitingCities: SQL = """
        with recursive city as (
          (select city_id from bihuan.outbox where fanned_at is null order by city_id limit 1)
          union all
          select (select o.city_id
                    from bihuan.outbox o
                   where o.fanned_at is null and o.city_id > c.city_id
                   order by o.city_id
                   limit 1)
            from city c
           where c.city_id is not null
        )
        select city_id from city where city_id is not null
        """

    /// From webhook to webhook, and of each by number of tries, likewise.
    package static let waitingLanes: SQL = """
        with recursive lane as (
          (select city_id, webhook_id
             from bihuan.deliveries
            where delivered_at is null and aside_at is null
            order by city_id, webhook_id
            limit 1)
          union all
          select n.city_id, n.webhook_id
            from lane l
           cross join lateral (
             select d.city_id, d.webhook_id
               from bihuan.deliveries d
              where d.delivered_at is null and d.aside_at is null
                and (d.city_id, d.webhook_id) > (l.city_id, l.webhook_id)
              order by d.city_id, d.webhook_id
              limit 1
           ) n
        )
        select l.city_id, l.webhook_id
          from lane l
          join bihuan.webhooks w on w.city_id = l.city_id and w.webhook_id = l.webhook_id
         where w.disabled_at is null
           and exists (
             select from generate_series(0, \(Self.tries)::integer) a (n)
              cross join lateral (
                select from bihuan.deliveries d
                 where d.city_id = l.city_id and d.webhook_id = l.webhook_id
                   and d.delivered_at is null and d.aside_at is null
                   and d.attempts = a.n and d.next_at <= statement_timestamp()
                 limit 1
              ) due
           )
        """

    // MARK: Handing on

    /// Hands the longest waiting messages of a city on to the webhooks of their units.
    ///
    /// - Returns: messages handed on, ``fanOut`` at most.
    package func fanOut(of city: CityID) async throws(DeskError) -> Int {
        let handOn = Self.handOn(city)
        return try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            try connection.flight([Principal.system(city).presentation, handOn])[1].affected
        }
    }

    package static func handOn(_ city: CityID) -> SQL {
        """
        with batch as materialized (
          select city_id, outbox_id, case_id, unit_id, topic
            from bihuan.outbox
           where city_id = \(city.rawValue) and fanned_at is null
           order by created_at
           limit \(Self.fanOut)
             for update skip locked
        ),
        handed as (
          insert into bihuan.deliveries (city_id, outbox_id, webhook_id)
          select b.city_id, b.outbox_id, w.webhook_id
            from batch b
            join bihuan.webhooks w on w.city_id = b.city_id and w.unit_id = b.unit_id
            left join bihuan.cases c on c.city_id = b.city_id and c.case_id = b.case_id
           where w.disabled_at is null and c.is_drill is not true and (c.secrecy > 0) is not true
             and (w.topics is null or b.topic = any (w.topics) or split_part(b.topic, '.', 1) || '.*' = any (w.topics))
              on conflict do nothing
        )
        update bihuan.outbox o
           set fanned_at = clock_timestamp()
          from batch b
         where o.city_id = b.city_id and o.outbox_id = b.outbox_id
        """
    }

    // MARK: Claiming

    /// Claims up to `limit` due deliveries to one webhook, and gives them in the order in which they are to be sent:
    /// suspects, and those that failed before, each the least tried first; then ``freshShare(of:)`` not tried yet, the
    /// longest waiting first.
    ///
    /// A delivery that ended as many couriers as it has tries is put aside instead.
    ///
    /// - Returns: none where the webhook is disabled or gone.
    package func claim(_ lane: Lane, limit: Int) async throws(DeskError) -> [Delivery] {
        let claim = Self.claim(lane, limit: limit)
        return try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            let answers = try connection.flight([
                Principal.system(lane.city).presentation,
                """
                select w.url, c.code
                  from bihuan.webhooks w
                  join bihuan.cities c on c.city_id = w.city_id
                 where w.city_id = \(lane.city.rawValue) and w.webhook_id = \(lane.webhook.rawValue)
                """,
                """
                select secret
                  from bihuan.webhook_secrets
                 where city_id = \(lane.city.rawValue) and webhook_id = \(lane.webhook.rawValue)
                   and (expires_at is null or expires_at > statement_timestamp())
                 order by number desc
                """,
                claim,
            ])
            guard let webhook = answers[1].rows.first else { return [] }
            let url: String = try webhook.get("url")
            let code: String = try webhook.get("code")
            let secrets = try answers[2].rows.map { row throws(PostgresError) in
                try row.get("secret", as: [UInt8].self)
            }
            return try answers[3].rows.map { row throws(PostgresError) in
                let message: MessageID = try row.identifier("outbox_id")
                let topic: String = try row.get("topic")
                return Delivery(
                    city: lane.city, message: message, webhook: lane.webhook, attempt: try row.get("attempts"),
                    isSuspect: try row.get("is_suspect"),
                    url: url, secrets: secrets,
                    event: CloudEvent(
                        id: "evt_\(message.text)", source: "/cities/\(code)", type: "cn.bihuan.\(topic).v1",
                        subject: try row.get("subject"), time: try row.get("at"), data: try row.get("data")))
            }
        }
    }

    /// How many of a claim may be deliveries not tried yet. A claim that brings fewer has found all that is due.
    package static func freshShare(of limit: Int) -> Int { limit == 1 ? 1 : limit - max(1, limit / 10) }

    package static func claim(_ lane: Lane, limit: Int) -> SQL {
        """
        with lane as materialized (
          select w.city_id, w.webhook_id
            from bihuan.webhooks w
           where w.city_id = \(lane.city.rawValue) and w.webhook_id = \(lane.webhook.rawValue)
             and w.disabled_at is null
        ),
        fresh as materialized (
          select d.city_id, d.outbox_id, d.webhook_id
            from bihuan.deliveries d
           where d.city_id = (select city_id from lane) and d.webhook_id = (select webhook_id from lane)
             and d.delivered_at is null and d.aside_at is null
             and d.attempts = 0 and d.next_at <= statement_timestamp()
           order by d.next_at
           limit \(Self.freshShare(of: limit))
             for update skip locked
        ),
        -- A claim takes the last error away, and whoever comes back from it puts down another: without one, nobody did.
        again as materialized (
          select d.city_id, d.outbox_id, d.webhook_id, d.is_suspect
            from (select is_suspect, \(limit)::integer - (select count(*) from fresh) as most
                    from (values (true), (false)) v (is_suspect)) kind
           cross join lateral (
             select d.city_id, d.outbox_id, d.webhook_id, kind.is_suspect
               from generate_series(1, \(Self.tries)::integer) a (n)
              cross join lateral (
                select d.city_id, d.outbox_id, d.webhook_id, d.next_at
                  from bihuan.deliveries d
                 where d.city_id = (select city_id from lane) and d.webhook_id = (select webhook_id from lane)
                   and d.delivered_at is null and d.aside_at is null
                   and d.attempts = a.n and d.next_at <= statement_timestamp()
                   and (d.last_error is null) = kind.is_suspect
                 order by d.next_at
                 limit kind.most
                   for update skip locked
              ) d
              order by a.n, d.next_at
              limit kind.most
           ) d
           where kind.most > 0
           order by d.is_suspect desc
           limit \(limit)
        ),
        due as (
          select city_id, outbox_id, webhook_id, false as is_suspect from fresh
          union all
          select city_id, outbox_id, webhook_id, is_suspect from again
        ),
        taken as (
          update bihuan.deliveries d
             set attempts = d.attempts + (not due.is_suspect)::integer,
                 next_at = clock_timestamp() + make_interval(secs => \(Self.leaseSeconds)::bigint),
                 aside_at = case when d.attempts >= \(Self.tries) then clock_timestamp() end,
                 last_error = case when d.attempts >= \(Self.tries) then 'no courier came back from it' end
            from due
           where d.city_id = due.city_id and d.outbox_id = due.outbox_id and d.webhook_id = due.webhook_id
          returning d.city_id, d.outbox_id, d.attempts + due.is_suspect::integer as attempts, d.aside_at, due.is_suspect
        )
        select t.outbox_id, t.attempts, t.is_suspect, o.topic, coalesce(e.at, o.created_at) as at,
               coalesce(o.payload ->> 'subject', o.payload ->> 'case') as subject,
               (o.payload - 'subject' || jsonb_build_object('unit', u.label))::text as data
          from taken t
          join bihuan.outbox o on o.city_id = t.city_id and o.outbox_id = t.outbox_id
          join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
          left join bihuan.events e on e.city_id = o.city_id and e.case_id = o.case_id and e.seq = o.seq
         where t.aside_at is null
         order by t.is_suspect desc, t.attempts = 1, t.attempts, o.created_at
        """
    }

    // MARK: Marking

    /// Counts the try of a suspect before it is made, so that one which ends its courier counts as well.
    package func begin(_ delivery: Delivery) async throws(DeskError) {
        try await self.mark(
            delivery,
            """
            set attempts = \(delivery.attempt)
            """,
            unless: "d.attempts <> \(delivery.attempt - 1)::integer or delivered_at is not null or aside_at is not null"
        )
    }

    /// Marks a delivery as done, whoever has it claimed by now.
    package func delivered(_ delivery: Delivery, status: Int) async throws(DeskError) {
        try await self.mark(
            delivery,
            """
            set delivered_at = clock_timestamp(), aside_at = null, last_status = \(status), last_error = null
            """,
            unless: "delivered_at is not null")
    }

    /// Notes that a try failed: the delivery comes again later, or after ``tries`` tries is put aside.
    ///
    /// Nothing is noted when somebody else has claimed it meanwhile.
    ///
    /// - Parameters:
    ///   - status: of the answer, if there was one.
    ///   - reason: for operators.
    ///   - pause: until the next try; nil: there is no use in another.
    package func failed(
        _ delivery: Delivery, status: Int?, _ reason: String, retryIn pause: Duration?
    ) async throws(DeskError) {
        let milliseconds = pause.map { Int($0 / .milliseconds(1)) } ?? 0
        let isLast = pause == nil
        try await self.mark(
            delivery,
            """
            set last_status = \(status), last_error = \(reason),
                next_at = clock_timestamp() + \(milliseconds)::bigint * interval '1 millisecond',
                aside_at = case when \(isLast) or d.attempts >= \(Self.tries) then clock_timestamp() end
            """,
            unless: "d.attempts <> \(delivery.attempt) or delivered_at is not null or aside_at is not null")
    }

    /// Gives a claim back: others may take the delivery at once. Nothing, when somebody else has claimed it meanwhile.
    ///
    /// - Parameter wasTried: it may have arrived; otherwise the try is not counted.
    package func release(_ delivery: Delivery, wasTried: Bool) async throws(DeskError) {
        try await self.mark(
            delivery,
            """
            set next_at = clock_timestamp(), attempts = d.attempts - \(wasTried ? 0 : 1)::integer,
                last_error = \(wasTried ? "given back in the midst of a try" : "given back untried")
            """,
            unless: "d.attempts <> \(delivery.attempt) or delivered_at is not null or aside_at is not null")
    }

    /// Hands nothing more on to a webhook, and sends it nothing more, until an operator enables it again.
    package func disable(_ lane: Lane, by cause: String) async throws(DeskError) {
        try await self.pools.asWorker(by: Self.user) { connection throws(PostgresError) in
            _ = try connection.flight([
                Principal.system(lane.city).presentation,
                """
                update bihuan.webhooks set disabled_at = clock_timestamp(), disabled_by = \(cause)
                 where city_id = \(lane.city.rawValue) and webhook_id = \(lane.webhook.rawValue)
                   and disabled_at is null
                """,
            ])
        }
    }

    private func mark(_ delivery: Delivery, _ change: SQL, unless isOver: SQL) async throws(DeskError) {
        // In many lanes at once; each stands in line for itself.
        let user = Pool.User(circle: Self.user.circle, member: delivery.webhook.text)
        try await self.pools.asWorker(by: user) { connection throws(PostgresError) in
            _ = try connection.flight([
                Principal.system(delivery.city).presentation,
                """
                update bihuan.deliveries d \(change)
                 where d.city_id = \(delivery.city.rawValue) and d.outbox_id = \(delivery.message.rawValue)
                   and d.webhook_id = \(delivery.webhook.rawValue) and not (\(isOver))
                """,
            ])
        }
    }
}
