package import BihuanDomain
import Postgres

package import struct Foundation.UUID

/// On whose authority the store is asked.
package enum Principal: Sendable, Hashable {
    /// An officer, by the token of a session. The database finds out who that is.
    case session(String)
    /// The server itself, for one city: clocks and deliveries.
    case system(CityID)

    /// The first statement of every transaction: it ends with the transaction.
    var presentation: SQL {
        switch self {
        case .session(let token): "select set_config('bihuan.session', \(token), true)"
        case .system(let city): "select set_config('bihuan.city', \(String(city.rawValue)), true)"
        }
    }

    /// The city, as the database knows it.
    var city: SQL {
        switch self {
        case .session: "(select s.city_id from bihuan.sessions s)"
        case .system: "(select nullif(current_setting('bihuan.city', true), '')::integer)"
        }
    }

    /// Who asks, with what decides whether the server's book of the city is current; no row: nobody.
    var introduction: SQL {
        switch self {
        case .session:
            """
            select s.city_id, s.officer_id, s.post_id, s.unit_id, s.role, s.clearance, p.plan_roles, p.acting_for, c.book_version
              from bihuan.sessions s
              join bihuan.cities c on c.city_id = s.city_id
              join bihuan.posts p on p.city_id = s.city_id and p.post_id = s.post_id
            """
        case .system:
            """
            select c.city_id, null::uuid as officer_id, null::uuid as post_id, null::integer as unit_id,
                   null::text as role, 0::smallint as clearance, null::text[] as plan_roles, null::uuid as acting_for,
                   c.book_version
              from bihuan.cities c
             where c.city_id = (select nullif(current_setting('bihuan.city', true), '')::integer)
            """
        }
    }
}

extension Identity {
    /// Reads ``Principal/introduction`` of an officer.
    init(introduction row: Row) throws(PostgresError) {
        let appointments: [String] = try row.get("plan_roles")
        self.init(
            city: CityID(rawValue: try row.get("city_id")), officer: try row.identifier("officer_id"),
            post: try row.identifier("post_id"), unit: try row.unit("unit_id"), role: try row.word("role"),
            appointments: Set(appointments), actingFor: try row.identifierIfAny("acting_for"),
            clearance: try row.get("clearance"))
    }
}

/// The door a command came in by, for the log.
package enum Door: String, Sendable, Hashable, Codable {
    case json, line, worker, local
}

/// An object as people and systems name it: by its id or by its ref (`HRB-2026-000123`, `A-000412`).
package enum ObjectKey: Sendable, Hashable {
    case id(UUID)
    case ref(String)

    /// A UUID is an id, everything else a ref.
    package init(_ text: String) {
        if let id = UUID(uuidString: text) { self = .id(id) } else { self = .ref(text) }
    }
}

/// What a command is about.
package enum Target: Sendable, Hashable {
    case record(ObjectKey)
    case assignment(ObjectKey)
    case feedback(UUID)
    case supervision(ObjectKey)
    case clock(UUID)
    case warning(ObjectKey)
    case dispute(ObjectKey)
    case referral(ObjectKey)
    case task(UUID)
    /// The case that the target's own is merged into.
    indirect case survivor(Target)
    case contact(UUID)

    /// A scalar query for the case of the target.
    func caseID(in city: SQL) -> SQL {
        switch self {
        case .record(.id(let id)): "\(id)"
        case .record(.ref(let ref)):
            "(select t.case_id from bihuan.cases t where t.city_id = \(city) and t.ref = \(ref))"
        case .assignment(.id(let id)):
            "(select t.case_id from bihuan.assignments t where t.city_id = \(city) and t.assignment_id = \(id))"
        case .assignment(.ref(let ref)):
            "(select t.case_id from bihuan.assignments t where t.city_id = \(city) and t.ref = \(ref))"
        case .feedback(let id):
            "(select t.case_id from bihuan.feedback t where t.city_id = \(city) and t.feedback_id = \(id))"
        case .supervision(.id(let id)):
            "(select t.case_id from bihuan.supervisions t where t.city_id = \(city) and t.supervision_id = \(id))"
        case .supervision(.ref(let ref)):
            "(select t.case_id from bihuan.supervisions t where t.city_id = \(city) and t.ref = \(ref))"
        case .clock(let id):
            "(select t.case_id from bihuan.clocks t where t.city_id = \(city) and t.clock_id = \(id))"
        case .survivor(let target):
            """
            (select t.merged_into from bihuan.cases t
              where t.city_id = \(city) and t.case_id = \(target.caseID(in: city)))
            """
        case .warning(.id(let id)):
            "(select t.case_id from bihuan.warnings t where t.city_id = \(city) and t.warning_id = \(id))"
        case .warning(.ref(let ref)):
            "(select t.case_id from bihuan.warnings t where t.city_id = \(city) and t.ref = \(ref))"
        case .dispute(.id(let id)):
            "(select t.case_id from bihuan.disputes t where t.city_id = \(city) and t.dispute_id = \(id))"
        case .dispute(.ref(let ref)):
            "(select t.case_id from bihuan.disputes t where t.city_id = \(city) and t.ref = \(ref))"
        case .referral(.id(let id)):
            "(select t.case_id from bihuan.referrals t where t.city_id = \(city) and t.referral_id = \(id))"
        case .referral(.ref(let ref)):
            "(select t.case_id from bihuan.referrals t where t.city_id = \(city) and t.ref = \(ref))"
        case .task(let id):
            "(select t.case_id from bihuan.tasks t where t.city_id = \(city) and t.task_id = \(id))"
        case .contact(let id):
            """
            (select l.case_id from bihuan.contacts t join bihuan.leads l on l.city_id = t.city_id and l.lead_id = t.lead_id
              where t.city_id = \(city) and t.contact_id = \(id) and t.purged_at is null)
            """
        }
    }
}
