import Foundation
import Postgres

/// A key in use: a row of the command's own transaction.
///
/// A concurrent duplicate waits on the row and then finds the outcome; a command that fails leaves no row.
struct IdempotencyKey: Sendable {
    var key: String
    var hash: [UInt8]

    /// Takes the key, or finds out whose it is.
    var claim: [SQL] {
        [
            """
            insert into bihuan.idempotency_keys (city_id, officer_id, key, request_hash)
            select s.city_id, s.officer_id, \(self.key), \(self.hash) from bihuan.sessions s
                on conflict do nothing
            """,
            """
            select k.request_hash, k.outcome
              from bihuan.idempotency_keys k
             where (k.city_id, k.officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
               and k.key = \(self.key)
            """,
        ]
    }

    /// The outcome kept by an earlier use; nil when the key was free and is ours now.
    func replay(_ claimed: QueryResult, _ found: QueryResult) throws(DeskError) -> Outcome? {
        guard claimed.affected == 0 else { return nil }
        do throws(PostgresError) {
            guard let row = found.rows.first else { return nil }
            let hash: [UInt8] = try row.get("request_hash")
            guard hash == self.hash else { return try Self.reused() }
            let kept: JSON? = try row.get("outcome")
            guard let kept, var outcome = try? Self.decoder.decode(Outcome.self, from: Data(kept.text.utf8)) else {
                throw PostgresError(.decoding, "a kept outcome cannot be read", column: "outcome")
            }
            outcome.replayed = true
            return outcome
        } catch {
            if error.code == .misuse { throw .keyReused }
            throw DeskError(error)
        }
    }

    private static func reused() throws(PostgresError) -> Outcome? {
        throw PostgresError(.misuse, "the key belongs to another command")
    }

    /// Writes the outcome down under the key.
    func keep(_ outcome: Outcome, in city: SQL) throws(DeskError) -> SQL {
        guard let data = try? Self.encoder.encode(outcome) else {
            throw .unavailable("an outcome could not be encoded")
        }
        return """
            update bihuan.idempotency_keys
               set outcome = \(JSON(text: String(decoding: data, as: UTF8.self)))
             where (city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
               and key = \(self.key)
            """
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .secondsSince1970
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }
}
