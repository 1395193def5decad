package import BihuanDomain
import Crypto
package import Foundation
import Postgres

/// A webhook as the local operator sees it; nothing of its secrets.
package struct WebhookView: Sendable, Hashable {
    package let id: WebhookID
    package let unit: String
    package let url: String
    /// Nil: all.
    package let topics: [String]?
    package let disabledAt: Date?
    package let disabledBy: String?
    /// Secrets that sign now: two while one replaces the other.
    package let secrets: Int
    /// Deliveries under way, and put aside.
    package let waiting: Int
    package let aside: Int
}

/// The secret of a webhook as the receiver keeps it: `whsec_` and base64 (Standard Webhooks 1.0.0).
package struct WebhookSecret: Sendable, Hashable {
    package let bytes: [UInt8]

    /// 32 random bytes.
    package static func random() -> WebhookSecret {
        WebhookSecret(bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    package var text: String { "whsec_\(Data(self.bytes).base64EncodedString())" }
}

extension Registry {
    /// Tells a unit's messages to a URL from now on.
    ///
    /// - Parameters:
    ///   - topics: `clock.reminder`, or `clock.*` for a family; none: all.
    /// - Returns: the webhook's id and its secret, which is shown nowhere else and never again.
    package func addWebhook(
        unit: String, url: String, topics: [String], in city: CityID
    ) async throws(RegistryFault) -> (id: WebhookID, secret: WebhookSecret) {
        do throws(WebhookTargetFault) {
            _ = try WebhookTarget(url)
        } catch {
            throw RegistryFault(.badInput, error.description)
        }
        if let topic = topics.first(where: { !Self.isTopic($0) }) {
            throw RegistryFault(
                .badInput, "\(topic) is no topic: words of lower-case letters with dots between, or such as clock.*")
        }
        let secret = WebhookSecret.random()
        let wanted: [String]? = topics.isEmpty ? nil : topics
        let id: WebhookID? = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                with made as (
                  insert into bihuan.webhooks (city_id, unit_id, url, topics)
                  select u.city_id, u.unit_id, \(url), \(wanted)::text[]
                    from bihuan.units u
                   where u.city_id = \(city.rawValue) and u.label = \(unit)
                  returning city_id, webhook_id
                ),
                signed as (
                  insert into bihuan.webhook_secrets (city_id, webhook_id, number, secret)
                  select city_id, webhook_id, 1, \(secret.bytes) from made
                )
                select webhook_id from made
                """
            ).rows.first?.identifier("webhook_id")
        }
        guard let id else { throw RegistryFault(.missing, "there is no unit \(unit)") }
        return (id, secret)
    }

    package func webhooks(of city: CityID) async throws(RegistryFault) -> [WebhookView] {
        try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select w.webhook_id, u.label, w.url, w.topics, w.disabled_at, w.disabled_by,
                       (select count(*) from bihuan.webhook_secrets s
                         where s.city_id = w.city_id and s.webhook_id = w.webhook_id
                           and (s.expires_at is null or s.expires_at > clock_timestamp())) as secrets,
                       (select count(*) from bihuan.deliveries d
                         where d.city_id = w.city_id and d.webhook_id = w.webhook_id
                           and d.delivered_at is null and d.aside_at is null) as waiting,
                       (select count(*) from bihuan.deliveries d
                         where d.city_id = w.city_id and d.webhook_id = w.webhook_id
                           and d.aside_at is not null) as aside
                  from bihuan.webhooks w
                  join bihuan.units u on u.city_id = w.city_id and u.unit_id = w.unit_id
                 where w.city_id = \(city.rawValue)
                 order by u.label, w.url
                """
            ).rows.map { row throws(PostgresError) in
                WebhookView(
                    id: try row.identifier("webhook_id"), unit: try row.get("label"), url: try row.get("url"),
                    topics: try row.get("topics"), disabledAt: try row.get("disabled_at"),
                    disabledBy: try row.get("disabled_by"), secrets: try row.get("secrets"),
                    waiting: try row.get("waiting"), aside: try row.get("aside"))
            }
        }
    }

    /// Gives a webhook a new secret; the one before signs beside it for a while, so that the receiver can change over.
    ///
    /// - Parameter hours: how long the one before still signs. Older ones end at once.
    package func rotateWebhook(
        _ id: WebhookID, keepingOldFor hours: Int, in city: CityID
    ) async throws(RegistryFault) -> WebhookSecret {
        let secret = WebhookSecret.random()
        let made: Int = try await self.run { connection throws(PostgresError) in
            try connection.flight([
                """
                select from bihuan.webhooks
                 where city_id = \(city.rawValue) and webhook_id = \(id.rawValue) for update
                """,
                """
                update bihuan.webhook_secrets s
                   set expires_at = case when s.number = (select max(number) from bihuan.webhook_secrets m
                                                           where m.city_id = s.city_id and m.webhook_id = s.webhook_id)
                                         then clock_timestamp() + make_interval(hours => \(hours)::integer)
                                         else clock_timestamp() end
                 where s.city_id = \(city.rawValue) and s.webhook_id = \(id.rawValue)
                   and (s.expires_at is null or s.expires_at > clock_timestamp())
                """,
                """
                insert into bihuan.webhook_secrets (city_id, webhook_id, number, secret)
                select w.city_id, w.webhook_id,
                       1 + (select coalesce(max(number), 0) from bihuan.webhook_secrets m
                             where m.city_id = w.city_id and m.webhook_id = w.webhook_id), \(secret.bytes)
                  from bihuan.webhooks w
                 where w.city_id = \(city.rawValue) and w.webhook_id = \(id.rawValue)
                """,
                """
                delete from bihuan.webhook_secrets
                 where city_id = \(city.rawValue) and webhook_id = \(id.rawValue) and expires_at <= clock_timestamp()
                """,
            ])[2].affected
        }
        guard made == 1 else { throw RegistryFault(.missing, "there is no webhook \(id.text)") }
        return secret
    }

    /// Stops and starts a webhook. What was handed on to it before waits meanwhile.
    package func setWebhook(_ id: WebhookID, enabled: Bool, in city: CityID) async throws(RegistryFault) {
        let cause: String? = enabled ? nil : "operator"
        let changed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                update bihuan.webhooks
                   set disabled_at = case when \(cause)::text is not null then clock_timestamp() end,
                       disabled_by = \(cause)
                 where city_id = \(city.rawValue) and webhook_id = \(id.rawValue)
                """
            ).affected
        }
        guard changed == 1 else { throw RegistryFault(.missing, "there is no webhook \(id.text)") }
    }

    /// Removes a webhook with its secrets, and with everything on its way to it.
    package func removeWebhook(_ id: WebhookID, in city: CityID) async throws(RegistryFault) {
        let removed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                "delete from bihuan.webhooks where city_id = \(city.rawValue) and webhook_id = \(id.rawValue)"
            ).affected
        }
        guard removed == 1 else { throw RegistryFault(.missing, "there is no webhook \(id.text)") }
    }

    private static func isTopic(_ text: String) -> Bool {
        let words = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard words.count >= 2, text.utf8.count <= 100 else { return false }
        return words.enumerated().allSatisfy { index, word in
            if index == words.count - 1, index == 1, word.elementsEqual("*".utf8) { return true }
            return !word.isEmpty
                && word.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
        }
    }
}
