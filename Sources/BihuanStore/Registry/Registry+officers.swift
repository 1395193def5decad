package import BihuanDomain
import Crypto
package import Foundation
import Postgres

/// An officer as the local operator sees them; nothing of a password.
package struct OfficerView: Sendable {
    package let id: OfficerID
    package let login: String
    package let name: String
    package let isLocked: Bool
    /// `role@unit` of the posts held now, with the roles of the plan they were appointed to and what they are cleared for:
    /// `leader@harbin(chief)^1`.
    package let posts: [String]
}

extension Registry {
    /// Why the local operator changes an officer, and who that is: written down among the changes of officers.
    package struct Note: Sendable {
        package var reason: String
        /// Of the operating system.
        package var account: String

        package init(_ reason: String, by account: String) {
            self.reason = reason
            self.account = account
        }
    }

    /// Adds an officer, with a first post.
    ///
    /// - Parameters:
    ///   - password: at least 10 characters of three kinds (letters in two cases, digits, others) and not a common one.
    ///   - unit: label of the unit of the post.
    package func addOfficer(
        login: String, name: String, password: String, unit: String, role: PostRole, in city: CityID,
        hasher: PasswordHasher, at now: Date, note: Note? = nil
    ) async throws(RegistryFault) -> OfficerID {
        try PasswordRule.check(password, login: login)
        var mint = UUIDv7Mint(now: now)
        let (officer, post): (OfficerID, PostID) = (mint.next(), mint.next())
        let (salt, verifier) = try await Self.verifier(password, hasher)
        try await self.requireUnit(unit, of: city)
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight(
                [
                    """
                    insert into bihuan.officers (city_id, officer_id, login, name)
                    values (\(city.rawValue), \(officer.rawValue), \(login), \(name))
                    """,
                    """
                    insert into bihuan.credentials (city_id, officer_id, salt, verifier)
                    values (\(city.rawValue), \(officer.rawValue), \(salt), \(verifier))
                    """,
                    Self.insert(post, of: officer, unit: unit, role: role, in: city),
                ] + Self.noting(.added, officer, note, in: city))
        }
        return officer
    }

    /// Gives an officer one more post.
    ///
    /// - Parameter appointments: roles of a plan the city has adopted that the post is appointed to, by key.
    package func addPost(
        login: String, unit: String, role: PostRole, appointments: [String] = [], in city: CityID, at now: Date,
        note: Note? = nil
    ) async throws(RegistryFault) -> PostID {
        let officer = try await self.officer(login, in: city)
        try await self.requireUnit(unit, of: city)
        try await self.check(appointments, unit: unit, role: role, in: city)
        var mint = UUIDv7Mint(now: now)
        let post: PostID = mint.next()
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight(
                [Self.insert(post, of: officer, unit: unit, role: role, appointments: appointments, in: city)]
                    + Self.noting(.posted, officer, post: post, note, in: city))
        }
        return post
    }

    /// Whether the officer holds a post of this role in this unit now.
    package func holds(
        login: String, unit: String, role: PostRole, in city: CityID
    ) async throws(RegistryFault) -> Bool {
        let officer = try await self.officer(login, in: city)
        return try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select from bihuan.posts p
                  join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
                 where p.city_id = \(city.rawValue) and p.officer_id = \(officer.rawValue)
                   and p.role = \(role.rawValue) and u.label = \(unit)
                   and (p.valid_until is null or p.valid_until > clock_timestamp())
                """
            ).affected > 0
        }
    }

    /// Appoints a post that is held now to roles of a plan the city has adopted, in place of those it had.
    package func appoint(
        login: String, unit: String, role: PostRole, to appointments: [String], in city: CityID
    ) async throws(RegistryFault) {
        let officer = try await self.officer(login, in: city)
        try await self.check(appointments, unit: unit, role: role, in: city)
        let appointed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                update bihuan.posts p
                   set plan_roles = \(appointments)::text[]
                  from bihuan.units u
                 where p.city_id = \(city.rawValue) and p.officer_id = \(officer.rawValue)
                   and p.role = \(role.rawValue) and u.city_id = p.city_id and u.unit_id = p.unit_id
                   and u.label = \(unit) and p.valid_from <= clock_timestamp()
                   and (p.valid_until is null or p.valid_until > clock_timestamp())
                """
            ).affected
        }
        guard appointed > 0 else { throw RegistryFault(.missing, "\(login) holds no post \(role.rawValue)@\(unit)") }
    }

    /// A post is appointed to such roles of the plan as a post of its kind in its unit can hold.
    private func check(
        _ appointments: [String], unit label: String, role: PostRole, in city: CityID
    ) async throws(RegistryFault) {
        guard !appointments.isEmpty else { return }
        let book = try await self.book(of: city)
        // Cases keep the version they opened under, and its roles with it.
        let adopted = Set(book.adoptions.map(\.plan)).sorted { ($0.id, $0.version) > ($1.id, $1.version) }
        guard !adopted.isEmpty else {
            throw RegistryFault(.missing, "the city has adopted no plan whose roles a post could be appointed to")
        }
        var fitting: [PlanRole] = []
        for plan in adopted.compactMap({ book.plans[$0] }) {
            fitting += plan.roles.filter { found in
                found.post == role && found.unit.admits(book.tree[label]?.tier)
                    && !fitting.contains { $0.key == found.key }
            }
        }
        let unknown = appointments.filter { name in !fitting.contains { $0.key == name } }
        guard unknown.isEmpty else {
            throw RegistryFault(
                .badInput,
                "a post \(role.rawValue)@\(label) cannot be \(unknown.joined(separator: ", ")) of a plan of the city; it can be: "
                    + fitting.map { "\($0.key) (\($0.name))" }.joined(separator: ", "))
        }
    }

    /// Ends the officer's posts of this role in this unit now; their sessions end with them.
    package func endPost(
        login: String, unit: String, role: PostRole, in city: CityID, note: Note? = nil
    ) async throws(RegistryFault) {
        let officer = try await self.officer(login, in: city)
        let ended = try await self.run { connection throws(PostgresError) in
            let noting: SQL =
                if let note {
                    """
                    select bihuan.note_officer_change(e.city_id, 'post_ended', e.officer_id, e.post_id,
                                                      \("local:" + note.account), null, \(note.reason))
                      from ended e
                    """
                } else {
                    "select from ended"
                }
            return try connection.query(
                """
                with ended as (
                  update bihuan.posts p
                     set valid_until = greatest(clock_timestamp(), p.valid_from)
                    from bihuan.units u
                   where p.city_id = \(city.rawValue) and p.officer_id = \(officer.rawValue)
                     and p.role = \(role.rawValue) and u.city_id = p.city_id and u.unit_id = p.unit_id
                     and u.label = \(unit) and (p.valid_until is null or p.valid_until > clock_timestamp())
                  returning p.city_id, p.officer_id, p.post_id
                )
                \(noting)
                """
            ).affected
        }
        guard ended > 0 else { throw RegistryFault(.missing, "\(login) holds no post \(role.rawValue)@\(unit)") }
    }

    package func officers(of city: CityID) async throws(RegistryFault) -> [OfficerView] {
        try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select o.officer_id, o.login, o.name, o.locked_at is not null as is_locked,
                       coalesce(array_agg(p.role || '@' || u.label
                                    || case when p.plan_roles = '{}' then ''
                                            else '(' || array_to_string(p.plan_roles, ',') || ')' end
                                    || case when p.acting_for is null then ''
                                            else '[acting for ' || h.login || ' until '
                                              || to_char(p.valid_until at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI')
                                              || ']' end
                                    || case when p.clearance > 0 then '^' || p.clearance else '' end
                                  order by p.valid_from, u.label)
                                  filter (where p.post_id is not null), '{}') as posts
                  from bihuan.officers o
                  left join bihuan.posts p
                    on p.city_id = o.city_id and p.officer_id = o.officer_id
                   and p.valid_from <= clock_timestamp()
                   and (p.valid_until is null or p.valid_until > clock_timestamp())
                  left join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
                  left join bihuan.posts q on q.city_id = p.city_id and q.post_id = p.acting_for
                  left join bihuan.officers h on h.city_id = q.city_id and h.officer_id = q.officer_id
                 where o.city_id = \(city.rawValue)
                 group by o.officer_id, o.login, o.name, o.locked_at
                 order by o.login
                """
            ).rows.map { row throws(PostgresError) in
                OfficerView(
                    id: try row.identifier("officer_id"), login: try row.get("login"), name: try row.get("name"),
                    isLocked: try row.get("is_locked"), posts: try row.get("posts"))
            }
        }
    }

    /// Locks an officer out, or lets them in again. Their sessions end at the next statement.
    package func setLocked(
        _ isLocked: Bool, login: String, in city: CityID, note: Note? = nil
    ) async throws(RegistryFault) {
        let officer = try await self.officer(login, in: city)
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight(
                [
                    """
                    update bihuan.officers
                       set locked_at = case when \(isLocked) then coalesce(locked_at, clock_timestamp()) end
                     where city_id = \(city.rawValue) and officer_id = \(officer.rawValue)
                    """,
                    """
                    update bihuan.credentials set failures = 0, locked_until = null
                     where city_id = \(city.rawValue) and officer_id = \(officer.rawValue) and not \(isLocked)
                    """,
                ] + Self.noting(isLocked ? .locked : .unlocked, officer, note, in: city))
        }
    }

    /// Sets a new password; the officer's sessions end.
    package func reset(
        login: String, password: String, in city: CityID, hasher: PasswordHasher, note: Note? = nil
    ) async throws(RegistryFault) {
        try PasswordRule.check(password, login: login)
        let officer = try await self.officer(login, in: city)
        let (salt, verifier) = try await Self.verifier(password, hasher)
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight(
                [
                    """
                    update bihuan.credentials
                       set salt = \(salt), verifier = \(verifier), failures = 0, locked_until = null,
                           changed_at = clock_timestamp()
                     where city_id = \(city.rawValue) and officer_id = \(officer.rawValue)
                    """
                ] + Self.noting(.reset, officer, note, in: city))
        }
    }

    /// Lets a local account of the machine open this officer's operator post over the Unix socket.
    ///
    /// - Parameter secret: at least 16 random bytes that lie in a file only the server's account reads.
    package func setPeer(
        osUser: String, login: String, secret: [UInt8], in city: CityID
    ) async throws(RegistryFault) {
        let officer = try await self.officer(login, in: city)
        let hash = Array(SHA256.hash(data: Data(secret)))
        let written = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                insert into bihuan.peer_credentials (city_id, os_user, officer_id, post_id, secret_hash)
                select p.city_id, \(osUser), p.officer_id, p.post_id, \(hash)
                  from bihuan.posts p
                 where p.city_id = \(city.rawValue) and p.officer_id = \(officer.rawValue) and p.role = 'operator'
                   and p.valid_from <= clock_timestamp()
                   and (p.valid_until is null or p.valid_until > clock_timestamp())
                 order by p.valid_from
                 limit 1
                    on conflict (city_id, os_user) do update
                   set officer_id = excluded.officer_id, post_id = excluded.post_id,
                       secret_hash = excluded.secret_hash
                """
            ).affected
        }
        guard written == 1 else { throw RegistryFault(.missing, "\(login) holds no operator's post") }
    }

    // MARK: Parts

    /// Writes a change down; nothing where nobody says why.
    private static func noting(
        _ kind: OfficerChangeKind, _ officer: OfficerID, post: PostID? = nil, _ note: Note?, in city: CityID
    ) -> [SQL] {
        guard let note else { return [] }
        return [
            """
            select bihuan.note_officer_change(\(city.rawValue)::integer, \(kind.rawValue), \(officer.rawValue),
                                              \(post?.rawValue), \("local:" + note.account), null, \(note.reason))
            """
        ]
    }

    private static func insert(
        _ post: PostID, of officer: OfficerID, unit: String, role: PostRole, appointments: [String] = [],
        in city: CityID
    ) -> SQL {
        """
        insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role, plan_roles)
        select u.city_id, \(post.rawValue), \(officer.rawValue), u.unit_id, \(role.rawValue), \(appointments)::text[]
          from bihuan.units u
         where u.city_id = \(city.rawValue) and u.label = \(unit)
        """
    }

    private func requireUnit(_ label: String, of city: CityID) async throws(RegistryFault) {
        let found = try await self.run { connection throws(PostgresError) in
            try connection.query(
                "select from bihuan.units where city_id = \(city.rawValue) and label = \(label)"
            ).affected
        }
        guard found == 1 else { throw RegistryFault(.missing, "there is no unit \(label)") }
    }

    private func officer(_ login: String, in city: CityID) async throws(RegistryFault) -> OfficerID {
        let id: OfficerID? = try await self.run { connection throws(PostgresError) in
            try connection.query(
                "select officer_id from bihuan.officers where city_id = \(city.rawValue) and login = \(login)"
            ).rows.first.map { row throws(PostgresError) in try row.identifier("officer_id") }
        }
        guard let id else { throw RegistryFault(.missing, "there is no officer \(login)") }
        return id
    }

    private static func verifier(
        _ password: String, _ hasher: PasswordHasher
    ) async throws(RegistryFault) -> (salt: [UInt8], verifier: [UInt8]) {
        let salt = PasswordHasher.salt()
        guard let derived = await hasher.derive(Array(password.utf8), salt: salt) else {
            throw RegistryFault(.unavailable, "too many passwords are being hashed")
        }
        return (salt, Array(SHA256.hash(data: Data(derived))))
    }
}

/// The rule for passwords (GB/T 22239-2019 8.1.4.1 a): 10 characters or more of three kinds out of four.
package enum PasswordRule {
    package static let shortest = 10

    package static func check(_ password: String, login: String) throws(RegistryFault) {
        var kinds: Set<Int> = []
        for scalar in password.unicodeScalars {
            switch scalar {
            case "a"..."z": kinds.insert(0)
            case "A"..."Z": kinds.insert(1)
            case "0"..."9": kinds.insert(2)
            default: kinds.insert(3)
            }
        }
        guard password.unicodeScalars.count >= Self.shortest else {
            throw RegistryFault(.badInput, "password must have at least \(Self.shortest) characters")
        }
        guard password.utf8.count <= PasswordHasher.longestPassword else {
            throw RegistryFault(.badInput, "password must have at most \(PasswordHasher.longestPassword) bytes")
        }
        guard kinds.count >= 3 else {
            throw RegistryFault(
                .badInput, "password must have three of: lower-case letters, upper-case letters, digits, others")
        }
        guard !password.lowercased().contains(login) else {
            throw RegistryFault(.badInput, "password must not contain the log-in name")
        }
    }
}
