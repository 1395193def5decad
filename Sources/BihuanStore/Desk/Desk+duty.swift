package import BihuanDomain
package import Foundation
import Postgres

/// One shift to be set.
package struct ShiftDraft: Sendable, Hashable, Encodable {
    /// Log-in of the officer, without the city.
    package var officer: String
    package var from: Date
    package var until: Date

    package init(officer: String, from: Date, until: Date) {
        self.officer = officer
        self.from = from
        self.until = until
    }
}

/// Who is to be called in a test.
package struct DutyTestDraft: Sendable, Hashable, Encodable {
    /// Labels.
    package var units: [String]
    /// A unit with everything below it.
    package var under: String?
    /// The case it is tied to; without units, those of the case are called.
    package var record: String?
    /// Seconds.
    package var within: Int
    package var reason: String

    package init(units: [String] = [], under: String? = nil, record: String? = nil, within: Int, reason: String) {
        self.units = units
        self.under = under
        self.record = record
        self.within = within
        self.reason = reason
    }
}

/// The commands about duty, as an idempotency key knows them apart.
private enum DutyCommand: Encodable {
    case set(unit: String, day: Int, [ShiftDraft])
    case test(DutyTestDraft)
    case answer(UUID, String?)
}

/// The duty roster (值班) and the tests of it.
extension Desk {
    /// Longest list of shifts of one day, and of units of one test.
    package static let mostShifts = 50
    package static let mostCalls = 2_000

    /// Sets a unit's shifts that begin on a day of the city; those that stood for it are taken off.
    package func setDuty(
        of label: String, on day: CivilDay, _ shifts: [ShiftDraft], by token: String, via door: Door,
        key: String? = nil
    ) async throws(DeskError) -> Outcome {
        let logins = Array(Set(shifts.map(\.officer)))
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal,
            keeping: try IdempotencyKey(key, of: DutyCommand.set(unit: label, day: day.rawValue, shifts)),
            reading: [
                "select bihuan.now() as now",
                """
                select o.officer_id, o.login
                  from bihuan.officers o
                 where o.city_id = \(principal.city) and o.login = any (\(logins)::text[])
                   and exists (
                     select from bihuan.posts p
                       join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
                      where p.city_id = o.city_id and p.officer_id = o.officer_id and u.label = \(label)
                        and p.valid_from <= statement_timestamp()
                        and (p.valid_until is null or p.valid_until > statement_timestamp()))
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            let (identity, unit) = try Self.keeper(of: .duty, label, authority, book)
            let now = try Self.now(answers[0])
            var officers: [String: OfficerID] = [:]
            do throws(PostgresError) {
                for row in answers[1].rows { officers[try row.get("login")] = try row.identifier("officer_id") }
            } catch {
                throw DeskError(error)
            }
            let begin = day.start(offset: book.offset)
            let end = begin.addingTimeInterval(86_400)
            var faults: [FieldFault] = []
            if shifts.count > Self.mostShifts {
                faults.append(FieldFault(field: "shifts", rule: .tooMany(Self.mostShifts)))
            }
            for (index, shift) in shifts.enumerated() {
                func fault(_ member: String, _ code: String, _ text: String) {
                    faults.append(FieldFault(field: "shifts.\(index).\(member)", rule: .other(code: code, text)))
                }
                if officers[shift.officer] == nil { fault("officer", "no_post", "该单位没有 \(shift.officer) 这个岗位人员") }
                if shift.from < begin || shift.from >= end { fault("from", "another_day", "班次须从 \(day.text) 当日开始") }
                if shift.until <= shift.from { fault("until", "not_after", "须晚于开始时间") }
                if shift.until > shift.from.addingTimeInterval(7 * 86_400) { fault("until", "too_long", "一班不得超过 7 日") }
            }
            guard faults.isEmpty else { throw .refused(.badFields(faults)) }
            var mint = UUIDv7Mint(now: now)
            let ids = shifts.map { _ in (mint.next() as DutyShiftID).rawValue }
            let city = book.city.rawValue
            var outcome = Outcome(register: .duty, ids.first ?? UUID.none, "set", unit: label)
            outcome.version = shifts.count
            var decision = Decision(
                [
                    """
                    update bihuan.duty_shifts
                       set cancelled_at = \(now)
                     where city_id = \(city) and unit_id = \(unit.id.rawValue) and cancelled_at is null
                       and starts_at >= \(begin) and starts_at < \(end)
                    """
                ], outcome: outcome)
            if !shifts.isEmpty {
                decision.writes.append(
                    """
                    insert into bihuan.duty_shifts
                           (city_id, shift_id, unit_id, officer_id, starts_at, ends_at, set_by, set_at)
                    select \(city), s.shift_id, \(unit.id.rawValue), s.officer_id, s.starts_at, s.ends_at,
                           \(identity.officer.rawValue), \(now)
                      from unnest(\(ids)::uuid[], \(shifts.compactMap { officers[$0.officer]?.rawValue })::uuid[],
                                  \(shifts.map(\.from))::timestamptz[], \(shifts.map(\.until))::timestamptz[])
                             as s (shift_id, officer_id, starts_at, ends_at)
                     order by s.officer_id
                    """)
            }
            return decision
        }
    }

    /// Calls those on duty and waits for their answers (R30).
    package func testDuty(
        _ draft: DutyTestDraft, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        var faults: [FieldFault] = []
        if draft.reason.allSatisfy(\.isWhitespace) { faults.append(FieldFault(field: "reason", rule: .required)) }
        if draft.reason.unicodeScalars.count > CaseCommand.longestText {
            faults.append(FieldFault(field: "reason", rule: .tooLong(CaseCommand.longestText)))
        }
        if !(60...86_400).contains(draft.within) {
            faults.append(
                FieldFault(field: "answer_within", rule: .other(code: "out_of_range", "须为 60 至 86400 秒")))
        }
        if draft.units.isEmpty, draft.under == nil, draft.record == nil {
            faults.append(FieldFault(field: "units", rule: .other(code: "required", "须给出 units、under 或 case")))
        }
        guard faults.isEmpty else { throw .refused(.badFields(faults)) }
        let principal = Principal.session(token)
        let record: SQL =
            draft.record.map { Target.record(ObjectKey($0)).caseID(in: principal.city) } ?? "null::uuid"
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: DutyCommand.test(draft)),
            reading: [
                "select bihuan.now() as now",
                """
                select c.case_id, c.ref, c.is_drill, c.owner_unit
                  from bihuan.cases c
                 where c.city_id = \(principal.city) and c.case_id = \(record)
                """,
                """
                select distinct a.to_unit
                  from bihuan.assignments a
                 where a.city_id = \(principal.city) and a.case_id = \(record)
                   and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
                """,
                """
                select s.unit_id, s.officer_id, o.login
                  from bihuan.duty_shifts s
                  join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                 where s.city_id = \(principal.city) and s.cancelled_at is null
                   and s.starts_at <= (select bihuan.now()) and s.ends_at > (select bihuan.now())
                 order by s.unit_id, o.login
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            try Self.call(draft, answers, authority, book)
        }
    }

    private static func call(
        _ draft: DutyTestDraft, _ answers: [QueryResult], _ authority: Authority, _ book: CityBook
    ) throws(DeskError) -> Decision {
        guard let identity = authority.identity else { throw .unauthenticated }
        guard [.dispatcher, .duty, .leader].contains(identity.role) else { throw .refused(.notKeeper(.duty)) }
        let now = try Self.now(answers[0])
        let tree = book.tree
        var units: [UnitID] = []
        // Of a test that is tied to a case: the units that work on it. Others are not to learn of it.
        var concerned: [UnitID]?
        func add(_ unit: UnitID) {
            if !units.contains(unit), concerned?.contains(unit) != false, tree[unit]?.isDisabled == false,
                tree.contains(identity.unit, unit)
            {
                units.append(unit)
            }
        }
        var record: (id: UUID, ref: String, isDrill: Bool)?
        var onDuty: [UnitID: [(officer: UUID, login: String)]] = [:]
        var faults: [FieldFault] = []
        do throws(PostgresError) {
            if draft.record != nil {
                guard let row = answers[1].rows.first else { throw PostgresError(.misuse, "no case") }
                record = (try row.get("case_id"), try row.get("ref"), try row.get("is_drill"))
                concerned =
                    [try row.unit("owner_unit")]
                    + (try answers[2].rows.map { row throws(PostgresError) in try row.unit("to_unit") })
            }
            for row in answers[3].rows {
                onDuty[try row.unit("unit_id"), default: []].append((try row.get("officer_id"), try row.get("login")))
            }
        } catch {
            if error.code == .misuse { throw .refused(.badFields([FieldFault(field: "case", rule: .notFound)])) }
            throw DeskError(error)
        }
        for label in draft.units + [draft.under].compactMap(\.self) {
            // A unit beside or above is not this one's to test.
            guard let unit = tree[label], tree.contains(identity.unit, unit.id) else {
                faults.append(
                    FieldFault(field: label == draft.under ? "under" : "units", rule: .unknownUnit))
                continue
            }
            if label == draft.under {
                for lower in tree.units.keys.sorted(by: { $0.rawValue < $1.rawValue })
                where tree.contains(unit.id, lower) {
                    add(lower)
                }
            } else if let concerned, !concerned.contains(unit.id) {
                faults.append(
                    FieldFault(
                        field: "units", rule: .other(code: "not_on_the_case", "\(unit.name)不承办此案，不能以此案抽查它")))
            } else {
                add(unit.id)
            }
        }
        if let concerned, draft.units.isEmpty, draft.under == nil { concerned.forEach(add) }
        if faults.isEmpty, units.isEmpty {
            faults.append(
                FieldFault(
                    field: draft.under == nil ? "units" : "under",
                    rule: concerned == nil
                        ? .unknownUnit : .other(code: "not_on_the_case", "其中没有承办此案的单位")))
        }
        if units.count > Self.mostCalls { faults.append(FieldFault(field: "units", rule: .tooMany(Self.mostCalls))) }
        guard faults.isEmpty else { throw .refused(.badFields(faults)) }

        var mint = UUIDv7Mint(now: now)
        let id: DutyTestID = mint.next()
        let answerBy = now.addingTimeInterval(Double(draft.within))
        let city = book.city.rawValue
        var calls: [(unit: UnitID, officer: UUID?)] = []
        for unit in units {
            if let officers = onDuty[unit] {
                calls += officers.map { (unit, $0.officer) }
            } else {
                calls.append((unit, nil))
            }
        }
        var outcome = Outcome(register: .dutyTest, id.rawValue, "asked", unit: tree[identity.unit]?.label)
        outcome.version = calls.count
        outcome.dueAt = answerBy
        var decision = Decision(
            [
                """
                insert into bihuan.duty_tests
                       (city_id, test_id, unit_id, officer_id, case_id, reason, asked_at, answer_by)
                values (\(city), \(id.rawValue), \(identity.unit.rawValue), \(identity.officer.rawValue), \(record?.id),
                        \(PersonalNumbers.masked(draft.reason)), \(now), \(answerBy))
                """,
                """
                insert into bihuan.duty_calls (city_id, test_id, number, from_unit, unit_id, officer_id)
                select \(city), \(id.rawValue), k.number, \(identity.unit.rawValue), k.unit_id, k.officer_id
                  from unnest(\(calls.map(\.unit.rawValue))::bigint[], \(calls.map(\.officer))::uuid[])
                         with ordinality as k (unit_id, officer_id, number)
                """,
            ], outcome: outcome)
        let called = units.flatMap { unit in (onDuty[unit] ?? []).map { (unit: unit, login: $0.login) } }
        if !called.isEmpty {
            let payloads = called.map { call in
                JSON.encoded(
                    TestPayload(
                        test: id.text, duty: call.login, record: record?.ref, answerBy: answerBy.ISO8601Format(),
                        drill: record?.isDrill == true ? true : nil))
            }
            decision.writes.append(
                """
                insert into bihuan.outbox (city_id, case_id, unit_id, topic, payload)
                select \(city), \(record?.id), unit_id, 'duty.test', payload::jsonb
                  from unnest(\(called.map(\.unit.rawValue))::bigint[], \(payloads)::text[]) as m (unit_id, payload)
                """)
        }
        return decision
    }

    /// The officer who was called answers.
    package func answerDuty(
        _ test: DutyTestID, note: String?, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        if let note, note.unicodeScalars.count > CaseCommand.longestText {
            throw .refused(.badFields([FieldFault(field: "note", rule: .tooLong(CaseCommand.longestText))]))
        }
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: DutyCommand.answer(test.rawValue, note)),
            reading: [
                "select bihuan.now() as now",
                """
                select k.unit_id, k.answered_at
                  from bihuan.duty_calls k
                 where (k.city_id, k.officer_id) = (select s.city_id, s.officer_id from bihuan.sessions s)
                   and k.test_id = \(test.rawValue)
                   for update
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            guard let identity = authority.identity else { throw .unauthenticated }
            let now = try Self.now(answers[0])
            var isNew = false
            var unit: UnitID?
            do throws(PostgresError) {
                for row in answers[1].rows {
                    unit = try row.unit("unit_id")
                    let answeredAt: Date? = try row.get("answered_at")
                    if answeredAt == nil { isNew = true }
                }
            } catch {
                throw DeskError(error)
            }
            guard let unit else { throw .notFound }
            var outcome = Outcome(register: .dutyTest, test.rawValue, "answered", unit: book.tree[unit]?.label)
            outcome.changed = isNew
            guard isNew else { return Decision(outcome: outcome) }
            return Decision(
                [
                    SQL.mustAffectSome(
                        """
                        update bihuan.duty_calls
                           set answered_at = \(now), note = \(note.map(PersonalNumbers.masked))
                         where city_id = \(book.city.rawValue) and test_id = \(test.rawValue)
                           and officer_id = \(identity.officer.rawValue) and answered_at is null
                        """)
                ], outcome: outcome)
        }
    }

    /// Who asks, and the unit the register is of.
    static func keeper(
        of register: Register, _ label: String, _ authority: Authority, _ book: CityBook
    ) throws(DeskError) -> (identity: Identity, unit: BihuanDomain.Unit) {
        guard let identity = authority.identity else { throw .unauthenticated }
        guard let unit = book.tree[label] else { throw .notFound }
        guard register.isKept(by: identity, for: unit.id, in: book.tree) else { throw .refused(.notKeeper(register)) }
        return (identity, unit)
    }
}

/// What a call of a test says.
private struct TestPayload: Encodable {
    var test: String
    var duty: String
    var record: String?
    var answerBy: String
    var drill: Bool?

    private enum CodingKeys: String, CodingKey {
        case record = "case"
        case answerBy = "answer_by"
        case test, duty, drill
    }
}

extension SQL {
    /// A write that must meet a row or more.
    static func mustAffectSome(_ write: SQL) -> SQL {
        """
        with touched as (\(write) returning true)
        select 1 / (count(*) > 0)::integer from touched
        """
    }
}

extension Outcome {
    /// What a command about a register came to.
    init(register kind: Kind, _ id: UUID, _ state: String, unit: String?) {
        self.kind = kind
        self.id = id
        self.ref = nil
        self.state = state
        self.version = 1
        self.unit = unit
        self.allowed = []
        self.changed = true
    }
}
