package import BihuanDomain
package import Foundation
import Postgres

/// How to reach whoever asked to be answered, as those see it who must answer.
package struct ContactView: Sendable {
    package let id: ContactID
    package let lead: LeadID
    package let kind: ContactDraft.Kind
    /// `138****1234`; nil where the installation's key for it is not there.
    package let masked: String?
    package let recordedAt: Date
    /// When it was deleted; what it said is gone then.
    package let purgedAt: Date?
    package let allowed: [Verb]
    package let offset: UTCOffset
}

/// A contact shown whole, once, after the reason was put on record.
package struct RevealedContact: Sendable {
    package let id: ContactID
    package let caseRef: String
    package let kind: ContactDraft.Kind
    package let value: String
}

/// A unit that is or was kept out of a case (回避).
package struct RecusalView: Sendable {
    package let unit: UnitTag
    package let recusedAt: Date
    /// Of the officer who recused it.
    package let officer: String
    package let reason: String
    package let liftedAt: Date?
    package let liftReason: String?
    package let offset: UTCOffset
}

/// One look at a restricted case.
package struct ReadView: Sendable {
    package let at: Date
    package let officer: String
    package let unit: UnitTag
    package let via: String
    /// What was looked at: `case`, `timeline`, …
    package let what: String
    package let offset: UTCOffset
}

extension Queries {
    /// Writes down a look at a case where it is restricted; a statement of the flight that shows it, so that nothing is
    /// shown without.
    static func note(_ what: String, of target: Target) -> SQL {
        Self.note(what, ofCase: target.caseID(in: Self.city))
    }

    /// The same of a case that a query names.
    static func note(_ what: String, ofCase id: SQL) -> SQL { "select bihuan.note_read(\(id)::uuid, \(what))" }

    /// The same of the case `c` of a list's row, as a column: a list that shows what stands in restricted cases is a look at
    /// each of them.
    static func noted(_ what: String) -> SQL {
        "case when c.secrecy > 0 then bihuan.note_read(c.case_id, \(what)) end as noted"
    }

    /// The case of a lead, if it has one.
    static func caseID(ofLead id: LeadID) -> SQL {
        "(select l.case_id from bihuan.leads l where l.city_id = \(Self.city) and l.lead_id = \(id.rawValue))"
    }

    /// The units kept out of a case, in order; only its owner and those above know.
    package func recusals(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [RecusalView] {
        try await self.ofCase(
            key, token,
            """
            select r.unit_id, r.recused_at, coalesce(o.name, '') as officer_name, r.reason, r.lifted_at, r.lift_reason
              from bihuan.recusals r
              left join bihuan.officers o on o.city_id = r.city_id and o.officer_id = r.recused_by
             where r.city_id = \(Self.city) and r.case_id = \(Target.record(key).caseID(in: Self.city))
             order by r.recused_at, r.unit_id
            """
        ) { row, asker throws(PostgresError) in
            RecusalView(
                unit: asker.tag(try row.unit("unit_id")), recusedAt: try row.get("recused_at"),
                officer: try row.get("officer_name"), reason: try row.get("reason"), liftedAt: try row.get("lifted_at"),
                liftReason: try row.get("lift_reason"), offset: asker.book.offset)
        }
    }

    /// Who looked at a restricted case, last first; for the leader of the unit that owns it.
    package func reads(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [ReadView] {
        try await self.ofCase(
            key, token,
            """
            select r.at, coalesce(o.name, '') as officer_name, r.unit_id, r.via, r.what
              from bihuan.reads r
              left join bihuan.officers o on o.city_id = r.city_id and o.officer_id = r.officer_id
             where r.city_id = \(Self.city) and r.case_id = \(Target.record(key).caseID(in: Self.city))
             order by r.at desc, r.read_id desc
             limit 500
            """
        ) { row, asker throws(PostgresError) in
            ReadView(
                at: try row.get("at"), officer: try row.get("officer_name"), unit: asker.tag(try row.unit("unit_id")),
                via: try row.get("via"), what: try row.get("what"), offset: asker.book.offset)
        }
    }

    /// How to reach those who asked to be answered in a case, masked; empty for whoever need not answer.
    package func contacts(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [ContactView] {
        try await self.ofCase(
            key, token,
            Self.contacts("l.case_id = \(Target.record(key).caseID(in: Self.city))"),
            self.contactView)
    }

    /// The same of a lead, which need not be in a case yet.
    package func contacts(ofLead id: LeadID, _ token: String) async throws(DeskError) -> [ContactView] {
        let probe: SQL =
            "select from bihuan.leads l where l.city_id = \(Self.city) and l.lead_id = \(id.rawValue)"
        return try await self.ask(
            token,
            [
                probe, Self.contacts("l.lead_id = \(id.rawValue)"),
                Self.note("contacts", ofCase: Self.caseID(ofLead: id)),
            ]
        ) { answers, asker throws(PostgresError) -> [ContactView]? in
            guard answers[0].affected == 1 else { return nil }
            return try answers[1].rows.map { row throws(PostgresError) in try self.contactView(row, asker) }
        }.orNotFound()
    }

    /// A contact whole. Asked for only by ``Desk/reveal(_:reason:by:via:)``, when the reason stands in the log.
    func revealed(_ id: ContactID, _ token: String) async throws(DeskError) -> RevealedContact {
        try await self.ask(
            token, [Self.contacts("t.contact_id = \(id.rawValue)")]
        ) { answers, asker throws(PostgresError) -> RevealedContact? in
            guard let row = answers[0].rows.first, let caseRef: String = try row.get("case_ref"),
                let (contact, value) = try self.opened(row, asker), let value
            else { return nil }
            return RevealedContact(id: contact.contact, caseRef: caseRef, kind: contact.kind, value: value)
        }.orNotFound()
    }

    private static func contacts(_ condition: SQL) -> SQL {
        """
        select t.contact_id, t.lead_id, t.kind, t.ciphertext, t.nonce, t.key_id, t.recorded_at, t.purged_at,
               c.ref as case_ref, c.owner_unit,
               exists (select from bihuan.assignments a
                        where a.city_id = l.city_id and a.case_id = l.case_id and a.role = 'lead'
                          and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
                          and a.to_unit = \(Self.unit)) as is_in_charge
          from bihuan.contacts t
          join bihuan.leads l on l.city_id = t.city_id and l.lead_id = t.lead_id
          left join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
         where t.city_id = \(Self.city) and \(condition)
         order by t.recorded_at, t.contact_id
        """
    }

    private func opened(_ row: Row, _ asker: Asker) throws(PostgresError) -> (ContactVault.Place, String?)? {
        let place = ContactVault.Place(
            city: asker.identity.city, lead: try row.identifier("lead_id"), contact: try row.identifier("contact_id"),
            kind: try row.word("kind"))
        let ciphertext: [UInt8]? = try row.get("ciphertext")
        let nonce: [UInt8]? = try row.get("nonce")
        guard let ciphertext, let nonce else { return (place, nil) }
        let sealed = ContactVault.Sealed(key: try row.get("key_id"), nonce: nonce, ciphertext: ciphertext)
        return (place, self.vault.open(sealed, of: place))
    }

    private func contactView(_ row: Row, _ asker: Asker) throws(PostgresError) -> ContactView {
        let opened = try self.opened(row, asker)
        let kind: ContactDraft.Kind = try row.word("kind")
        let owner: Int? = try row.get("owner_unit")
        let isInCharge: Bool = try row.get("is_in_charge")
        let purgedAt: Date? = try row.get("purged_at")
        let mayReveal =
            purgedAt == nil && owner != nil
            && Permission.mayReveal(
                asker.identity, owner: UnitID(rawValue: owner ?? 0), isInCharge: isInCharge)
        return ContactView(
            id: try row.identifier("contact_id"), lead: try row.identifier("lead_id"), kind: kind,
            masked: (opened?.1).map { ContactDraft(kind: kind, value: $0).masked },
            recordedAt: try row.get("recorded_at"), purgedAt: purgedAt, allowed: mayReveal ? [.revealContact] : [],
            offset: asker.book.offset)
    }
}
