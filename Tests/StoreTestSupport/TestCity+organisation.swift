package import Foundation
import Postgres

/// What tests of the organisation ask of the database itself.
extension TestCity {
    /// The first of the tables kept by triggers that differs from the rule from scratch; nil: none.
    package func drift() async throws -> String? {
        try await self.owner { connection throws(PostgresError) -> String? in
            try connection.query("select bihuan.find_drift(1) as drift").rows[0].get("drift")
        }
    }

    /// A deputy's post of this role in this unit, or else the one that began last, of those that were not ended before they began.
    package func post(_ role: String, in unit: String) async throws -> UUID {
        try await self.owner { connection throws(PostgresError) -> UUID in
            try connection.query(
                """
                select p.post_id from bihuan.posts p
                  join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
                 where p.role = \(role) and u.label = \(unit) and u.city_id = 1
                   and p.valid_until is distinct from p.valid_from
                 order by p.acting_for is not null desc, p.valid_from desc
                 limit 1
                """
            ).rows[0].get("post_id")
        }
    }

    /// Puts the dates of a post into the past, as if its time had gone by.
    package func letPass(post: UUID) async throws {
        try await self.owner { connection throws(PostgresError) in
            _ = try connection.query(
                """
                update bihuan.posts
                   set valid_from = valid_from - interval '2 hours', valid_until = clock_timestamp() - interval '1 second'
                 where post_id = \(post)
                """)
        }
    }
}
