package import BihuanDomain
package import Foundation
import Postgres

/// Why a clock is due when it is: plan, rule, start, calendar, pauses, extensions.
///
/// A running clock keeps its deadline when the calendar is imported anew, until something moves it: a grading, a pause,
/// an extension. Till then the days told here, which are those of the calendar as it is now, need not explain it.
package struct ClockWhy: Sendable {
    package let clock: ClockView
    package let plan: CityBook.PlanKey
    package let planName: String
    /// Requirement numbers that the plan cites for the clock.
    package let requirements: [String]
    /// Between start and deadline; empty for wall time, which no calendar moves.
    package let daysOff: [Day]
    package let makeUpWorkdays: [Day]
    package let pauses: [Pause]
    package let extensions: [Extension]
    /// What put the deadline elsewhere than limit and calendar alone would.
    package let bound: Bound?

    package struct Day: Sendable, Hashable {
        package let day: CivilDay
        /// The holiday's, or 周六, 周日.
        package let name: String
    }

    package struct Pause: Sendable, Hashable {
        package let pausedAt: Date
        package let reason: String
        package let resumedAt: Date?
        package let resumeReason: String?
    }

    package struct Extension: Sendable, Hashable {
        package let limit: String
        package let askedAt: Date
        package let reason: String
        /// Nil until decided.
        package let isGranted: Bool?
        package let decidedAt: Date?
        package let decisionReason: String?
    }

    package enum Bound: String, Sendable, Hashable, CaseIterable {
        /// The feedback of the assignment above is due sooner.
        case assignmentAbove = "assignment_above"
        /// What was sent back keeps its original time, or is given a part of its limit anew.
        case resubmission
    }
}

extension Queries {
    package func why(_ token: String, id: ClockID) async throws(DeskError) -> ClockWhy {
        let statements: [SQL] = [
            """
            select \(Self.clockColumns),
                   case when k.kind = 'feedback' and k.stopped_at is null then bihuan.due_above(k.assignment_id) end
                     as due_above,
                   -- The version it ran under when it was broken or stopped: the case may have gone on under a newer one.
                   (select (e.detail ->> 'from')::bigint
                      from bihuan.events e
                     where e.city_id = k.city_id and e.case_id = k.case_id and e.kind = 'replanned'
                       and e.at >= least(k.breached_at, k.stopped_at)
                     order by e.seq
                     limit 1) as frozen_version
              from bihuan.clocks k
              \(raw: Self.clockJoins)
             where k.city_id = \(Self.city) and k.clock_id = \(id.rawValue)
            """,
            """
            select (d.day - date '1970-01-01') as day, d.kind, d.name
              from bihuan.calendar_days d
              join bihuan.clocks k on k.city_id = d.city_id and k.clock_id = \(id.rawValue)
             where d.city_id = \(Self.city)
               and d.day between k.started_at::date - 1 and k.due_at::date + 1
            """,
            """
            select p.paused_at, p.reason, p.resumed_at, p.resume_reason
              from bihuan.clock_pauses p
             where p.city_id = \(Self.city) and p.clock_id = \(id.rawValue)
             order by p.paused_at
            """,
            """
            select e."limit", e.asked_at, e.reason, e.is_granted, e.decided_at, e.decision_reason
              from bihuan.clock_extensions e
             where e.city_id = \(Self.city) and e.clock_id = \(id.rawValue)
             order by e.number
            """,
            Self.note("clock", of: .clock(id.rawValue)),
        ]
        return try await self.ask(token, statements) { answers, asker throws(PostgresError) -> ClockWhy? in
            guard let row = answers[0].rows.first, let clock = try ClockReader.view(of: answers[0], asker) else {
                return nil
            }
            let frozen: Int? = try row.get("frozen_version")
            let planVersion: Int = try row.get("plan_version")
            let key = CityBook.PlanKey(id: try row.get("plan_id"), version: frozen ?? planVersion)
            let plan = asker.book.plans[key]
            let pauses = try answers[2].rows.map { row throws(PostgresError) in
                ClockWhy.Pause(
                    pausedAt: try row.get("paused_at"), reason: try row.get("reason"),
                    resumedAt: try row.get("resumed_at"), resumeReason: try row.get("resume_reason"))
            }
            let extensions = try answers[3].rows.map { row throws(PostgresError) in
                ClockWhy.Extension(
                    limit: try row.get("limit"), askedAt: try row.get("asked_at"), reason: try row.get("reason"),
                    isGranted: try row.get("is_granted"), decidedAt: try row.get("decided_at"),
                    decisionReason: try row.get("decision_reason"))
            }
            var names: [CivilDay: String] = [:]
            for row in answers[1].rows { names[CivilDay(rawValue: try row.get("day"))] = try row.get("name") }
            let limits = [clock.limit] + extensions.filter { $0.isGranted == true }.map(\.limit)
            let days = asker.book.calendar.days(of: limits.compactMap { TimeLimit($0) }, clock.startedAt, clock.dueAt)
            return ClockWhy(
                clock: clock, plan: key, planName: plan?.name ?? "",
                requirements: plan?.clock(clock.rule)?.requirements ?? [],
                daysOff: days.off.map { ClockWhy.Day(day: $0, name: names[$0] ?? $0.weekendName) },
                makeUpWorkdays: days.worked.map { ClockWhy.Day(day: $0, name: names[$0] ?? "") },
                pauses: pauses, extensions: extensions,
                bound: Self.bound(clock, limits, pauses, asker.book.calendar, above: try row.get("due_above")))
        }.orNotFound()
    }

    /// Nil where nothing but limit, calendar, pauses and extensions made the deadline, or nothing else can be told to
    /// have made it.
    private static func bound(
        _ clock: ClockView, _ limits: [String], _ pauses: [ClockWhy.Pause], _ calendar: WorkingCalendar, above: Date?
    ) -> ClockWhy.Bound? {
        guard clock.kind == .feedback else { return nil }
        if clock.startEvent == EventKind.sentBack.rawValue { return .resubmission }
        // As ``DocketStep/dueAbove(of:)`` has it.
        guard let limit = TimeLimit(clock.limit), let above,
            clock.dueAt == pauses.last?.resumedAt.map({ max(above, $0) }) ?? above
        else { return nil }
        let stood = pauses.map { ClockPause(begin: $0.pausedAt, end: $0.resumedAt) }
        let more = limits.dropFirst().compactMap { TimeLimit($0) }
        do throws(MissingCalendarYear) {
            let own = try calendar.deadline(limit, extendedBy: more, from: clock.startedAt, pauses: stood)
            return own > clock.dueAt ? .assignmentAbove : nil
        } catch {
            return nil
        }
    }
}

extension WorkingCalendar {
    /// The days between two moments on which these limits do not run, and the weekend days on which they do; none if all
    /// are wall time.
    fileprivate func days(of limits: [TimeLimit], _ start: Date, _ end: Date) -> (off: [CivilDay], worked: [CivilDay]) {
        let counts = limits.contains { limit in
            switch limit {
            case .workingDays, .officeHours: true
            case .wall, .endOfDay, .immediate: false
            }
        }
        guard counts else { return ([], []) }
        let (first, last) = (CivilDay(start, offset: self.offset), CivilDay(end, offset: self.offset))
        let days = (first.rawValue...max(first.rawValue, last.rawValue)).map { CivilDay(rawValue: $0) }
        return (
            days.filter { (try? self.isWorking($0)) == false }, days.filter { self.workdays.contains($0) }
        )
    }
}

extension CivilDay {
    fileprivate var weekendName: String { self.weekday == 6 ? "周六" : "周日" }
}
