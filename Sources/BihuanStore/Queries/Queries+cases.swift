package import BihuanDomain
package import Foundation
package import Postgres

/// A case in a list.
package struct CaseView: Sendable {
    package let id: CaseID
    package let ref: String
    package let isDrill: Bool
    package let title: String
    package let state: CaseState
    package let level: String?
    package let levelName: String?
    /// The graver level that its spread speaks for, until somebody grades it.
    package let proposedLevel: String?
    /// Its kind of matter, by key of the plan.
    package let matter: String?
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
    /// What it came to; nil until it is concluded.
    package let outcome: CaseOutcome?
    /// Someone was asked to name the department that leads, and has not.
    package let awaitsLead: Bool
    /// The nearest deadline still running, as far as the asker sees.
    package let dueAt: Date?
    package let light: Light?
    package let version: Int
    /// 0 ordinary, 1 restricted (限制), 2 confidential.
    package let secrecy: Int
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
    package let warnings: [WarningView]
    package let filings: [FilingView]
    package let disputes: [DisputeView]
    package let referrals: [ReferralView]
    package let visits: [VisitView]
    /// What returns and disputes cost, as far as the asker sees.
    package let lost: LostTime
    /// What the last return visit speaks for.
    package var proposes: Verb? {
        guard self.view.state == .concluded, let concludedAt = self.view.concludedAt else { return nil }
        let last = self.visits.last { $0.reached && $0.visitedAt >= concludedAt }
        return last?.satisfaction == .dissatisfied ? .reopen : nil
    }
    /// The case it is merged into, and those that are merged into it, as far as the asker sees them.
    package let mergedInto: String?
    package let merged: [String]
    package let experts: [EngagementView]
    /// Tests whether those on duty could be reached that were tied to the case.
    package let dutyTests: [DutyTestView]
    /// How often somebody urged it by hand.
    package let urges: Int
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
    /// True: drills only; false: none. Nil lists both: whoever has to act on a drill must find it where all else is, and
    /// it is marked there.
    package var isDrill: Bool?

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
        let (list, end) = Self.cases(filter, after: after, limit: size)
        if filter.isPlain {
            return try await self.ask(token, [list]) { answers, asker throws(PostgresError) in
                let found = try CaseReader.views(answers[0], asker)
                let last = found.last.map { PageKey(at: $0.openedAt, id: $0.id.rawValue) }
                return (found, last, found.count)
            }
        }
        return try await self.ask(token, [list, end]) { answers, asker throws(PostgresError) in
            var found = try CaseReader.views(answers[0], asker)
            if let light = filter.light { found = found.filter { $0.light == light } }
            let count: Int = try answers[1].rows[0].get("n")
            let id: UUID? = try answers[1].rows[0].get("last_id")
            let at: Date? = try answers[1].rows[0].get("last_at")
            let last: PageKey? = if let id, let at { PageKey(at: at, id: id) } else { nil }
            return (found, last, count)
        }
    }

    /// The statement that lists cases, and the one that tells how far its slice of the visibility table went; for plan
    /// tests as well.
    ///
    /// - Parameter limit: rows of the visibility table that are looked at.
    package static func cases(_ filter: CaseFilter, after: PageKey?, limit: Int) -> (list: SQL, end: SQL) {
        // What is not asked is not said: a condition that is always true would still be weighed at each row, and hide
        // the index of open cases from the planner.
        let open: SQL = filter.isOpen.map { $0 ? "and v.is_open" : "and not v.is_open" } ?? ""
        let drill: SQL = filter.isDrill.map { $0 ? "and v.is_drill" : "and not v.is_drill" } ?? ""
        let bound: SQL = after.map { "and (v.opened_at, v.case_id) < (\($0.at)::timestamptz, \($0.id)::uuid)" } ?? ""
        let page: SQL = """
            with me as materialized (select s.city_id, s.unit_id from bihuan.sessions s),
            page as materialized (
              select v.city_id, v.case_id, v.opened_at
                from bihuan.case_visibility v
               where v.city_id = (select city_id from me) and v.unit_id = (select unit_id from me) \(open) \(drill) \(bound)
               order by v.opened_at desc, v.case_id desc
               limit \(limit)
            )
            """
        let list: SQL = """
            \(page)
            select \(raw: Self.caseColumns)
              from page
              join bihuan.cases c on c.city_id = page.city_id and c.case_id = page.case_id
              \(Self.caseJoins)
             where true \(Self.conditions(filter))
             order by c.opened_at desc, c.case_id desc
            """
        // Of a slice that is sifted, the end must be known even when nothing of it is left.
        let end: SQL = """
            \(page)
            select count(*)::bigint as n, (array_agg(case_id order by opened_at, case_id))[1] as last_id,
                   min(opened_at) as last_at
              from page
            """
        return (list, end)
    }

    /// What a filter asks beyond the visibility table.
    private static func conditions(_ filter: CaseFilter) -> SQL {
        var conditions: SQL = ""
        if !filter.states.isEmpty {
            conditions += " and c.state = any (\(filter.states.map(\.rawValue))::text[])"
        }
        if !filter.levels.isEmpty { conditions += " and c.level = any (\(filter.levels)::text[])" }
        if let after = filter.receivedAfter { conditions += " and c.received_at >= \(after)" }
        if let before = filter.receivedBefore { conditions += " and c.received_at < \(before)" }
        if let unit = filter.unit {
            conditions += """
                 and exists (
                   select from bihuan.assignments a
                     join bihuan.units u on u.city_id = a.city_id and u.unit_id = a.to_unit
                    where a.city_id = c.city_id and a.case_id = c.case_id
                      and a.state not in ('returned', 'recalled') and u.label = \(unit))
                """
        }
        if let under = filter.under {
            conditions += """
                 and exists (
                   select from bihuan.assignments a
                     join bihuan.unit_closure t on t.city_id = a.city_id and t.descendant_id = a.to_unit
                     join bihuan.units u on u.city_id = t.city_id and u.unit_id = t.ancestor_id
                    where a.city_id = c.city_id and a.case_id = c.case_id
                      and a.state not in ('returned', 'recalled') and u.label = \(under))
                """
        }
        return conditions
    }

    /// One case with everything about it that the asker may see.
    package func record(_ token: String, _ key: ObjectKey) async throws(DeskError) -> CaseDetail {
        let id = Target.record(key).caseID(in: Self.city)
        return try await self.ask(
            token,
            [
                """
                select \(raw: Self.caseColumns), c.content, c.occurred_at, c.discovered_at, c.plan_id, c.plan_version,
                       (select o.ref from bihuan.cases o
                         where o.city_id = c.city_id and o.case_id = c.merged_into) as merged_into,
                       array(select o.ref from bihuan.cases o
                              where o.city_id = c.city_id and o.merged_into = c.case_id
                              order by o.merged_at) as merged
                  from bihuan.cases c
                  \(Self.caseJoins)
                 where c.city_id = \(Self.city) and c.case_id = \(id)
                """,
                Self.leads("l.case_id = \(id)"),
                Self.assignments(
                    "a.case_id = \(id)", "a.assigned_at, a.assignment_id", isCaseKnown: true),
                Self.supervisions(
                    "d.case_id = \(id)", "d.issued_at, d.supervision_id", isCaseKnown: true),
                Self.warnings("w.case_id = \(id)", "w.proposed_at, w.warning_id"),
                Self.filings("f.case_id = \(id)"),
                Self.disputes("x.case_id = \(id)", "x.raised_at, x.dispute_id"),
                Self.referrals("f.case_id = \(id)", "f.referred_at, f.referral_id"),
                Self.visits("v.case_id = \(id)"),
                Self.note("case", of: .record(key)),
                Self.engagements("x.case_id = \(id)"),
                """
                select count(*)::bigint as urges
                  from bihuan.events e
                 where e.city_id = \(Self.city) and e.case_id = \(id) and e.kind = 'urged'
                """,
            ] + Self.dutyTests("t.case_id = \(id)", limit: 20)
        ) { answers, asker throws(PostgresError) in
            guard let row = answers[0].rows.first, let view = try CaseReader.views(answers[0], asker).first else {
                return CaseDetail?.none
            }
            let plan = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
            let hops = try answers[2].rows.map { row throws(PostgresError) in
                try AssignmentView(row, asker, of: view, under: plan)
            }
            let disputes = try answers[6].rows.map { row throws(PostgresError) in try DisputeView(row, asker) }
            let now: Date = try row.get("now")
            return CaseDetail(
                view: view, content: try row.get("content"),
                occurredAt: try row.get("occurred_at"), discoveredAt: try row.get("discovered_at"),
                plan: try row.get("plan_id"), planVersion: try row.get("plan_version"),
                leads: try answers[1].rows.map { row throws(PostgresError) in try LeadView(row, asker) },
                assignments: hops,
                supervisions: try answers[3].rows.map { row throws(PostgresError) in
                    try SupervisionView(row, asker, of: view)
                },
                warnings: try answers[4].rows.map { row throws(PostgresError) in try WarningView(row, asker) },
                filings: try answers[5].rows.map { row throws(PostgresError) in try FilingView(row, asker) },
                disputes: disputes,
                referrals: try answers[7].rows.map { row throws(PostgresError) in try ReferralView(row, asker) },
                visits: try answers[8].rows.map { row throws(PostgresError) in try VisitView(row, asker) },
                lost: LostTime(hops, disputes, at: now),
                mergedInto: try row.get("merged_into"), merged: try row.get("merged"),
                experts: try answers[10].rows.map { row throws(PostgresError) in try EngagementView(row, asker) },
                dutyTests: try DutyTestView.views(answers[12], answers[13], asker),
                urges: try answers[11].rows[0].get("urges"),
                offset: asker.book.offset)
        }.orNotFound()
    }

    private static let caseColumns: StaticString = """
        c.case_id, c.ref, c.is_drill, c.title, c.state, c.level, c.category, c.place, c.channel, c.owner_unit, c.received_at,
        c.opened_at, c.graded_at, c.concluded_at, c.version, c.plan_id, c.plan_version, k.due_at, k.is_late, k.is_near,
        a.holders, a.has_open or exists (
          select from bihuan.supervisions d
           where d.city_id = c.city_id and d.case_id = c.case_id and d.state in ('issued', 'replied')
             and (select h.role from bihuan.assignments h
                   where h.city_id = d.city_id and h.assignment_id = d.assignment_id) in ('lead', 'assist')
          union all
          select from bihuan.warnings w
           where w.city_id = c.city_id and w.case_id = c.case_id and w.state in ('proposed', 'issued')
          union all
          select from bihuan.referrals f
           where f.city_id = c.city_id and f.case_id = c.case_id and f.state = 'open')
          as has_open_work,
        c.outcome, c.awaits_lead, c.matter, c.proposed_level, c.secrecy, c.is_sealed and exists (
          select from bihuan.recusals r where r.city_id = c.city_id and r.case_id = c.case_id and r.lifted_at is null)
          as is_recused,
        (select bihuan.now()) as now
        """

    private static let caseJoins: SQL = """
        left join lateral (
          select \(raw: Self.lights)
            from bihuan.clocks k
           where k.city_id = c.city_id and k.case_id = c.case_id and k.stopped_at is null
        ) k on true
        left join lateral (
          select array_agg(distinct a.to_unit::bigint)
                   filter (where a.state = 'assigned' or a.role in ('lead', 'assist') and a.state in ('received', 'fed_back'))
                   as holders,
                 coalesce(
                   bool_or(a.role in ('lead', 'assist') and a.state in ('assigned', 'received', 'forwarded', 'fed_back')),
                   false) as has_open
            from bihuan.assignments a
           where a.city_id = c.city_id and a.case_id = c.case_id
        ) a on true
        """
}

/// Reads cases out of one answer: where each column stands is found once, and what many rows share once too.
struct CaseReader: ViewReader {
    private let asker: Queries.Asker
    private let id, ref, isDrill, title, state, level, plan, planVersion, category, place, channel, owner, holders: Int
    private let receivedAt, openedAt, gradedAt, concludedAt, dueAt, isLate, isNear, version, hasOpenWork: Int
    private let matter, proposedLevel, caseOutcome, awaitsLead, secrecy, isRecused: Int
    private let now: Date?

    // Few and searched in order: a list repeats a handful of them, and hashing costs more than comparing.
    private var allowed: [(facts: Permission.CaseFacts, verbs: [Verb])] = []

    init(_ result: QueryResult, _ asker: Queries.Asker) throws(PostgresError) {
        self.asker = asker
        self.id = try result.column("case_id")
        self.ref = try result.column("ref")
        self.isDrill = try result.column("is_drill")
        self.title = try result.column("title")
        self.state = try result.column("state")
        self.level = try result.column("level")
        self.plan = try result.column("plan_id")
        self.planVersion = try result.column("plan_version")
        self.category = try result.column("category")
        self.place = try result.column("place")
        self.channel = try result.column("channel")
        self.owner = try result.column("owner_unit")
        self.holders = try result.column("holders")
        self.receivedAt = try result.column("received_at")
        self.openedAt = try result.column("opened_at")
        self.gradedAt = try result.column("graded_at")
        self.concludedAt = try result.column("concluded_at")
        self.dueAt = try result.column("due_at")
        self.isLate = try result.column("is_late")
        self.isNear = try result.column("is_near")
        self.version = try result.column("version")
        self.hasOpenWork = try result.column("has_open_work")
        self.matter = try result.column("matter")
        self.proposedLevel = try result.column("proposed_level")
        self.caseOutcome = try result.column("outcome")
        self.awaitsLead = try result.column("awaits_lead")
        self.secrecy = try result.column("secrecy")
        self.isRecused = try result.column("is_recused")
        self.now = try result.rows.first?.get("now")
    }

    mutating func view(_ row: Row) throws(PostgresError) -> CaseView {
        let state: CaseState = try row.word(self.state)
        let level = try row.textIfAny(self.level)
        let owner = UnitID(rawValue: try row.integer(self.owner))
        let holders: [Int]? = try row.get(self.holders)
        let dueAt = try row.dateIfAny(self.dueAt)
        let isLate = try row.boolIfAny(self.isLate)
        let light: Light? =
            isLate == nil || state == .merged
            ? nil
            : isLate == true
                ? .red : try row.boolIfAny(self.isNear) == true ? .yellow : .green
        let key = CityBook.PlanKey(id: try row.text(self.plan), version: try row.integer(self.planVersion))
        let plan = self.asker.book.plans[key]
        let facts = Permission.CaseFacts(
            state: state, owner: owner, hasOpenWork: try row.bool(self.hasOpenWork),
            warning: plan.flatMap { Permission.WarningProposal($0) },
            isOutdated: self.now.flatMap { self.asker.book.successor(of: key, at: $0) } != nil,
            isFinal: self.isFinal(try row.dateIfAny(self.concludedAt), plan),
            isRecused: try row.bool(self.isRecused), isRestricted: try row.integer(self.secrecy) > 0)
        return CaseView(
            id: CaseID(rawValue: try row.uuid(self.id)), ref: try row.text(self.ref),
            isDrill: try row.bool(self.isDrill), title: try row.text(self.title), state: state, level: level,
            levelName: level.flatMap { plan?.level($0)?.name },
            proposedLevel: try row.textIfAny(self.proposedLevel), matter: try row.textIfAny(self.matter),
            category: try row.textIfAny(self.category), place: try row.textIfAny(self.place),
            channel: try row.text(self.channel), owner: self.asker.tag(owner),
            holders: (holders ?? []).map { self.asker.tag(UnitID(rawValue: $0)) },
            receivedAt: try row.date(self.receivedAt), openedAt: try row.date(self.openedAt),
            gradedAt: try row.dateIfAny(self.gradedAt), concludedAt: try row.dateIfAny(self.concludedAt),
            outcome: try row.wordIfAny(self.caseOutcome), awaitsLead: try row.bool(self.awaitsLead),
            dueAt: state == .merged ? nil : dueAt, light: light, version: try row.integer(self.version),
            secrecy: try row.integer(self.secrecy),
            allowed: self.allowed(facts))
    }

    /// Whether the plan's time for reopening is over.
    private func isFinal(_ concludedAt: Date?, _ plan: Plan?) -> Bool {
        guard let concludedAt, let now = self.now, let window = plan?.reopening,
            let end = try? self.asker.book.calendar.deadline(window, from: concludedAt)
        else { return false }
        return now > end
    }

    private mutating func allowed(_ facts: Permission.CaseFacts) -> [Verb] {
        if let known = self.allowed.first(where: { $0.facts == facts }) { return known.verbs }
        let verbs = Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
        self.allowed.append((facts, verbs))
        return verbs
    }
}

extension Optional where Wrapped: Sendable {
    /// What is hidden looks the same as what is not there.
    func orNotFound() throws(DeskError) -> Wrapped {
        guard let self else { throw .notFound }
        return self
    }
}
