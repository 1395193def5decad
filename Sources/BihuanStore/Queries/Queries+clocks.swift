package import BihuanDomain
package import Foundation
import Postgres

/// A clock with what explains its deadline.
package struct ClockView: Sendable {
    package let id: ClockID
    package let kind: ClockKind
    package let unit: UnitTag
    package let caseID: CaseID
    package let caseRef: String
    package let title: String
    package let level: String?
    /// Ref of what the clock is on: order, assignment or case.
    package let subject: String
    package let limit: String
    package let startEvent: String
    package let startedAt: Date
    package let dueAt: Date
    package let breachedAt: Date?
    package let stoppedAt: Date?
    package let outcome: ClockOutcome?
    package let nextRung: Rung?
    package let nextAt: Date?
    package let light: Light?
    /// What the asker may do about it now.
    package let allowed: [Verb]
    /// Domain time at the moment of the question.
    package let now: Date
    package let offset: UTCOffset
}

/// Which running clocks to list.
package struct ClockFilter: Sendable, Hashable {
    package var light: Light?
    /// Due within that many seconds from now; what is overdue is always within.
    package var within: Int?
    /// Label of the unit that has to act.
    package var unit: String?

    package init() {}
}

extension Queries {
    /// Columns and joins of a clock; the view needs all of them.
    static let clockColumns: StaticString = """
        k.clock_id, k.kind, k.unit_id, k.case_id, c.ref as case_ref, c.title, c.level, c.state as case_state,
        c.owner_unit,
        exists (select from bihuan.supervisions s
                 where s.city_id = c.city_id and s.case_id = c.case_id and s.state in ('issued', 'replied'))
          as has_open_order,
        coalesce(d.ref, a.ref, c.ref) as subject, k."limit", k.start_event, k.started_at, k.due_at,
        k.breached_at, k.stopped_at, k.outcome, k.next_rung, k.next_at, bihuan.now() as now,
        a.state as assignment_state, a.from_unit, a.to_unit, a.reviewer_unit,
        exists (select from bihuan.assignments s
                 where s.city_id = a.city_id and s.parent_id = a.assignment_id
                   and s.state in ('assigned', 'received', 'forwarded', 'fed_back')) as has_open_children,
        d.state as order_state, d.from_unit as order_from, d.to_unit as order_to
        """

    static let clockJoins: StaticString = """
        join bihuan.cases c on c.city_id = k.city_id and c.case_id = k.case_id
        left join bihuan.assignments a on a.city_id = k.city_id and a.assignment_id = k.assignment_id
        left join bihuan.supervisions d on d.city_id = k.city_id and d.supervision_id = k.supervision_id
        """

    /// Running clocks the asker sees, nearest deadline first.
    package func clocks(
        _ token: String, _ filter: ClockFilter = ClockFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<ClockView> {
        let sql: SQL = """
            select \(raw: Self.clockColumns)
              from bihuan.clocks k
              \(raw: Self.clockJoins)
             where k.city_id = \(Self.city) and k.stopped_at is null
               and (\(filter.unit)::text is null or k.unit_id = (
                     select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(filter.unit)))
               and (\(filter.within)::bigint is null
                    or k.due_at <= (select bihuan.now()) + make_interval(secs => \(filter.within)::bigint))
               and (\(filter.light?.rawValue)::text is null or \(filter.light?.rawValue)::text = case
                     when k.breached_at is not null or k.due_at < (select bihuan.now()) then 'red'
                     when (select bihuan.now()) > k.started_at + 0.8 * (k.due_at - k.started_at) then 'yellow'
                     else 'green' end)
               and (k.due_at, k.clock_id) >
                   (coalesce(\(after?.at)::timestamptz, '-infinity'),
                    coalesce(\(after?.id)::uuid, '00000000-0000-0000-0000-000000000000'))
             order by k.due_at, k.clock_id
             limit \(limit + 1)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try ClockView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.dueAt, id: $0.id.rawValue) }
        }
    }

    package func clock(_ token: String, id: ClockID) async throws(DeskError) -> ClockView {
        let sql: SQL = """
            select \(raw: Self.clockColumns)
              from bihuan.clocks k
              \(raw: Self.clockJoins)
             where k.city_id = \(Self.city) and k.clock_id = \(id.rawValue)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try ClockView(row, asker) }
        }.orNotFound()
    }

    /// What the asker's post must act on now (待办), nearest deadline first.
    ///
    /// Everything that waits for somebody has a running clock of that somebody's unit, so this is one walk along an
    /// index. A feedback not yet signed for, or waiting for the units below, is not shown: it cannot be acted on.
    package func worklist(
        _ token: String, after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<ClockView> {
        let sql: SQL = """
            with page as materialized (
              select k.*
                from bihuan.clocks k
               where k.city_id = \(Self.city) and k.unit_id = \(Self.unit) and k.stopped_at is null
                 and k.kind = any (\(raw: Self.kindsOfRole))
                 and (k.due_at, k.clock_id) >
                     (coalesce(\(after?.at)::timestamptz, '-infinity'),
                      coalesce(\(after?.id)::uuid, '00000000-0000-0000-0000-000000000000'))
                 and (k.kind not in ('feedback', 'interim') or exists (
                       select from bihuan.assignments a
                        where a.city_id = k.city_id and a.assignment_id = k.assignment_id
                          and (a.state = 'received' or a.state = 'forwarded' and (
                                k.kind = 'interim' or not \(raw: Self.hasOpenChildren)))))
               order by k.due_at, k.clock_id
               limit \(limit + 1)
            )
            select \(raw: Self.clockColumns)
              from page k
              \(raw: Self.clockJoins)
             order by k.due_at, k.clock_id
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try ClockView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.dueAt, id: $0.id.rawValue) }
        }
    }

    /// The kinds of clocks on the work list of the session's role; a test holds it to ``ClockKind/roles``.
    static let kindsOfRole: StaticString = """
        (select case s.role
                  when 'dispatcher' then array['grading', 'dispatch', 'receipt', 'feedback', 'interim', 'review',
                                               'reply', 'judgement', 'conclusion']
                  when 'handler' then array['receipt', 'feedback', 'interim', 'reply']
                  when 'reviewer' then array['review']
                  when 'leader' then array['grading', 'reply', 'judgement', 'conclusion']
                  when 'duty' then array['receipt']
                  else array[]::text[]
                end
           from bihuan.sessions s)::text[]
        """
}

extension ClockView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("clock_id")
        self.kind = try row.word("kind")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.caseID = try row.identifier("case_id")
        self.caseRef = try row.get("case_ref")
        self.title = try row.get("title")
        self.level = try row.get("level")
        self.subject = try row.get("subject")
        self.limit = try row.get("limit")
        self.startEvent = try row.get("start_event")
        self.startedAt = try row.get("started_at")
        self.dueAt = try row.get("due_at")
        self.breachedAt = try row.get("breached_at")
        self.stoppedAt = try row.get("stopped_at")
        self.outcome = try row.wordIfAny("outcome")
        self.nextRung = try row.wordIfAny("next_rung")
        self.nextAt = try row.get("next_at")
        self.now = try row.get("now")
        self.light =
            self.stoppedAt != nil
            ? nil : Light(due: self.dueAt, started: self.startedAt, breached: self.breachedAt != nil, now: self.now)
        self.offset = asker.book.offset
        self.allowed = self.stoppedAt == nil ? try Self.allowed(self.kind, row, asker) : []
    }

    /// The verbs that answer this clock, of those the asker may use.
    private static func allowed(
        _ kind: ClockKind, _ row: Row, _ asker: Queries.Asker
    ) throws(PostgresError) -> [Verb] {
        let tree = asker.book.tree
        switch kind {
        case .grading, .dispatch, .conclusion:
            let facts = Permission.CaseFacts(
                state: try row.word("case_state"), owner: try row.unit("owner_unit"),
                hasOpenWork: kind == .conclusion ? try row.get("has_open_order") : false)
            return Permission.allowed(on: facts, to: asker.identity)
        case .receipt, .feedback, .interim, .review:
            guard let state: AssignmentState = try row.wordIfAny("assignment_state") else { return [] }
            let facts = Permission.AssignmentFacts(
                state: state, from: try row.unit("from_unit"), to: try row.unit("to_unit"),
                reviewer: try row.unit("reviewer_unit"),
                // An interim report need not wait for those below.
                hasOpenChildren: kind == .interim ? false : try row.get("has_open_children"))
            return Permission.allowed(on: facts, to: asker.identity, in: tree)
        case .reply, .judgement:
            guard let state: SupervisionState = try row.wordIfAny("order_state") else { return [] }
            let facts = Permission.SupervisionFacts(
                state: state, from: try row.unit("order_from"), to: try row.unit("order_to"))
            return Permission.allowed(on: facts, to: asker.identity, in: tree)
        }
    }
}
