package import BihuanDomain
package import Foundation
import Postgres

/// A warning (预警), with what the asker may see of its receipts.
package struct WarningView: Sendable {
    package let id: WarningID
    package let ref: String
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
    package let level: String
    package let levelName: String
    package let colour: Level.Colour?
    /// The level before a sensitive period raised it.
    package let judged: String
    package let sensitivePeriod: String?
    package let state: WarningState
    package let grounds: WarningGrounds
    package let text: String
    package let measures: String?
    package let proposedBy: UnitTag
    package let proposedAt: Date
    package let decidedAt: Date?
    package let decisionReason: String?
    package let liftedAt: Date?
    package let liftReason: String?
    package let receipts: [Receipt]
    package let version: Int
    package let allowed: [Verb]
    package let offset: UTCOffset

    /// What became of it at one unit.
    package struct Receipt: Sendable {
        package let unit: UnitTag
        /// Names of the plan's roles for which it was told.
        package let roles: [String]
        package let urgency: WarningRules.Urgency
        package let toldAt: Date
        /// When it is to be answered; nil once it was, and where the plan sets no time.
        package let dueAt: Date?
        package let receivedAt: Date?
        package let measures: String?
    }
}

/// Which warnings to list.
package struct WarningFilter: Sendable, Hashable {
    package var states: [WarningState] = []
    package var levels: [String] = []

    package init() {}
}

extension Queries {
    static func warnings(_ condition: SQL, _ order: SQL) -> SQL {
        """
        select w.warning_id, w.ref, w.case_id, c.ref as case_ref, c.is_drill, c.plan_id, c.plan_version, w.level, w.judged,
               w.sensitive_period, w.state, w.happened,
               w.possible, w.elsewhere, w."text", w.measures, w.proposed_unit, w.proposed_at, w.decided_at,
               w.decision_reason, w.lifted_at, w.lift_reason, w.version, c.state as case_state, r.units, r.roles, r.urgencies, r.told, r.due,
               r.received, r.answers
          from bihuan.warnings w
          join bihuan.cases c on c.city_id = w.city_id and c.case_id = w.case_id
          left join lateral (
            select array_agg(r.unit_id::bigint order by r.unit_id) as units,
                   array_agg(array_to_string(r.roles, ' ') order by r.unit_id) as roles,
                   array_agg(r.urgency order by r.unit_id) as urgencies,
                   array_agg(r.told_at order by r.unit_id) as told,
                   array_agg(k.due_at order by r.unit_id) as due,
                   array_agg(r.received_at order by r.unit_id) as received,
                   array_agg(r.measures order by r.unit_id) as answers
              from bihuan.warning_receipts r
              left join bihuan.clocks k
                on k.city_id = r.city_id and k.case_id = r.case_id and k.warning_id = r.warning_id
               and k.unit_id = r.unit_id and k.stopped_at is null
             where r.city_id = w.city_id and r.warning_id = w.warning_id
          ) r on true
         where w.city_id = \(Self.city) and \(condition)
         order by \(order)
        """
    }

    /// Warnings the asker sees, newest first.
    package func warnings(
        _ token: String, _ filter: WarningFilter = WarningFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<WarningView> {
        // What is not asked is not said, or it would still be weighed at each row.
        var condition: SQL = "true"
        if !filter.states.isEmpty {
            condition += " and w.state = any (\(filter.states.map(\.rawValue))::text[])"
        }
        if !filter.levels.isEmpty { condition += " and w.level = any (\(filter.levels)::text[])" }
        if let after {
            condition += " and (w.proposed_at, w.warning_id) < (\(after.at)::timestamptz, \(after.id)::uuid)"
        }
        let sql: SQL = """
            \(Self.warnings(condition, "w.proposed_at desc, w.warning_id desc")) limit \(limit + 1)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try WarningView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.proposedAt, id: $0.id.rawValue) }
        }
    }

    package func warning(_ token: String, _ key: ObjectKey) async throws(DeskError) -> WarningView {
        let condition: SQL =
            switch key {
            case .id(let id): "w.warning_id = \(id)"
            case .ref(let ref): "w.ref = \(ref)"
            }
        return try await self.ask(
            token, [Self.warnings(condition, "w.warning_id"), Self.note("warning", of: .warning(key))]
        ) {
            answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try WarningView(row, asker) }
        }.orNotFound()
    }
}

extension WarningView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        let plan = asker.book.plans[key]
        self.id = try row.identifier("warning_id")
        self.ref = try row.get("ref")
        self.caseID = try row.identifier("case_id")
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        self.level = try row.get("level")
        let level = plan?.warningScheme.level(self.level)
        self.levelName = level?.name ?? self.level
        self.colour = level?.colour
        self.judged = try row.get("judged")
        self.sensitivePeriod = try row.get("sensitive_period")
        self.state = try row.word("state")
        self.grounds = WarningGrounds(
            happened: try row.get("happened"), possible: try row.get("possible"), elsewhere: try row.get("elsewhere"))
        self.text = try row.get("text")
        self.measures = try row.get("measures")
        self.proposedBy = asker.tag(try row.unit("proposed_unit"))
        self.proposedAt = try row.get("proposed_at")
        self.decidedAt = try row.get("decided_at")
        self.decisionReason = try row.get("decision_reason")
        self.liftedAt = try row.get("lifted_at")
        self.liftReason = try row.get("lift_reason")
        self.version = try row.get("version")
        self.offset = asker.book.offset

        let units: [Int] = try row.get("units") ?? []
        let roles: [String] = try row.get("roles") ?? []
        let urgencies: [String] = try row.get("urgencies") ?? []
        let told: [Date] = try row.get("told") ?? []
        let due: [Date?] = try row.get("due") ?? []
        let received: [Date?] = try row.get("received") ?? []
        let answers: [String?] = try row.get("answers") ?? []
        self.receipts = units.indices.map { index in
            Receipt(
                unit: asker.tag(UnitID(rawValue: units[index])),
                roles: roles[index].split(separator: " ").map { plan?.role(String($0))?.name ?? String($0) },
                urgency: WarningRules.Urgency(rawValue: urgencies[index]) ?? .normal, toldAt: told[index],
                dueAt: due[index], receivedAt: received[index], measures: answers[index])
        }
        self.allowed = Permission.allowed(
            on: .init(
                state: self.state, issuers: plan?.issuers(ofWarning: self.level) ?? [],
                told: Set(units.map { UnitID(rawValue: $0) }),
                isFrozen: try row.get("case_state", as: String.self) == CaseState.merged.rawValue),
            to: asker.identity, in: asker.book.tree)
    }
}
