package import BihuanDomain
package import Foundation
package import Postgres

/// A clock with what explains its deadline.
package struct ClockView: Sendable {
    package let id: ClockID
    package let kind: ClockKind
    /// Its name in the plan, and what the plan calls it.
    package let rule: String
    package let name: String
    package let unit: UnitTag
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
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
    package let pausedAt: Date?
    /// What its unit has asked for on top, and nobody has decided.
    package let asked: String?
    package let light: Light?
    /// What the asker may do about it now: what answers it, and except on the work list what is done to its time.
    package let allowed: [Verb]
    /// Domain time at the moment of the question.
    package let now: Date
    package let offset: UTCOffset

    /// Seconds that have passed of what is to be done at once; nil for all else.
    package var elapsed: Int? {
        guard self.limit == TimeLimit.immediate.text else { return nil }
        return Int((self.stoppedAt ?? self.now).timeIntervalSince(self.startedAt))
    }
}

/// Which running clocks to list.
package struct ClockFilter: Sendable, Hashable {
    package var light: Light?
    /// Due within that many seconds from now; what is overdue is always within.
    package var within: Int?
    /// Label of the unit that has to act.
    package var unit: String?
    /// Whether its unit has asked for more time and nobody has decided; nil: either.
    package var isAsked: Bool?
    /// True: of drills only; false: of none.
    package var isDrill: Bool?

    package init() {}
}

extension Queries {
    /// Columns and joins of a clock; the view needs all of them.
    static let clockColumns: SQL = """
        k.clock_id, k.kind, coalesce(k.rule, k.kind) as rule, k.paused_at, k.unit_id, k.case_id, c.ref as case_ref,
        c.is_drill, c.title, c.level, c.plan_id, c.plan_version, c.state as case_state, c.owner_unit,
        k.kind = 'conclusion' and exists (
          select from bihuan.supervisions s
           where s.city_id = c.city_id and s.case_id = c.case_id and s.state in ('issued', 'replied')
             and (select h.role from bihuan.assignments h
                   where h.city_id = s.city_id and h.assignment_id = s.assignment_id) in ('lead', 'assist')
          union all
          select from bihuan.warnings w
           where w.city_id = c.city_id and w.case_id = c.case_id and w.state in ('proposed', 'issued')
          union all
          select from bihuan.referrals f
           where f.city_id = c.city_id and f.case_id = c.case_id and f.state = 'open')
          as has_open_order,
        coalesce(d.ref, case when k.warning_id is not null then (
                 select w.ref from bihuan.warnings w where w.city_id = k.city_id and w.warning_id = k.warning_id) end,
               case when k.dispute_id is not null then (
                 select x.ref from bihuan.disputes x where x.city_id = k.city_id and x.dispute_id = k.dispute_id) end,
               case when k.referral_id is not null then (
                 select f.ref from bihuan.referrals f where f.city_id = k.city_id and f.referral_id = k.referral_id) end,
               a.ref, c.ref) as subject, k."limit", k.start_event, k.started_at, k.due_at,
        k.breached_at, k.stopped_at, k.outcome, k.next_rung, k.next_at, k.asked, k.assignment_id,
        (select bihuan.now()) as now,
        a.state as assignment_state, a.role as assignment_role, a.from_unit, a.to_unit, a.reviewer_unit,
        k.kind = 'feedback' and exists (
          select from bihuan.assignments s
           where s.city_id = k.city_id and s.parent_id = k.assignment_id
             and s.state in ('assigned', 'received', 'forwarded', 'fed_back')) as has_open_children,
        d.state as order_state, d.from_unit as order_from, d.to_unit as order_to, a.bound_by is not null as is_bound,
        k.dispute_id is not null as is_of_dispute, \(Queries.contest)
        """

    /// What was said against an assignment. Of few cases anything was: then nothing is looked up.
    static let contest: SQL = """
        case when c.is_contested and a.state in ('assigned', 'received') then (
          select x.ref from bihuan.disputes x
           where x.city_id = a.city_id and x.assignment_id = a.assignment_id and x.state = 'open') end as open_dispute,
        case when c.is_contested then \(Queries.returnsBefore) end as returns_before
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
        // Said only where it is asked for, so that its index is found.
        let asked: SQL = filter.isAsked.map { $0 ? "and k.asked is not null" : "and k.asked is null" } ?? ""
        let drill: SQL = filter.isDrill.map { $0 ? "and c.is_drill" : "and not c.is_drill" } ?? ""
        let sql: SQL = """
            select \(Self.clockColumns)
              from bihuan.clocks k
              \(raw: Self.clockJoins)
             where k.city_id = \(Self.city) and k.stopped_at is null and c.state <> 'merged' \(asked) \(drill)
               and (\(filter.unit)::text is null or k.unit_id = (
                     select u.unit_id from bihuan.units u where u.city_id = \(Self.city) and u.label = \(filter.unit)))
               and (\(filter.within)::bigint is null
                    or k.due_at <= (select bihuan.now()) + make_interval(secs => \(filter.within)::bigint))
               and (\(filter.light?.rawValue)::text is null or \(filter.light?.rawValue)::text = case
                     when k."limit" = 'NOW' then 'yellow'
                     when k.breached_at is not null
                       or k.due_at + interval '1 second' <= coalesce(k.paused_at, (select bihuan.now())) then 'red'
                     when coalesce(k.paused_at, (select bihuan.now())) > k.started_at + 0.8 * (k.due_at - k.started_at) then 'yellow'
                     else 'green' end)
               and (k.due_at, k.clock_id) >
                   (coalesce(\(after?.at)::timestamptz, '-infinity'),
                    coalesce(\(after?.id)::uuid, '00000000-0000-0000-0000-000000000000'))
             order by k.due_at, k.clock_id
             limit \(limit + 1)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            var reader = try ClockReader(answers[0], asker)
            reader.asksOfTime = true
            return Page(
                try answers[0].rows.map { row throws(PostgresError) in try reader.view(row) }, limit: limit
            ) { PageKey(at: $0.dueAt, id: $0.id.rawValue) }
        }
    }

    package func clock(_ token: String, id: ClockID) async throws(DeskError) -> ClockView {
        let sql: SQL = """
            select \(Self.clockColumns)
              from bihuan.clocks k
              \(raw: Self.clockJoins)
             where k.city_id = \(Self.city) and k.clock_id = \(id.rawValue)
            """
        let note = Self.note("clock", of: .clock(id.rawValue))
        return try await self.ask(token, [sql, note]) { answers, asker throws(PostgresError) in
            try ClockReader.view(of: answers[0], asker)
        }.orNotFound()
    }

    /// What the asker's post must act on now (待办), nearest deadline first.
    ///
    /// Everything that waits for somebody has a running clock of that somebody's unit, so this is one walk along an
    /// index. A feedback not yet signed for, or waiting for the units below, is not shown: it cannot be acted on.
    package func worklist(
        _ token: String, after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<ClockView> {
        let sql = Self.worklist(after: after, limit: limit)
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            Page(try ClockReader.views(answers[0], asker), limit: limit) { PageKey(at: $0.dueAt, id: $0.id.rawValue) }
        }
    }

    /// The statement of ``worklist(_:after:limit:)``, for plan tests as well.
    package static func worklist(after: PageKey?, limit: Int) -> SQL {
        // Without a bound of "after": a condition that is always true would still be weighed at each row.
        let bound: SQL = after.map { "and (k.due_at, k.clock_id) > (\($0.at)::timestamptz, \($0.id)::uuid)" } ?? ""
        return """
            with me as materialized (\(raw: Self.worker)),
            page as materialized (
              select k.city_id, k.clock_id, k.case_id, k.assignment_id, k.supervision_id, k.warning_id, k.dispute_id,
                     k.referral_id, k.kind, k.rule,
                     k.paused_at, k.unit_id, k."limit",
                     k.start_event, k.started_at, k.due_at, k.breached_at, k.outcome, k.next_rung, k.next_at, k.asked
                from bihuan.clocks k
               where k.city_id = (select city_id from me) and k.unit_id = (select unit_id from me)
                 and k.stopped_at is null and not k.is_waiting
                 and k.kind = any ((select kinds from me)::text[])
                 and (k.kind <> 'arbitration' or (select role from me) <> 'dispatcher'
                      or (select is_root from me) and not exists (
                        select from bihuan.disputes x
                         where x.city_id = k.city_id and x.dispute_id = k.dispute_id
                           and x.assigner_unit = x.arbiter_unit))
                 \(bound)
               order by k.due_at, k.clock_id
               limit \(limit + 1)
            )
            select k.clock_id, k.kind, coalesce(k.rule, k.kind) as rule, k.paused_at, k.unit_id, k.case_id,
                   c.ref as case_ref, c.is_drill, c.title, c.level, c.plan_id, c.plan_version, c.state as case_state,
                   c.owner_unit,
                   k.kind = 'conclusion' and exists (
                     select from bihuan.supervisions s
                      where s.city_id = c.city_id and s.case_id = c.case_id and s.state in ('issued', 'replied')
                        and (select h.role from bihuan.assignments h
                              where h.city_id = s.city_id and h.assignment_id = s.assignment_id) in ('lead', 'assist')
                     union all
                     select from bihuan.warnings w
                      where w.city_id = c.city_id and w.case_id = c.case_id and w.state in ('proposed', 'issued')
                     union all
                     select from bihuan.referrals f
                      where f.city_id = c.city_id and f.case_id = c.case_id and f.state = 'open')
                     as has_open_order,
                   coalesce(d.ref, case when k.warning_id is not null then (
                     select w.ref from bihuan.warnings w
                      where w.city_id = k.city_id and w.warning_id = k.warning_id) end,
                   case when k.dispute_id is not null then (
                     select x.ref from bihuan.disputes x
                      where x.city_id = k.city_id and x.dispute_id = k.dispute_id) end,
                   case when k.referral_id is not null then (
                     select f.ref from bihuan.referrals f
                      where f.city_id = k.city_id and f.referral_id = k.referral_id) end, a.ref, c.ref) as subject, k."limit", k.start_event, k.started_at, k.due_at,
                   k.breached_at, null::timestamptz as stopped_at, k.outcome, k.next_rung, k.next_at, k.asked,
                   k.assignment_id, (select bihuan.now()) as now, a.state as assignment_state,
                   a.role as assignment_role, a.from_unit, a.to_unit, a.reviewer_unit,
                   -- Or it would wait, and not be on the page.
                   false as has_open_children,
                   d.state as order_state, d.from_unit as order_from, d.to_unit as order_to,
                   a.bound_by is not null as is_bound, k.dispute_id is not null as is_of_dispute,
                   \(Self.contest)
              from page k
              \(raw: Self.clockJoins)
             order by k.due_at, k.clock_id
            """
    }

    /// Who asks, with the kinds of clocks on the work list of their role; a test holds it to ``ClockKind/roles``. What a
    /// dispatcher may decide of disputes is ``Permission``'s to say: at the top, and what the top did not assign itself.
    static let worker: StaticString = """
        select s.city_id, s.unit_id, s.role,
               exists (select from bihuan.units u
                        where u.city_id = s.city_id and u.unit_id = s.unit_id and u.parent_id is null) as is_root,
               case s.role
                 when 'dispatcher' then array['grading', 'dispatch', 'receipt', 'feedback', 'interim', 'review',
                                              'reply', 'judgement', 'conclusion', 'filing', 'response',
                                              'arbitration', 'referral']
                 when 'handler' then array['receipt', 'feedback', 'interim', 'reply', 'response']
                 when 'reviewer' then array['review']
                 when 'leader' then array['grading', 'reply', 'judgement', 'conclusion', 'filing', 'response',
                                          'arbitration', 'referral']
                 when 'duty' then array['receipt', 'filing', 'response']
                 else array[]::text[]
               end as kinds
          from bihuan.sessions s
        """
}

/// Reads clocks out of one answer: where each column stands is found once, and what many rows share once too.
struct ClockReader: ViewReader {
    private let asker: Queries.Asker
    private let id, kind, rule, pausedAt, unit, caseID, caseRef, isDrill, title, level, plan, planVersion: Int
    private let caseState, owner, hasOpenOrder: Int
    private let subject, limit, startEvent, startedAt, dueAt, breachedAt, stoppedAt, outcome, nextRung, nextAt: Int
    private let now, state, from, to, reviewer, hasOpenChildren, orderState, orderFrom, orderTo, asked, assignment,
        isBound: Int
    private let isOfDispute, openDispute, returnsBefore: Int
    private let role: Int

    /// Whether to tell what the asker may do to a clock's time. Who works down a list has no need of it.
    var asksOfTime = false

    // Few and searched in order: a list repeats a handful of them, and hashing costs more than comparing.
    private var tags: [(unit: UnitID, tag: UnitTag)] = []
    private var allowed: [(facts: Facts, verbs: [Verb])] = []
    private var allowedOfTime: [(facts: Permission.ClockFacts, verbs: [Verb])] = []
    private var names: [(plan: CityBook.PlanKey, rule: String, name: String)] = []

    /// What decides about the verbs that answer a clock.
    private enum Facts: Equatable {
        case record(Permission.CaseFacts)
        case assignment(Permission.AssignmentFacts)
        case order(Permission.SupervisionFacts)
        case warning(Permission.WarningFacts)
        case dispute(Permission.DisputeFacts)
        case referral(Permission.ReferralFacts)
    }

    init(_ result: QueryResult, _ asker: Queries.Asker) throws(PostgresError) {
        self.asker = asker
        self.id = try result.column("clock_id")
        self.kind = try result.column("kind")
        self.rule = try result.column("rule")
        self.pausedAt = try result.column("paused_at")
        self.plan = try result.column("plan_id")
        self.planVersion = try result.column("plan_version")
        self.unit = try result.column("unit_id")
        self.caseID = try result.column("case_id")
        self.caseRef = try result.column("case_ref")
        self.isDrill = try result.column("is_drill")
        self.title = try result.column("title")
        self.level = try result.column("level")
        self.caseState = try result.column("case_state")
        self.owner = try result.column("owner_unit")
        self.hasOpenOrder = try result.column("has_open_order")
        self.subject = try result.column("subject")
        self.limit = try result.column("limit")
        self.startEvent = try result.column("start_event")
        self.startedAt = try result.column("started_at")
        self.dueAt = try result.column("due_at")
        self.breachedAt = try result.column("breached_at")
        self.stoppedAt = try result.column("stopped_at")
        self.outcome = try result.column("outcome")
        self.nextRung = try result.column("next_rung")
        self.nextAt = try result.column("next_at")
        self.now = try result.column("now")
        self.state = try result.column("assignment_state")
        self.from = try result.column("from_unit")
        self.role = try result.column("assignment_role")
        self.to = try result.column("to_unit")
        self.reviewer = try result.column("reviewer_unit")
        self.hasOpenChildren = try result.column("has_open_children")
        self.orderState = try result.column("order_state")
        self.orderFrom = try result.column("order_from")
        self.orderTo = try result.column("order_to")
        self.asked = try result.column("asked")
        self.assignment = try result.column("assignment_id")
        self.isBound = try result.column("is_bound")
        self.isOfDispute = try result.column("is_of_dispute")
        self.openDispute = try result.column("open_dispute")
        self.returnsBefore = try result.column("returns_before")
    }

    /// One clock, with all that may be done about it.
    static func view(of result: QueryResult, _ asker: Queries.Asker) throws(PostgresError) -> ClockView? {
        var reader = try Self(result, asker)
        reader.asksOfTime = true
        return try result.rows.first.map { row throws(PostgresError) in try reader.view(row) }
    }

    mutating func view(_ row: Row) throws(PostgresError) -> ClockView {
        let kind: ClockKind = try row.word(self.kind)
        let unit = UnitID(rawValue: try row.integer(self.unit))
        let startedAt = try row.date(self.startedAt)
        let dueAt = try row.date(self.dueAt)
        let breachedAt = try row.dateIfAny(self.breachedAt)
        let stoppedAt = try row.dateIfAny(self.stoppedAt)
        let now = try row.date(self.now)
        let rule = try row.text(self.rule)
        let plan = CityBook.PlanKey(id: try row.text(self.plan), version: try row.integer(self.planVersion))
        let pausedAt = try row.dateIfAny(self.pausedAt)
        let limit = try row.text(self.limit)
        let asked = try row.textIfAny(self.asked)
        let isImmediate = limit == TimeLimit.immediate.text
        var allowed = stoppedAt == nil ? try self.allowed(kind, row, plan) : []
        if self.asksOfTime, stoppedAt == nil, let setter = try self.setter(row) {
            allowed += self.allowed(
                Permission.ClockFacts(
                    unit: unit, setter: setter.unit, isOfCase: setter.isOfCase, isOfAssignment: setter.isOfAssignment,
                    isPaused: pausedAt != nil, isAsked: asked != nil,
                    // As the docket tells it: what stands still ran until it was paused.
                    isOverdue: breachedAt != nil || (pausedAt ?? now) > dueAt, isImmediate: isImmediate,
                    isFrozen: try row.text(self.caseState) == CaseState.merged.rawValue))
        }
        return ClockView(
            id: ClockID(rawValue: try row.uuid(self.id)), kind: kind, rule: rule, name: self.name(rule, plan, kind),
            unit: self.tag(unit),
            caseID: CaseID(rawValue: try row.uuid(self.caseID)), caseRef: try row.text(self.caseRef),
            isDrill: try row.bool(self.isDrill), title: try row.text(self.title), level: try row.textIfAny(self.level),
            subject: try row.text(self.subject), limit: limit,
            startEvent: try row.text(self.startEvent), startedAt: startedAt, dueAt: dueAt, breachedAt: breachedAt,
            stoppedAt: stoppedAt, outcome: try row.wordIfAny(self.outcome), nextRung: try row.wordIfAny(self.nextRung),
            nextAt: try row.dateIfAny(self.nextAt), pausedAt: pausedAt, asked: asked,
            // What stands still is as near its end as it was then.
            light: stoppedAt != nil
                ? nil
                : Light(
                    due: dueAt, started: startedAt, isImmediate: isImmediate, breached: breachedAt != nil,
                    now: pausedAt ?? now),
            allowed: allowed,
            now: now, offset: self.asker.book.offset)
    }

    private mutating func tag(_ unit: UnitID) -> UnitTag {
        if let known = self.tags.first(where: { $0.unit == unit }) { return known.tag }
        let tag = self.asker.tag(unit)
        self.tags.append((unit, tag))
        return tag
    }

    private mutating func name(_ rule: String, _ plan: CityBook.PlanKey, _ kind: ClockKind) -> String {
        if let known = self.names.first(where: { $0.rule == rule && $0.plan == plan }) { return known.name }
        let name = self.asker.book.plans[plan]?.clock(rule)?.name ?? kind.label
        self.names.append((plan, rule, name))
        return name
    }

    /// The verbs that answer this clock, of those the asker may use.
    private mutating func allowed(
        _ kind: ClockKind, _ row: Row, _ plan: CityBook.PlanKey
    ) throws(PostgresError) -> [Verb] {
        guard try row.text(self.caseState) != CaseState.merged.rawValue, let facts = try self.facts(kind, row, plan)
        else { return [] }
        if let known = self.allowed.first(where: { $0.facts == facts }) { return known.verbs }
        let verbs =
            switch facts {
            case .record(let facts): Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
            case .warning(let facts): Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
            case .assignment(let facts):
                Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
            case .order(let facts): Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
            case .dispute(let facts): Permission.allowed(on: facts, to: self.asker.identity, in: self.asker.book.tree)
            case .referral(let facts): Permission.allowed(on: facts, to: self.asker.identity)
            }
        self.allowed.append((facts, verbs))
        return verbs
    }

    private mutating func allowed(_ facts: Permission.ClockFacts) -> [Verb] {
        if let known = self.allowedOfTime.first(where: { $0.facts == facts }) { return known.verbs }
        let verbs = Permission.allowed(on: facts, to: self.asker.identity)
        self.allowedOfTime.append((facts, verbs))
        return verbs
    }

    /// Who answers for the time, as ``Docket/facts(of:at:)`` has it; nil where the asker does not see it.
    private func setter(_ row: Row) throws(PostgresError) -> (unit: UnitID, isOfCase: Bool, isOfAssignment: Bool)? {
        if let from = try row.integerIfAny(self.orderFrom) { return (UnitID(rawValue: from), false, false) }
        if try row.bool(self.isOfDispute) { return (UnitID(rawValue: try row.integer(self.unit)), true, false) }
        if let from = try row.integerIfAny(self.from) { return (UnitID(rawValue: from), false, true) }
        guard row.isNull(self.assignment) else { return nil }
        return (UnitID(rawValue: try row.integer(self.owner)), true, false)
    }

    private func facts(
        _ kind: ClockKind, _ row: Row, _ plan: CityBook.PlanKey
    ) throws(PostgresError) -> Facts? {
        switch kind {
        case .grading, .dispatch, .conclusion, .filing:
            return .record(
                .init(
                    state: try row.word(self.caseState), owner: UnitID(rawValue: try row.integer(self.owner)),
                    hasOpenWork: kind == .conclusion ? try row.bool(self.hasOpenOrder) : false,
                    // No clock waits for these.
                    warning: nil, isOutdated: false))
        case .receipt, .feedback, .interim, .review:
            guard let state: AssignmentState = try row.wordIfAny(self.state) else { return nil }
            return .assignment(
                .init(
                    state: state, from: UnitID(rawValue: try row.integer(self.from)),
                    to: UnitID(rawValue: try row.integer(self.to)),
                    reviewer: UnitID(rawValue: try row.integer(self.reviewer)),
                    // An interim report need not wait for those below.
                    hasOpenChildren: kind == .interim ? false : try row.bool(self.hasOpenChildren),
                    isBound: try row.bool(self.isBound), dispute: try row.textIfAny(self.openDispute),
                    role: try row.word(self.role),
                    reachedReturnLimit: try row.integerIfAny(self.returnsBefore).flatMap {
                        self.asker.book.plans[plan]?.reachedLimit($0)
                    }))
        case .arbitration:
            guard let from = try row.integerIfAny(self.from), let to = try row.integerIfAny(self.to) else { return nil }
            return .dispute(
                .init(
                    state: .open, raisedBy: UnitID(rawValue: to), assigner: UnitID(rawValue: from),
                    arbiter: UnitID(rawValue: try row.integer(self.unit))))
        case .referral:
            return .referral(.init(state: .open, owner: UnitID(rawValue: try row.integer(self.owner))))
        case .response:
            return .warning(
                .init(state: .issued, issuers: [], told: [UnitID(rawValue: try row.integer(self.unit))]))
        case .reply, .judgement:
            guard let state: SupervisionState = try row.wordIfAny(self.orderState) else { return nil }
            return .order(
                .init(
                    state: state, from: UnitID(rawValue: try row.integer(self.orderFrom)),
                    to: UnitID(rawValue: try row.integer(self.orderTo)),
                    // Its reply's clock runs until there is one.
                    isAnswered: kind == .judgement))
        }
    }
}
