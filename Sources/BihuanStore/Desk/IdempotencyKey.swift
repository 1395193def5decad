import BihuanDomain
import Crypto
import Foundation
import Postgres

/// A key in use: a row of the command's own transaction.
///
/// A concurrent duplicate waits on the row and then finds the outcome; a command that fails leaves no row. The command
/// is known again by its hash and its target, in words of no door: an object named by its id at one door and by its ref
/// at another is the same object.
struct IdempotencyKey: Sendable {
    let key: String
    private let hash: [UInt8]
    private let target: Target?

    /// - Parameters:
    ///   - key: nil: the command has none.
    ///   - command: everything that was said, without the target's id.
    ///   - target: nil for a command that makes something new.
    init?(_ key: String?, of command: some Encodable, on target: Target? = nil) throws(DeskError) {
        guard let key else { return nil }
        self.key = key
        self.hash = Array(SHA256.hash(data: try Self.data(command)))
        self.target = target
    }

    /// Takes the key, or finds out whose it is.
    var claim: [SQL] {
        [
            """
            insert into bihuan.idempotency_keys (city_id, officer_id, key, request_hash)
            select s.city_id, s.officer_id, \(self.key), \(self.hash) from bihuan.sessions s
                on conflict do nothing
            """,
            self.look,
        ]
    }

    /// What is kept under the key.
    var look: SQL {
        """
        select k.request_hash, k.target_id, k.target_ref, k.outcome
          from bihuan.idempotency_keys k
         where (k.city_id, k.officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
           and k.key = \(self.key)
        """
    }

    /// The outcome kept by an earlier use; nil when the key was free and is ours now.
    func replay(_ claimed: QueryResult, _ found: QueryResult) throws(DeskError) -> Outcome? {
        guard claimed.affected == 0 else { return nil }
        let hash: [UInt8]
        let target: (id: UUID?, ref: String?)
        let kept: JSON?
        do throws(PostgresError) {
            // It was there a statement ago: kept for 7 days, it has just been forgotten.
            guard let row = found.rows.first else { throw PostgresError(.decoding, "the key was just forgotten") }
            hash = try row.get("request_hash")
            target = (try row.get("target_id"), try row.get("target_ref"))
            kept = try row.get("outcome")
        } catch {
            throw DeskError(error)
        }
        guard hash == self.hash, self.isAbout(target.id, target.ref) else { throw .keyReused }
        guard let kept else { throw .unavailable("a key was kept without its outcome") }
        do {
            var outcome = try Self.decoder.decode(Outcome.self, from: Data(kept.text.utf8))
            outcome.replayed = true
            return outcome
        } catch {
            throw .unavailable("the outcome kept under a key cannot be read: \(error)")
        }
    }

    private func isAbout(_ id: UUID?, _ ref: String?) -> Bool {
        switch self.target {
        case nil: id == nil
        case .survivor?: false
        case .record(let key)?, .assignment(let key)?, .supervision(let key)?, .warning(let key)?,
            .dispute(let key)?, .referral(let key)?:
            id.map { key.names($0, ref) } ?? false
        case .feedback(let own)?, .clock(let own)?, .task(let own)?, .contact(let own)?: own == id
        }
    }

    /// Writes the outcome down under the key; all is rolled back where there is no key to write it under.
    ///
    /// A session may end while its command is under way, even between two statements: then the policy hides the key,
    /// and without this the command would stand and its outcome would not.
    func keep(_ decision: Desk.Decision) throws(DeskError) -> SQL {
        let outcome = JSON(text: String(decoding: try Self.data(decision.outcome), as: UTF8.self))
        return SQL.mustAffect(
            orElse: .sessionEnded,
            """
            update bihuan.idempotency_keys
               set outcome = \(outcome), target_id = \(decision.target?.id), target_ref = \(decision.target?.ref)
             where (city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
               and key = \(self.key)
            """)
    }

    /// Writes down that the outcome was told again.
    var stamp: SQL {
        SQL.mustAffect(
            orElse: .sessionEnded,
            """
            update bihuan.idempotency_keys
               set replayed_at = clock_timestamp()
             where (city_id, officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
               and key = \(self.key)
            """)
    }

    /// Refuses a key that was claimed for something else, where the parts of a command keep outcomes of their own.
    func requireSame(_ claimed: QueryResult, _ found: QueryResult) throws(DeskError) {
        guard claimed.affected == 0 else { return }
        guard try self.isKept(found) else { throw .unauthenticated }
    }

    /// Whether the command was carried out under the key before; for commands that keep no outcome.
    ///
    /// - Throws: `.keyReused` where it was another.
    func isKept(_ found: QueryResult) throws(DeskError) -> Bool {
        guard let row = found.rows.first else { return false }
        let hash: [UInt8]
        do throws(PostgresError) { hash = try row.get("request_hash") } catch { throw DeskError(error) }
        guard hash == self.hash else { throw .keyReused }
        return true
    }

    private static func data(_ value: some Encodable) throws(DeskError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .secondsSince1970
        do {
            return try encoder.encode(value)
        } catch {
            throw .unavailable("a command or its outcome could not be encoded: \(error)")
        }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }
}
