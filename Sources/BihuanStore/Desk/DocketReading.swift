import BihuanDomain
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Reads what decides about a case in the flight that locks it.
enum DocketReading {
    /// The case, locked until the transaction ends, then what belongs to it. Order matters: ``Docket`` is put together
    /// from the answers in the order asked.
    static func statements(of target: Target, in city: SQL) -> [SQL] {
        let id = target.caseID(in: city)
        return [
            """
            select case_id, ref, is_drill, title, owner_unit, state, level, matter, proposed_level, plan_id, plan_version,
                   occurred_at, discovered_at, received_at, opened_at, graded_at, concluded_at, outcome, awaits_lead, version, merged_into, merged_before, merged_at, secrecy, is_contested
              from bihuan.cases
             where city_id = \(city) and case_id = \(id)
               for update
            """,
            """
            select assignment_id, ref, parent_id, role, state, from_unit, to_unit, reviewer_unit, instruction,
                   assigned_at, received_at, closed_at, return_reason, proposed_unit, bound_by, version
              from bihuan.assignments
             where city_id = \(city) and case_id = \(id)
             order by assigned_at, assignment_id
            """,
            """
            select feedback_id, assignment_id, number, kind, state, verdict, submitted_at
              from bihuan.feedback
             where city_id = \(city) and case_id = \(id)
             order by assignment_id, number
            """,
            """
            select supervision_id, ref, assignment_id, raised_from, from_unit, to_unit, cause, grade, state,
                   requirement, "limit", copied_units::bigint[] as copied_units, reply, issued_at, replied_at, closed_at, version
              from bihuan.supervisions
             where city_id = \(city) and case_id = \(id)
             order by issued_at, supervision_id
            """,
            """
            select k.clock_id, k.assignment_id, k.supervision_id, k.warning_id, k.dispute_id, k.referral_id,
                   k.unit_id, k.kind, coalesce(k.rule, k.kind) as rule,
                   k.level, k."limit", k.start_event, k.started_at, k.due_at, k.breached_at, k.escalated_at, k.next_rung,
                   k.next_at,
                   k.asked, a.pause_begins, a.pause_ends, a.extensions, o.origin_at, o.origin_begins, o.origin_ends,
                   o.origin_extensions
              from bihuan.clocks k
              left join lateral (
                select array(select p.paused_at from bihuan.clock_pauses p
                              where p.city_id = k.city_id and p.clock_id = k.clock_id
                              order by p.paused_at) as pause_begins,
                       array(select p.resumed_at from bihuan.clock_pauses p
                              where p.city_id = k.city_id and p.clock_id = k.clock_id
                              order by p.paused_at) as pause_ends,
                       array(select e."limit" from bihuan.clock_extensions e
                              where e.city_id = k.city_id and e.clock_id = k.clock_id and e.is_granted
                              order by e.number) as extensions
                -- Most clocks never were: then nothing is looked up.
                where k.is_adjusted
              ) a on true
              left join lateral (
                select \(Self.origin)
                -- Few were sent back.
                where k.kind = 'feedback' and k.start_event = 'sent_back'
              ) o on true
             where k.city_id = \(city) and k.case_id = \(id) and k.stopped_at is null
             order by k.started_at, k.clock_id
            """,
            """
            select form, act, count(*) as count, max(filed_at) as last_at
              from bihuan.filings
             where city_id = \(city) and case_id = \(id)
             group by form, act
            """,
            """
            select w.warning_id, w.ref, w.level, w.state, w.named_units::bigint[] as named_units, w.version,
                   array_agg(r.unit_id::bigint order by r.unit_id) filter (where r.unit_id is not null) as told,
                   array_agg(r.urgency order by r.unit_id) filter (where r.unit_id is not null) as urgencies,
                   array_agg(r.received_at order by r.unit_id) filter (where r.unit_id is not null) as answered
              from bihuan.warnings w
              left join bihuan.warning_receipts r
                on r.city_id = w.city_id and r.case_id = w.case_id and r.warning_id = w.warning_id
             where w.city_id = \(city) and w.case_id = \(id)
             group by w.city_id, w.warning_id
             order by w.proposed_at, w.warning_id
            """,
            DisputeRecord.statement(of: id, in: city),
            ReferralRecord.statement(of: id, in: city),
            // Not with the lock: a statement that waited for it still sees other tables as they were before.
            """
            select \(raw: Self.clearedUnits)
              from bihuan.cases
             where city_id = \(city) and case_id = \(id)
            """,
        ]
    }

    static let count = 10

    /// What the feedback clocks of an assignment before one, `k`, have used.
    private static let origin: SQL = """
        (select min(f.started_at) from bihuan.clocks f
          where f.city_id = k.city_id and f.case_id = k.case_id and f.assignment_id = k.assignment_id
            and f.kind = 'feedback' and f.stopped_at is not null) as origin_at,
        array(select p.paused_at from bihuan.clocks f
                join bihuan.clock_pauses p on p.city_id = f.city_id and p.clock_id = f.clock_id
               where f.city_id = k.city_id and f.case_id = k.case_id and f.assignment_id = k.assignment_id
                 and f.kind = 'feedback' and f.stopped_at is not null
               order by p.paused_at) as origin_begins,
        array(select coalesce(p.resumed_at, f.stopped_at) from bihuan.clocks f
                join bihuan.clock_pauses p on p.city_id = f.city_id and p.clock_id = f.clock_id
               where f.city_id = k.city_id and f.case_id = k.case_id and f.assignment_id = k.assignment_id
                 and f.kind = 'feedback' and f.stopped_at is not null
               order by p.paused_at) as origin_ends,
        array(select e."limit" from bihuan.clocks f
                join bihuan.clock_extensions e on e.city_id = f.city_id and e.clock_id = f.clock_id
               where f.city_id = k.city_id and f.case_id = k.case_id and f.assignment_id = k.assignment_id
                 and f.kind = 'feedback' and f.stopped_at is not null and e.is_granted
               order by f.started_at, e.number) as origin_extensions
        """

    // MARK: What only some steps need

    /// The answers to what only some steps ask.
    struct Extras {
        var firstHops, spread, history, origins, dueAbove, returnsBefore, tasks, reviewers, officer, lead,
            clearances, merged: QueryResult?
    }

    /// Counts of all first hops of the case, and the filings it waits for.
    static func firstHops(of target: Target, in city: SQL) -> SQL {
        let id = target.caseID(in: city)
        return "select open, accepted, bihuan.awaited_filings(\(id)) as awaited from bihuan.first_hops(\(id))"
    }

    /// Levels and when the case had them from, and as a row without a level when it was reopened last.
    static func history(of target: Target, in city: SQL) -> SQL {
        let id = target.caseID(in: city)
        return """
            select level, graded_at as at
              from (select g.level, g.graded_at, g.number, lag(g.level) over (order by g.number) as before
                      from bihuan.gradings g
                     where g.city_id = \(city) and g.case_id = \(id)) g
             where before is distinct from level
            union all
            select null, max(e.at) from bihuan.events e
             where e.city_id = \(city) and e.case_id = \(id) and e.kind = 'reopened'
            having count(*) > 0
             order by at
            """
    }

    /// What the feedback clocks of each assignment have used so far.
    static func origins(of target: Target, in city: SQL) -> SQL {
        let id = target.caseID(in: city)
        return """
            select k.assignment_id, \(Self.origin)
              from (select distinct c.city_id, c.case_id, c.assignment_id
                      from bihuan.clocks c
                     where c.city_id = \(city) and c.case_id = \(id) and c.kind = 'feedback'
                       and c.stopped_at is not null) k
            """
    }

    /// When what is above the own assignment is due, that is about to be signed for.
    static func dueAbove(of target: Target, in city: SQL) -> SQL {
        """
        select min(bihuan.due_above(a.assignment_id)) as due_at
          from bihuan.assignments a
         where a.city_id = \(city) and a.case_id = \(target.caseID(in: city)) and a.state = 'assigned'
           and a.parent_id is not null and a.to_unit = (select s.unit_id from bihuan.sessions s)
        """
    }

    /// What was counted of the case's spread last, metric by metric; no row: nothing was.
    static func spread(of target: Target, in city: SQL) -> SQL {
        """
        select max(observed_at) as observed_at,
               (array_agg(reads order by observed_at desc, number desc) filter (where reads is not null))[1] as reads,
               (array_agg(comments order by observed_at desc, number desc)
                  filter (where comments is not null))[1] as comments,
               (array_agg(outlets order by observed_at desc, number desc)
                  filter (where outlets is not null))[1] as outlets,
               (array_agg(heat order by observed_at desc, number desc) filter (where heat is not null))[1] as heat,
               null::text as source
          from bihuan.spread_samples
         where city_id = \(city) and case_id = \(target.caseID(in: city))
        having count(*) > 0
        """
    }

    /// The docket; nil when the case is hidden or not there.
    static func docket(
        _ results: ArraySlice<QueryResult>, _ book: CityBook, at now: Date, _ extras: Extras = Extras()
    ) throws(DeskError) -> Docket? {
        let results = Array(results)
        guard let row = results[0].rows.first, let known = results[9].rows.first else { return nil }
        let key: CityBook.PlanKey
        do throws(PostgresError) {
            key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        } catch {
            throw DeskError(error)
        }
        let plan = try book.plan(key)
        do throws(PostgresError) {
            let origins = try (extras.origins?.rows ?? []).map { row throws(PostgresError) in
                (try row.identifier("assignment_id", AssignmentKind.self), try ClockOrigin(row))
            }
            return Docket(
                record: try CaseRecord(row, knownTo: known),
                assignments: try results[1].rows.map { row throws(PostgresError) in try AssignmentRecord(row) },
                feedback: try results[2].rows.map { row throws(PostgresError) in try FeedbackRecord(row) },
                supervisions: try results[3].rows.map { row throws(PostgresError) in try SupervisionRecord(row) },
                clocks: try results[4].rows.map { row throws(PostgresError) in try ClockRecord(row) },
                filed: try results[5].rows.map { row throws(PostgresError) in try FiledForm(row) },
                warnings: try results[6].rows.map { row throws(PostgresError) in try WarningRecord(row) },
                disputes: try results[7].rows.map { row throws(PostgresError) in try DisputeRecord(row) },
                referrals: try results[8].rows.map { row throws(PostgresError) in try ReferralRecord(row) },
                spread: try extras.spread?.rows.first.map { row throws(PostgresError) in try SpreadSample(row) },
                history: try CaseHistory(extras.history?.rows ?? []),
                origins: Dictionary(uniqueKeysWithValues: origins.compactMap { id, origin in origin.map { (id, $0) } }),
                tree: book.tree, plan: plan, successor: book.successor(of: key, at: now),
                periods: book.sensitivePeriods, calendar: book.calendar,
                firstHops: try extras.firstHops?.rows.first.map { row throws(PostgresError) in
                    Docket.FirstHops(
                        open: try row.get("open"), accepted: try row.get("accepted"),
                        awaited: Set(try row.get("awaited", as: [String].self)))
                },
                dueAbove: try extras.dueAbove?.rows.first?.get("due_at"),
                returnsBefore: try extras.returnsBefore?.rows.first?.get("returns"),
                tasks: try (extras.tasks?.rows ?? []).map { row throws(PostgresError) in try TaskRecord(row) },
                reviewers: try extras.reviewers.map { answer throws(PostgresError) in
                    try Docket.Reviewers(answer.rows.first)
                },
                namedOfficer: try extras.officer?.rows.first.map { row throws(PostgresError) in
                    try row.identifier("officer_id")
                },
                lead: try extras.lead?.rows.first.map { row throws(PostgresError) in try LeadStanding(row) },
                clearances: try Self.clearances(row, known, extras.clearances),
                merged: try (extras.merged?.rows ?? []).map { row throws(PostgresError) in try MergedCase(row) })
        } catch {
            throw DeskError(error)
        }
    }

    /// Of all units where the step asked for that, else of those the case's own row names.
    private static func clearances(
        _ row: Row, _ known: Row, _ asked: QueryResult?
    ) throws(PostgresError) -> [UnitID: Int] {
        var clearances: [UnitID: Int] = [:]
        let secrecy: Int = try row.get("secrecy")
        let cleared: [Int]? = try known.get("cleared")
        for unit in cleared ?? [] { clearances[UnitID(rawValue: unit)] = secrecy }
        for row in asked?.rows ?? [] { clearances[try row.unit("unit_id")] = try row.get("clearance") }
        return clearances
    }
}

extension Row {
    func word<Word: RawRepresentable<String>>(_ column: String, _ type: Word.Type = Word.self) throws(PostgresError)
        -> Word
    {
        let text: String = try self.get(column)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(.decoding, "\(column) holds a word this program does not know: \(text)", column: column)
        }
        return word
    }

    func wordIfAny<Word: RawRepresentable<String>>(
        _ column: String, _ type: Word.Type = Word.self
    ) throws(PostgresError) -> Word? {
        let text: String? = try self.get(column)
        return text == nil ? nil : try self.word(column, type)
    }

    /// A word of the closed list, by the column's position.
    func word<Word: RawRepresentable<String>>(_ column: Int, _ type: Word.Type = Word.self) throws(PostgresError)
        -> Word
    {
        let text = try self.text(column)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(.decoding, "a column holds a word this program does not know: \(text)")
        }
        return word
    }

    func wordIfAny<Word: RawRepresentable<String>>(
        _ column: Int, _ type: Word.Type = Word.self
    ) throws(PostgresError) -> Word? {
        self.isNull(column) ? nil : try self.word(column, type)
    }

    func identifier<Kind>(_ column: String, _ kind: Kind.Type = Kind.self) throws(PostgresError) -> Identifier<Kind> {
        Identifier(rawValue: try self.get(column))
    }

    func identifierIfAny<Kind>(
        _ column: String, _ kind: Kind.Type = Kind.self
    ) throws(PostgresError) -> Identifier<Kind>? {
        let id: UUID? = try self.get(column)
        return id.map { Identifier(rawValue: $0) }
    }

    func unit(_ column: String) throws(PostgresError) -> UnitID { UnitID(rawValue: try self.get(column)) }

    /// None where it is null.
    func units(_ column: String) throws(PostgresError) -> [UnitID] {
        let units: [Int]? = try self.get(column)
        return (units ?? []).map { UnitID(rawValue: $0) }
    }
}

extension CaseRecord {
    /// - Parameter known: who is kept out of it.
    init(_ row: Row, knownTo known: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("case_id"), ref: try row.get("ref"), isDrill: try row.get("is_drill"),
            title: try row.get("title"), owner: try row.unit("owner_unit"), state: try row.word("state"),
            level: try row.get("level"), matter: try row.get("matter"), proposedLevel: try row.get("proposed_level"),
            planVersion: try row.get("plan_version"), occurredAt: try row.get("occurred_at"),
            discoveredAt: try row.get("discovered_at"), receivedAt: try row.get("received_at"),
            openedAt: try row.get("opened_at"), gradedAt: try row.get("graded_at"),
            concludedAt: try row.get("concluded_at"), outcome: try row.wordIfAny("outcome"),
            awaitsLead: try row.get("awaits_lead"), version: try row.get("version"), merger: try Merger(row),
            secrecy: try row.get("secrecy"), recused: try known.units("recused"),
            isContested: try row.get("is_contested"))
    }
}

extension AssignmentRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("assignment_id"), ref: try row.get("ref"),
            parent: try row.identifierIfAny("parent_id"), role: try row.word("role"), state: try row.word("state"),
            from: try row.unit("from_unit"), to: try row.unit("to_unit"), reviewer: try row.unit("reviewer_unit"),
            instruction: try row.get("instruction"), assignedAt: try row.get("assigned_at"),
            receivedAt: try row.get("received_at"), closedAt: try row.get("closed_at"),
            returnReason: try row.get("return_reason"), proposed: try row.unitIfAny("proposed_unit"),
            boundBy: try row.identifierIfAny("bound_by"), version: try row.get("version"))
    }
}

extension FeedbackRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("feedback_id"), assignment: try row.identifier("assignment_id"),
            number: try row.get("number"), kind: try row.word("kind"), state: try row.word("state"),
            verdict: try row.wordIfAny("verdict"), submittedAt: try row.get("submitted_at"))
    }
}

extension SupervisionRecord {
    init(_ row: Row) throws(PostgresError) {
        let limit: String? = try row.get("limit")
        let copies: [Int] = try row.get("copied_units")
        self.init(
            id: try row.identifier("supervision_id"), ref: try row.get("ref"),
            assignment: try row.identifier("assignment_id"), raisedFrom: try row.identifierIfAny("raised_from"),
            from: try row.unit("from_unit"), to: try row.unit("to_unit"), cause: try row.word("cause"),
            grade: try row.word("grade"), state: try row.word("state"), requirement: try row.get("requirement"),
            limit: try limit.map { text throws(PostgresError) in try TimeLimit(column: "limit", holding: text) },
            copies: copies.map { UnitID(rawValue: $0) }, reply: try row.get("reply"),
            issuedAt: try row.get("issued_at"), repliedAt: try row.get("replied_at"),
            closedAt: try row.get("closed_at"), version: try row.get("version"))
    }
}

extension ClockRecord {
    init(_ row: Row) throws(PostgresError) {
        let asked: String? = try row.get("asked")
        let begins: [Date]? = try row.get("pause_begins")
        let ends: [Date?]? = try row.get("pause_ends")
        let extensions: [String]? = try row.get("extensions")
        self.init(
            id: try row.identifier("clock_id"), assignment: try row.identifierIfAny("assignment_id"),
            supervision: try row.identifierIfAny("supervision_id"), warning: try row.identifierIfAny("warning_id"),
            dispute: try row.identifierIfAny("dispute_id"), referral: try row.identifierIfAny("referral_id"),
            unit: try row.unit("unit_id"),
            kind: try row.word("kind"), rule: try row.get("rule"), level: try row.get("level"),
            limit: try TimeLimit(column: "limit", holding: try row.get("limit")),
            startEvent: try row.get("start_event"), startedAt: try row.get("started_at"),
            dueAt: try row.get("due_at"), breachedAt: try row.get("breached_at"),
            escalatedAt: try row.get("escalated_at"),
            nextRung: try row.wordIfAny("next_rung"), nextAt: try row.get("next_at"),
            pauses: zip(begins ?? [], ends ?? []).map { ClockPause(begin: $0, end: $1) },
            extensions: try (extensions ?? []).map { text throws(PostgresError) in
                try TimeLimit(column: "extensions", holding: text)
            },
            asked: try asked.map { text throws(PostgresError) in try TimeLimit(column: "asked", holding: text) },
            origin: try ClockOrigin(row))
    }
}

extension ClockOrigin {
    /// Nil where nothing went before.
    init?(_ row: Row) throws(PostgresError) {
        let startedAt: Date? = try row.get("origin_at")
        guard let startedAt else { return nil }
        let begins: [Date] = try row.get("origin_begins")
        let ends: [Date] = try row.get("origin_ends")
        let extensions: [String] = try row.get("origin_extensions")
        self.init(
            startedAt: startedAt, pauses: zip(begins, ends).map { ClockPause(begin: $0, end: $1) },
            extensions: try extensions.map { text throws(PostgresError) in
                try TimeLimit(column: "origin_extensions", holding: text)
            })
    }
}

extension CaseHistory {
    init(_ rows: [Row]) throws(PostgresError) {
        self.init()
        for row in rows {
            let level: String? = try row.get("level")
            let at: Date = try row.get("at")
            if let level { self.gradings.append(Grading(level: level, at: at)) } else { self.reopenedAt = at }
        }
    }
}

extension TimeLimit {
    init(column: String, holding text: String) throws(PostgresError) {
        guard let limit = TimeLimit(text) else {
            throw PostgresError(.decoding, "\(column) holds \(text)", column: column)
        }
        self = limit
    }
}

extension FiledForm {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            form: try row.get("form"), act: try row.word("act"), count: try row.get("count"),
            lastAt: try row.get("last_at"))
    }
}

extension WarningRecord {
    /// What the roles were told for is not read: it moves nothing.
    init(_ row: Row) throws(PostgresError) {
        let named: [Int] = try row.get("named_units")
        let told: [Int]? = try row.get("told")
        let urgencies: [String]? = try row.get("urgencies")
        let answered: [Date?]? = try row.get("answered")
        var receipts: [WarningReceipt] = []
        for (index, unit) in (told ?? []).enumerated() {
            receipts.append(
                WarningReceipt(
                    unit: UnitID(rawValue: unit), roles: [],
                    urgency: urgencies?[index] == WarningRules.Urgency.urgent.rawValue ? .urgent : .normal,
                    receivedAt: answered?[index]))
        }
        self.init(
            id: try row.identifier("warning_id"), ref: try row.get("ref"), level: try row.get("level"),
            state: try row.word("state"), named: named.map { UnitID(rawValue: $0) }, receipts: receipts,
            version: try row.get("version"))
    }
}

extension SpreadSample {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            counts: try SpreadCounts(row), observedAt: try row.get("observed_at"), source: try row.get("source"))
    }
}

extension SpreadCounts {
    init(_ row: Row) throws(PostgresError) {
        var counts: [SpreadMetric: Int] = [:]
        for metric in SpreadMetric.allCases {
            let count: Int? = try row.get(metric.rawValue)
            counts[metric] = count
        }
        self.init(counts)
    }
}
