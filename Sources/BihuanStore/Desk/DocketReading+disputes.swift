import BihuanDomain
import Postgres

import struct Foundation.UUID

extension DocketReading {
    /// How often the work of the own assignment that the step is about was returned before.
    static func returnsBefore(of target: Target, in city: SQL) -> SQL {
        let id: SQL =
            switch target {
            case .assignment(.id(let id)): "\(id)::uuid"
            case .assignment(.ref(let ref)):
                "(select t.assignment_id from bihuan.assignments t where t.city_id = \(city) and t.ref = \(ref))"
            default: "null::uuid"
            }
        return """
            select case when c.is_contested then bihuan.returns_before(\(id)) else 0 end as returns
              from bihuan.cases c
             where c.city_id = \(city) and c.case_id = \(target.caseID(in: city))
            """
    }
}

extension DisputeRecord {
    static func statement(of record: SQL, in city: SQL) -> SQL {
        """
        select dispute_id, ref, assignment_id, raised_by, assigner_unit, proposed_unit, arbiter_unit, state,
               decided_unit, raised_at, closed_at, version
          from bihuan.disputes
         where city_id = \(city) and case_id = \(record)
         order by raised_at, dispute_id
        """
    }

    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("dispute_id"), ref: try row.get("ref"),
            assignment: try row.identifier("assignment_id"), raisedBy: try row.unit("raised_by"),
            assigner: try row.unit("assigner_unit"), proposed: try row.unit("proposed_unit"),
            arbiter: try row.unit("arbiter_unit"), state: try row.word("state"),
            decided: try row.unitIfAny("decided_unit"), raisedAt: try row.get("raised_at"),
            closedAt: try row.get("closed_at"), version: try row.get("version"))
    }
}

extension ReferralRecord {
    static func statement(of record: SQL, in city: SQL) -> SQL {
        """
        select referral_id, ref, kind, "to", state, referred_at, closed_at, version
          from bihuan.referrals
         where city_id = \(city) and case_id = \(record)
         order by referred_at, referral_id
        """
    }

    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("referral_id"), ref: try row.get("ref"), kind: try row.word("kind"),
            to: try row.get("to"), state: try row.word("state"), referredAt: try row.get("referred_at"),
            closedAt: try row.get("closed_at"), version: try row.get("version"))
    }
}

extension Row {
    func unitIfAny(_ column: String) throws(PostgresError) -> UnitID? {
        let id: Int? = try self.get(column)
        return id.map { UnitID(rawValue: $0) }
    }
}
