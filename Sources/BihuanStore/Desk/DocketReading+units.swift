import BihuanDomain
import Postgres

/// What only steps of several units on one case need.
extension DocketReading {
    static func tasks(of target: Target, in city: SQL) -> SQL {
        """
        select task_id, assignment_id, number, unit_id, owner_unit, officer_id, state, due_at
          from bihuan.tasks
         where city_id = \(city) and case_id = \(target.caseID(in: city))
         order by assignment_id, number
        """
    }

    /// Who may have to review the target in its assigner's place; both unknown where the target is nobody's of the asker.
    static func reviewers(of target: Target, in city: SQL) -> SQL {
        let condition: SQL =
            switch target {
            case .assignment(.id(let id)): "a.assignment_id = \(id)"
            case .assignment(.ref(let ref)): "a.ref = \(ref)"
            default: "false"
            }
        return """
            select r.lead_unit, r.guide_unit
              from bihuan.assignments a
             cross join lateral bihuan.reviewers(a.assignment_id) r
             where a.city_id = \(city) and a.case_id = \(target.caseID(in: city)) and \(condition)
            """
    }

    /// An officer who has a post in the asker's own unit now.
    static func officer(named login: String?) -> SQL {
        """
        select o.officer_id
          from bihuan.officers o
         where o.city_id = (select s.city_id from bihuan.sessions s) and o.login = \(login)
           and exists (
             select from bihuan.posts p
              where p.city_id = o.city_id and p.officer_id = o.officer_id
                and p.unit_id = (select s.unit_id from bihuan.sessions s)
                and p.valid_from <= now() and (p.valid_until is null or p.valid_until > now()))
        """
    }
}

extension TaskRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("task_id"), assignment: try row.identifier("assignment_id"),
            number: try row.get("number"), unit: try row.unit("unit_id"), owner: try row.unit("owner_unit"),
            officer: try row.identifierIfAny("officer_id"), state: try row.word("state"), dueAt: try row.get("due_at"))
    }
}

extension Docket.Reviewers {
    init(_ row: Row?) throws(PostgresError) {
        let lead: Int? = try row?.get("lead_unit")
        let guide: Int? = try row?.get("guide_unit")
        self.init(lead: lead.map { UnitID(rawValue: $0) }, guide: guide.map { UnitID(rawValue: $0) })
    }
}
