package import BihuanDomain
package import Foundation
import Postgres

/// The end of contacts: what is purged is gone from the table; that there was one stays.
extension Registry {
    /// Purges the contacts of cases that ended before a time.
    ///
    /// - Returns: how many.
    package func purgeContacts(
        concludedBefore end: Date, reason: String, in city: CityID
    ) async throws(RegistryFault) -> Int {
        try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                update bihuan.contacts t
                   set ciphertext = null, nonce = null, purged_at = bihuan.now(), purge_reason = \(reason)
                  from bihuan.leads l
                  join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
                 where t.city_id = \(city.rawValue) and t.purged_at is null
                   and l.city_id = t.city_id and l.lead_id = t.lead_id
                   and not c.is_open and c.concluded_at < \(end)
                """
            ).affected
        }
    }

    /// Purges one contact, whatever has become of its case.
    ///
    /// - Throws: `.missing` where it is not there or was purged before.
    package func purgeContact(
        _ id: ContactID, reason: String, in city: CityID
    ) async throws(RegistryFault) -> Int {
        let purged = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                update bihuan.contacts
                   set ciphertext = null, nonce = null, purged_at = bihuan.now(), purge_reason = \(reason)
                 where city_id = \(city.rawValue) and contact_id = \(id.rawValue) and purged_at is null
                """
            ).affected
        }
        guard purged == 1 else { throw RegistryFault(.missing, "there is no contact \(id.text), or it is purged") }
        return purged
    }

    /// What a post that is held now may know of: 0 ordinary cases, 1 restricted ones too, 2 confidential ones too. Its
    /// sessions end.
    package func setClearance(
        _ clearance: Int, login: String, unit: String, role: PostRole, in city: CityID
    ) async throws(RegistryFault) {
        guard (0...2).contains(clearance) else { throw RegistryFault(.badInput, "a clearance is 0, 1 or 2") }
        let set = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                update bihuan.posts p
                   set clearance = \(clearance)::integer
                  from bihuan.officers o, bihuan.units u
                 where p.city_id = \(city.rawValue) and p.role = \(role.rawValue)
                   and o.city_id = p.city_id and o.officer_id = p.officer_id and o.login = \(login)
                   and u.city_id = p.city_id and u.unit_id = p.unit_id and u.label = \(unit)
                   and (p.valid_until is null or p.valid_until > clock_timestamp())
                """
            ).affected
        }
        guard set > 0 else { throw RegistryFault(.missing, "\(login) holds no post \(role.rawValue)@\(unit)") }
    }
}
