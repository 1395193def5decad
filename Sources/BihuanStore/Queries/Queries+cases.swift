package import BihuanDomain
package import Foundation
import Postgres

/// A case in a list.
package struct CaseView: Sendable {
    package let id: CaseID
    package let ref: String
    package let title: String
    package let state: CaseState
    package let level: String?
    package let levelName: String?
    package let category: String?
    package let place: String?
    package let channel: String
    package let owner: UnitTag
    /// Units that have to act on it now, as far as the asker sees.
    package let holders: [UnitTag]
    package let receivedAt: Date
    package let openedAt: Date
    package let gradedAt: Date?
    package let concludedAt: Date?
    /// The nearest deadline still running, as far as the asker sees.
    package let dueAt: Date?
    package let light: Light?
    package let version: Int
    package let allowed: [Verb]
}

/// A case by itself.
package struct CaseDetail: Sendable {
    package let view: CaseView
    package let content: String
    package let occurredAt: Date?
    package let discoveredAt: Date?
    package let plan: String
    package let planVersion: Int
    package let leads: [LeadView]
    package let assignments: [AssignmentView]
    package let supervisions: [SupervisionView]
    package let offset: UTCOffset
}

/// Which cases to list. Everything named must hold.
package struct CaseFilter: Sendable, Hashable {
    package var states: [CaseState] = []
    package var levels: [String] = []
    package var light: Light?
    /// Label of a unit that has a standing assignment of the case.
    package var unit: String?
    /// The same for a unit or anything below it.
    package var under: String?
    package var receivedAfter: Date?
    package var receivedBefore: Date?
    package var isOpen: Bool?

    package init() {}

    /// Whether the page can be cut from the visibility table alone.
    var isPlain: Bool {
        self.states.isEmpty && self.levels.isEmpty && self.light == nil && self.unit == nil && self.under == nil
            && self.receivedAfter == nil && self.receivedBefore == nil
    }
}

extension Queries {
    /// Cases the asker sees, newest first.
    ///
    /// The page is cut from the visibility table and joined afterwards: under row security the planner would else sort
    /// every case of the city. A filter walks further slices until the page is full.
    package func cases(
        _ token: String, _ filter: CaseFilter = CaseFilter(), after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<CaseView> {
        var items: [CaseView] = []
        var key = after
        let slice = filter.isPlain ? limit + 1 : 500
        // A filter that hardly anything meets must not walk a whole city in one request: then the page is short, and
        // `next` goes on from where it stopped.
        for _ in 0..<20 {
            let (found, last, count) = try await self.slice(token, filter, after: key, size: slice)
            items += found
            if items.count > limit {
                let kept = Array(items[..<limit])
                return Page(items: kept, next: PageKey(at: kept[limit - 1].openedAt, id: kept[limit - 1].id.rawValue))
            }
            guard count == slice, let last else { return Page(items: items, next: nil) }
            key = last
        }
        return Page(items: items, next: key)
    }

    private func slice(
        _ token: String, _ filter: CaseFilter, after: PageKey?, size: Int
    ) async throws(DeskError) -> (found: [CaseView], last: PageKey?, count: Int) {
        let openOnly = filter.isOpen
        return try await self.ask(
            token,
            [
                """
                with page as materialized (
                  select v.case_id, v.opened_at
                    from bihuan.case_visibility v
                   where v.city_id = \(Self.city) and v.unit_id = \(Self.unit)
                     and (\(openOnly)::boolean is null or v.is_open = \(openOnly)::boolean)
                     and (v.opened_at, v.case_id) <
                         (coalesce(\(after?.at)::timestamptz, 'infinity'),
                          coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                   order by v.opened_at desc, v.case_id desc
                   limit \(size)
                )
                select \(raw: Self.caseColumns)
                  from page
                  join bihuan.cases c on c.city_id = \(Self.city) and c.case_id = page.case_id
                  \(raw: Self.caseJoins)
                 where (\(filter.states.isEmpty) or c.state = any (\(filter.states.map(\.rawValue))::text[]))
                   and (\(filter.levels.isEmpty) or c.level = any (\(filter.levels)::text[]))
                   and (\(filter.receivedAfter)::timestamptz is null or c.received_at >= \(filter.receivedAfter))
                   and (\(filter.receivedBefore)::timestamptz is null or c.received_at < \(filter.receivedBefore))
                   and (\(filter.unit)::text is null or exists (
                         select from bihuan.assignments a
                           join bihuan.units u on u.city_id = a.city_id and u.unit_id = a.to_unit
                          where a.city_id = c.city_id and a.case_id = c.case_id
                            and a.state not in ('returned', 'recalled') and u.label = \(filter.unit)))
                   and (\(filter.under)::text is null or exists (
                         select from bihuan.assignments a
                           join bihuan.unit_closure t on t.city_id = a.city_id and t.descendant_id = a.to_unit
                           join bihuan.units u on u.city_id = t.city_id and u.unit_id = t.ancestor_id
                          where a.city_id = c.city_id and a.case_id = c.case_id
                            and a.state not in ('returned', 'recalled') and u.label = \(filter.under)))
                 order by c.opened_at desc, c.case_id desc
                """,
                """
                select count(*)::bigint as n,
                       (array_agg(p.case_id order by p.opened_at, p.case_id))[1] as last_id,
                       min(p.opened_at) as last_at
                  from (select v.case_id, v.opened_at
                          from bihuan.case_visibility v
                         where v.city_id = \(Self.city) and v.unit_id = \(Self.unit)
                           and (\(openOnly)::boolean is null or v.is_open = \(openOnly)::boolean)
                           and (v.opened_at, v.case_id) <
                               (coalesce(\(after?.at)::timestamptz, 'infinity'),
                                coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                         order by v.opened_at desc, v.case_id desc
                         limit \(size)) as p
                """,
            ]
        ) { answers, asker throws(PostgresError) in
            var found = try answers[0].rows.map { row throws(PostgresError) in try CaseView(row, asker) }
            if let light = filter.light { found = found.filter { $0.light == light } }
            let count: Int = try answers[1].rows[0].get("n")
            let id: UUID? = try answers[1].rows[0].get("last_id")
            let at: Date? = try answers[1].rows[0].get("last_at")
            let last: PageKey? = if let id, let at { PageKey(at: at, id: id) } else { nil }
            return (found, last, count)
        }
    }

    /// One case with everything about it that the asker may see.
    package func record(_ token: String, _ key: ObjectKey) async throws(DeskError) -> CaseDetail {
        let id = Target.record(key).caseID(in: Self.city)
        return try await self.ask(
            token,
            [
                """
                select \(raw: Self.caseColumns), c.content, c.occurred_at, c.discovered_at, c.plan_id, c.plan_version
                  from bihuan.cases c
                  \(raw: Self.caseJoins)
                 where c.city_id = \(Self.city) and c.case_id = \(id)
                """,
                Self.leads("l.case_id = \(id)"),
                Self.assignments("a.case_id = \(id)", "a.assigned_at, a.assignment_id"),
                Self.supervisions("d.case_id = \(id)", "d.issued_at, d.supervision_id"),
            ]
        ) { answers, asker throws(PostgresError) in
            guard let row = answers[0].rows.first else { return CaseDetail?.none }
            return CaseDetail(
                view: try CaseView(row, asker), content: try row.get("content"),
                occurredAt: try row.get("occurred_at"), discoveredAt: try row.get("discovered_at"),
                plan: try row.get("plan_id"), planVersion: try row.get("plan_version"),
                leads: try answers[1].rows.map { row throws(PostgresError) in try LeadView(row, asker) },
                assignments: try answers[2].rows.map { row throws(PostgresError) in try AssignmentView(row, asker) },
                supervisions: try answers[3].rows.map { row throws(PostgresError) in try SupervisionView(row, asker) },
                offset: asker.book.offset)
        }.orNotFound()
    }

    private static let caseColumns: StaticString = """
        c.case_id, c.ref, c.title, c.state, c.level, c.category, c.place, c.channel, c.owner_unit, c.received_at,
        c.opened_at, c.graded_at, c.concluded_at, c.version, c.plan_id, c.plan_version, k.due_at, k.is_late, k.is_near,
        a.holders, a.has_open or exists (
          select from bihuan.supervisions d
           where d.city_id = c.city_id and d.case_id = c.case_id and d.state in ('issued', 'replied')) as has_open_work
        """

    private static let caseJoins: StaticString = """
        left join lateral (
          select min(k.due_at) as due_at,
                 bool_or(k.breached_at is not null or k.due_at < (select bihuan.now())) as is_late,
                 bool_or((select bihuan.now()) > k.started_at + 0.8 * (k.due_at - k.started_at)) as is_near
            from bihuan.clocks k
           where k.city_id = c.city_id and k.case_id = c.case_id and k.stopped_at is null
        ) k on true
        left join lateral (
          select array_agg(distinct a.to_unit::bigint) filter (where a.state in ('assigned', 'received', 'fed_back'))
                   as holders,
                 coalesce(bool_or(a.state in ('assigned', 'received', 'forwarded', 'fed_back')), false) as has_open
            from bihuan.assignments a
           where a.city_id = c.city_id and a.case_id = c.case_id
        ) a on true
        """
}

extension CaseView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("case_id")
        self.ref = try row.get("ref")
        self.title = try row.get("title")
        self.state = try row.word("state")
        self.level = try row.get("level")
        let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        self.levelName = self.level.flatMap { asker.book.plans[key]?.level($0)?.name }
        self.category = try row.get("category")
        self.place = try row.get("place")
        self.channel = try row.get("channel")
        let owner = try row.unit("owner_unit")
        self.owner = asker.tag(owner)
        let holders: [Int]? = try row.get("holders")
        self.holders = (holders ?? []).map { asker.tag(UnitID(rawValue: $0)) }
        self.receivedAt = try row.get("received_at")
        self.openedAt = try row.get("opened_at")
        self.gradedAt = try row.get("graded_at")
        self.concludedAt = try row.get("concluded_at")
        self.dueAt = try row.get("due_at")
        let isLate: Bool? = try row.get("is_late")
        let isNear: Bool? = try row.get("is_near")
        self.light = self.dueAt == nil ? nil : isLate == true ? .red : isNear == true ? .yellow : .green
        self.version = try row.get("version")
        self.allowed = Permission.allowed(
            on: .init(state: self.state, owner: owner, hasOpenWork: try row.get("has_open_work")),
            to: asker.identity)
    }
}

extension Optional where Wrapped: Sendable {
    /// What is hidden looks the same as what is not there.
    func orNotFound() throws(DeskError) -> Wrapped {
        guard let self else { throw .notFound }
        return self
    }
}
