package import BihuanDomain
package import Foundation
import Postgres

/// A shift of the duty roster (值班).
package struct ShiftView: Sendable {
    package let id: DutyShiftID
    package let unit: UnitTag
    /// Log-in of the officer, and the name.
    package let officer: String
    package let name: String
    package let from: Date
    package let until: Date
}

/// The roster of a unit for some days.
package struct DutyView: Sendable {
    package let unit: UnitTag
    package let first: CivilDay
    package let days: Int
    package let shifts: [ShiftView]
    /// Times of these days at which nobody is on duty.
    package let gaps: [Range<Date>]
    /// Who is called now: of the unit itself, or of the nearest above it that has somebody.
    package let onDuty: [ShiftView]
    package let offset: UTCOffset
}

/// A test whether those on duty can be reached.
package struct DutyTestView: Sendable {
    package struct Call: Sendable {
        package enum State: String, Sendable, CaseIterable {
            /// Still within its time.
            case waiting
            case answered
            /// Answered, but too late.
            case late
            case unreachable
            /// Nobody was on duty.
            case nobody
        }

        package let unit: UnitTag
        package let officer: String?
        package let name: String?
        package let answeredAt: Date?
        package let note: String?
        package let state: State
    }

    package let id: DutyTestID
    package let unit: UnitTag
    /// Nil for a test of no case, and where the asker does not see the case.
    package let caseRef: String?
    package let isDrill: Bool
    package let reason: String
    package let askedAt: Date
    package let answerBy: Date
    package let calls: [Call]
    package let offset: UTCOffset

    /// Calls that reached nobody in time.
    package var unreachable: [Call] { self.calls.filter { [.late, .unreachable, .nobody].contains($0.state) } }
}

extension Queries {
    /// The roster of a unit, day by day.
    ///
    /// - Parameters:
    ///   - first: nil: today.
    ///   - days: 1–31.
    package func duty(
        _ token: String, unit label: String, from first: CivilDay? = nil, days: Int = 1
    ) async throws(DeskError) -> DutyView {
        let begin: SQL = """
            (coalesce(date '1970-01-01' + \(first?.rawValue)::integer,
                      ((select bihuan.now()) at time zone 'UTC'
                        + make_interval(mins => (select c.utc_offset_minutes::integer from bihuan.cities c
                                                  where c.city_id = \(Self.city))))::date)::timestamp
             - make_interval(mins => (select c.utc_offset_minutes::integer from bihuan.cities c
                                       where c.city_id = \(Self.city)))) at time zone 'UTC'
            """
        let columns: SQL = "s.shift_id, s.unit_id, o.login, o.name, s.starts_at, s.ends_at"
        return try await self.ask(
            token,
            [
                """
                select u.unit_id, \(begin) as begin
                  from bihuan.units u
                 where u.city_id = \(Self.city) and u.label = \(label)
                """,
                """
                select \(columns)
                  from bihuan.duty_shifts s
                  join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                  join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
                 where s.city_id = \(Self.city) and u.label = \(label) and s.cancelled_at is null
                   and s.ends_at > \(begin) and s.starts_at < \(begin) + make_interval(days => \(days)::integer)
                 order by s.starts_at, o.login
                """,
                """
                select d.*
                  from (select \(columns), rank() over (order by t.depth) as nearness
                          from bihuan.units u
                          join bihuan.unit_closure t on t.city_id = u.city_id and t.descendant_id = u.unit_id
                          join bihuan.duty_shifts s on s.city_id = u.city_id and s.unit_id = t.ancestor_id
                          join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                         where u.city_id = \(Self.city) and u.label = \(label) and s.cancelled_at is null
                           and s.starts_at <= (select bihuan.now()) and s.ends_at > (select bihuan.now())) d
                 where d.nearness = 1
                 order by d.login
                """,
            ]
        ) { answers, asker throws(PostgresError) -> DutyView? in
            guard let row = answers[0].rows.first else { return nil }
            let begin: Date = try row.get("begin")
            let shifts = try answers[1].rows.map { row throws(PostgresError) in try ShiftView(row, asker) }
            return DutyView(
                unit: asker.tag(try row.unit("unit_id")), first: CivilDay(begin, offset: asker.book.offset), days: days,
                shifts: shifts,
                gaps: DutyView.gaps(
                    in: begin..<begin.addingTimeInterval(Double(days) * 86_400),
                    between: shifts.map { $0.from..<$0.until }),
                onDuty: try answers[2].rows.map { row throws(PostgresError) in try ShiftView(row, asker) },
                offset: asker.book.offset)
        }.orNotFound()
    }

    /// Two statements: the tests, newest first, and the calls of the very same tests.
    static func dutyTests(_ condition: SQL, limit: Int) -> [SQL] {
        let page: SQL = """
            select t.city_id, t.test_id, t.unit_id, t.case_id, t.reason, t.asked_at, t.answer_by
              from bihuan.duty_tests t
             where t.city_id = \(Self.city) and \(condition)
             order by t.asked_at desc, t.test_id desc
             limit \(limit)
            """
        return [
            """
            select t.*, c.ref as case_ref, coalesce(c.is_drill, false) as is_drill, (select bihuan.now()) as now
              from (\(page)) t
              left join bihuan.cases c on c.city_id = t.city_id and c.case_id = t.case_id
             order by t.asked_at desc, t.test_id desc
            """,
            """
            select k.test_id, k.unit_id, o.login, o.name, k.answered_at, k.note
              from (\(page)) t
              join bihuan.duty_calls k on k.city_id = t.city_id and k.test_id = t.test_id
              left join bihuan.officers o on o.city_id = k.city_id and o.officer_id = k.officer_id
             order by k.test_id, k.number
            """,
        ]
    }

    /// Tests that the asker sees, newest first: of its unit and those below, and those it was called in.
    package func dutyTests(
        _ token: String, ofCase key: ObjectKey? = nil, after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<DutyTestView> {
        let ofCase: SQL = key.map { "t.case_id = \(Target.record($0).caseID(in: Self.city))" } ?? "true"
        let condition: SQL = """
            \(ofCase) and (t.asked_at, t.test_id) <
              (coalesce(\(after?.at)::timestamptz, 'infinity'),
               coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
            """
        return try await self.ask(token, Self.dutyTests(condition, limit: limit + 1)) {
            answers, asker throws(PostgresError) in
            Page(try DutyTestView.views(answers[0], answers[1], asker), limit: limit) {
                PageKey(at: $0.askedAt, id: $0.id.rawValue)
            }
        }
    }

    package func dutyTest(_ token: String, id: DutyTestID) async throws(DeskError) -> DutyTestView {
        let record: SQL = """
            (select t.case_id from bihuan.duty_tests t where t.city_id = \(Self.city) and t.test_id = \(id.rawValue))
            """
        let statements =
            Self.dutyTests("t.test_id = \(id.rawValue)", limit: 1) + [Self.note("duty_test", ofCase: record)]
        return try await self.ask(token, statements) {
            answers, asker throws(PostgresError) in
            try DutyTestView.views(answers[0], answers[1], asker).first
        }.orNotFound()
    }
}

extension ShiftView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("shift_id")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.officer = try row.get("login")
        self.name = try row.get("name")
        self.from = try row.get("starts_at")
        self.until = try row.get("ends_at")
    }
}

extension DutyView {
    /// What no shift covers.
    package static func gaps(in span: Range<Date>, between shifts: [Range<Date>]) -> [Range<Date>] {
        var gaps: [Range<Date>] = []
        var covered = span.lowerBound
        for shift in shifts.sorted(by: { $0.lowerBound < $1.lowerBound }) where shift.upperBound > covered {
            if shift.lowerBound > covered { gaps.append(covered..<min(shift.lowerBound, span.upperBound)) }
            covered = shift.upperBound
            if covered >= span.upperBound { break }
        }
        if covered < span.upperBound { gaps.append(covered..<span.upperBound) }
        return gaps
    }
}

extension DutyTestView {
    static func views(
        _ tests: QueryResult, _ calls: QueryResult, _ asker: Queries.Asker
    ) throws(PostgresError) -> [DutyTestView] {
        var rows: [UUID: [Row]] = [:]
        for row in calls.rows { rows[try row.get("test_id"), default: []].append(row) }
        return try tests.rows.map { row throws(PostgresError) in
            let id: DutyTestID = try row.identifier("test_id")
            let answerBy: Date = try row.get("answer_by")
            let now: Date = try row.get("now")
            return DutyTestView(
                id: id, unit: asker.tag(try row.unit("unit_id")), caseRef: try row.get("case_ref"),
                isDrill: try row.get("is_drill"), reason: try row.get("reason"), askedAt: try row.get("asked_at"),
                answerBy: answerBy,
                calls: try (rows[id.rawValue] ?? []).map { row throws(PostgresError) in
                    let officer: String? = try row.get("login")
                    let answeredAt: Date? = try row.get("answered_at")
                    let state: Call.State =
                        if officer == nil {
                            .nobody
                        } else if let answeredAt {
                            answeredAt <= answerBy ? .answered : .late
                        } else {
                            now <= answerBy ? .waiting : .unreachable
                        }
                    return Call(
                        unit: asker.tag(try row.unit("unit_id")), officer: officer, name: try row.get("name"),
                        answeredAt: answeredAt, note: try row.get("note"), state: state)
                }, offset: asker.book.offset)
        }
    }
}
