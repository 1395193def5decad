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
            select case_id, ref, title, owner_unit, state, level, matter, plan_id, plan_version, occurred_at,
                   discovered_at, received_at, opened_at, graded_at, concluded_at, version
              from bihuan.cases
             where city_id = \(city) and case_id = \(id)
               for update
            """,
            """
            select assignment_id, ref, parent_id, role, state, from_unit, to_unit, reviewer_unit, instruction,
                   assigned_at, received_at, closed_at, version
              from bihuan.assignments
             where city_id = \(city) and case_id = \(id)
             order by assigned_at, assignment_id
            """,
            """
            select feedback_id, assignment_id, number, kind, state, submitted_at
              from bihuan.feedback
             where city_id = \(city) and case_id = \(id)
             order by assignment_id, number
            """,
            """
            select supervision_id, ref, assignment_id, raised_from, from_unit, to_unit, cause, state, requirement,
                   reply, issued_at, replied_at, closed_at, version
              from bihuan.supervisions
             where city_id = \(city) and case_id = \(id)
             order by issued_at, supervision_id
            """,
            """
            select k.clock_id, k.assignment_id, k.supervision_id, k.unit_id, k.kind, coalesce(k.rule, k.kind) as rule,
                   k.level, k."limit", k.start_event, k.started_at, k.due_at, k.breached_at, k.next_rung, k.next_at,
                   k.asked, a.pause_begins, a.pause_ends, a.extensions
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
             where k.city_id = \(city) and k.case_id = \(id) and k.stopped_at is null
             order by k.started_at, k.clock_id
            """,
            """
            select form, act, count(*) as count, max(filed_at) as last_at
              from bihuan.filings
             where city_id = \(city) and case_id = \(id)
             group by form, act
            """,
        ]
    }

    static let count = 6

    /// The docket; nil when the case is hidden or not there.
    ///
    /// - Parameter firstHops: counts of all first hops of the case, where the step needs them.
    static func docket(
        _ results: ArraySlice<QueryResult>, _ book: CityBook, firstHops: QueryResult? = nil
    ) throws(DeskError) -> Docket? {
        let results = Array(results)
        guard let row = results[0].rows.first else { return nil }
        let key: CityBook.PlanKey
        do throws(PostgresError) {
            key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        } catch {
            throw DeskError(error)
        }
        let plan = try book.plan(key)
        do throws(PostgresError) {
            let open: Int? = try firstHops?.rows.first?.get("open")
            let accepted: Int? = try firstHops?.rows.first?.get("accepted")
            return Docket(
                record: try CaseRecord(row),
                assignments: try results[1].rows.map { row throws(PostgresError) in try AssignmentRecord(row) },
                feedback: try results[2].rows.map { row throws(PostgresError) in try FeedbackRecord(row) },
                supervisions: try results[3].rows.map { row throws(PostgresError) in try SupervisionRecord(row) },
                clocks: try results[4].rows.map { row throws(PostgresError) in try ClockRecord(row) },
                filed: try results[5].rows.map { row throws(PostgresError) in try FiledForm(row) },
                tree: book.tree, plan: plan, calendar: book.calendar,
                firstHops: open.map { Docket.FirstHops(open: $0, accepted: accepted ?? 0) })
        } catch {
            throw DeskError(error)
        }
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
}

extension CaseRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("case_id"), ref: try row.get("ref"), title: try row.get("title"),
            owner: try row.unit("owner_unit"), state: try row.word("state"), level: try row.get("level"),
            matter: try row.get("matter"), occurredAt: try row.get("occurred_at"),
            discoveredAt: try row.get("discovered_at"), receivedAt: try row.get("received_at"),
            openedAt: try row.get("opened_at"), gradedAt: try row.get("graded_at"),
            concludedAt: try row.get("concluded_at"), version: try row.get("version"))
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
            version: try row.get("version"))
    }
}

extension FeedbackRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("feedback_id"), assignment: try row.identifier("assignment_id"),
            number: try row.get("number"), kind: try row.word("kind"), state: try row.word("state"),
            submittedAt: try row.get("submitted_at"))
    }
}

extension SupervisionRecord {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("supervision_id"), ref: try row.get("ref"),
            assignment: try row.identifier("assignment_id"), raisedFrom: try row.identifierIfAny("raised_from"),
            from: try row.unit("from_unit"), to: try row.unit("to_unit"), cause: try row.word("cause"),
            state: try row.word("state"), requirement: try row.get("requirement"), reply: try row.get("reply"),
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
            supervision: try row.identifierIfAny("supervision_id"), unit: try row.unit("unit_id"),
            kind: try row.word("kind"), rule: try row.get("rule"), level: try row.get("level"),
            limit: try TimeLimit(column: "limit", holding: try row.get("limit")),
            startEvent: try row.get("start_event"), startedAt: try row.get("started_at"),
            dueAt: try row.get("due_at"), breachedAt: try row.get("breached_at"),
            nextRung: try row.wordIfAny("next_rung"), nextAt: try row.get("next_at"),
            pauses: zip(begins ?? [], ends ?? []).map { ClockPause(begin: $0, end: $1) },
            extensions: try (extensions ?? []).map { text throws(PostgresError) in
                try TimeLimit(column: "extensions", holding: text)
            },
            asked: try asked.map { text throws(PostgresError) in try TimeLimit(column: "asked", holding: text) })
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
