package import BihuanDomain
package import Foundation
import Postgres

/// What has escalated, for leaders: by unit and level, oldest first.
package struct Summary: Sendable {
    package struct Count: Sendable, Hashable {
        /// Level key; empty before grading.
        package var level: String
        package var levelName: String
        package var open: Int
        package var overdue: Int
        package var supervised: Int
        package var circulars: Int
        package var concluded: Int
    }

    package struct UnitLine: Sendable {
        package let unit: UnitTag
        package let tier: Tier
        /// By level, the gravest first; levels without anything are left out.
        package let counts: [Count]
        package let overdue: Int
        package let supervised: Int
        package let circulars: Int
        package let open: Int
        package let concluded: Int
        /// Since when the oldest overdue clock of the unit or anything below it has been due.
        package let oldestDueAt: Date?
    }

    /// One deadline that has passed and still runs.
    package struct Escalation: Sendable {
        package let caseRef: String
        package let title: String
        package let level: String?
        package let levelName: String?
        package let unit: UnitTag
        package let kind: ClockKind
        package let dueAt: Date
    }

    package let unit: UnitTag
    package let at: Date
    /// The asker's own unit, everything below it included.
    package let total: UnitLine
    /// Units directly below, those with the oldest overdue work first.
    package let units: [UnitLine]
    /// The oldest overdue deadlines, at most 50.
    package let escalations: [Escalation]
    /// What has climbed its ladder to the end and is still not done, the oldest first, at most 50.
    package let escalated: [EscalatedView]
    package let offset: UTCOffset
}

extension Queries {
    /// What is counted of the city's units, as far as the asker may know; several rows for one unit, measure and level.
    static var counted: SQL {
        """
        (select unit_id, measure, level, n from bihuan.counter_totals where city_id = \(Self.city)
         union all
         select unit_id, measure, level, n from bihuan.counter_deltas where city_id = \(Self.city)
         union all
         select unit_id, measure, level, n from bihuan.restricted_counts()) as counted
        """
    }

    package func summary(_ token: String) async throws(DeskError) -> Summary {
        try await self.ask(
            token,
            [
                """
                select counted.unit_id, counted.measure, counted.level, sum(counted.n)::bigint as n
                  from \(Self.counted)
                  join bihuan.unit_closure t
                    on t.city_id = \(Self.city) and t.ancestor_id = \(Self.unit) and t.depth <= 1
                   and t.descendant_id = counted.unit_id
                 group by counted.unit_id, counted.measure, counted.level
                having sum(counted.n) <> 0
                """,
                """
                select t.ancestor_id as unit_id, min(o.due_at) as oldest
                  from bihuan.overdue o
                  join bihuan.unit_closure t on t.city_id = o.city_id and t.descendant_id = o.late_unit
                  join bihuan.unit_closure b
                    on b.city_id = o.city_id and b.ancestor_id = \(Self.unit) and b.descendant_id = t.ancestor_id
                   and b.depth <= 1
                 where o.city_id = \(Self.city) and o.unit_id = \(Self.unit)
                 group by t.ancestor_id
                """,
                """
                with page as materialized (
                  select o.clock_id, o.case_id, o.late_unit, o.kind, o.level, o.due_at
                    from bihuan.overdue o
                   where o.city_id = \(Self.city) and o.unit_id = \(Self.unit)
                   order by o.due_at, o.clock_id
                   limit 50
                )
                select page.*, c.ref, c.title, c.plan_id, c.plan_version
                  from page
                  join bihuan.cases c on c.city_id = \(Self.city) and c.case_id = page.case_id
                 order by page.due_at, page.clock_id
                """,
                "select bihuan.now() as now",
                Self.escalated(after: nil, limit: 50),
            ]
        ) { answers, asker throws(PostgresError) in
            let book = asker.book
            let now: Date = try answers[3].rows[0].get("now")
            let levels = book.adopted(at: now).flatMap { book.plans[$0] }?.levels ?? []
            var counts: [UnitID: [String: Summary.Count]] = [:]
            for row in answers[0].rows {
                let unit = try row.unit("unit_id")
                let level: String = try row.get("level")
                let name = levels.first { $0.key == level }?.name ?? (level.isEmpty ? "未定级" : level)
                var count =
                    counts[unit]?[level]
                    ?? Summary.Count(
                        level: level, levelName: name, open: 0, overdue: 0, supervised: 0, circulars: 0, concluded: 0)
                let n: Int = try row.get("n")
                switch try row.get("measure") as String {
                case "open": count.open = n
                case "overdue": count.overdue = n
                case "supervision": count.supervised = n
                case "circular": count.circulars = n
                default: count.concluded = n
                }
                counts[unit, default: [:]][level] = count
            }
            var oldest: [UnitID: Date] = [:]
            for row in answers[1].rows {
                oldest[try row.unit("unit_id")] = try row.get("oldest")
            }
            func line(_ id: UnitID) -> Summary.UnitLine {
                let ordered = (counts[id] ?? [:]).values.sorted { a, b in
                    (levels.firstIndex { $0.key == a.level } ?? -1) > (levels.firstIndex { $0.key == b.level } ?? -1)
                }
                return Summary.UnitLine(
                    unit: asker.tag(id), tier: book.tree[id]?.tier ?? .station, counts: ordered,
                    overdue: ordered.reduce(0) { $0 + $1.overdue },
                    supervised: ordered.reduce(0) { $0 + $1.supervised },
                    circulars: ordered.reduce(0) { $0 + $1.circulars }, open: ordered.reduce(0) { $0 + $1.open },
                    concluded: ordered.reduce(0) { $0 + $1.concluded }, oldestDueAt: oldest[id])
            }
            let below = book.tree.units.values.filter { $0.parent == asker.identity.unit }.map { line($0.id) }
                .sorted { a, b in
                    let (first, second) = (a.oldestDueAt ?? .distantFuture, b.oldestDueAt ?? .distantFuture)
                    return first == second ? a.unit.label < b.unit.label : first < second
                }
            let escalations = try answers[2].rows.map { row throws(PostgresError) in
                let level: String? = try row.get("level")
                let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
                return Summary.Escalation(
                    caseRef: try row.get("ref"), title: try row.get("title"), level: level,
                    levelName: level.flatMap { book.plans[key]?.level($0)?.name },
                    unit: asker.tag(try row.unit("late_unit")), kind: try row.word("kind"),
                    dueAt: try row.get("due_at"))
            }
            return Summary(
                unit: asker.tag(asker.identity.unit), at: try answers[3].rows[0].get("now"),
                total: line(asker.identity.unit), units: below, escalations: escalations,
                escalated: try answers[4].rows.map { row throws(PostgresError) in try EscalatedView(row, asker) },
                offset: book.offset)
        }
    }
}
