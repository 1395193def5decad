package import BihuanDomain
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

extension Desk {
    /// Shows a contact whole, once (查看联系方式).
    ///
    /// The reason is written into the case's log first, and committed; only then is the contact read. It is kept under no
    /// idempotency key: what a key keeps would hold it. Asked again, it is on record again.
    ///
    /// - Throws: `.notFound` for a contact that is hidden, deleted or belongs to no case yet.
    package func reveal(
        _ id: ContactID, reason: String, by token: String, via door: Door, queries: Queries
    ) async throws(DeskError) -> RevealedContact {
        _ = try await self.perform(on: .contact(id.rawValue), by: .session(token), via: door) { _ in
            .revealContact(id, reason: reason)
        }
        return try await queries.revealed(id, token)
    }

    /// What is wrong with contacts given with a lead.
    func faults(of contacts: [ContactDraft], with lead: LeadDraft) -> [FieldFault] {
        guard !contacts.isEmpty else { return [] }
        var faults = ContactDraft.faults(
            of: contacts, channel: lead.channel,
            isPost: [lead.outlet, lead.link].contains { $0.map { !$0.allSatisfy(\.isWhitespace) } ?? false })
        if !self.vault.isReady {
            faults.append(
                FieldFault(field: "contact", rule: .other(code: "no_key", "本机没有联系方式的密钥，不能收")))
        }
        return faults
    }

    /// Puts contacts beside their lead, sealed.
    static func insert(
        _ contacts: [ContactDraft], of lead: LeadID, in city: CityID, _ vault: ContactVault, _ now: Date,
        _ mint: inout UUIDv7Mint
    ) throws(DeskError) -> [SQL] {
        var batch: [SQL] = []
        for contact in contacts {
            let id: ContactID = mint.next()
            let place = ContactVault.Place(city: city, lead: lead, contact: id, kind: contact.kind)
            guard let sealed = vault.seal(contact.value, of: place) else {
                throw .unavailable("a contact could not be sealed")
            }
            batch.append(
                """
                insert into bihuan.contacts
                       (city_id, contact_id, lead_id, kind, ciphertext, nonce, key_id, recorded_at)
                values (\(city.rawValue), \(id.rawValue), \(lead.rawValue), \(contact.kind.rawValue),
                        \(sealed.ciphertext), \(sealed.nonce), \(sealed.key), \(now))
                """)
        }
        return batch
    }
}

extension ChangesWriting {
    /// Who is kept out: at the commit (functions/recusal_takes_effect.sql), but of what is sealed already at once.
    var newRecusals: [SQL] {
        self.changes.newRecusals.map { unit, reason in
            self.recuse(unit, from: self.changes.record.id, reason)
        }
    }

    var liftedRecusals: [SQL] {
        self.changes.liftedRecusals.map { unit, reason in
            SQL.mustAffect(
                """
                update bihuan.recusals
                   set lifted_at = \(self.now), lifted_by = \(self.actor.officer),
                       lift_reason = \(PersonalNumbers.masked(reason))
                 where city_id = \(self.city) and case_id = \(self.changes.record.id.rawValue)
                   and unit_id = \(unit.rawValue) and lifted_at is null
                """)
        }
    }

    private func recuse(_ unit: UnitID, from record: CaseID, _ reason: String) -> SQL {
        """
        insert into bihuan.recusals (city_id, case_id, unit_id, recused_at, recused_by, reason)
        values (\(self.city), \(record.rawValue), \(unit.rawValue), \(self.now), \(self.actor.officer),
                \(PersonalNumbers.masked(reason)))
        """
    }

    /// What cases that were merged into this one take over of it.
    var carried: [SQL] {
        self.changes.carried.flatMap { seal in
            var batch = [
                SQL.mustAffect(
                    """
                    update bihuan.cases set version = \(seal.record.version)
                     where city_id = \(self.city) and case_id = \(seal.record.id.rawValue)
                       and version = \(seal.record.version - 1)
                    """)
            ]
            if let secrecy = seal.secrecy {
                batch.append(
                    SQL.mustAffect(
                        """
                        update bihuan.cases set secrecy = \(secrecy)
                         where city_id = \(self.city) and case_id = \(seal.record.id.rawValue)
                        """))
            }
            batch.append(self.insert(seal.event, seal.record.version, of: seal.record.id))
            if let (unit, reason) = seal.recusal { batch.append(self.recuse(unit, from: seal.record.id, reason)) }
            return batch
        }
    }

    /// Restricts the case, where the step did; the server's role alone may.
    var secrecy: [SQL] {
        guard let before = self.before, before.secrecy != self.changes.record.secrecy else { return [] }
        return [
            SQL.mustAffect(
                """
                update bihuan.cases set secrecy = \(self.changes.record.secrecy)
                 where city_id = \(self.city) and case_id = \(self.changes.record.id.rawValue)
                """)
        ]
    }
}

extension DocketReading {
    /// The highest clearance of each unit that has any: for whoever restricts a case.
    static func clearances(in city: SQL) -> SQL {
        """
        select p.unit_id, max(p.clearance)::bigint as clearance
          from bihuan.posts p
         where p.city_id = \(city) and p.clearance > 0
           and p.valid_from <= statement_timestamp()
           and (p.valid_until is null or p.valid_until > statement_timestamp())
         group by p.unit_id
        """
    }

    /// Of a restricted case, the units that are cleared for it, in its own row; of others nothing is looked up.
    static let clearedUnits: StaticString = """
        case when cases.secrecy > 0 then array(
               select distinct p.unit_id::bigint from bihuan.posts p
                where p.city_id = cases.city_id and p.clearance >= cases.secrecy
                  and p.valid_from <= statement_timestamp()
                  and (p.valid_until is null or p.valid_until > statement_timestamp())) end as cleared,
        case when cases.is_sealed then bihuan.recused_units(cases.case_id) end as recused
        """
}
