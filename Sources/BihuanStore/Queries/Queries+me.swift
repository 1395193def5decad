package import BihuanDomain
package import Foundation
import Postgres

/// The officer behind a session, with the posts among which they may choose at the next log-in.
package struct Me: Sendable {
    package struct Post: Sendable {
        package let id: PostID
        package let role: PostRole
        package let unit: UnitTag
        package let validUntil: Date?
        package let isActing: Bool
    }

    package let officer: OfficerID
    package let login: String
    package let name: String
    package let city: String
    package let cityName: String
    package let unit: UnitTag
    package let unitPath: String
    package let tier: Tier
    package let role: PostRole
    /// What the acting post may know of: 0 ordinary cases, 1 restricted ones too, 2 confidential ones too.
    package let clearance: Int
    package let expiresAt: Date
    package let posts: [Post]
    package let offset: UTCOffset
}

extension Queries {
    package func me(_ token: String) async throws(DeskError) -> Me {
        try await self.ask(
            token,
            [
                """
                select o.officer_id, o.login, o.name, s.expires_at
                  from bihuan.sessions s
                  join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                """,
                """
                select p.post_id, p.role, p.unit_id, p.valid_until
                  from bihuan.posts p
                 where (p.city_id, p.officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
                   and p.valid_from <= statement_timestamp()
                   and (p.valid_until is null or p.valid_until > statement_timestamp())
                 order by p.valid_from, p.post_id
                """,
            ]
        ) { answers, asker throws(PostgresError) in
            guard let row = answers[0].rows.first else { throw PostgresError(.misuse, "no session") }
            let posts = try answers[1].rows.map { row throws(PostgresError) in
                let id: PostID = try row.identifier("post_id")
                return Me.Post(
                    id: id, role: try row.word("role"), unit: asker.tag(try row.unit("unit_id")),
                    validUntil: try row.get("valid_until"), isActing: id == asker.identity.post)
            }
            let book = asker.book
            return Me(
                officer: try row.identifier("officer_id"), login: try row.get("login"), name: try row.get("name"),
                city: book.code, cityName: book.name, unit: asker.tag(asker.identity.unit),
                unitPath: book.tree.path(of: asker.identity.unit),
                tier: book.tree[asker.identity.unit]?.tier ?? .station, role: asker.identity.role,
                clearance: asker.identity.clearance,
                expiresAt: try row.get("expires_at"), posts: posts, offset: book.offset)
        }
    }
}
